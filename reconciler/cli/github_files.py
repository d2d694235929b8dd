"""Documents that the workflows hand on: found, checked, judged."""

import tempfile
from pathlib import Path

from reconciler.errors import InvalidDocumentError, ReconcilerError
from reconciler.model.exit import Condition, ExitCode, code_of
from reconciler.model.needs import blocked_of
from reconciler.model.plan import Plan, Refusal
from reconciler.model.plan_origin import BaseReference
from reconciler.planning.cause import with_causes
from reconciler.report.blocked_words import BLOCKED_WAY_OUT, blocked_words
from reconciler.report.origin_words import OWN, refusal_words
from reconciler.workflows.github_merges import SNAPSHOT_WORKFLOWS, newest_snapshot
from reconciler.workflows.github_ports import Runs

_IN_TIME = frozenset({Condition.DIFFERENCES, Condition.PENDING, Condition.WAITING, Condition.UNVERIFIABLE})
"""What waits for somebody, and is told in a comment or an issue; a red job would only say it again."""

_BY_GUARDS = frozenset({Condition.REFUSED, Condition.FLEET_REFUSED})

_ACCEPTABLE = {
    "plan": _IN_TIME | {Condition.UNREADABLE},
    "drift": _IN_TIME | {Condition.UNREADABLE, Condition.REFUSED, Condition.NOT_CONVERGED},
    "result": _IN_TIME,
}


def verdict(file: Path, *, base: Path | None = None) -> tuple[ExitCode, list[str]]:
    """The exit code of a job that made this document, and why: a line for all of it, and one per thing that counts.

    Args:
        file: A plan, result or drift report.
        base: The plan of the base of a pull request; what a guard refuses there too is not the pull request's doing.

    Raises:
        InvalidDocumentError: There is no such document, so whatever should have made it failed.
    """
    from reconciler.loading.document_files import read_document
    from reconciler.loading.documents import kind_of, read_plan

    kind = kind_of(file)
    if kind not in _ACCEPTABLE:
        raise InvalidDocumentError(
            "this is no plan, result or drift report", where=str(file), remedy="name a document of one of these kinds"
        )
    document = read_document(file, kind=kind)
    told = document["exit"]["conditions"]
    conditions = tuple(one for one in Condition if one.value in told)
    bad = tuple(one for one in conditions if one not in _ACCEPTABLE[kind])
    words = f"{kind}: {', '.join(one.value for one in conditions) or 'nothing is open'}"
    if kind != "plan":
        return ExitCode(code_of(bad)), [words]
    plan = read_plan(file)
    refusals = _with_causes(plan, base)
    new = [one for one in refusals if one.cause in OWN]
    if not new:
        bad = tuple(one for one in bad if one not in _BY_GUARDS)
        words += " (what is refused is refused on the base too)" if refusals else ""
    blocked = blocked_of(plan)
    if blocked:
        bad = (*bad, Condition.CONFLICT)
    lacking = (f"  cannot be applied: {blocked_words(one)}. Way out: {BLOCKED_WAY_OUT}" for one in blocked)
    return ExitCode(code_of(bad)), [words, *(f"  {refusal_words(one)}" for one in new), *lacking]


def _with_causes(plan: Plan, base: Path | None) -> tuple[Refusal, ...]:
    """The refusals of a plan, told apart by the plan of the base where there is one; else as the plan tells them."""
    from reconciler.loading.documents import read_plan

    if base is None or not base.exists():
        return plan.refusals
    reference = plan.base or BaseReference(commit="")
    return with_causes(plan, base=read_plan(base), applied=None, reference=reference).refusals


def newest_result(place: Path) -> Path | None:
    """The result itself, or that of the latest run in a folder of runs; None when no run left one."""
    if place.suffix == ".json":
        return place
    found = sorted(place.glob("*/result.json"))
    return found[-1] if found else None


def fetch_snapshot(hub: Runs, out: Path, *, branch: str) -> str:
    """Put the newest snapshot of a branch into a file; what to say about it.

    Raises:
        ReconcilerError: There is none, or it is not one.
    """
    from reconciler.loading.snapshot import read_snapshot
    from reconciler.report.json_snapshot import snapshot_json
    from reconciler.store.files import write_atomically

    with tempfile.TemporaryDirectory(prefix="reconciler-") as folder:
        found = newest_snapshot(hub, branch=branch, folder=Path(folder))
        if found is None:
            raise ReconcilerError(
                f"no workflow of {branch} kept a snapshot, or they are all gone",
                where=" and ".join(SNAPSHOT_WORKFLOWS),
                remedy="run the workflow `drift` by hand once; it then runs every night",
            )
        snapshot = read_snapshot(found)
    write_atomically(out, snapshot_json(snapshot))
    return f"snapshot of {snapshot.taken_at:%Y-%m-%d %H:%M} UTC"
