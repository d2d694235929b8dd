"""The table of guards: what is refused, with a number, a limit and one way out each.

A site that is refused keeps none of its changes and steps in the plan; its refusals say what was wanted. A fleet guard
leaves all changes in view and refuses the run.
"""

from collections.abc import Sequence
from dataclasses import replace

from reconciler.model.change import Change
from reconciler.model.desired import GuardLimits
from reconciler.model.plan import GuardScope, Refusal
from reconciler.model.words import wish
from reconciler.planning import (
    guards_access,
    guards_account,
    guards_balance,
    guards_current,
    guards_fleet,
    guards_history,
    guards_native,
    guards_switch,
)
from reconciler.planning.guard import FleetGuard, Guard, fleet_refusal_of, is_lifted, refusal_of
from reconciler.planning.policy import Policy
from reconciler.planning.site import Site

GUARDS: tuple[Guard, ...] = (
    Guard(id="role-missing", code="P303", liftable=False, check=guards_account.role_missing),
    Guard(id="switch-while-busy", code="P305", liftable=True, check=guards_switch.switch_while_busy),
    Guard(id="ocpp-native-unsupported", code="P306", liftable=False, check=guards_native.ocpp_native_unsupported),
    Guard(id="ocpp-native-not-allowed", code="P307", liftable=False, check=guards_native.ocpp_native_not_allowed),
    Guard(id="power-managed", code="P308", liftable=False, check=guards_account.power_managed),
    Guard(id="last-owner", code="P309", liftable=True, check=guards_access.last_owner),
    Guard(id="own-access", code="P313", liftable=True, check=guards_access.own_access),
    Guard(id="unbalanced-circuit", code="P314", liftable=True, check=guards_balance.unbalanced_circuit),
    Guard(id="raise-installation-limit", code="P316", liftable=True, check=guards_current.raise_installation_limit),
    Guard(id="raise-circuit-unreadable", code="P317", liftable=True, check=guards_current.raise_circuit_unreadable),
    Guard(id="above-circuit", code="P318", liftable=False, check=guards_current.above_circuit),
    Guard(id="current-range", code="P319", liftable=False, check=guards_current.current_range),
    Guard(id="shared-installation", code="P320", liftable=True, check=guards_switch.shared_installation),
    Guard(id="lose-load-balancing", code="P321", liftable=True, check=guards_balance.lose_load_balancing),
    Guard(
        id="lower-installation-unreadable",
        code="P322",
        liftable=True,
        check=guards_current.lower_installation_unreadable,
    ),
    Guard(
        id="available-current-unreadable",
        code="P323",
        liftable=False,
        check=guards_current.available_current_unreadable,
    ),
    Guard(id="above-home-limit", code="P324", liftable=False, check=guards_current.above_home_limit),
    Guard(id="lose-user-reports", code="P327", liftable=True, check=guards_switch.lose_user_reports),
    Guard(id="changes-identities", code="P328", liftable=True, check=guards_switch.changes_identities),
    Guard(id="firmware-too-old", code="P329", liftable=False, check=guards_native.firmware_too_old),
    Guard(id="switch-gave-up", code="P330", liftable=True, check=guards_switch.switch_gave_up),
    Guard(
        id="charger-permissions-not-pro",
        code="P331",
        liftable=False,
        check=guards_access.charger_permissions_not_pro,
    ),
    Guard(id="non-converging", code="P332", liftable=True, check=guards_history.non_converging),
)
"""Guards of one site, by code."""

FLEET_GUARDS: tuple[FleetGuard, ...] = (
    FleetGuard(id="changed-installations", code="P310", check=guards_fleet.changed_installations),
    FleetGuard(id="chargers-to-zero", code="P315", check=guards_fleet.chargers_to_zero),
    FleetGuard(id="amperes-raised", code="P325", check=guards_fleet.amperes_raised),
    FleetGuard(id="access-removed", code="P326", check=guards_fleet.access_removed),
)
"""Guards of the whole run, by code; each can be lifted for one run."""


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
    """What refuses the whole run: too much at once of something that is fine at one place.

    For an older plan, pass its changes with the limits and the policy of this moment.
    """
    found = [(guard, guard.check(changes, limits)) for guard in FLEET_GUARDS]
    refusals = [fleet_refusal_of(guard, objection) for guard, objection in found if objection is not None]
    return tuple(refusal for refusal in refusals if not is_lifted(refusal, None, policy))
