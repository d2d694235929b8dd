"""One installation of an apply: plan it afresh, write what still stands, read back, one outcome per change."""

from collections.abc import Sequence
from dataclasses import field

from reconciler.errors import CloudError
from reconciler.model.change import Change, plain
from reconciler.model.desired import Route
from reconciler.model.observed import Breadth, ObservedInstallation
from reconciler.model.outcome import OutcomeKind, WriteStatus
from reconciler.model.plan import Plan, Step
from reconciler.model.settings import Scope
from reconciler.model.value import Observation
from reconciler.planning.access import takes_away
from reconciler.planning.classify import Verdict, classify
from reconciler.planning.make import make_plan
from reconciler.planning.reads import needs_of
from reconciler.records import dataclass
from reconciler.workflows.context import Apply, FirstLooks, Reach, Site
from reconciler.workflows.invitations import is_invitation, unaccepted, wish_at
from reconciler.workflows.leaving import owner_stays, takes_our_access
from reconciler.workflows.read_back import Sent, read_back
from reconciler.workflows.resume import NOT_VISIBLE, OTHERWISE_NOW, in_a_lost_site, in_hindsight, unread
from reconciler.workflows.standing import ALL_OR_NOTHING, SPLIT, Held, standing, values_in_words
from reconciler.workflows.tally import Tally
from reconciler.workflows.touched import seen_value, touched

SETTLED = frozenset({OutcomeKind.DONE, OutcomeKind.ALREADY})
MODE = "authentication.mode"


@dataclass(slots=True, kw_only=True)
class _Work:
    """The moving parts of one site while it is being applied."""

    site: Site
    run: Apply
    reach: Reach
    tally: Tally
    observed: ObservedInstallation | None = None
    steps: tuple[Step, ...] = ()
    changes: dict[str, Change] = field(default_factory=dict)
    unaccepted: tuple[str, ...] = ()

    def settle(self, changes: Sequence[Change], held: Held, step: Step | None = None) -> None:
        kind, detail = held
        for change in changes:
            self.tally.settle(change, step=step, kind=kind, detail=detail, at=self.reach.clock.now())

    def leave(self, held: Held) -> None:
        """End the whole site without looking at it."""
        for change in self.site.changes:
            self.settle([change], unread(held) if change.id in self.run.earlier.sent else held)

    def in_hindsight(self, change: Change, held: Held, seen: Observation) -> Held:
        """What an interrupted run may have sent counts as that."""
        return in_hindsight(change, held, changes=self.site.changes, earlier=self.run.earlier, seen=seen)

    def of(self, step: Step) -> list[Change]:
        return [self.changes[change_id] for change_id in step.change_ids]


def run_site(site: Site, *, run: Apply, reach: Reach, tally: Tally, looks: FirstLooks) -> None:
    """Carry out the steps of one installation, level by level; every change ends with an outcome.

    First the site is planned afresh from what is there and from what the files say now; only changes that such a plan
    would make as well are made, in its order. A level holds the steps whose predecessors were read back; they are
    written one after the other and read back together, so that waiting for a cache is done once.

    Raises:
        CloudError: The installation could not be read again before the first write.
    """
    work = _Work(site=site, run=run, reach=reach, tally=tally, changes={change.id: change for change in site.changes})
    if not any(found.id == site.installation_id for found in run.desired.installations):
        work.leave((OutcomeKind.NOT_REACHED, "no file declares this installation any more"))
        return
    if reason := tally.stopped:
        work.leave((OutcomeKind.NOT_REACHED, reason))
        return
    fresh = _look(work)
    if fresh is None or work.observed is None:
        for change in site.changes:
            work.settle([change], in_a_lost_site(change, site.changes, run.earlier))
        return
    looks.keep(work.observed, fresh)
    _settle_what_is_not_to_do(work, fresh, work.observed)
    left = list(work.steps)
    while left:
        open_ids = {step.id for step in left}
        level = [step for step in left if open_ids.isdisjoint(step.after)]
        left = [step for step in left if step not in level]
        _one_level(work, level)
    tally.reopen_where_left(site.changes, work.unaccepted, at=reach.clock.now())


def _settle_what_is_not_to_do(work: _Work, fresh: Plan, observed: ObservedInstallation) -> None:
    """Compare with the fresh plan: what is done, held or gone ends here, the rest becomes the steps of the site."""
    earlier = work.run.earlier
    undone = earlier.done & {change.id for change in fresh.changes}
    for change in work.site.changes:
        if change.id in undone:
            work.settle([change], OTHERWISE_NOW)
    left = tuple(change for change in work.site.changes if change.id not in undone)
    now = standing(left, fresh=fresh, observed=observed, planned=work.run.plan, lost=undone)
    for change_id, held in now.held.items():
        change = work.changes[change_id]
        work.settle([change], work.in_hindsight(change, held, seen_value(change, observed)))
    work.steps = now.steps


def _look(work: _Work) -> Plan | None:
    """Read what the planned settings of the site need and plan them afresh; None when the site is not visible.

    Raises:
        CloudError: It could not be read.
    """
    run = work.run
    desired = touched(run.desired, work.site.changes)
    observed = work.reach.observer.observe(needs_of(desired), breadth=Breadth.SITES)
    work.observed = observed.installation(work.site.installation_id, work.site.account)
    if work.observed is None:
        return None
    return make_plan(desired, observed, run.make_policy(work.reach.clock.now()), run.origins)


def _one_level(work: _Work, level: Sequence[Step]) -> None:
    """Write and read back; with a limit on failures, in batches of that size, so that it can stop in time."""
    batch = work.run.limits.max_failures or len(level)
    for start in range(0, len(level), batch):
        _one_batch(work, level[start : start + batch])


def _one_batch(work: _Work, steps: Sequence[Step]) -> None:
    sent: list[Sent] = []
    try:
        for step in steps:
            sent += _one_step(work, step)
    finally:
        read_back(sent, reach=work.reach, tally=work.tally)


def _one_step(work: _Work, step: Step) -> list[Sent]:
    """Write one step if it may run; empty when nothing was sent."""
    changes = work.of(step)
    if (held := _held_back(work, step, changes)) is not None:
        work.settle(changes, held, step)
        return []
    valid = _still_valid(work, step, changes)
    if len(valid) < len(changes) and step.operation in ALL_OR_NOTHING and not _rest_is_so(work, changes):
        work.settle(valid, SPLIT, step)
        return []
    if not valid:
        return []
    if step.route is Route.PORTAL:
        work.settle(valid, (OutcomeKind.WAITING, "a person must do this in the Portal; see the worksheet"), step)
        return []
    if reason := _one_invitation_too_many(work, valid):
        work.settle(valid, (OutcomeKind.NOT_REACHED, reason), step)
        return []
    return _send(work, step, valid)


def _rest_is_so(work: _Work, changes: Sequence[Change]) -> bool:
    """Whether whatever of a step has ended already ended well."""
    kinds = {work.tally.kind_of(change.id) for change in changes}
    return kinds <= SETTLED | {None}


def _one_invitation_too_many(work: _Work, changes: Sequence[Change]) -> str:
    """Why an invitation has to wait for another day; one that may go is written down before it leaves."""
    pace = work.run.invitations
    for change in changes:
        if not is_invitation(change) or change.id in work.run.earlier.invited:
            continue
        if pace is not None and (reason := pace.take(change.target.account)):
            return reason
        work.run.log.record("invited", {**_place(work), "change": change.id})
    return ""


def _held_back(work: _Work, step: Step, changes: Sequence[Change]) -> Held | None:
    """Why a step may not run: stopped, behind something unfinished, or the site has changed under it."""
    if held := work.tally.held:
        return held
    if held := _held_by(work, step):
        return held
    if step.route is Route.PORTAL:
        return None
    try:
        return _held_now(work, step, changes)
    except CloudError as error:
        return OutcomeKind.NOT_REACHED, f"could not be looked at again before the write: {error.what}"


def _held_by(work: _Work, step: Step) -> Held | None:
    before = [other for other in work.steps if other.id in step.after]
    kinds = {work.tally.kind_of(change_id) for other in before for change_id in other.change_ids}
    if kinds <= SETTLED:
        return None
    if OutcomeKind.WAITING in kinds and kinds <= SETTLED | {OutcomeKind.WAITING}:
        return OutcomeKind.WAITING, "must come after a step that waits for a person"
    worst = sorted(kind.value for kind in kinds - SETTLED if kind is not None)
    return OutcomeKind.NOT_REACHED, f"must come after a step that is {', '.join(worst)}"


def _held_now(work: _Work, step: Step, changes: Sequence[Change]) -> Held | None:
    """Look at the whole site once more before the mode is switched or access is taken away.

    Raises:
        CloudError: It could not be read.
    """
    taken = [change for change in changes if change.target.principal and takes_away(change)]
    if not taken and not any(change.setting == MODE for change in changes):
        return None
    fresh = _look(work)
    if fresh is None or work.observed is None:
        return NOT_VISIBLE
    held = standing(tuple(changes), fresh=fresh, observed=work.observed, planned=work.run.plan).held
    if any(kind is not OutcomeKind.ALREADY for kind, _ in held.values()):
        return next(reason for reason in held.values() if reason[0] is not OutcomeKind.ALREADY)
    if any(change.target.scope is Scope.PRINCIPAL for change in taken):
        if not owner_stays(step, work.site.changes, observed=work.observed, desired=work.run.desired):
            return OutcomeKind.WAITING, "not every owner who must stay has accepted yet, so access stays"
        _note_unaccepted(work, fresh)
    return None


def _note_unaccepted(work: _Work, fresh: Plan) -> None:
    """Who has not accepted, on disk before our own access may go and nobody can look any more."""
    work.unaccepted = unaccepted(work.site.changes, fresh)
    wish = wish_at(work.run.wish_of(work.site), work.observed)
    work.run.log.record("unaccepted", {**_place(work), "changes": list(work.unaccepted), **wish})


def _still_valid(work: _Work, step: Step, changes: Sequence[Change]) -> list[Change]:
    """Read the preconditions; settle what is already so, what moved, and what cannot be read."""
    seen = work.reach.executor.read(step, changes)
    valid = []
    for change in changes:
        match classify(change, seen[change.id]):
            case Verdict.VALID:
                valid.append(change)
            case Verdict.ALREADY:
                already = (OutcomeKind.ALREADY, "it was as desired before this run wrote anything")
                work.settle([change], work.in_hindsight(change, already, seen[change.id]), step)
            case Verdict.CONFLICT:
                work.settle([change], (OutcomeKind.CONFLICT, values_in_words(change, seen[change.id])), step)
            case Verdict.UNREADABLE:
                nothing = (OutcomeKind.NOT_REACHED, "could not be read again, so nothing was sent")
                work.settle([change], work.in_hindsight(change, nothing, seen[change.id]), step)
    return valid


def _send(work: _Work, step: Step, changes: Sequence[Change]) -> list[Sent]:
    ids, now = [change.id for change in changes], work.reach.clock.now
    what = {"step": step.id, "changes": ids, "operation": step.operation.value}
    own = work.run.desired.account(work.site.account).own_principal
    ours = takes_our_access(changes, observed=work.observed, own=own)
    work.run.log.record("before-write", {**what, "leaves_at": now().isoformat(), "ours": ours})
    work.tally.note_sent(changes)
    answer = work.reach.executor.write(step, changes)
    sent_at = now()
    offline = _offline(work, changes)
    if offline and answer.status is WriteStatus.ACCEPTED:
        # Before the answer is written down: whoever finds that may rely on finding this as well.
        _note_queued(work, changes)
    for change in changes:
        if change.setting == MODE and answer.status is not WriteStatus.REFUSED:
            work.run.log.record("switched", _place(work))
    told = {"status": answer.status.value, "detail": answer.detail}
    work.run.log.record("after-write", {"step": step.id, **told, "answered_at": sent_at.isoformat()})
    if answer.status is WriteStatus.REFUSED:
        work.settle(changes, (OutcomeKind.FAILED, answer.detail), step)
        return []
    return [Sent(step=step, changes=tuple(changes), answer=answer, sent_at=sent_at, offline=offline, ours=ours)]


def _note_queued(work: _Work, changes: Sequence[Change]) -> None:
    """The cloud keeps the value until the charger comes back; later plans must know, whatever the files say then."""
    for change in changes:
        what = {"charger": change.target.charger, "setting": change.setting, "value": plain(change.after)}
        work.run.log.record("queued", {**_place(work), **what})


def _place(work: _Work) -> dict[str, object]:
    """Where an event belongs that later runs look for."""
    account = work.run.desired.account(work.site.account)
    return {"account": account.name, "cloud": account.cloud.value, "installation": work.site.installation_id}


def _offline(work: _Work, changes: Sequence[Change]) -> bool:
    """Whether a value is for a device that is not there; who has rights on it the cloud knows itself."""
    serials = {change.target.charger for change in changes if change.target.scope is Scope.CHARGER}
    chargers = work.observed.chargers if work.observed else ()
    return any(charger.online is False for charger in chargers if charger.serial in serials)
