"""The budgets, in one place: docs/benchmarks.md says the same, which a test holds it to."""

from dataclasses import dataclass
from enum import StrEnum


class Sense(StrEnum):
    """Which side of the limit is good."""

    AT_MOST = "≤"
    AT_LEAST = "≥"
    EXACTLY = "="


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """One promise about speed or size."""

    id: str
    what: str
    limit: float
    unit: str = ""
    sense: Sense = Sense.AT_MOST

    def is_met(self, measured: float) -> bool:
        """Whether a figure keeps it."""
        match self.sense:
            case Sense.AT_MOST:
                return measured <= self.limit
            case Sense.AT_LEAST:
                return measured >= self.limit
            case Sense.EXACTLY:
                return abs(measured - self.limit) < 1e-9

    @property
    def told(self) -> str:
        """For the table."""
        return f"{self.sense} {self.limit:g}{self.unit}"


READS = Budget(
    id="reads",
    what="requests of a full plan ÷ the computed floor",
    limit=1.0,
    sense=Sense.EXACTLY,
)
RATE = Budget(
    id="rate",
    what="reading rate achieved ÷ configured rate",
    limit=0.95,
    sense=Sense.AT_LEAST,
)
REJECTED = Budget(id="rejected", what="answers 429 meanwhile", limit=0, sense=Sense.EXACTLY)
OFFLINE = Budget(
    id="offline",
    what="load + validate + compare (`plan --snapshot`) ÷ `yaml.CSafeLoader` parsing the same files",
    limit=1.5,
)
GROWTH = Budget(id="growth", what="the same with ten times the files ÷ with these", limit=10.5)
MEMORY = Budget(id="memory", what="peak memory of that", limit=1024, unit=" MiB")
SELECTION = Budget(id="selection", what="plan of 3 files ÷ full validate of their fleet", limit=0.3)
SELECTION_READS = Budget(
    id="selection-reads",
    what="requests of that plan ÷ those that 3 files need",
    limit=1.0,
    sense=Sense.EXACTLY,
)
OWN_CPU = Budget(id="own-cpu", what="own CPU of a full live plan per charger", limit=0.5, unit=" ms")
LIVE_MEMORY = Budget(id="live-memory", what="peak memory of a full live plan", limit=1024, unit=" MiB")
START = Budget(id="start", what='`reconciler --help` ÷ `python -c "import click"`', limit=2)

ALL = (
    READS,
    RATE,
    REJECTED,
    OFFLINE,
    GROWTH,
    MEMORY,
    SELECTION,
    SELECTION_READS,
    OWN_CPU,
    LIVE_MEMORY,
    START,
)
