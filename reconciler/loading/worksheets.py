"""Reads a worksheet back: what it asks for, and what of it was seen done."""

from pathlib import Path
from typing import Any

from reconciler.loading.document_files import read_document, told_with
from reconciler.model.moments import read_moment
from reconciler.model.ticks import Progress, Sight, Tick


def read_progress(path: Path) -> Progress:
    """How far the tasks of a worksheet are; those of older programs were asked for when it was made.

    Raises:
        InvalidDocumentError: It is no worksheet as we write it.
    """
    document = read_document(path, kind="worksheet")
    with told_with(path, kind="worksheet"):
        tasks: list[dict[str, Any]] = document["tasks"]
        return Progress(
            change_ids=tuple(task["change"] for task in tasks),
            ticks={task["change"]: _tick(task["seen"]) for task in tasks if task.get("seen")},
            asked_at={task["change"]: read_moment(task.get("asked_at") or document["created_at"]) for task in tasks},
            looked_at=read_moment(document["looked_at"]) if document.get("looked_at") else None,
        )


def _tick(part: dict[str, str]) -> Tick:
    return Tick(at=read_moment(part["at"]), sight=Sight(part["how"]))
