"""All targets."""

from pathlib import Path

from tests.fuzz import (
    reading_adapters,
    reading_answers,
    reading_documents,
    reading_files,
    reading_fleets,
    reading_limits,
    reading_logins,
    reading_observations,
    reading_pages,
    reading_selections,
    reading_snapshots,
    reading_tables,
)
from tests.fuzz.cases import Target


def all_targets(folder: Path) -> tuple[Target, ...]:
    """Every reader; `folder` takes the files that they need."""
    return (
        *reading_files.targets(),
        *reading_fleets.targets(folder),
        *reading_selections.targets(folder),
        *reading_tables.targets(folder),
        *reading_documents.targets(folder),
        *reading_snapshots.targets(folder),
        *reading_answers.targets(),
        *reading_logins.targets(),
        *reading_adapters.targets(),
        *reading_observations.targets(folder),
        *reading_limits.targets(),
        *reading_pages.targets(),
    )
