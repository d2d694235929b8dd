"""Random fleets with live worlds to match: legal at the start, and different from the files in every way we plan for.

`cases()` gives a `Case`; `plan_of(case)` plans it. Legal at the start means that no breaker is exceeded; files are
mostly legal as well, so that most plans can be carried out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from hypothesis import settings
from hypothesis import strategies as st

from reconciler.model.desired import (
    Acknowledgement,
    DesiredCharger,
    DesiredFleet,
    DesiredInstallation,
    DesiredPermission,
    DesiredPermissions,
    DesiredRemoval,
    GuardLimits,
    PermissionMode,
    RemovalGate,
    SwitchPolicy,
)
from reconciler.model.observed import Circuit, ObservedCharger, ObservedInstallation, ObservedPermission, OperatingMode
from reconciler.model.plan import Plan
from reconciler.model.value import ABSENT, Observation, Reason, Unreadable, Value
from reconciler.planning.make import make_plan
from reconciler.planning.policy import Policy, Queued
from tests.builders import MAIN, NOW, FixedOrigins, account, cloud, fleet
from tests.properties.worlds import MODE, World

SHARE = 0.2
"""Least share of cases with several chargers, with pending parts, and with unreadable parts."""

AMPERES = (0.0, 6.0, 10.0, 13.0, 16.0, 20.0, 25.0, 32.0)
BREAKERS = (16.0, 25.0, 32.0, 40.0, 63.0)
TIGHT_A = 16.0
"""An installation may stand this low below its circuits; its chargers are then no higher."""
MODES = ("native", "webhooks", "ocppCloud", "ocppNative")
PEOPLE = ("person:c-1", "person:c-2", "person:c-3")
GROUPS = ("userGroup:BSJG", "userGroup:HANS")
ROLES = (("user",), ("user", "owner"), ("user", "owner"))
MEANT = (
    *("raise-installation-limit", "lose-load-balancing", "shared-installation", "own-access"),
    "changes-identities",
)
"""Guards that cases acknowledge: what they protect from is not judged by the laws."""

_CONFIGURATION: Mapping[str, tuple[tuple[str, tuple[Value, ...]], ...]] = {
    "native": (("authentication.authorizationRequired", (True, False)),),
    "webhooks": (
        ("authentication.webhooks.authUrl", ("https://a.example/token", "https://b.example/token")),
        ("authentication.webhooks.authPayload", ("env:FLEET_SECRET_A",)),
        ("authentication.webhooks.sessionStartUrl", ("https://a.example/start", "https://b.example/start")),
    ),
    "ocppCloud": (
        ("authentication.ocppCloud.url", ("wss://a.example/{deviceId}", "wss://b.example/{deviceId}")),
        ("authentication.ocppCloud.urlVersion", ("legacy", "ocpp16Compliant")),
    ),
    "ocppNative": (("authentication.ocppNative.url", ("wss://a.example/cp", "wss://b.example/cp")),),
}
_ALL_CONFIGURATION = tuple(name for rows in _CONFIGURATION.values() for name, _ in rows)


PURE = settings(max_examples=3 * settings.default.max_examples)
"""Laws on the core are cheap, so they see three times the cases of the profile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Files, the live world, its real breakers by installation, and the policy of the plan."""

    desired: DesiredFleet
    world: World
    breakers: Mapping[str, Mapping[str, Circuit]]
    policy: Policy

    @property
    def several_chargers(self) -> bool:
        """Whether one installation has more than one charger."""
        return any(len(site.chargers) > 1 for site in self.world.observed.installations)


def plan_of(case: Case, world: World | None = None) -> Plan:
    """The plan of a case, or of its files against another world."""
    live = case.world if world is None else world
    return make_plan(case.desired, live.observed, case.policy, FixedOrigins())


@st.composite
def cases(draw: st.DrawFn, *, sites: int = 2) -> Case:
    """One to `sites` installations; earlier runs may have sent something to chargers that are offline."""
    count = draw(st.integers(1, sites))
    drawn = [draw(_sites(number)) for number in range(count)]
    case = Case(
        desired=fleet(
            *(desired for desired, _, _ in drawn), accounts=[account()], limits=GuardLimits(max_chargers_to_zero=99)
        ),
        world=World(
            observed=cloud(*(live for _, live, _ in drawn)),
            registered=draw(st.frozensets(st.sampled_from(PEOPLE))),
        ),
        breakers={live.id: circuits for _, live, circuits in drawn},
        policy=Policy(now=NOW, tool_version="1.0", people_known=frozenset({"c-1", "c-2", "c-3", "c-4"})),
    )
    return replace(case, policy=replace(case.policy, queued=draw(_queued(case))))


def currents() -> st.SearchStrategy[Case]:
    """One installation about limits, modes and stand-alone mode: all readable, and nobody's access changes."""
    return cases(sites=1).map(_about_currents)


@st.composite
def switches(draw: st.DrawFn) -> Case:
    """The same with a mode that is to be switched now: every charger is online and without a car."""
    case = draw(currents())
    (site,) = case.world.observed.installations
    (file,) = case.desired.installations
    mode = draw(st.sampled_from([one for one in MODES if one != site.get(MODE)]))
    settings = {name: value for name, value in file.settings if not name.startswith("authentication.")}
    settings |= {MODE: mode} | {name: draw(st.sampled_from(choices)) for name, choices in _CONFIGURATION[mode]}
    idle = tuple(replace(one, online=True, mode=OperatingMode.DISCONNECTED) for one in site.chargers)
    return _of_one(case, replace(file, settings=tuple(sorted(settings.items()))), replace(site, chargers=idle))


@st.composite
def exchanges(draw: st.DrawFn) -> Case:
    """The same with two chargers of one circuit, of which one goes down and the other one up."""
    case = draw(currents().filter(lambda one: one.several_chargers))
    (site,) = case.world.observed.installations
    (file,) = case.desired.installations
    low, high = draw(st.sampled_from(((0.0, 6.0), (6.0, 10.0), (6.0, 16.0), (13.0, 16.0))))
    pair = {site.chargers[0].serial: (high, low), site.chargers[1].serial: (low, high)}
    chargers = tuple(
        replace(
            one,
            circuit_id=site.chargers[0].circuit_id,
            online=True,
            values=_with(one.values, "maxCurrent", pair[one.serial][0]),
        )
        if one.serial in pair
        else one
        for one in site.chargers
    )
    others = tuple(one for one in file.chargers if one.serial not in pair)
    wanted = tuple(
        DesiredCharger(serial=serial, settings=(("maxCurrent", after), ("standAlone", False)))
        for serial, (_, after) in pair.items()
    )
    return _of_one(case, replace(file, chargers=(*wanted, *others)), replace(site, chargers=chargers))


@st.composite
def handovers(draw: st.DrawFn) -> Case:
    """One installation whose owner and group go, mostly once somebody else owns it; the rest is as in `cases`."""
    case = draw(cases(sites=1))
    (site,) = case.world.observed.installations
    (file,) = case.desired.installations
    leaver, comer = draw(st.permutations(PEOPLE))[:2]
    owner = ("user", "owner")
    there = {
        GROUPS[0]: ObservedPermission(principal=GROUPS[0], roles=owner, accepted=True),
        leaver: ObservedPermission(principal=leaver, roles=owner, accepted=draw(st.booleans())),
    }
    if draw(st.integers(0, 2)) == 0:
        there[comer] = ObservedPermission(principal=comer, roles=owner, accepted=False, invited_at=NOW)
    gates = st.sampled_from((RemovalGate.OWNER_ACCEPTED, RemovalGate.OWNER_ACCEPTED, RemovalGate.NOTHING))
    access = DesiredPermissions(
        mode=draw(st.sampled_from(PermissionMode)),
        entries=(DesiredPermission(principal=comer, roles=owner),),
        absent=tuple(DesiredRemoval(principal=one, gate=draw(gates)) for one in sorted((GROUPS[0], leaver))),
    )
    seen = tuple(there[one] for one in sorted(there))
    return _of_one(case, replace(file, permissions=access), replace(site, permissions=seen))


def _of_one(case: Case, file: DesiredInstallation, site: ObservedInstallation) -> Case:
    """One file and its site instead of those of a case; nothing is under way to chargers."""
    return replace(
        case,
        desired=replace(case.desired, installations=(file,)),
        world=replace(case.world, observed=replace(case.world.observed, installations=(site,))),
        policy=replace(case.policy, queued=()),
    )


def _with(
    values: tuple[tuple[str, Observation], ...], name: str, value: Observation
) -> tuple[tuple[str, Observation], ...]:
    return tuple(sorted({**dict(values), name: value}.items()))


def _about_currents(case: Case) -> Case:
    files = tuple(
        replace(file, permissions=None, chargers=tuple(replace(one, permissions=None) for one in file.chargers))
        for file in case.desired.installations
    )
    sites = tuple(_readable(site, case.breakers[site.id]) for site in case.world.observed.installations)
    world = replace(case.world, observed=replace(case.world.observed, installations=sites))
    return replace(case, desired=replace(case.desired, installations=files), world=world)


def _readable(site: ObservedInstallation, circuits: Mapping[str, Circuit]) -> ObservedInstallation:
    known: dict[str, Observation] = {"maxCurrent": 6.0, "standAlone": False}
    chargers = tuple(
        replace(
            one,
            values=tuple((name, known[name] if isinstance(value, Unreadable) else value) for name, value in one.values),
        )
        for one in site.chargers
    )
    values = tuple((name, 63.0 if isinstance(value, Unreadable) else value) for name, value in site.values)
    return replace(site, chargers=chargers, values=values, circuits=tuple(circuits.values()))


@st.composite
def _queued(draw: st.DrawFn, case: Case) -> tuple[Queued, ...]:
    """Earlier runs sent something to chargers that are offline: what is wanted now, or something else."""
    entries = []
    for site in case.world.observed.installations:
        for charger in site.chargers:
            if charger.online or not draw(st.integers(0, 3)):
                continue
            setting = draw(st.sampled_from(("maxCurrent", "maxCurrent", "standAlone")))
            wanted = _wanted(case.desired, site.id, charger.serial, setting)
            if wanted is None:
                continue
            fitting = [one for one in AMPERES if one <= case.breakers[site.id][charger.circuit_id or ""].max_current_a]
            other = draw(st.sampled_from(fitting) if setting == "maxCurrent" else st.booleans())
            value = other if draw(st.integers(0, 3)) == 0 else wanted
            entries.append(
                Queued(
                    account=MAIN,
                    installation_id=site.id,
                    charger=charger.serial,
                    setting=setting,
                    value=value,
                    at=NOW - timedelta(days=draw(st.integers(0, 40))),
                )
            )
    return tuple(entries)


def _wanted(files: DesiredFleet, installation_id: str, serial: str, setting: str) -> Value | None:
    file = next(one for one in files.installations if one.id == installation_id)
    found = [one.get(setting) for one in file.chargers if one.serial == serial]
    return found[0] if found else None


@st.composite
def _sites(draw: st.DrawFn, number: int) -> tuple[DesiredInstallation, ObservedInstallation, dict[str, Circuit]]:
    circuits = {
        f"c{place}": Circuit(id=f"c{place}", name=f"Kurs {place}", max_current_a=draw(st.sampled_from(BREAKERS)))
        for place in range(draw(st.integers(1, 2)))
    }
    highest = max(one.max_current_a for one in circuits.values())
    limit = draw(st.sampled_from((highest, highest + 10.0, TIGHT_A)))
    chargers = tuple(draw(_chargers(number, place, circuits, limit)) for place in range(draw(st.integers(1, 4))))
    mode = draw(st.sampled_from(MODES))
    live = ObservedInstallation(
        id=f"55555555-0000-4000-8000-00000000000{number}",
        account=MAIN,
        name=f"Site {number}",
        roles=7,
        values=draw(_live_values(mode, limit)),
        chargers=chargers,
        circuits=_seen_circuits(circuits, unreadable=draw(st.integers(0, 9)) == 0),
        permissions=draw(_live_permissions()),
        pro=draw(st.sampled_from((True, True, None))),
        native_allowed=True,
        power_managed=False,
    )
    return draw(_desired(live, circuits, mode)), live, circuits


def _seen_circuits(circuits: dict[str, Circuit], *, unreadable: bool) -> tuple[Circuit, ...] | Unreadable:
    return Unreadable(reason=Reason.EMPTY_ANSWER) if unreadable else tuple(circuits.values())


@st.composite
def _chargers(draw: st.DrawFn, number: int, place: int, circuits: dict[str, Circuit], limit: float) -> ObservedCharger:
    circuit = draw(st.sampled_from(sorted(circuits)))
    fitting = [one for one in AMPERES if one <= min(limit, circuits[circuit].max_current_a)]
    values: dict[str, Observation] = {
        "maxCurrent": draw(st.sampled_from(fitting)),
        "standAlone": draw(st.integers(0, 4)) == 0,
    }
    unreadable = draw(st.sampled_from((None, None, None, None, None, None, "maxCurrent", "standAlone")))
    if unreadable is not None:
        values[unreadable] = Unreadable(reason=Reason.FORBIDDEN)
    online = draw(st.integers(0, 3)) > 0
    busy = draw(st.integers(0, 3)) == 0
    serial = f"ZPR08{number}{place:03d}"
    return ObservedCharger(
        id=f"id-{serial}",
        serial=serial,
        circuit_id=circuit,
        online=online,
        mode=OperatingMode.CHARGING if busy else OperatingMode.DISCONNECTED,
        values=tuple(sorted(values.items())),
        permissions=draw(_on_charger()),
    )


@st.composite
def _on_charger(draw: st.DrawFn) -> tuple[ObservedPermission, ...] | Unreadable:
    """Mostly nobody; sometimes somebody, and rarely it cannot be read."""
    if draw(st.integers(0, 19)) == 0:
        return Unreadable(reason=Reason.FORBIDDEN)
    present = draw(st.lists(st.sampled_from((*PEOPLE, *GROUPS)), unique=True, max_size=2))
    return tuple(draw(_somebody(principal)) for principal in sorted(present))


@st.composite
def _live_values(draw: st.DrawFn, mode: str, limit: float) -> tuple[tuple[str, Observation], ...]:
    values: dict[str, Observation] = dict.fromkeys(_ALL_CONFIGURATION, ABSENT)
    leftover = draw(st.sampled_from(MODES))
    for name, choices in (*_CONFIGURATION[leftover], *_CONFIGURATION[mode]):
        secret = name.endswith("authPayload")
        values[name] = draw(st.sampled_from((ABSENT, "set") if secret else choices))
    values |= {"authentication.mode": mode, "maxCurrent": limit}
    if draw(st.integers(0, 11)) == 0:
        values["maxCurrent"] = Unreadable(reason=Reason.MISSING_MEMBER)
    return tuple(sorted(values.items()))


@st.composite
def _live_permissions(draw: st.DrawFn) -> tuple[ObservedPermission, ...]:
    """Mostly somebody owns the site; others come and go."""
    present = draw(st.lists(st.sampled_from((*PEOPLE, *GROUPS)), unique=True, max_size=4))
    seen = {}
    for principal in sorted(present):
        seen[principal] = draw(_somebody(principal))
    if draw(st.integers(0, 3)) > 0:
        owner = draw(st.sampled_from((*PEOPLE, "person:c-4")))
        seen[owner] = ObservedPermission(principal=owner, roles=("user", "owner"), accepted=True)
    return tuple(seen[principal] for principal in sorted(seen))


@st.composite
def _somebody(draw: st.DrawFn, principal: str) -> ObservedPermission:
    accepted = principal in GROUPS or draw(st.booleans())
    return ObservedPermission(
        principal=principal,
        roles=draw(st.sampled_from(ROLES)),
        accepted=accepted,
        invited_at=None if accepted else NOW,
    )


@st.composite
def _desired(
    draw: st.DrawFn, live: ObservedInstallation, circuits: dict[str, Circuit], live_mode: str
) -> DesiredInstallation:
    chargers = []
    for charger in live.chargers:
        if draw(st.integers(0, 9)) == 0:
            continue
        breaker = circuits[charger.circuit_id or ""].max_current_a
        top = 32.0 if draw(st.integers(0, 7)) == 0 else breaker
        settings: dict[str, Value] = {}
        if draw(st.integers(0, 3)) > 0:
            settings["maxCurrent"] = draw(st.sampled_from([one for one in AMPERES if one <= top]))
        if draw(st.booleans()):
            settings["standAlone"] = draw(st.sampled_from((False, False, False, True)))
        access = draw(_desired_permissions(gates=(RemovalGate.NOTHING,))) if draw(st.integers(0, 3)) == 0 else None
        chargers.append(
            DesiredCharger(serial=charger.serial, settings=tuple(sorted(settings.items())), permissions=access)
        )
    return DesiredInstallation(
        id=live.id,
        name=live.name or "",
        account=MAIN,
        file=f"fleet/installations/{live.id}.yaml",
        settings=draw(_desired_values(live_mode, circuits)),
        chargers=tuple(chargers),
        permissions=draw(st.one_of(st.none(), _desired_permissions())),
        switch=draw(st.sampled_from((*[SwitchPolicy()] * 7, None))),
        acknowledgements=tuple(
            Acknowledgement(guard=one, by="electrician", reason="meant", until=date(2035, 1, 1)) for one in MEANT
        ),
    )


@st.composite
def _desired_values(draw: st.DrawFn, live_mode: str, circuits: dict[str, Circuit]) -> tuple[tuple[str, Value], ...]:
    values: dict[str, Value] = {}
    declared = draw(st.booleans())
    mode = draw(st.sampled_from(MODES)) if declared else live_mode
    if declared:
        values["authentication.mode"] = mode
        for name, choices in _CONFIGURATION[mode]:
            if mode == "ocppNative" or draw(st.integers(0, 3)) > 0:
                values[name] = draw(st.sampled_from(choices))
    if draw(st.booleans()):
        highest = max(one.max_current_a for one in circuits.values())
        values["maxCurrent"] = draw(st.sampled_from((TIGHT_A, highest, highest, highest + 10.0, highest + 20.0)))
    return tuple(sorted(values.items()))


@st.composite
def _desired_permissions(draw: st.DrawFn, *, gates: tuple[RemovalGate, ...] = tuple(RemovalGate)) -> DesiredPermissions:
    entries = draw(st.lists(st.sampled_from((*PEOPLE, *GROUPS)), unique=True, max_size=3))
    rest = [one for one in (*PEOPLE, *GROUPS) if one not in entries]
    absent = draw(st.lists(st.sampled_from(rest), unique=True, max_size=2))
    return DesiredPermissions(
        mode=draw(st.sampled_from(PermissionMode)),
        entries=tuple(DesiredPermission(principal=one, roles=draw(st.sampled_from(ROLES))) for one in sorted(entries)),
        absent=tuple(DesiredRemoval(principal=one, gate=draw(st.sampled_from(gates))) for one in sorted(absent)),
    )
