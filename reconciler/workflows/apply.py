"""Carry out a plan, or what is left of one: installations side by side, one outcome per change."""

import traceback
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import PurePath

from reconciler.errors import CloudError
from reconciler.model.change import Change
from reconciler.model.outcome import Outcome, OutcomeKind
from reconciler.model.plan import GuardScope, Plan
from reconciler.model.ports import Ticker
from reconciler.workflows.context import Apply, Site
from reconciler.workflows.resume import readable_at
from reconciler.workflows.site import run_site
from reconciler.workflows.tally import Tally


def apply_plan(run: Apply) -> tuple[Outcome, ...]:
    """Carry out every step that may run; returns one outcome per change, sorted like the changes.

    One installation's failure does not stop the others. A plan that a fleet guard refuses writes nothing. With a filled
    `earlier` it goes on where that run was interrupted: it gives what was in flight its time, looks at everything
    again, and tells of every change what became of it, whichever of the two sent it.
    """
    tally = Tally(log=run.log, max_failures=run.limits.max_failures, stop=run.stop, sent_before=run.earlier.sent)
    _begin(run)
    refusal = next((one for one in run.plan.refusals if one.scope is GuardScope.FLEET), None)
    if refusal is not None:
        tally.refuse(refusal.message)
    if refusal is not None and not run.earlier.sent:
        at = next(iter(run.reach.values())).clock.now()
        tally.close_open(run.plan.changes, kind=OutcomeKind.REFUSED, detail=refusal.message, at=at)
        return tally.outcomes(run.plan)
    _wait_for_what_was_in_flight(run)
    with run.progress.task("applying", total=len(run.plan.changes)) as ticker:
        _run_all(run, _sites(run.plan), tally=tally, ticker=ticker)
    outcomes = tally.outcomes(run.plan)
    if len(outcomes) != len(run.plan.changes):
        raise RuntimeError("a change ended without an outcome")
    return outcomes


def _run_all(run: Apply, sites: Sequence[Site], *, tally: Tally, ticker: Ticker) -> None:
    with ThreadPoolExecutor(max_workers=run.limits.sites_at_a_time) as pool:
        running = [pool.submit(_run_one, run, site, tally=tally, ticker=ticker) for site in sites]
    for one in running:
        one.result()  # only a journal that cannot be written any more gets this far


def _begin(run: Apply) -> None:
    accepted = list(run.plan.accepted)
    if run.earlier.begun:
        run.log.record("resumed", {"accepted": accepted})
        return
    clock = next(iter(run.reach.values())).clock
    settings = {"accepted": accepted, "max_failures": run.limits.max_failures}
    run.log.record("started", {"plan_digest": run.plan.digest, **settings, "started_at": clock.now().isoformat()})


def _wait_for_what_was_in_flight(run: Apply) -> None:
    """Let the time pass in which a request of the interrupted run may not be seen yet."""
    for account, reach in run.reach.items():
        now = reach.clock.now()
        changes = [change for change in run.plan.changes if change.target.account == account]
        wait = (readable_at(changes, run.earlier, now=now) - now).total_seconds()
        if wait > 0:
            reach.clock.sleep(wait)


def _run_one(run: Apply, site: Site, *, tally: Tally, ticker: Ticker) -> None:
    reach = run.reach[site.account]
    try:
        run_site(site, run=run, reach=reach, tally=tally)
    except CloudError as error:
        tally.close_broken(site.changes, detail=error.what, at=reach.clock.now())
    except BaseException as error:  # noqa: BLE001  also an adapter's SystemExit: the journal must tell how the site ended
        where = {"site": site.installation_id, "error": type(error).__name__, "at": _where(error)}
        run.log.record("internal-error", where)
        detail = f"internal error ({type(error).__name__}); what was sent is in the journal"
        tally.close_broken(site.changes, detail=detail, at=reach.clock.now())
    finally:
        ticker.advance(len(site.changes))


def _where(error: BaseException) -> list[str]:
    """Places in our code, without any value."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{PurePath(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]


def _sites(plan: Plan) -> list[Site]:
    grouped: dict[str, list[Change]] = {}
    for change in plan.changes:
        grouped.setdefault(change.target.installation_id, []).append(change)
    return [
        Site(installation_id=installation_id, account=changes[0].target.account, changes=tuple(changes))
        for installation_id, changes in grouped.items()
    ]
