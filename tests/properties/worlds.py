"""A tiny model of the cloud, pure and independent of planning: what one step does, and what would be unsafe."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from reconciler.model.change import Change
from reconciler.model.observed import (
    Circuit,
    ObservedCharger,
    ObservedFleet,
    ObservedInstallation,
    ObservedPermission,
    OperatingMode,
)
from reconciler.model.plan import Step
from reconciler.model.settings import Kind, Scope, settings_of
from reconciler.model.value import ABSENT, SECRET_SET, Absent, Observation, Unreadable
from tests.builders import NOW

MODE = "authentication.mode"
Permissions = tuple[ObservedPermission, ...] | Unreadable | None
AUTHORISATION = "authentication.authorizationRequired"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What is live. `registered` people accept at once when they are added; others are invited."""

    observed: ObservedFleet
    registered: frozenset[str] = frozenset()


def apply_step(world: World, step: Step, changes: Iterable[Change]) -> World:
    """The world after one step took effect; `changes` may be all of a plan."""
    own = [change for change in changes if change.id in step.change_ids]
    sites = tuple(
        _applied(site, own, world.registered) if site.id == step.installation_id else site
        for site in world.observed.installations
    )
    return replace(world, observed=replace(world.observed, installations=sites))


def accept(world: World, installation_id: str) -> World:
    """Everybody who was invited to one installation, or to a charger there, accepts."""
    sites = tuple(
        replace(
            site,
            permissions=_accepted(site.permissions),
            chargers=tuple(replace(one, permissions=_accepted(one.permissions)) for one in site.chargers),
        )
        if site.id == installation_id
        else site
        for site in world.observed.installations
    )
    return replace(world, observed=replace(world.observed, installations=sites))


def _accepted(seen: Permissions) -> Permissions:
    return tuple(replace(one, accepted=True) for one in seen) if isinstance(seen, tuple) else seen


def _applied(site: ObservedInstallation, changes: list[Change], registered: frozenset[str]) -> ObservedInstallation:
    for change in sorted(changes, key=lambda one: one.setting != MODE):
        match change.target.scope:
            case Scope.CHARGER:
                site = replace(site, chargers=tuple(_charger(one, change) for one in site.chargers))
            case Scope.PRINCIPAL:
                site = replace(site, permissions=_permissions(site.permissions, change, registered))
            case Scope.CHARGER_PRINCIPAL:
                chargers = (_charger_access(one, change, registered) for one in site.chargers)
                site = replace(site, chargers=tuple(chargers))
            case Scope.INSTALLATION:
                site = replace(site, values=_values(site, change))
    return site


def _charger(charger: ObservedCharger, change: Change) -> ObservedCharger:
    if charger.serial != change.target.charger:
        return charger
    return replace(charger, values=tuple(sorted({**dict(charger.values), change.setting: change.after}.items())))


def _charger_access(charger: ObservedCharger, change: Change, registered: frozenset[str]) -> ObservedCharger:
    if charger.serial != change.target.charger:
        return charger
    return replace(charger, permissions=_permissions(charger.permissions, change, registered))


def _values(site: ObservedInstallation, change: Change) -> tuple[tuple[str, Observation], ...]:
    """A switch of mode forgets the configuration of all other modes; secrets read as set."""
    values: dict[str, Observation] = dict(site.values)
    if change.setting == MODE:
        for row in settings_of(Scope.INSTALLATION):
            if row.only_in_mode is not None:
                values[row.name] = False if row.kind is Kind.SWITCH and change.after == "native" else ABSENT
    values[change.setting] = SECRET_SET if change.row.kind is Kind.SECRET else change.after
    return tuple(sorted(values.items()))


def _permissions(there: Permissions, change: Change, registered: frozenset[str]) -> tuple[ObservedPermission, ...]:
    principal = change.target.principal or ""
    seen = {one.principal: one for one in there} if isinstance(there, tuple) else {}
    if isinstance(change.after, tuple):
        known = principal in registered or principal.startswith("userGroup:")
        before = seen.get(principal)
        accepted = known if before is None else before.accepted
        invited_at = None if accepted else NOW
        seen[principal] = ObservedPermission(
            principal=principal, roles=change.after, accepted=accepted, invited_at=invited_at
        )
    else:
        seen.pop(principal, None)
    return tuple(sorted(seen.values(), key=lambda one: one.principal))


def violations(site: ObservedInstallation, circuits: Mapping[str, Circuit], *, owners: int) -> dict[str, float]:
    """How far each thing that must hold is from holding; 0 when it holds.

    Args:
        site: The installation as it is.
        circuits: Its real breakers, whether or not the plan could read them.
        owners: Fewest accepted owners.
    """
    limit = _amperes(site.get("maxCurrent"), otherwise=10_000.0)
    found = {f"circuit {one.id} above installation": max(0.0, one.max_current_a - limit) for one in circuits.values()}
    for charger in site.chargers:
        value = _amperes(charger.get("maxCurrent"), otherwise=0.0)
        breaker = circuits[charger.circuit_id or ""].max_current_a
        found[f"{charger.serial} above circuit"] = max(0.0, value - breaker)
        found[f"{charger.serial} above installation"] = max(0.0, value - limit)
    for circuit in circuits.values():
        found[f"circuit {circuit.id} without balancing"] = _unbalanced_a(site, circuit)
    return found | _lock_outs(site, owners)


def _unbalanced_a(site: ObservedInstallation, circuit: Circuit) -> float:
    """Amperes above the breaker that its chargers may draw together when nothing balances them."""
    here = [one for one in site.chargers if one.circuit_id == circuit.id]
    balanced = site.get(MODE) != "ocppNative" and all(one.get("standAlone") is not True for one in here)
    if balanced or len(here) < 2:
        return 0.0
    return max(0.0, sum(_amperes(one.get("maxCurrent"), otherwise=0.0) for one in here) - circuit.max_current_a)


def _lock_outs(site: ObservedInstallation, owners: int) -> dict[str, float]:
    if not isinstance(site.permissions, tuple):
        return {}
    accepted = [one.principal for one in site.permissions if one.accepted and "owner" in one.roles]
    people = [principal for principal in accepted if not principal.startswith("userGroup:")]
    return {"nobody owns it": float(not accepted), "too few owners": float(max(0, owners - len(people)))}


def all_idle(site: ObservedInstallation) -> bool:
    """Whether no charger is offline and no car is plugged in."""
    return all(one.online and one.mode is OperatingMode.DISCONNECTED for one in site.chargers)


def _amperes(value: Observation | None, *, otherwise: float) -> float:
    return value if isinstance(value, float) else otherwise


def installation(world: World, installation_id: str) -> ObservedInstallation:
    """One live installation."""
    found = world.observed.installation(installation_id)
    assert found is not None
    return found


def is_absent(value: object) -> bool:
    """Whether a change takes something away."""
    return isinstance(value, Absent)
