"""The worksheets of former runs: what a plan reads ticks their boxes; a new one tells since when it was asked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from reconciler.cli.options import current_globals
from reconciler.cli.output import say
from reconciler.errors import ReconcilerError
from reconciler.loading.documents import read_plan, read_result
from reconciler.loading.worksheets import read_progress
from reconciler.model.change import Change
from reconciler.model.desired import DesiredFleet
from reconciler.model.observed import ObservedFleet
from reconciler.model.outcome import OutcomeKind
from reconciler.model.plan import Plan
from reconciler.model.ticks import Progress, ticked
from reconciler.model.waiting import age_days
from reconciler.model.words import counted
from reconciler.records import dataclass
from reconciler.report import json_document, wording, worksheet_forms
from reconciler.report.worksheet import Worksheet, worksheet
from reconciler.store.departures import runs_behind
from reconciler.store.files import write_atomically
from reconciler.store.layout import PLAN, run_ids, runs_folder, second_of
from reconciler.store.runs import RESULT
from reconciler.workflows.ticks import ticks_of

WORKSHEET = "worksheet.json"
_TOLD = 5
"""Worksheets that are named; the others are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was read, to tick by.

    Attributes:
        desired: The part of the fleet that was compared.
        now: The cloud's time.
        born_at: Of the sandbox's world; older worksheets are about another.
        over: Accounts and ids of installations that are handed over to the end, as soon as they are not seen any more.
    """

    desired: DesiredFleet
    observed: ObservedFleet
    now: datetime
    born_at: datetime | None = None
    over: frozenset[tuple[str, str]] = frozenset()


def tick_worksheets(look: Look) -> None:
    """Tick in the open worksheets of former runs what is done by now, and say how far they are.

    Nothing here stops a plan: what cannot be read or written is a warning.
    """
    told, newer = [], set[str]()
    for path in _sheets(runs_folder(current_globals().root)):
        try:
            line = _tick(path, look, newer)
        except ReconcilerError as error:
            line = f"warning: its boxes could not be ticked: {error.what} ({error.where})"
        if line:
            told.append(f"{_shown(path)}: {line}")
    for line in told[:_TOLD]:
        say(line)
    if len(told) > _TOLD:
        say(f"and {counted(len(told) - _TOLD, 'older worksheet')}")


def asked_before(changes: Sequence[Change], runs: Path) -> dict[str, datetime]:
    """Since when a person has been asked for these changes, by worksheets of `runs` on which they are still open.

    What an earlier hand-over asked for says nothing about this one.
    """
    found: dict[str, datetime] = {}
    behind = runs_behind(runs.parents[1])
    for path in _sheets(runs):
        change_ids = {one.id for one in changes if path.parent.name not in behind.get(one.target.installation_id, ())}
        try:
            progress = read_progress(path)
        except ReconcilerError:
            continue  # the next plan warns of it
        for change_id in change_ids.intersection(progress.open_ids):
            at = progress.asked_at[change_id]
            found[change_id] = min(found.get(change_id, at), at)
    return found


def stored_sheet(path: Path) -> Worksheet:
    """The worksheet in a file, rendered with the plan and the result beside it.

    Raises:
        InvalidDocumentError: One of them is not as we write it.
    """
    return sheet_at(path, read_progress(path), read_plan(path.parent / PLAN))


def sheet_at(path: Path, progress: Progress, plan: Plan, *, done: frozenset[str] = frozenset()) -> Worksheet:
    """The worksheet in a run's folder with that progress, ready to be rendered."""
    result = path.parent / RESULT
    outcomes = read_result(result).outcomes if result.is_file() else ()
    so = {OutcomeKind.DONE, OutcomeKind.ALREADY}
    by_us = frozenset(one.change_id for one in outcomes if one.kind in so)
    return worksheet(plan, frozenset(progress.change_ids), done=done | by_us, progress=progress)


def forms_of(sheet: Worksheet) -> Mapping[str, str]:
    """The files of a worksheet by name."""
    from reconciler.report import worksheet_page  # with its templates, which most plans need none of

    return {
        WORKSHEET: json_document.to_text(worksheet_forms.worksheet_document(sheet)),
        "worksheet.html": worksheet_page.worksheet_html(sheet),
        "worksheet.md": worksheet_forms.worksheet_markdown(sheet),
    }


def _sheets(runs: Path) -> Iterator[Path]:
    """The machine-readable worksheets of all runs in a folder of them, newest first."""
    found = [run for run in run_ids(runs.parents[1]) if (runs / run / WORKSHEET).is_file()]
    for run in sorted(found, key=lambda run: _made(runs / run), reverse=True):
        yield runs / run / WORKSHEET


def _made(run: Path) -> tuple[str, int]:
    """When a run began; of one second it is told by its plan, which is never written again."""
    plan = run / PLAN
    return second_of(run.name), plan.stat().st_mtime_ns if plan.is_file() else 0


def _tick(path: Path, look: Look, newer: set[str]) -> str:
    """Tick one worksheet; how far it is, empty when there is nothing to say.

    `newer` holds what newer worksheets ask for, and grows.
    """
    former = read_progress(path)
    if not former.open_ids:
        return ""
    plan = read_plan(path.parent / PLAN)
    if not _is_of(plan, look.desired) or (look.born_at is not None and plan.created_at < look.born_at):
        return ""
    looked = ticks_of(plan.changes, look.desired, look.observed, now=look.now, over=look.over)
    mine = {one: tick for one, tick in looked.items() if one in former.change_ids}
    progress = replace(former, ticks=ticked(former.ticks, mine), looked_at=look.now)
    left = set(progress.open_ids) - newer
    newer.update(progress.open_ids)
    if not mine or not (left or progress.ticks != former.ticks):
        return ""
    done = frozenset(one for one, tick in looked.items() if tick is not None)
    for name, text in forms_of(sheet_at(path, progress, plan, done=done)).items():
        write_atomically(path.parent / name, text)
    return _progress(progress, look.now)


def _is_of(plan: Plan, desired: DesiredFleet) -> bool:
    """Whether its accounts still mean the same clouds."""
    clouds = {account.name: account.cloud for account in desired.accounts}
    return all(clouds.get(account.name) is account.cloud for account in plan.accounts)


def _progress(progress: Progress, now: datetime) -> str:
    total = len(progress.change_ids)
    left = len(progress.open_ids)
    if not left:
        return f"all of it is done ({counted(total, 'setting')})"
    days = age_days(progress.waits_since, now)
    age = wording.waited(progress.waits_since, now) if days else ""
    return f"{total - left} of {counted(total, 'setting')} seen done, {left} left" + (f", asked {age}" if age else "")


def _shown(path: Path) -> str:
    return path.with_suffix(".html").relative_to(current_globals().root).as_posix()
