"""The matrix as Markdown: what was run, what was looked at, and what did not hold."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from tests.faults.judge import IN_WORDS, Law
from tests.faults.kinds import BY_NAME as KINDS_BY_NAME
from tests.faults.matrix import ALL_KINDS, ALL_SCENARIOS, SHOWN, Cell, Matrix
from tests.faults.scenarios import BY_NAME as SCENARIOS_BY_NAME

OVERSTATED = (Law.HONEST, Law.ONE_OUTCOME)
HEAD = ("counted runs", "looks", "violations", "double writes", "overstated")


def table(matrix: Matrix) -> str:
    """Scenarios, kinds, counted runs of each pair, laws, and what cannot happen."""
    parts = (_by_scenario(matrix), _by_pair(matrix), _by_law(matrix), _reasons(matrix), _summary(matrix))
    return "\n\n".join(parts)


def _numbers(cell: Cell) -> list[str]:
    """Counted runs, looks, and broken laws: those about results and double writes have columns of their own."""
    double = cell.broken[Law.ONCE]
    overstated = sum(cell.broken[law] for law in OVERSTATED)
    rest = cell.broken.total() - double - overstated
    return [_n(one) for one in (cell.counted, cell.checked.total(), rest, double, overstated)]


def _by_scenario(matrix: Matrix) -> str:
    rows = [
        [name, SCENARIOS_BY_NAME[name].title, *_numbers(matrix.total(scenario=name))]
        for name in ALL_SCENARIOS
        if matrix.total(scenario=name).pairs
    ]
    rows.append(["**all**", "", *_numbers(matrix.total())])
    return _markdown(("scenario", "what happens in it", *HEAD), rows, left=2)


def _by_pair(matrix: Matrix) -> str:
    scenarios = [name for name in ALL_SCENARIOS if matrix.total(scenario=name).pairs]
    kinds = [name for name in ALL_KINDS if matrix.total(kind=name).pairs]
    rows = [
        [
            name,
            KINDS_BY_NAME[name].title,
            *(_pair(matrix.cells.get((one, name), Cell())) for one in scenarios),
            *_numbers(matrix.total(kind=name)),
        ]
        for name in kinds
    ]
    return _markdown(("kind", "what goes wrong", *scenarios, *HEAD), rows, left=2)


def _pair(cell: Cell) -> str:
    return f"{_n(cell.counted)} **!{cell.broken.total()}**" if cell.broken else _n(cell.counted)


def _by_law(matrix: Matrix) -> str:
    total = matrix.total()
    rows = [[law.value, IN_WORDS[law], _n(total.checked[law]), _n(total.broken[law])] for law in Law]
    return _markdown(("law", "what must hold", "looks", "broken"), rows, left=2)


def _reasons(matrix: Matrix) -> str:
    """Two tables: what cannot happen, and what happened and changed nothing."""
    impossible: Counter[tuple[str, str]] = Counter()
    idle: Counter[tuple[str, str]] = Counter()
    for (_, kind), cell in matrix.cells.items():
        impossible.update({(kind, reason): count for reason, count in cell.impossible.items()})
        idle.update({(kind, reason): count for reason, count in cell.without_effect.items()})
    return f"{_by_reason('cannot strike', impossible)}\n\n{_by_reason('had no effect', idle)}"


def _by_reason(what: str, reasons: Counter[tuple[str, str]]) -> str:
    rows = [[kind, reason, _n(count)] for (kind, reason), count in sorted(reasons.items()) if count]
    return _markdown((what, "because", "moments"), rows, left=2)


def _summary(matrix: Matrix) -> str:
    total = matrix.total()
    share = 100.0 * total.struck / total.pairs if total.pairs else 0.0
    return (
        f"{_n(total.runs)} runs, {_n(total.counted)} of them counted. Coverage: {_n(total.struck)} of "
        f"{_n(total.pairs)} pairs of moment and kind were struck ({share:.1f} %), "
        f"{_n(total.impossible.total())} cannot be, and at {_n(total.without_effect.total())} the trouble came and "
        "made no difference."
    )


def failures(matrix: Matrix) -> Iterator[str]:
    """What is wrong, with the command that repeats it."""
    for finding in matrix.broken[:SHOWN]:
        for one in finding.broken:
            yield f"BROKEN {one.law}: {one.what}\n  {finding.moment.command}"
    for moment in matrix.unstruck[:SHOWN]:
        yield f"NOTHING WENT WRONG\n  {moment.command}"


def _markdown(head: Sequence[str], rows: Iterable[Sequence[str]], *, left: int) -> str:
    rule = ["---" if number < left else "--:" for number in range(len(head))]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))


def _n(number: int) -> str:
    return f"{number:,}".replace(",", " ")
