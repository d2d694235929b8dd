"""How the changes of a plan stand against a fresh one: may be done, are so already, must wait, or must not be done."""

from collections.abc import Mapping

from reconciler.model.change import Change, Target
from reconciler.model.observed import ObservedInstallation
from reconciler.model.outcome import OutcomeKind
from reconciler.model.plan import Operation, Plan, Step
from reconciler.model.value import Observation, Reason, Unreadable, same
from reconciler.model.words import after, before, value
from reconciler.planning.classify import Verdict, classify
from reconciler.planning.residual import residual_plan, with_prerequisites
from reconciler.records import dataclass
from reconciler.workflows.touched import seen_value

NO_ACCESS = frozenset({Reason.FORBIDDEN, Reason.NOT_FOUND, Reason.NOT_VISIBLE, Reason.NO_ROLE})

Place = tuple[Target, str]
Held = tuple[OutcomeKind, str]

ALL_OR_NOTHING = frozenset({Operation.SWITCH_TO_OCPP_NATIVE})
"""Requests that always write everything they can, so that none of their changes may be left out."""

BEHIND: Held = (OutcomeKind.NOT_REACHED, "must come after something that is not done")
NOT_HELD: Held = (OutcomeKind.NOT_REACHED, "must come after something that is open by now and not in here: plan again")
SPLIT: Held = (OutcomeKind.NOT_REACHED, "goes in one request with something that may not be written")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a fresh plan of one installation says about the changes of an older one.

    Attributes:
        steps: Steps of the changes that may be done, made from the fresh plan: ids, order and gates of a saved plan
            are for its readers.
        held: Change id, and why it is not among them.
    """

    steps: tuple[Step, ...]
    held: Mapping[str, Held]


def standing(
    changes: tuple[Change, ...],
    *,
    fresh: Plan,
    observed: ObservedInstallation,
    planned: Plan,
    lost: frozenset[str] = frozenset(),
) -> Standing:
    """Compare a plan's changes of one installation with what a plan made now would do there.

    A change may be done when the fresh plan holds the very same one, and everything that must come before it as well;
    both plans tell what that is, because a fresh one knows nothing of what it could not read.

    Args:
        changes: Those of the older plan that are to be compared.
        fresh: Made from what was just read.
        observed: The same as values.
        planned: The older plan.
        lost: Its changes that are not so, and will not be made so.
    """
    wanted = {(one.target, one.setting): one for one in fresh.changes}
    held: dict[str, Held] = {}
    for change in changes:
        reason = _reason(change, wanted, fresh, observed)
        if reason is not None:
            held[change.id] = reason
    known = frozenset(change.id for change in planned.changes)
    allowed = frozenset(change.id for change in changes) - held.keys()
    for change_id in sorted(allowed):
        first = with_prerequisites(fresh, frozenset({change_id}))
        if not first <= allowed:
            held[change_id] = BEHIND if first <= known else NOT_HELD
    undone = lost | {change.id for change in changes if change.id in held and not _is_so(change, held, observed)}
    for change_id in sorted(allowed - held.keys()):
        if not undone.isdisjoint(with_prerequisites(planned, frozenset({change_id}))):
            held[change_id] = BEHIND
    held |= _of_split_requests(fresh, allowed - held.keys())
    may = residual_plan(fresh, allowed - held.keys(), now=fresh.created_at)
    return Standing(steps=may.steps, held=held)


def _is_so(change: Change, held: Mapping[str, Held], observed: ObservedInstallation) -> bool:
    """Whether what comes behind a change may go on: access that only waits for its person to accept it was given.

    What needs the acceptance itself says so by its gate.
    """
    kind, _ = held[change.id]
    given = kind is OutcomeKind.WAITING and classify(change, seen_value(change, observed)) is Verdict.ALREADY
    return given or kind is OutcomeKind.ALREADY


def _of_split_requests(fresh: Plan, may: frozenset[str]) -> Mapping[str, Held]:
    """Changes that cannot go alone: the documented switch writes mode and URL whatever is asked of it."""
    split = (
        frozenset(step.change_ids) & may
        for step in fresh.steps
        if step.operation in ALL_OR_NOTHING and not may.issuperset(step.change_ids)
    )
    return {change_id: SPLIT for change_ids in split for change_id in sorted(change_ids)}


def _reason(change: Change, wanted: Mapping[Place, Change], fresh: Plan, observed: ObservedInstallation) -> Held | None:
    place = (change.target, change.setting)
    now = wanted.get(place)
    if now is None:
        return _not_wanted(change, fresh, observed)
    if now.id == change.id:
        return None
    if not same(now.after, change.after):
        return OutcomeKind.NOT_REACHED, f"the files want {after(now)} by now, and no longer {after(change)}"
    if now.route is not change.route:
        return OutcomeKind.NOT_REACHED, f"its route is {now.route.value} by now, and no longer {change.route.value}"
    return OutcomeKind.CONFLICT, values_in_words(change, seen_value(change, observed))


def _not_wanted(change: Change, fresh: Plan, observed: ObservedInstallation) -> Held:
    """Why a fresh plan does not hold a change of that place."""
    place = (change.target, change.setting)
    for waiting in fresh.waiting:
        if (waiting.target, waiting.setting) == place:
            return OutcomeKind.WAITING, waiting.reason
    seen = seen_value(change, observed)
    if classify(change, seen) is Verdict.ALREADY:
        return _overtaken(change, fresh) or (OutcomeKind.ALREADY, "it was as desired before this run wrote anything")
    for pending in fresh.pending:
        # A mode that waits for idle chargers is listed once per busy charger.
        whose = pending.target.principal == change.target.principal
        if whose and pending.setting == change.setting and change.target.charger in {pending.target.charger, None}:
            return OutcomeKind.PENDING, pending.reason
    for refusal in fresh.refusals:
        return OutcomeKind.REFUSED, refusal.message
    if isinstance(seen, Unreadable):
        return OutcomeKind.NOT_REACHED, "could not be read again, so nothing was sent"
    return OutcomeKind.NOT_REACHED, "the files do not want this any more"


def _overtaken(change: Change, fresh: Plan) -> Held | None:
    """What is as wanted now and will not stay so: a value that was sent before still waits for its charger."""
    here = (item.reason for item in fresh.pending if (item.target, item.setting) == (change.target, change.setting))
    reason = next(here, None)
    return None if reason is None else (OutcomeKind.PENDING, reason)


def values_in_words(change: Change, now: Observation) -> str:
    """Both values of a conflict: what the plan saw and what is there now."""
    return f"the plan saw {before(change)}, it is {value(change.row, now)} now; wanted {after(change)}"


def lost_access(seen: Observation) -> bool:
    """Whether the site tells us nothing any more, as it does once our own group was removed."""
    return isinstance(seen, Unreadable) and seen.reason in NO_ACCESS
