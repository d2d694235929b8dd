"""The target that reads snapshots: however a snapshot is laid out, the same is read, or the same is wrong."""

from pathlib import Path
from random import Random
from typing import Any

from reconciler.errors import InvalidDocumentError
from reconciler.loading.json_source import object_in
from reconciler.loading.snapshot import read_snapshot
from reconciler.model.snapshot import Snapshot
from reconciler.report.json_document import to_text
from reconciler.report.json_snapshot import snapshot_json
from tests.fuzz import corpus_documents, trees
from tests.fuzz.cases import Case, Target
from tests.fuzz.conforms import misfit
from tests.fuzz.findings import check, check_error
from tests.fuzz.reading_documents import signed

_ROWS = "installations"


def targets(folder: Path) -> tuple[Target, ...]:
    """One; `folder` takes the files."""
    snapshots = _Snapshots(folder / "snapshots.json")
    return (
        Target(
            name="snapshots", share=15, seeds=corpus_documents.snapshots(), check=snapshots.check, writes=_believable
        ),
    )


def _believable(random: Random, tree: Any) -> bytes:
    """Mostly with the digest and the counts of its content, and as we write it."""
    if not isinstance(tree, dict) or random.random() < 0.1:
        return trees.as_json(random, tree)
    tree = signed(_counted(tree) if random.random() < 0.7 else tree)
    if random.random() < 0.3:
        return trees.as_json(random, tree)
    try:
        text = to_text(tree, rows=_ROWS if random.random() < 0.7 else None)
    except (ValueError, TypeError, RecursionError):
        return trees.as_json(random, tree)
    return trees.with_tokens_as_bytes(text)


def _counted(tree: dict[Any, Any]) -> dict[Any, Any]:
    """With as many installations and chargers as there are; what cannot be read is left as it was told."""
    sites = tree.get(_ROWS)
    coverage = tree.get("coverage")
    if not isinstance(sites, list) or not isinstance(coverage, dict):
        return tree
    chargers = [one.get("chargers") for one in sites if isinstance(one, dict)]
    count = {"installations": len(sites), "chargers": sum(len(one) for one in chargers if isinstance(one, list))}
    told = {
        kind: {**part, "visible": count[kind]}
        for kind, part in coverage.items()
        if isinstance(part, dict) and kind in count
    }
    return {**tree, "coverage": {**coverage, **told}}


class _Snapshots:
    """One file, written again and again."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def _read(self, data: bytes) -> Snapshot | str:
        self._path.write_bytes(data)
        try:
            return read_snapshot(self._path)
        except InvalidDocumentError as error:
            check_error(error)
            return error.what

    def check(self, case: Case) -> None:
        """The case, the same in our two layouts, and what came out of it."""
        data = case[0].data
        found = self._read(data)
        try:
            tree = object_in(data, self._path)
        except InvalidDocumentError:
            check(isinstance(found, str), "a snapshot in what is no JSON")
            return
        if isinstance(tree.get(_ROWS), list):
            for text in (to_text(tree), to_text(tree, rows=_ROWS)):
                check(self._read(text.encode()) == found, "another layout says something else")
        if isinstance(found, Snapshot):
            self._check_found(found)

    def _check_found(self, found: Snapshot) -> None:
        wrong = misfit(found, Snapshot)
        check(not wrong, wrong)
        again = self._read(snapshot_json(found).encode())
        check(isinstance(again, Snapshot), f"what was read is refused when we write it: {again}")
        if isinstance(again, Snapshot):
            check(snapshot_json(again) == snapshot_json(found), "a snapshot that was read back is another text")
            check(again.observed == found.observed, "a snapshot that was read back observed something else")
