"""The table of guards: what is refused, with a number, a limit and one way out each.

A site that is refused keeps none of its changes and steps in the plan; its refusals say what was wanted. A fleet guard
leaves all changes in view and refuses the run.
"""

from collections.abc import Sequence
from dataclasses import replace

from reconciler.model.change import Change
from reconciler.model.desired import GuardLimits
from reconciler.model.plan import GuardScope, Refusal
from reconciler.model.words import counted, wish
from reconciler.planning import guards_access, guards_current, guards_switch
from reconciler.planning.guard import Guard, is_lifted, refusal_of
from reconciler.planning.policy import Policy
from reconciler.planning.site import Site

GUARDS: tuple[Guard, ...] = (
    Guard(id="role-missing", code="P303", liftable=False, check=guards_switch.role_missing),
    Guard(id="switch-while-busy", code="P305", liftable=True, check=guards_switch.switch_while_busy),
    Guard(id="ocpp-native-unsupported", code="P306", liftable=False, check=guards_switch.native_unsupported),
    Guard(id="ocpp-native-not-allowed", code="P307", liftable=False, check=guards_switch.native_not_allowed),
    Guard(id="power-managed", code="P308", liftable=False, check=guards_switch.power_managed),
    Guard(id="last-owner", code="P309", liftable=True, check=guards_access.last_owner),
    Guard(id="own-access", code="P313", liftable=True, check=guards_access.own_access),
    Guard(id="unbalanced-circuit", code="P314", liftable=True, check=guards_current.unbalanced_circuit),
    Guard(id="raise-installation-limit", code="P316", liftable=True, check=guards_current.raise_installation),
    Guard(id="raise-circuit-unreadable", code="P317", liftable=True, check=guards_current.raise_without_circuit),
    Guard(id="above-circuit", code="P318", liftable=False, check=guards_current.above_circuit),
    Guard(id="current-range", code="P319", liftable=False, check=guards_current.current_range),
    Guard(id="shared-installation", code="P320", liftable=True, check=guards_switch.shared_installation),
    Guard(id="lose-load-balancing", code="P321", liftable=True, check=guards_current.lose_load_balancing),
    Guard(id="lower-installation-unreadable", code="P322", liftable=True, check=guards_current.lower_without_knowing),
    Guard(id="available-current-unreadable", code="P323", liftable=False, check=guards_current.available_unreadable),
)
"""Guards of one site."""

CHANGED_INSTALLATIONS = ("changed-installations", "P310")
CHARGERS_TO_ZERO = ("chargers-to-zero", "P315")


def site_refusals(site: Site) -> tuple[Refusal, ...]:
    """What refuses the changes of one site; empty when nothing does.

    To look again at changes of an older plan, build the site from what was just read and from the files, limits and
    policy of this moment.
    """
    if not site.changes:
        return ()
    found = [refusal_of(guard, objection, site) for guard in GUARDS for objection in guard.check(site)]
    return tuple(refusal for refusal in found if not is_lifted(refusal, site.desired, site.policy))


def with_wishes(refusals: Sequence[Refusal], changes: Sequence[Change]) -> tuple[Refusal, ...]:
    """Give the first refusal of a site what it holds back; the plan lists those changes nowhere else."""
    ordered = sorted(refusals, key=refusal_key)
    return (replace(ordered[0], held_back=tuple(wish(change) for change in changes)), *ordered[1:])


def refusal_key(refusal: Refusal) -> tuple[str, str, str, str, str, str]:
    """Orders refusals: fleet first, then by place, code and charger."""
    place = (refusal.account or "", refusal.installation_id or "")
    scope = "0" if refusal.scope is GuardScope.FLEET else "1"
    return (scope, *place, refusal.code, refusal.charger or "", refusal.message)


def fleet_refusals(changes: Sequence[Change], limits: GuardLimits, *, policy: Policy) -> tuple[Refusal, ...]:
    """What refuses the whole run: too many installations at once, or too many chargers switched off.

    For an older plan, pass its changes with the limits and the policy of this moment.
    """
    sites = len({change.target.installation_id for change in changes})
    off = sum(
        change.setting == "maxCurrent" and change.target.charger is not None and change.after == 0 for change in changes
    )
    found = (
        _fleet(CHANGED_INSTALLATIONS, sites, limits.max_changed_installations, "installation", "would change"),
        _fleet(CHARGERS_TO_ZERO, off, limits.max_chargers_to_zero, "charger", "would be set to 0 A"),
    )
    return tuple(one for one in found if one is not None and not is_lifted(one, None, policy))


def _fleet(guard: tuple[str, str], measured: int, limit: int, noun: str, verb: str) -> Refusal | None:
    if measured <= limit:
        return None
    name, code = guard
    return Refusal(
        code=code,
        guard=name,
        scope=GuardScope.FLEET,
        account=None,
        installation_id=None,
        installation_name="",
        measured=str(measured),
        limit=str(limit),
        message=f"{counted(measured, noun)} {verb}, the budget is {limit}",
        remedy="select fewer, or raise the budget in fleet.yaml",
        liftable=True,
    )
