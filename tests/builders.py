"""Builders for desired, observed and plan values; every default is a quiet site in order."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime

from reconciler.model.desired import (
    Account,
    Acknowledgement,
    Attestation,
    Cloud,
    DesiredCharger,
    DesiredFleet,
    DesiredInstallation,
    DesiredPermission,
    DesiredPermissions,
    DesiredRemoval,
    Deviation,
    GuardLimits,
    Origin,
    PermissionMode,
    RemovalGate,
    Route,
    SwitchPolicy,
)
from reconciler.model.observed import (
    AccountReads,
    Breadth,
    Circuit,
    ObservedCharger,
    ObservedFleet,
    ObservedInstallation,
    ObservedPermission,
    OperatingMode,
)
from reconciler.model.plan import Plan
from reconciler.model.under_way import SwitchWait
from reconciler.model.value import ABSENT, Observation, Reason, Unreadable, Value
from reconciler.model.verified_write import VerifiedWrite
from reconciler.planning.make import make_plan
from reconciler.planning.policy import Policy, Queued
from reconciler.planning.quarantine import quarantine_of

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
TODAY = NOW.date()
SITE = "11111111-0000-4000-8000-000000000001"
OTHER_SITE = "11111111-0000-4000-8000-000000000002"
MAIN = "main"
NO_CALL = Unreadable(reason=Reason.NO_DOCUMENTED_CALL)
FORBIDDEN = Unreadable(reason=Reason.FORBIDDEN)
NO_CIRCUITS: Mapping[str, float] = {}
LIVE_DEFAULTS: Mapping[str, Observation] = {
    "authentication.mode": "native",
    "authentication.authorizationRequired": True,
    "maxCurrent": 63.0,
}
ALL_INSTALLATION_SETTINGS = (
    "authentication.mode",
    "authentication.authorizationRequired",
    "authentication.ocppNative.url",
    "authentication.ocppCloud.url",
    "authentication.ocppCloud.urlVersion",
    "authentication.ocppCloud.initialPassword",
    "authentication.webhooks.authUrl",
    "authentication.webhooks.authPayload",
    "authentication.webhooks.sessionStartUrl",
    "authentication.webhooks.sessionEndUrl",
    "maxCurrent",
)


class FixedOrigins:
    """Every value stands on line 7 of one file."""

    def find(self, installation_id: str, path: Sequence[str]) -> Origin:
        return Origin(file="fleet/installations/site.yaml", line=7, column=3)


def account(
    *,
    authentication: Route = Route.PARTNER,
    stand_alone: Route = Route.PARTNER,
    permissions: Route = Route.PARTNER,
    charger_permissions: Route = Route.PARTNER,
    name: str = MAIN,
    agreement: str | None = "our own sandbox contract",
    group: str | None = None,
) -> Account:
    routes = (
        ("authentication", authentication),
        ("chargerPermissions", charger_permissions),
        ("permissions", permissions),
        ("standAlone", stand_alone),
    )
    return Account(name=name, cloud=Cloud.SANDBOX, routes=routes, agreement=agreement, group=group)


PORTAL_ACCOUNT = account(
    authentication=Route.PORTAL, stand_alone=Route.PORTAL, permissions=Route.PORTAL, charger_permissions=Route.PORTAL
)


def wants_charger(serial: str, *, access: DesiredPermissions | None = None, **settings: Value) -> DesiredCharger:
    """A declared charger: `wants_charger("ZPR080001", maxCurrent=16.0, standAlone=False)`."""
    return DesiredCharger(serial=serial, settings=tuple(sorted(settings.items())), permissions=access)


def person(principal: str, *roles: str) -> DesiredPermission:
    return DesiredPermission(principal=principal, roles=roles)


def gone(principal: str, *, gate: RemovalGate = RemovalGate.NOTHING) -> DesiredRemoval:
    return DesiredRemoval(principal=principal, gate=gate)


def permissions(
    *entries: DesiredPermission, absent: Iterable[DesiredRemoval] = (), mode: PermissionMode = PermissionMode.ADDITIVE
) -> DesiredPermissions:
    return DesiredPermissions(
        mode=mode,
        entries=tuple(sorted(entries, key=lambda one: one.principal)),
        absent=tuple(sorted(absent, key=lambda one: one.principal)),
    )


def wants(
    *chargers: DesiredCharger,
    settings: Mapping[str, Value] | None = None,
    access: DesiredPermissions | None = None,
    site: str = SITE,
    name: str = "Solbakken",
    switch: SwitchPolicy | None = None,
    acknowledged: Iterable[str] = (),
    until: date = date(2035, 12, 31),
    account_name: str = MAIN,
    labels: Mapping[str, str] | None = None,
) -> DesiredInstallation:
    """One desired installation."""
    return DesiredInstallation(
        id=site,
        name=name,
        account=account_name,
        file="fleet/installations/site.yaml",
        labels=tuple(sorted((labels or {}).items())),
        settings=tuple(sorted((settings or {}).items())),
        chargers=tuple(sorted(chargers, key=lambda charger: charger.serial)),
        permissions=access,
        switch=switch,
        acknowledgements=tuple(
            Acknowledgement(guard=guard, by="electrician KL", reason="checked", until=until) for guard in acknowledged
        ),
    )


def fleet(
    *installations: DesiredInstallation,
    accounts: Sequence[Account] = (),
    limits: GuardLimits | None = None,
    deviations: Iterable[Deviation] = (),
    attestations: Iterable[Attestation] = (),
    selection: str | None = None,
    fleet_size: tuple[int, int] | None = None,
) -> DesiredFleet:
    """All desired installations of a fleet."""
    chargers = sum(len(one.chargers) for one in installations)
    return DesiredFleet(
        path="fleet",
        digest="sha256:" + "0" * 64,
        accounts=tuple(accounts) or (account(),),
        limits=limits or GuardLimits(),
        installations=tuple(sorted(installations, key=lambda one: one.id)),
        deviations=tuple(deviations),
        attestations=tuple(attestations),
        selection=selection,
        fleet_size=fleet_size or (len(installations), chargers),
    )


def charger(
    serial: str,
    *,
    circuit: str | None = "c1",
    online: bool | None = True,
    mode: OperatingMode | None = OperatingMode.DISCONNECTED,
    roles: int | None = None,
    access: Sequence[ObservedPermission] | Unreadable | None = None,
    **values: Observation,
) -> ObservedCharger:
    """A live charger: `charger("ZPR080001", maxCurrent=16.0)`."""
    return ObservedCharger(
        id=f"id-{serial}",
        serial=serial,
        circuit_id=circuit,
        online=online,
        mode=mode,
        roles=roles,
        values=tuple(sorted(values.items())),
        permissions=_by_principal(access),
    )


def _by_principal(
    access: Sequence[ObservedPermission] | Unreadable | None,
) -> tuple[ObservedPermission, ...] | Unreadable | None:
    return tuple(sorted(access, key=lambda one: one.principal)) if isinstance(access, Sequence) else access


def has_access(
    principal: str, *roles: str, accepted: bool = True, invited_at: datetime | None = None
) -> ObservedPermission:
    return ObservedPermission(principal=principal, roles=roles, accepted=accepted, invited_at=invited_at)


def live(
    *chargers: ObservedCharger,
    settings: Mapping[str, Observation] | None = None,
    circuits: Mapping[str, float] | Unreadable | None = NO_CIRCUITS,
    access: Sequence[ObservedPermission] | Unreadable | None = None,
    site: str = SITE,
    name: str | None = "Solbakken",
    roles: int | None = 7,
    account_name: str = MAIN,
    native_allowed: bool | None = True,
    power_managed: bool | None = False,
    pro: bool | None = None,
) -> ObservedInstallation:
    """One live installation; settings that are not given have quiet defaults, those of other modes are ABSENT.

    `circuits` None means that nobody asked for them.
    """
    values: dict[str, Observation] = dict.fromkeys(ALL_INSTALLATION_SETTINGS, ABSENT)
    values |= {**LIVE_DEFAULTS, **(settings or {})}
    if values["authentication.mode"] != "native" and "authentication.authorizationRequired" not in (settings or {}):
        values["authentication.authorizationRequired"] = ABSENT
    if isinstance(circuits, Mapping):
        found: tuple[Circuit, ...] | Unreadable | None = tuple(
            Circuit(id=key, name=key, max_current_a=amps) for key, amps in sorted(circuits.items())
        )
    else:
        found = circuits
    return ObservedInstallation(
        id=site,
        account=account_name,
        name=name,
        roles=roles,
        values=tuple(sorted(values.items())),
        chargers=tuple(sorted(chargers, key=lambda one: one.serial)),
        circuits=found,
        permissions=_by_principal(access),
        native_allowed=native_allowed,
        power_managed=power_managed,
        pro=pro,
    )


def cloud(*installations: ObservedInstallation, breadth: Breadth = Breadth.ACCOUNT) -> ObservedFleet:
    """One snapshot of the account."""
    chargers = sum(len(one.chargers) for one in installations)
    reads = AccountReads(account=MAIN, visible_installations=len(installations), visible_chargers=chargers, requests=2)
    return ObservedFleet(
        observed_at=NOW,
        breadth=breadth,
        installations=tuple(sorted(installations, key=lambda one: one.id)),
        reads=(reads,),
    )


def policy(
    *,
    now: datetime = NOW,
    people_known: Iterable[str] | None = ("c-1", "c-2", "c-3"),
    accepted: Iterable[str] = (),
    queued: Iterable[Queued] = (),
    switch_waits: Iterable[SwitchWait] = (),
    verified: Iterable[VerifiedWrite] = (),
) -> Policy:
    return Policy(
        now=now,
        tool_version="1.0",
        people_known=None if people_known is None else frozenset(people_known),
        accepted=frozenset(accepted),
        queued=tuple(queued),
        switch_waits=tuple(switch_waits),
        unsteady=quarantine_of([*verified], now=now),
    )


def plan_for(
    desired: DesiredInstallation | DesiredFleet,
    *observed: ObservedInstallation,
    by: Policy | None = None,
    accounts: Sequence[Account] = (),
) -> Plan:
    """The plan for one installation or a fleet against a snapshot."""
    files = desired if isinstance(desired, DesiredFleet) else fleet(desired, accounts=accounts)
    return make_plan(files, cloud(*observed), by or policy(), FixedOrigins())
