"""The table of a series of kills, as Markdown."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.kills.left import Class
from tests.kills.moments import OPERATIONS
from tests.kills.told import GoneOn, Told

PROVEN = (Class.BEFORE_ANSWER, Class.BEFORE_ENTRY)
RESULTS = ("converged", "overstated", "double writes", "unplanned writes", "drawn again")


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A series of moments.

    Attributes:
        lost: Moments that never came, however often they were drawn again, or that broke off.
        command: What repeats the series.
        least: How many moments are wanted on either side of the answer.
    """

    found: Sequence[Told]
    lost: int
    command: str
    least: int
    took_s: float

    def hits(self, hit: Class) -> list[Told]:
        """All moments whose kill struck there."""
        return [one for one in self.found if one.hit is hit]


def as_text(series: Series) -> str:
    """Markdown: what became of the moments by class, the two that matter by operation, then a few sentences."""
    return "\n\n".join([_by_class(series), _by_operation(series), *_sentences(series)])


def shortage(series: Series) -> list[str]:
    """Which of the two proven classes has too few moments."""
    counts = {hit: len(series.hits(hit)) for hit in PROVEN}
    return [
        f"WRONG: only {count} moments {hit.value}, {series.least} are wanted"
        for hit, count in counts.items()
        if count < series.least
    ]


def _by_class(series: Series) -> str:
    rows = [(hit.value, series.hits(hit)) for hit in Class]
    return _markdown(
        ("killed", "moments", *GoneOn, *RESULTS),
        [[name, *_counts(chosen)] for name, chosen in [*rows, ("**all**", series.found)]],
    )


def _counts(chosen: Sequence[Told]) -> list[str]:
    numbers = (
        len(chosen),
        *(sum(one.went_on is way for one in chosen) for way in GoneOn),
        sum(not one.findings.not_converged for one in chosen),
        sum(len(one.findings.overstated) for one in chosen),
        sum(len(one.findings.doubled) for one in chosen),
        sum(len(one.findings.unplanned) for one in chosen),
        sum(one.redraws for one in chosen),
    )
    return [str(number) for number in numbers]


def _by_operation(series: Series) -> str:
    rows = [
        [operation, *(str(sum(one.operation == operation for one in series.hits(hit))) for hit in PROVEN)]
        for operation in OPERATIONS
    ]
    others = [str(sum(not one.operation for one in series.hits(hit))) for hit in PROVEN]
    return _markdown(("aimed at", *PROVEN), [*rows, ["no write in particular", *others]])


def _sentences(series: Series) -> list[str]:
    found = series.found
    effects, unfinished = sum(one.effects for one in found), sum(one.open_writes for one in found)
    missing = sum(len(one.findings.unproven) for one in found)
    repeats = sum(one.invisible_repeats for one in found if one.went_on is GoneOn.ELSEWHERE)
    slowest_s = max((one.took_s for one in found), default=0.0)
    counts = " and ".join(f"{len(series.hits(hit))} {hit.value}" for hit in PROVEN)
    return [
        f"{len(found)} moments, {counts}; at least {series.least} of each are wanted.",
        f"The kills left {unfinished} writes with one journal entry only. By the server's log {effects} of them took "
        f"effect and {unfinished - effects} did not; {missing} were answered and had no effect.",
        f"Applies elsewhere, without the journal, repeated {repeats} values that no read showed yet.",
        f"{sum(one.redraws for one in found)} applies had ended well before their moment came, and the moment was "
        f"drawn again; {series.lost} moments never came or broke off.",
        f"Made by `{series.command}` in {series.took_s:.0f} s; the slowest moment took {slowest_s:.0f} s.",
    ]


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    rule = ["---", *("--:" for _ in head[1:])]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))
