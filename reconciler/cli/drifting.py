"""Run one drift: look, compare, age by the ledger, write the ledger."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from reconciler import __version__
from reconciler.cli.collecting import all_of_it_stays
from reconciler.cli.departing import keep_look
from reconciler.cli.fleet_files import load_valid
from reconciler.cli.options import current_globals
from reconciler.cli.pins import check_pins
from reconciler.cli.planning import policy_at, with_departures
from reconciler.cli.selecting import Asked, accounts_of, chosen
from reconciler.cli.snapshot_file import SnapshotFile
from reconciler.cli.wiring import Access, connected
from reconciler.cli.worksheets import Look, tick_worksheets
from reconciler.loading.drafts import FleetDrafts
from reconciler.loading.load import LoadedFleet
from reconciler.model.desired import DesiredFleet
from reconciler.model.finding import DriftReport
from reconciler.model.ledger import Ledger
from reconciler.model.verified_write import VerifiedWrite
from reconciler.planning.adoptable import FileRules
from reconciler.planning.make import make_plan
from reconciler.planning.offline import NOT_COMPARABLE, plan_offline, policy_of
from reconciler.planning.quarantine import WITHIN
from reconciler.planning.reads import as_asked_for, needs_of
from reconciler.records import dataclass
from reconciler.store.ledger import append_run, older_than_ledger, read_ledger
from reconciler.store.verified import verified_writes
from reconciler.workflows.drift import Drifted, DriftRun, drift_of
from reconciler.workflows.plan import observe_fleet


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """Where live state comes from, and where ages are kept."""

    snapshot: Path | None = None
    ledger: Path | None = None


def run_drift(asked: Asked, ways: Ways) -> DriftReport:
    """The report of one run; the ledger has grown when this returns.

    Raises:
        CloudError: A login or a list failed, so nothing can be concluded.
        InvalidDocumentError: The snapshot cannot be used.
        InvalidFilesError: Something is wrong in the files, for instance an exception that has ended.
        ReconcilerError: The ledger is broken, or has a later run.
    """
    ledger = None if ways.ledger is None else read_ledger(ways.ledger)  # before any request
    snapshot = None if ways.snapshot is None else SnapshotFile(ways.snapshot)
    loaded, desired = load_valid(meanwhile=snapshot)
    part = chosen(desired, selectors=asked.selectors, exclude=asked.exclude)
    run = _live(loaded, part) if snapshot is None else _offline(loaded, part, snapshot)
    return _remembered(run, ledger, ways.ledger)


def _remembered(run: DriftRun, ledger: Ledger | None, path: Path | None) -> DriftReport:
    """Age by the ledger and write the run down; the same look with the same files is not written a second time."""
    if ledger is None or path is None:
        return drift_of(run, None).report
    at, last = run.observed.observed_at, ledger.last_run_at
    if last is not None and at < last:
        raise older_than_ledger(path, at, last)
    drifted: Drifted = drift_of(run, ledger)
    known = ledger.has(at, run.desired.digest)
    head = ledger.head if known else append_run(path, drifted.lines, now=at)
    return replace(drifted.report, ledger_head=head)


def _live(loaded: LoadedFleet, part: DesiredFleet) -> DriftRun:
    root = current_globals().root
    with connected(accounts_of(part), access=Access.READ_ONLY) as connections:
        now = connections.clock.now()
        policy = policy_at(now, connections, accepted=(), root=root)
        verified = verified_writes(root, connections.clouds, now=now, within=WITHIN, since=connections.born_at)
        observed = observe_fleet(part, connections.observers)
        policy = with_departures(policy, part, observed, connections)
        tick_worksheets(
            Look(desired=part, observed=observed, now=now, born_at=connections.born_at, over=policy.departed)
        )
        plan = make_plan(part, observed, policy, loaded.origins)
        keep_look(part, observed, plan, connections)
    return DriftRun(
        desired=part,
        observed=observed,
        seen=observed,
        plan=plan,
        policy=policy,
        origins=loaded.origins,
        verified=verified,
        exceptions=loaded.exceptions,
        rules=_rules_of(loaded),
    )


def _offline(loaded: LoadedFleet, part: DesiredFleet, file: SnapshotFile) -> DriftRun:
    check_pins(accounts_of(part))
    snapshot = file.usable_for(part)
    policy = policy_of(snapshot, now=datetime.now(UTC), tool_version=__version__, accepted=())
    with all_of_it_stays():
        plan = plan_offline(part, snapshot, policy, loaded.origins)
    # Live secrets are compared as set or not set too, so that they are is no finding here either.
    known = tuple(item for item in plan.unverifiable if item.reason != NOT_COMPARABLE)
    return DriftRun(
        desired=part,
        observed=as_asked_for(snapshot.observed, needs_of(part)),
        seen=snapshot.observed,
        plan=replace(plan, unverifiable=known),
        policy=policy,
        origins=loaded.origins,
        verified=_verified(part, snapshot.taken_at),
        exceptions=loaded.exceptions,
        rules=_rules_of(loaded),
    )


def _rules_of(loaded: LoadedFleet) -> FileRules | None:
    """What the files of a loaded fleet may say."""
    fleet = loaded.origins.fleet
    return None if fleet is None else FleetDrafts(fleet)


def _verified(part: DesiredFleet, at: datetime) -> tuple[VerifiedWrite, ...]:
    clouds = {account.name: account.cloud.value for account in accounts_of(part)}
    return verified_writes(current_globals().root, clouds, now=at, within=WITHIN)
