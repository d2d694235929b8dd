"""The `merge` command: the documents of shards become the one of the whole fleet."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import click

from reconciler.cli.options import global_options
from reconciler.cli.output import Format, Render, emit, format_options_of, parsed_reports, say, writable
from reconciler.cli.renders import DRIFT_FORMATS, drift_renders, plan_renders, snapshot_renders
from reconciler.errors import InvalidDocumentError, UsageProblemError
from reconciler.loading.documents import kind_of, read_plan
from reconciler.loading.drift_parts import read_drift
from reconciler.loading.select import account_words
from reconciler.loading.snapshot import read_snapshot
from reconciler.model.exit import Condition, ExitCode, code_of, conditions_of_plan
from reconciler.model.exit_of_drift import conditions_of_drift
from reconciler.model.finding import DriftReport, Severity
from reconciler.model.plan import Coverage, Plan, PlanAccount
from reconciler.model.snapshot import Snapshot
from reconciler.model.words import counted
from reconciler.planning.joined_drift import joined_drift
from reconciler.planning.joined_plans import joined_plan
from reconciler.planning.joined_snapshots import joined_snapshot
from reconciler.planning.joining import Missing
from reconciler.records import dataclass

D = TypeVar("D", Plan, DriftReport, Snapshot)


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """A joined document: how it is written, what is said about it, and how the command ends."""

    renders: Mapping[Format, Render]
    told: str
    code: ExitCode


@click.command("merge")
@click.argument("places", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option(
    "-o", "--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Save the document as JSON."
)
@click.option(
    "--missing",
    type=click.Choice([one.value for one in Missing]),
    default=Missing.REFUSE.value,
    show_default=True,
    help="When a snapshot of an account is missing: refuse, or leave it out and tell.",
)
@format_options_of(*DRIFT_FORMATS)
@global_options
def command(places: tuple[Path, ...], out: Path | None, missing: str, format_: str, reports: tuple[str, ...]) -> int:
    """Join the plans, drift reports or snapshots of shards into one document of the whole fleet. Offline.

    Each FILE is the JSON document of one shard, or a folder with nothing else. The result is what the command would
    have given without --account: guards of the fleet count over all changes. Refused is what does not fit together:
    other kinds, files, commits or versions, an account or installation twice, an account that is missing.

    Exits as `plan`, `drift` or `snapshot` would have done.
    """
    parsed_reports(reports, formats=DRIFT_FORMATS)
    if out is not None:
        writable(out, option="--out")
    joined = _joined(_files(places), Missing(missing))
    if out is not None:
        _save(joined, out)
    say(joined.told)
    emit(joined.renders, format_=format_, reports=reports)
    return joined.code


def _files(places: Sequence[Path]) -> list[Path]:
    """The files themselves, and those below folders in the order of their names.

    Raises:
        UsageProblemError: There is none in a folder.
    """
    found: list[Path] = []
    for place in places:
        below = sorted(place.rglob("*.json")) if place.is_dir() else [place]
        if not below:
            raise UsageProblemError(
                "there is no JSON document in this folder", where=str(place), remedy="name the documents of the shards"
            )
        found += below
    return found


def _joined(files: Sequence[Path], missing: Missing) -> Joined:
    kinds = {file: kind_of(file) for file in files}
    kind = kinds[files[0]]
    other = next((file for file in files if kinds[file] != kind), None)
    if other is not None:
        raise InvalidDocumentError(
            f"these are documents of different kinds: {_word(kind)} and {_word(kinds[other])}",
            where=f"{files[0]} and {other}",
            remedy="join plans with plans, drift reports with drift reports, snapshots with snapshots",
        )
    if missing is Missing.TELL and kind != "snapshot":
        raise UsageProblemError(
            "only a snapshot may lack an account",
            where="--missing",
            remedy="join the snapshots, and plan or look for drift from the result",
        )
    match kind:
        case "plan":
            return _plan(joined_plan(_read(files, read_plan)))
        case "drift":
            return _drift(joined_drift(_read(files, read_drift)))
        case "snapshot":
            return _snapshot(_read(files, read_snapshot), missing)
        case _:
            raise InvalidDocumentError(
                f"documents of kind {_word(kind)} are not joined",
                where=str(files[0]),
                remedy="give plans, drift reports or snapshots of shards; receipts stay one per account",
            )


def _word(kind: str) -> str:
    return kind if kind.isalpha() and len(kind) < 30 else "unknown"


def _read(files: Sequence[Path], reader: Callable[[Path], D]) -> list[tuple[str, D]]:
    return [(str(file), reader(file)) for file in files]


def _plan(plan: Plan) -> Joined:
    conditions = tuple(one for one in conditions_of_plan(plan) if one is not Condition.DIFFERENCES)
    told = f"{_accounts(plan.accounts)}; {_compared(plan.coverage)}"
    return Joined(renders=plan_renders(plan), told=told, code=ExitCode(code_of(conditions)))


def _drift(report: DriftReport) -> Joined:
    told = f"{_accounts(report.accounts)}; {_compared(report.coverage)}"
    code = ExitCode(code_of(conditions_of_drift(report)))
    return Joined(renders=drift_renders(report, least=Severity.S3), told=told, code=code)


def _snapshot(parts: Sequence[tuple[str, Snapshot]], missing: Missing) -> Joined:
    names = [account.name for _, part in parts for account in part.accounts]
    snapshot = _with_digest(joined_snapshot(parts, missing=missing, words=account_words(names)))
    told = f"{_accounts(snapshot.accounts)}; {counted(snapshot.installations.visible, 'installation')}, "
    told += counted(snapshot.chargers.visible, "charger")
    left = [] if snapshot.shard is None else sorted({*snapshot.shard.whole.accounts} - {*names})
    if left:
        told += f". PARTIAL: nothing of account {', '.join(left)}, and what is made from it says so"
    complete = snapshot.is_complete and snapshot.selection is None
    renders = snapshot_renders(snapshot, now=datetime.now(UTC))
    return Joined(renders=renders, told=told, code=ExitCode.DONE if complete else ExitCode.PARTIAL)


def _with_digest(snapshot: Snapshot) -> Snapshot:
    from reconciler.report.json_snapshot import snapshot_document

    return replace(snapshot, digest=str(snapshot_document(snapshot)["digest"]))


def _accounts(accounts: Sequence[PlanAccount]) -> str:
    return f"joined {counted(len(accounts), 'account')} ({', '.join(one.name for one in accounts)})"


def _compared(coverage: Coverage) -> str:
    sites, chargers = coverage.installations, coverage.chargers
    return (
        f"compared {sites.compared} of {counted(sites.desired, 'installation')}, "
        f"{chargers.compared} of {counted(chargers.desired, 'charger')}"
    )


def _save(joined: Joined, out: Path) -> None:
    from reconciler.store.files import write_atomically

    write_atomically(out, joined.renders[Format.JSON]())
