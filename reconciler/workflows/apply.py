"""Carry out a plan, or what is left of one: installations side by side, one outcome per change."""

import traceback
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import PurePath

from reconciler.errors import CloudError
from reconciler.model.change import Change
from reconciler.model.outcome import Outcome, OutcomeKind, Wave
from reconciler.model.plan import GuardScope, Plan
from reconciler.model.ports import Ticker
from reconciler.workflows.context import Apply, FirstLooks, Site
from reconciler.workflows.in_flight import readable_at, wait_for
from reconciler.workflows.resume import Earlier, EndedWave
from reconciler.workflows.site import run_site
from reconciler.workflows.switch_waits import over, waiting
from reconciler.workflows.tally import Tally
from reconciler.workflows.waves import health, in_waves, parse_waves


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
        if run.limits.waves:
            _one_wave_after_the_other(run, tally=tally, ticker=ticker)
        else:
            _run_all(run, _sites(run.plan), tally=tally, ticker=ticker)
    outcomes = tally.outcomes(run.plan)
    if len(outcomes) != len(run.plan.changes):
        raise RuntimeError("a change ended without an outcome")
    return outcomes


def waves_of(run: Apply, told: Earlier) -> tuple[Wave, ...]:
    """How the waves of a run went, when it was split; `told` is what its whole journal tells by now."""
    return tuple(
        _told(number, len(wave), ended=told.wave(number), started=number in told.started_waves)
        for number, wave in enumerate(_waves(run), start=1)
    )


def _told(number: int, installations: int, *, ended: EndedWave | None, started: bool) -> Wave:
    if ended is not None:
        return Wave(number=number, installations=installations, healthy=ended.healthy, reasons=ended.reasons)
    if started:
        return Wave(number=number, installations=installations, healthy=False, reasons=("it was interrupted",))
    return Wave(number=number, installations=installations, healthy=None)


def _waves(run: Apply) -> tuple[tuple[Site, ...], ...]:
    return in_waves(_sites(run.plan), parse_waves(run.limits.waves)) if run.limits.waves else ()


def _one_wave_after_the_other(run: Apply, *, tally: Tally, ticker: Ticker) -> None:
    """The next wave starts only after a healthy one; otherwise the rest is not reached."""
    reason = ""
    looks = FirstLooks(log=run.log, found=dict(run.earlier.looks))
    for number, wave in enumerate(_waves(run), start=1):
        reason = reason or tally.stopped
        if reason:
            _leave(run, wave, tally, detail=f"wave {number} was not started: {reason}")
            continue
        run.log.record("wave-started", {"wave": number, "installations": len(wave)})
        _run_all(run, wave, tally=tally, ticker=ticker, looks=looks)
        if run.stop.is_set() or not _is_worth_a_look(run, number, wave, tally):
            continue
        reasons = health(run, wave, looks=looks.found, tally=tally)
        run.log.record("wave-ended", {"wave": number, "healthy": not reasons, "reasons": list(reasons)})
        reason = f"wave {number} is not healthy ({'; '.join(reasons)})" if reasons else ""


def _is_worth_a_look(run: Apply, number: int, wave: Sequence[Site], tally: Tally) -> bool:
    """Not when a resumed run found nothing left to do in a wave that was looked at before and found healthy.

    Cut into other sizes, a number means other sites, and nobody has looked at those together.
    """
    ended = run.earlier.wave(number) if run.earlier.waves == run.limits.waves else None
    changes = [change for site in wave for change in site.changes]
    return ended is None or not ended.healthy or tally.sent_any(changes)


def _leave(run: Apply, wave: Sequence[Site], tally: Tally, *, detail: str) -> None:
    for site in wave:
        at = run.reach[site.account].clock.now()
        tally.close_open(site.changes, kind=OutcomeKind.NOT_REACHED, detail=detail, at=at)


def _run_all(
    run: Apply, sites: Sequence[Site], *, tally: Tally, ticker: Ticker, looks: FirstLooks | None = None
) -> None:
    found = looks or FirstLooks()
    with ThreadPoolExecutor(max_workers=run.limits.sites_at_a_time) as pool:
        running = [pool.submit(_run_one, run, site, tally=tally, ticker=ticker, looks=found) for site in sites]
    for one in running:
        one.result()  # only a journal that cannot be written any more gets this far


def _begin(run: Apply) -> None:
    settings = {
        "accepted": list(run.plan.accepted),
        "waves": run.limits.waves,
        "max_failures": run.limits.max_failures,
    }
    if run.earlier.begun:
        run.log.record("resumed", settings)
    else:
        at = next(iter(run.reach.values())).clock.now().isoformat()
        run.log.record("started", {"plan_digest": run.plan.digest, **settings, "started_at": at})
    if run.plan_is_fresh:
        _note_waiting_switches(run)


def _note_waiting_switches(run: Apply) -> None:
    """Which installations keep their mode for now, because it switches only when idle; only a fresh plan knows."""
    clock = next(iter(run.reach.values())).clock
    known = run.make_policy(clock.now()).switch_waits
    sites = ((site.account, site.id) for site in run.desired.installations)
    for account, installation_id in over(run.plan, known, sites):
        run.log.record("switched", _place(run, account, installation_id))
    for (account, installation_id), mode in sorted(waiting(run.plan).items()):
        run.log.record("switch-waits", {**_place(run, account, installation_id), "mode": mode})


def _place(run: Apply, account: str, installation_id: str) -> dict[str, object]:
    return {"account": account, "cloud": run.desired.account(account).cloud.value, "installation": installation_id}


def _wait_for_what_was_in_flight(run: Apply) -> None:
    """Let the time pass in which a request of the interrupted run may not be seen yet."""
    for account, reach in run.reach.items():
        now = reach.clock.now()
        changes = [change for change in run.plan.changes if change.target.account == account]
        wait_for(changes, run, account=account, until=readable_at(changes, run.earlier, now=now))


def _run_one(run: Apply, site: Site, *, tally: Tally, ticker: Ticker, looks: FirstLooks) -> None:
    reach = run.reach[site.account]
    try:
        run_site(site, run=run, reach=reach, tally=tally, looks=looks)
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
