"""The table of a series of kills."""

from collections.abc import Sequence

from tests.kills.left import Class
from tests.kills.moments import OPERATIONS, Way
from tests.kills.story import Told

COLUMNS = ("moments", "resumed", "killed again", "fresh apply", "converged", "overstated", "double writes", "unplanned")
PROVEN = (Class.BEFORE_ANSWER, Class.BEFORE_ENTRY)


def as_text(found: Sequence[Told], *, wall_s: float) -> str:
    """Markdown: by class, then the two that matter by operation, then a few sentences."""
    rows = [(hit.value, [one for one in found if one.hit is hit]) for hit in Class]
    lines = [_line(["killed", *COLUMNS]), _line(["---", *("--:" for _ in COLUMNS)])]
    lines += [_line([name, *_counts(chosen)]) for name, chosen in [*rows, ("all", list(found))]]
    lines += ["", _line(["aimed at", *PROVEN]), _line(["---", "--:", "--:"])]
    for operation in OPERATIONS:
        counts = [sum(one.hit is hit and one.operation == operation for one in found) for hit in PROVEN]
        lines.append(_line([operation, *map(str, counts)]))
    repeats = sum(one.invisible_repeats for one in found if one.moment.way is Way.ELSEWHERE)
    effects = sum(one.effects for one in found)
    unfinished = sum(one.open_writes for one in found)
    slow = max((one.took_s for one in found), default=0.0)
    lines += [
        "",
        f"{unfinished} writes were left with one journal entry only; by the server's log {effects} of them had taken "
        f"effect and {unfinished - effects} had not.",
        f"A fresh apply without the journal repeated {repeats} values that no read showed yet.",
        f"{len(found)} moments in {wall_s:.0f} s; the slowest took {slow:.1f} s.",
    ]
    return "\n".join(lines)


def shortage(found: Sequence[Told], *, least: int) -> list[str]:
    """Which of the two proven classes has too few moments."""
    counts = {hit: sum(one.hit is hit for one in found) for hit in PROVEN}
    return [f"WRONG: only {count} moments {hit.value}, {least} are wanted" for hit, count in counts.items()
            if count < least]  # fmt: skip


def _counts(chosen: Sequence[Told]) -> list[str]:
    return [
        str(number)
        for number in (
            len(chosen),
            sum(one.resumed for one in chosen),
            sum(one.killed_again for one in chosen),
            sum(not one.resumed for one in chosen),
            sum(not one.findings.not_converged for one in chosen),
            sum(len(one.findings.overstated) for one in chosen),
            sum(len(one.findings.doubled) for one in chosen),
            sum(len(one.findings.unplanned) for one in chosen),
        )
    ]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
