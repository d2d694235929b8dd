"""Taking our own access away: when it may go, and what is known of a site that nobody can read again."""

from collections.abc import Sequence

from reconciler.model.change import Change
from reconciler.model.desired import DesiredFleet
from reconciler.model.observed import ObservedFleet, ObservedInstallation
from reconciler.model.outcome import LEFT, Outcome, OutcomeKind
from reconciler.model.plan import Plan, Step
from reconciler.model.settings import Scope
from reconciler.model.value import ABSENT
from reconciler.planning.access import gate_is_open, giving, may_be_ours
from reconciler.planning.gone import is_gone

_SETTLED = frozenset({OutcomeKind.DONE, OutcomeKind.ALREADY})


def takes_our_access(changes: Sequence[Change], *, observed: ObservedInstallation | None, own: str | None) -> bool:
    """Whether these changes may take our own access to the installation away, so that nobody can look afterwards.

    Args:
        changes: Of one step.
        observed: What was seen last.
        own: Our own group; None when nobody told.
    """
    seen = observed.permissions if observed else None
    there = giving(seen, observed.roles) if observed and isinstance(seen, tuple) else ()
    gone = [one for one in changes if one.target.scope is Scope.PRINCIPAL and one.after is ABSENT]
    return any(may_be_ours(one.target.principal or "", own=own, there=there) for one in gone)


def owner_stays(
    step: Step, changes: Sequence[Change], *, observed: ObservedInstallation | None, desired: DesiredFleet
) -> bool:
    """Whether those stay who must have accepted before the access that a step takes away may go.

    Args:
        step: About to run.
        changes: All of the plan at that installation.
        observed: As just read.
        desired: The files.
    """
    if observed is None or not isinstance(observed.permissions, tuple):
        return False
    about_people = [change for change in changes if change.target.scope is Scope.PRINCIPAL]
    wish = next((one.permissions for one in desired.installations if one.id == observed.id), None)
    return gate_is_open(step, about_people, observed=observed.permissions, limits=desired.limits, wish=wish)


def left_sites(plan: Plan, outcomes: Sequence[Outcome], *, second: Plan, observed: ObservedFleet) -> frozenset[str]:
    """Ids of installations where losing access confirms the run.

    Everything was done there, our own removal was the last step and was answered, and neither plan says that anything
    else is open.

    Args:
        plan: What was carried out.
        outcomes: What happened to each of its changes.
        second: The plan after the run.
        observed: What that plan was made from.
    """
    settled: dict[str, bool] = {}
    left: set[str] = set()
    for outcome in outcomes:
        change = plan.change(outcome.change_id)
        site = change.target.installation_id
        settled[site] = settled.get(site, True) and outcome.kind in _SETTLED
        if outcome.detail == LEFT and is_gone(observed.installation(site, change.target.account)):
            left.add(site)
    followed = {before for step in plan.steps for before in step.after}
    last = {
        step.installation_id for step in plan.steps if step.id not in followed and _leaves(step.change_ids, outcomes)
    }
    still_open = {*_open(plan), *(one.target.installation_id for one in plan.unreadable), *_open(second)}
    still_open |= {change.target.installation_id for change in second.changes}
    return frozenset(site for site in left & last if settled[site] and site not in still_open)


def _leaves(change_ids: Sequence[str], outcomes: Sequence[Outcome]) -> bool:
    return any(outcome.change_id in change_ids and outcome.detail == LEFT for outcome in outcomes)


def _open(plan: Plan) -> set[str]:
    """Where something waits or is refused; a fleet guard refuses the whole run, which has then done nothing."""
    return {
        *(item.target.installation_id for item in plan.pending),
        *(item.target.installation_id for item in plan.waiting),
        *(item.target.installation_id for item in plan.unverifiable),
        *(refusal.installation_id for refusal in plan.refusals if refusal.installation_id is not None),
    }
