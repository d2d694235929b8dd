"""What is told of one moment."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tests.kills.judge import Findings
from tests.kills.left import Class
from tests.kills.moments import Moment


class GoneOn(StrEnum):
    """How somebody really went on after a kill."""

    RESUMED = "resumed"
    TWICE = "killed twice, resumed"
    AGAIN = "applied again"
    ELSEWHERE = "applied elsewhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What became of one moment.

    Attributes:
        hit: Where the kill struck.
        went_on: How somebody went on after it; None when there was no kill to go on after.
        redraws: How often the moment was drawn again because the process had ended well before it came.
        open_writes: Journal entries without their second half that the kill left behind.
        effects: How many of those took effect, by the server's log.
        invisible_repeats: By a fresh apply without the journal: writes of a value that no read showed yet.
        folder: Kept when something is wrong.
    """

    moment: Moment
    hit: Class
    operation: str
    findings: Findings
    took_s: float
    went_on: GoneOn | None = None
    open_writes: int = 0
    effects: int = 0
    invisible_repeats: int = 0
    redraws: int = 0
    folder: Path | None = None
