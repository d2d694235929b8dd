"""Carry out a plan and prove it: installations side by side, then a second plan as the receipt."""

import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import PurePath

from reconciler.errors import CloudError
from reconciler.model.change import Change
from reconciler.model.outcome import Outcome, OutcomeKind
from reconciler.model.plan import GuardScope, Plan
from reconciler.model.ports import Ticker
from reconciler.workflows.context import Apply, Site
from reconciler.workflows.site import run_site
from reconciler.workflows.tally import Tally


def apply_plan(run: Apply) -> tuple[Outcome, ...]:
    """Carry out every step that may run; returns one outcome per change, sorted like the changes.

    One installation's failure does not stop the others. A plan that a fleet guard refuses writes nothing.
    """
    tally = Tally(log=run.log, max_failures=run.limits.max_failures, stop=run.stop)
    run.log.record("started", {"plan_digest": run.plan.digest, "accepted": list(run.plan.accepted)})
    if run.plan.refused_whole:
        _refuse_all(run, tally)
        return tally.outcomes(run.plan)
    sites = _sites(run.plan)
    with (
        run.progress.task("applying", total=len(run.plan.changes)) as ticker,
        ThreadPoolExecutor(max_workers=run.limits.sites_at_a_time) as pool,
    ):
        for site in sites:
            pool.submit(_run_one, run, site, tally=tally, ticker=ticker)
    outcomes = tally.outcomes(run.plan)
    if len(outcomes) != len(run.plan.changes):
        raise RuntimeError("a change ended without an outcome")
    return outcomes


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


def _refuse_all(run: Apply, tally: Tally) -> None:
    refusal = next(refusal for refusal in run.plan.refusals if refusal.scope is GuardScope.FLEET)
    clock = next(iter(run.reach.values())).clock
    tally.close_open(run.plan.changes, kind=OutcomeKind.REFUSED, detail=refusal.message, at=clock.now())


def _sites(plan: Plan) -> list[Site]:
    grouped: dict[str, list[Change]] = {}
    for change in plan.changes:
        grouped.setdefault(change.target.installation_id, []).append(change)
    return [
        Site(installation_id=installation_id, account=changes[0].target.account, changes=tuple(changes))
        for installation_id, changes in grouped.items()
    ]
