"""The proof of an apply: a second plan over what it touched, the receipt, and what is left to do."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from reconciler.model.change import Change, plain
from reconciler.model.desired import DesiredFleet, Route
from reconciler.model.digest import digest_of
from reconciler.model.observed import ObservedFleet
from reconciler.model.outcome import Outcome, OutcomeKind, Receipt
from reconciler.model.plan import Plan
from reconciler.model.ports import Origins
from reconciler.model.words import counted, open_reasons
from reconciler.planning.make import Policy, make_plan
from reconciler.planning.normalise import means_the_same
from reconciler.planning.residual import joined, residual_plan
from reconciler.records import dataclass
from reconciler.workflows.leaving import left_sites
from reconciler.workflows.plan import observe_fleet
from reconciler.workflows.ports import Observer
from reconciler.workflows.touched import seen_value, touched

BROKEN = frozenset({OutcomeKind.FAILED, OutcomeKind.UNCERTAIN, OutcomeKind.CONFLICT, OutcomeKind.REFUSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What the second plan showed.

    Attributes:
        outcomes: As journalled, except that a grant which nobody accepted yet is waiting, and that what the second
            plan wants again is uncertain.
        residual: A fresh plan for what was not done; None when nothing is left.
        second: The second plan itself, with what it was made from; None where nothing was looked at.
    """

    outcomes: tuple[Outcome, ...]
    receipt: Receipt
    residual: Plan | None
    second: tuple[Plan, ObservedFleet] | None = None


def prove(
    plan: Plan,
    outcomes: Sequence[Outcome],
    *,
    desired: DesiredFleet,
    observers: Mapping[str, Observer],
    policy: Policy,
    origins: Origins,
    started_at: datetime,
    writes: int,
) -> Proof:
    """Plan again over what the run touched. `writes` is how many requests the run sent to change something.

    Raises:
        CloudError: The second plan could not be read; the run then has no receipt.
    """
    again = touched(desired, plan.changes)
    if not again.installations:
        return _nothing_to_look_at(plan, outcomes, started_at=started_at, finished_at=policy.now)
    observed = observe_fleet(again, observers)
    second = make_plan(again, observed, policy, origins)
    places = {(change.target, change.setting) for change in plan.changes}
    open_changes = [change for change in second.changes if (change.target, change.setting) in places]
    final = _final(plan, outcomes, second)
    machine = _for_machines(plan, final, open_changes)
    unsent = _unsent(plan, second)
    gone = left_sites(plan, final, second=second, observed=observed)
    unread = tuple(item for item in second.unreadable if item.target.installation_id not in gone)
    reasons = (
        *open_reasons(replace(second, unreadable=unread)),
        *broken_and_pending(plan, final, second),
        *_not_sent_yet(unsent),
        *_without_file(plan, again),
    )
    return Proof(
        outcomes=final,
        receipt=Receipt(
            converged=not (machine or reasons),
            desired_digest=plan.desired.digest,
            observed_digest=_observed_digest(plan, observed),
            second_plan_changes=len(machine),
            requests_read=second.requests.read,
            requests_write=writes,
            started_at=started_at,
            finished_at=policy.now,
            open_reasons=reasons,
        ),
        residual=joined(_residual(replace(second, rollback=plan.rollback), open_changes, policy), unsent),
        second=(second, observed),
    )


def reached_part(plan: Plan, outcomes: Sequence[Outcome]) -> Plan:
    """The installations where an interrupted run did anything at all; the rest needs no second look."""
    reached = {
        plan.change(outcome.change_id).target.installation_id
        for outcome in outcomes
        if outcome.kind is not OutcomeKind.NOT_REACHED
    }
    ids = frozenset(change.id for change in plan.changes if change.target.installation_id in reached)
    return residual_plan(plan, ids, now=plan.created_at)


def of_the_whole(proof: Proof, plan: Plan, outcomes: Sequence[Outcome]) -> Proof:
    """The proof of the reached part of an interrupted run as one of the whole run, which has not converged.

    What was not looked at again is left as it was planned.
    """
    final = {outcome.change_id: outcome for outcome in (*outcomes, *proof.outcomes)}
    left = counted(sum(outcome.kind is OutcomeKind.NOT_REACHED for outcome in final.values()), "change")
    reasons = (*proof.receipt.open_reasons, f"the run was interrupted with {left} not reached")
    return replace(
        proof,
        outcomes=tuple(final[outcome.change_id] for outcome in outcomes),
        receipt=replace(proof.receipt, converged=False, open_reasons=reasons),
        residual=joined(_beyond(plan, outcomes, now=proof.receipt.finished_at), proof.residual),
    )


def _beyond(plan: Plan, outcomes: Sequence[Outcome], *, now: datetime) -> Plan | None:
    """The installations that the run did not come to; None when it came to all."""
    reached = {change.id for change in reached_part(plan, outcomes).changes}
    ids = frozenset(change.id for change in plan.changes if change.id not in reached)
    return residual_plan(plan, ids, now=now) if ids else None


def _nothing_to_look_at(
    plan: Plan, outcomes: Sequence[Outcome], *, started_at: datetime, finished_at: datetime
) -> Proof:
    """No file declares any of the installations any more, so nothing was written and nothing can be planned."""
    receipt = Receipt(
        converged=False,
        desired_digest=plan.desired.digest,
        observed_digest=digest_of([]),
        second_plan_changes=0,
        requests_read=0,
        requests_write=0,
        started_at=started_at,
        finished_at=finished_at,
        open_reasons=_gone(len(plan.changes)),
    )
    return Proof(outcomes=tuple(outcomes), receipt=receipt, residual=None)


def _without_file(plan: Plan, again: DesiredFleet) -> tuple[str, ...]:
    declared = {site.id for site in again.installations}
    return _gone(sum(change.target.installation_id not in declared for change in plan.changes))


def _gone(count: int) -> tuple[str, ...]:
    return (f"no file declares the installations of {counted(count, 'change')} any more",) if count else ()


def _final(plan: Plan, outcomes: Sequence[Outcome], second: Plan) -> tuple[Outcome, ...]:
    """Outcomes after the second look: what nobody accepted yet waits, what reads otherwise again is uncertain."""
    waiting = {(item.target, item.setting): item.reason for item in second.waiting}
    again = {(change.target, change.setting) for change in second.changes}

    def final(outcome: Outcome) -> Outcome:
        change = plan.change(outcome.change_id)
        place = (change.target, change.setting)
        if outcome.kind not in {OutcomeKind.DONE, OutcomeKind.ALREADY}:
            return outcome
        if place in waiting:
            return replace(outcome, kind=OutcomeKind.WAITING, detail=f"sent and visible; {waiting[place]}")
        if place in again:
            detail = "it read as desired during the run and not at the end: a stale read, or somebody else changes it"
            return replace(outcome, kind=OutcomeKind.UNCERTAIN, detail=detail)
        return outcome

    return tuple(final(outcome) for outcome in outcomes)


def _for_machines(plan: Plan, outcomes: Sequence[Outcome], left: Sequence[Change]) -> list[Change]:
    """What a machine could still do: neither in the Portal nor behind a person."""
    waiting = {outcome.change_id for outcome in outcomes if outcome.kind is OutcomeKind.WAITING}
    behind = {(change.target, change.setting) for change in plan.changes if change.id in waiting}
    return [
        change for change in left if change.route is not Route.PORTAL and (change.target, change.setting) not in behind
    ]


def broken_and_pending(plan: Plan, outcomes: Sequence[Outcome], second: Plan) -> tuple[str, ...]:
    """What did not work and is still pending; what only waits for its device or a person is not told here."""
    pending = {(item.target.installation_id, item.setting) for item in second.pending}
    ids = {outcome.change_id for outcome in outcomes if outcome.kind in BROKEN}
    found = [one for one in plan.changes if one.id in ids and (one.target.installation_id, one.setting) in pending]
    wait = "waits" if len(found) == 1 else "wait"
    return (f"{counted(len(found), 'change')} did not work and {wait} for a device now",) if found else ()


def _observed_digest(plan: Plan, observed: ObservedFleet) -> str:
    """Over every touched place and the value that was read there."""
    return digest_of([[*change.target.sort_key, change.setting, _plainly(change, observed)] for change in plan.changes])


def _plainly(change: Change, observed: ObservedFleet) -> object:
    site = observed.installation(change.target.installation_id, change.target.account)
    return None if site is None else plain(seen_value(change, site))


def _unsent(plan: Plan, second: Plan) -> Plan | None:
    """The part of a way back that was not sent because its charger will first take over what the run had sent.

    Such a setting looks as wanted, so the second plan holds no change for it; and no plan of the files wants it.
    """
    if plan.rollback is None:
        return None
    queued = {(item.target, item.setting): item.after for item in second.pending}
    ids = frozenset(
        change.id
        for change in plan.changes
        if (value := queued.get((change.target, change.setting))) is not None
        and not means_the_same(change.row, value, change.after)
    )
    return residual_plan(plan, ids, now=second.created_at) if ids else None


def _not_sent_yet(unsent: Plan | None) -> tuple[str, ...]:
    """What a machine must still send, although the second plan cannot know."""
    if unsent is None:
        return ()
    first = "not sent before a device has taken over what the run had sent"
    return (f"{counted(len(unsent.changes), 'change')} of the way back: {first}",)


def _residual(second: Plan, open_changes: Sequence[Change], policy: Policy) -> Plan | None:
    if not open_changes:
        return None
    return residual_plan(second, frozenset(change.id for change in open_changes), now=policy.now)
