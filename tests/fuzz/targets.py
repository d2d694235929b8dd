"""All targets."""

from pathlib import Path

from tests.fuzz import reading_answers, reading_documents, reading_files
from tests.fuzz.cases import Target


def all_targets(folder: Path) -> tuple[Target, ...]:
    """Every reader; `folder` takes the files that they need."""
    return (
        *reading_files.targets(folder),
        *reading_documents.targets(folder),
        *reading_answers.targets(folder),
    )
