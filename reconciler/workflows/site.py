"""One installation of an apply: read again, check, write, read back, one outcome per change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from reconciler.model.change import Change
from reconciler.model.desired import Route
from reconciler.model.observed import Breadth, ObservedFleet, ObservedInstallation
from reconciler.model.outcome import OutcomeKind, WriteStatus
from reconciler.model.plan import Step
from reconciler.planning.access import gate_is_open, takes_away
from reconciler.planning.classify import Verdict, classify
from reconciler.planning.guards import refusals_now
from reconciler.planning.reads import needs_of
from reconciler.planning.schedule import steps_now
from reconciler.planning.site import Site as AtSite
from reconciler.workflows.context import Apply, Reach, Site
from reconciler.workflows.read_back import Sent, read_back
from reconciler.workflows.tally import Tally, values_in_words
from reconciler.workflows.touched import seen_value, touched

SETTLED = frozenset({OutcomeKind.DONE, OutcomeKind.ALREADY})


@dataclass(slots=True, kw_only=True)
class _Work:
    """The moving parts of one site while it is being applied."""

    site: Site
    run: Apply
    reach: Reach
    tally: Tally
    observed: ObservedInstallation | None = None
    changes: dict[str, Change] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    sent: Mapping[str, datetime] = field(default_factory=dict)

    def close(self, kind: OutcomeKind, detail: str) -> None:
        self.tally.close_open(self.site.changes, kind=kind, detail=detail, at=self.reach.clock.now())

    def settle(self, step: Step, changes: Sequence[Change], kind: OutcomeKind, detail: str) -> None:
        for change in changes:
            self.tally.settle(change, step=step, kind=kind, detail=detail, at=self.reach.clock.now())


def run_site(site: Site, *, run: Apply, reach: Reach, tally: Tally) -> None:
    """Carry out the steps of one installation, level by level; every change ends with an outcome.

    A level holds the steps whose predecessors were read back; they are written one after the other and then read back
    together, so that waiting for a cache is done once. The steps are made anew from what was just read: ids, order and
    gates of a saved plan are for its readers.

    Raises:
        CloudError: The installation could not be read again before the first write.
    """
    wanted = next((found for found in run.desired.installations if found.id == site.installation_id), None)
    work = _Work(site=site, run=run, reach=reach, tally=tally, changes={change.id: change for change in site.changes})
    if wanted is None:
        work.close(OutcomeKind.NOT_REACHED, "no file declares this installation any more")
        return
    work.observed = _observe(work).installation(site.installation_id)
    if work.observed is None:
        work.close(OutcomeKind.NOT_REACHED, "the installation is not visible any more")
        return
    policy = run.make_policy(reach.clock.now())
    left = _not_yet_so(work, work.observed)
    now = AtSite(desired=wanted, observed=work.observed, changes=left, limits=run.desired.limits, policy=policy)
    if refusals := refusals_now(wanted, work.observed, left, limits=now.limits, policy=policy):
        work.close(OutcomeKind.REFUSED, refusals[0].message)
        return
    work.steps, work.sent = steps_now(now), policy.sent
    _level_by_level(work)


def _not_yet_so(work: _Work, observed: ObservedInstallation) -> tuple[Change, ...]:
    """Settle what somebody else did since the plan; guards and order are about the rest."""
    so = [one for one in work.site.changes if classify(one, seen_value(one, observed)) is Verdict.ALREADY]
    detail = "it was as desired before this run wrote anything"
    work.tally.close_open(so, kind=OutcomeKind.ALREADY, detail=detail, at=work.reach.clock.now())
    return tuple(change for change in work.site.changes if change not in so)


def _level_by_level(work: _Work) -> None:
    left = list(work.steps)
    while left:
        open_ids = {step.id for step in left}
        level = [step for step in left if open_ids.isdisjoint(step.after)]
        left = [step for step in left if step not in level]
        sent = [outcome for step in level if (outcome := _one_step(work, step)) is not None]
        read_back(sent, reach=work.reach, tally=work.tally)


def _observe(work: _Work) -> ObservedFleet:
    """Read what the planned settings of the installation need, guards included."""
    desired = touched(work.run.desired, work.site.changes)
    return work.reach.observer.observe(needs_of(desired), breadth=Breadth.SITES)


def _one_step(work: _Work, step: Step) -> Sent | None:
    """Write one step if it may run; None when nothing was sent."""
    changes = [work.changes[change_id] for change_id in step.change_ids]
    if _held_back(work, step, changes):
        return None
    valid = _still_valid(work, step, changes)
    if not valid or _sent_before(work, step, valid):
        return None
    if step.route is Route.PORTAL:
        work.settle(step, valid, OutcomeKind.WAITING, "a person must do this in the Portal; see the worksheet")
        return None
    return _send(work, step, valid)


def _held_back(work: _Work, step: Step, changes: Sequence[Change]) -> bool:
    """Settle a step that may not run: stopped, behind something unfinished, or its gate is closed."""
    if reason := work.tally.stopped:
        work.settle(step, changes, OutcomeKind.NOT_REACHED, reason)
        return True
    if held := _held_by(work, step):
        work.settle(step, changes, *held)
        return True
    takes = step.route is not Route.PORTAL and any(takes_away(one) for one in changes if one.target.principal)
    if takes and not _owner_stays(work, step):
        work.settle(step, changes, OutcomeKind.WAITING, "no owner who stays has accepted yet, so access stays")
        return True
    return False


def _held_by(work: _Work, step: Step) -> tuple[OutcomeKind, str] | None:
    before = {other.id: other for other in work.steps if other.id in step.after}
    kinds = {work.tally.kind_of(change_id) for other in before.values() for change_id in other.change_ids}
    if kinds <= SETTLED:
        return None
    if OutcomeKind.WAITING in kinds and kinds <= SETTLED | {OutcomeKind.WAITING}:
        return OutcomeKind.WAITING, "must come after a step that waits for a person"
    worst = sorted(kind.value for kind in kinds - SETTLED if kind is not None)
    return OutcomeKind.NOT_REACHED, f"must come after a step that is {', '.join(worst)}"


def _owner_stays(work: _Work, step: Step) -> bool:
    """Read who has access once more; access is taken away only when an owner was seen to accept and stays."""
    found = _observe(work).installation(work.site.installation_id)
    permissions = found.permissions if found else None
    if not isinstance(permissions, tuple):
        return False
    about_people = [change for change in work.site.changes if change.target.principal]
    return gate_is_open(step, about_people, observed=permissions, limits=work.run.desired.limits)


def _still_valid(work: _Work, step: Step, changes: Sequence[Change]) -> list[Change]:
    """Read the preconditions; settle what is already so, what moved, and what cannot be read."""
    seen = work.reach.executor.read(step, changes)
    valid = []
    for change in changes:
        now = seen[change.id]
        match classify(change, now):
            case Verdict.VALID:
                valid.append(change)
            case Verdict.ALREADY:
                work.settle(step, [change], OutcomeKind.ALREADY, "it was as desired before this run wrote anything")
            case Verdict.CONFLICT:
                work.settle(step, [change], OutcomeKind.CONFLICT, values_in_words(change, now))
            case Verdict.UNREADABLE:
                work.settle(step, [change], OutcomeKind.NOT_REACHED, "could not be read again, so nothing was sent")
    return valid


def _sent_before(work: _Work, step: Step, changes: Sequence[Change]) -> bool:
    """An offline charger got the value from an earlier run already; it is sent once."""
    sent = [work.sent[change.id] for change in changes if change.id in work.sent]
    if not sent or not _offline(work, changes):
        return False
    detail = f"sent {min(sent):%Y-%m-%dT%H:%M:%SZ}; the charger is still offline"
    work.settle(step, changes, OutcomeKind.PENDING, detail)
    return True


def _send(work: _Work, step: Step, changes: Sequence[Change]) -> Sent | None:
    ids = [change.id for change in changes]
    work.run.log.record("before-write", {"step": step.id, "changes": ids, "operation": step.operation.value})
    answer = work.reach.executor.write(step, changes)
    sent_at = work.reach.clock.now()
    work.run.log.record("after-write", {"step": step.id, "status": answer.status.value, "detail": answer.detail})
    if answer.status is WriteStatus.REFUSED:
        work.settle(step, changes, OutcomeKind.FAILED, answer.detail)
        return None
    return Sent(step=step, changes=tuple(changes), answer=answer, sent_at=sent_at, offline=_offline(work, changes))


def _offline(work: _Work, changes: Sequence[Change]) -> bool:
    serials = {change.target.charger for change in changes if change.target.charger}
    chargers = work.observed.chargers if work.observed else ()
    return any(charger.online is False for charger in chargers if charger.serial in serials)
