"""One fleet with something of everything, and fifty single values to change in it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from reconciler.model.desired import (
    DesiredCharger,
    DesiredInstallation,
    DesiredPermission,
    PermissionMode,
    RemovalGate,
    Route,
    SwitchPolicy,
)
from reconciler.model.observed import Circuit, ObservedInstallation, ObservedPermission, OperatingMode
from reconciler.model.plan import Plan
from reconciler.model.value import ABSENT, Observation, Value
from reconciler.planning.make import make_plan
from reconciler.planning.policy import Policy
from tests.builders import (
    FORBIDDEN,
    NOW,
    FixedOrigins,
    account,
    charger,
    cloud,
    fleet,
    gone,
    has_access,
    live,
    permissions,
    person,
    policy,
    wants,
    wants_charger,
)

HOME, HOOKS, IDLE, ABOVE, DARK = (f"66666666-0000-4000-8000-00000000000{number}" for number in range(5))
KIOSK = "66666666-0000-4000-8000-000000000009"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """Files by id, live installations by id, and the policy."""

    files: dict[str, DesiredInstallation]
    seen: dict[str, ObservedInstallation]
    policy: Policy
    routes: tuple[Route, Route, Route] = (Route.PARTNER, Route.PARTNER, Route.PARTNER)

    def plan(self) -> Plan:
        """The plan, from files and answers in the order of their dicts."""
        authentication, stand_alone, access = self.routes
        accounts = [account(authentication=authentication, stand_alone=stand_alone, permissions=access)]
        return make_plan(
            fleet(*self.files.values(), accounts=accounts), cloud(*self.seen.values()), self.policy, FixedOrigins()
        )


def setup() -> Setup:
    """A home that changes, hooks to repair, a site that waits, one that is refused, one that is dark, one unmanaged."""
    files = [
        wants(
            wants_charger("ZAP000001", maxCurrent=16.0, standAlone=False),
            wants_charger("ZAP000002", maxCurrent=20.0, access=permissions(person("person:c-3", "user"))),
            wants_charger("ZAP000003", maxCurrent=10.0),
            settings={
                "authentication.mode": "native",
                "authentication.authorizationRequired": False,
                "maxCurrent": 50.0,
            },
            access=permissions(
                person("person:c-1", "user", "owner"),
                person("person:c-2", "user"),
                absent=[gone("userGroup:BSJG", gate=RemovalGate.OWNER_ACCEPTED)],
            ),
            site=HOME,
        ),
        wants(
            settings={
                "authentication.mode": "webhooks",
                "authentication.webhooks.authPayload": "env:FLEET_SECRET_A",
                "authentication.webhooks.authUrl": "https://hooks.example/token",
                "authentication.webhooks.sessionStartUrl": "https://hooks.example/start",
            },
            access=permissions(
                person("person:c-1", "owner"),
                person("userGroup:BSJG", "owner", "service"),
                mode=PermissionMode.EXCLUSIVE,
            ),
            site=HOOKS,
        ),
        wants(
            wants_charger("ZPR080001"),
            settings={"authentication.mode": "ocppNative", "authentication.ocppNative.url": "wss://ocpp.example/cp"},
            switch=SwitchPolicy(),
            site=IDLE,
        ),
        wants(wants_charger("ZPR080002", maxCurrent=32.0), site=ABOVE),
        wants(wants_charger("ZPR080003", maxCurrent=16.0), settings={"maxCurrent": 63.0}, site=DARK),
    ]
    seen = [
        live(
            charger("ZAP000001", maxCurrent=20.0, standAlone=True),
            charger("ZAP000002", maxCurrent=10.0, access=[]),
            charger("ZAP000003", maxCurrent=16.0),
            settings={"authentication.mode": "ocppCloud"},
            circuits={"c1": 40.0},
            access=[
                has_access("userGroup:BSJG", "owner", "service"),
                has_access("person:c-2", "user", accepted=False, invited_at=NOW - timedelta(days=9)),
                has_access("person:c-3", "owner"),
            ],
            site=HOME,
        ),
        live(
            settings={
                "authentication.mode": "webhooks",
                "authentication.webhooks.authUrl": "https://hooks.example/token",
                "authentication.webhooks.sessionStartUrl": "http://old.example/start",
            },
            access=[
                has_access("person:c-1", "owner"),
                has_access("person:c-3", "user"),
                has_access("userGroup:BSJG", "owner", "service"),
            ],
            site=HOOKS,
        ),
        live(
            charger("ZPR080001", mode=OperatingMode.CHARGING), settings={"authentication.mode": "ocppCloud"}, site=IDLE
        ),
        live(charger("ZPR080002", maxCurrent=16.0), circuits={"c1": 25.0}, site=ABOVE),
        live(charger("ZPR080003", maxCurrent=FORBIDDEN), site=DARK),
        live(charger("ZPR080009"), site=KIOSK),
    ]
    return Setup(files={one.id: one for one in files}, seen={one.id: one for one in seen}, policy=policy())


Mutation = Callable[[Setup], Setup]


def want(site: str, setting: str, value: Value | None) -> Mutation:
    """Another wish for an installation setting; None takes it out."""

    def mutate(base: Setup) -> Setup:
        file = base.files[site]
        settings = {name: old for name, old in file.settings if name != setting}
        settings |= {} if value is None else {setting: value}
        return _file(base, replace(file, settings=tuple(sorted(settings.items()))))

    return mutate


def want_of(site: str, serial: str, setting: str, value: Value | None) -> Mutation:
    """Another wish for a charger setting; None takes it out."""

    def changed(one: DesiredCharger) -> DesiredCharger:
        settings = {name: old for name, old in one.settings if name != setting}
        settings |= {} if value is None else {setting: value}
        return replace(one, settings=tuple(sorted(settings.items())))

    def mutate(base: Setup) -> Setup:
        file = base.files[site]
        chargers = tuple(changed(one) if one.serial == serial else one for one in file.chargers)
        return _file(base, replace(file, chargers=chargers))

    return mutate


def want_access(site: str, principal: str, *roles: str) -> Mutation:
    """Other roles for an entry; no roles take it out."""

    def mutate(base: Setup) -> Setup:
        file = base.files[site]
        assert file.permissions is not None
        entries = [one for one in file.permissions.entries if one.principal != principal]
        entries += [person(principal, *roles)] if roles else []
        return _file(base, replace(file, permissions=replace(file.permissions, entries=tuple(entries))))

    return mutate


def want_on_charger(site: str, serial: str, *entries: DesiredPermission, mode: PermissionMode) -> Mutation:
    """Other permissions of one charger."""

    def mutate(base: Setup) -> Setup:
        file = base.files[site]
        access = permissions(*entries, mode=mode)
        chargers = tuple(replace(one, permissions=access) if one.serial == serial else one for one in file.chargers)
        return _file(base, replace(file, chargers=chargers))

    return mutate


def see_on_charger(site: str, serial: str, *people: ObservedPermission) -> Mutation:
    """Somebody else has access to one charger."""

    def mutate(base: Setup) -> Setup:
        found = base.seen[site]
        chargers = tuple(replace(one, permissions=people) if one.serial == serial else one for one in found.chargers)
        return _live(base, replace(found, chargers=chargers))

    return mutate


def want_gone(site: str, *removals: tuple[str, RemovalGate]) -> Mutation:
    """Other removals."""

    def mutate(base: Setup) -> Setup:
        file = base.files[site]
        assert file.permissions is not None
        absent = tuple(gone(principal, gate=gate) for principal, gate in removals)
        return _file(base, replace(file, permissions=replace(file.permissions, absent=absent)))

    return mutate


def want_mode(site: str, mode: PermissionMode) -> Mutation:
    """Additive or exclusive."""

    def mutate(base: Setup) -> Setup:
        file = base.files[site]
        assert file.permissions is not None
        return _file(base, replace(file, permissions=replace(file.permissions, mode=mode)))

    return mutate


def without_switch(base: Setup) -> Setup:
    """The file no longer says to wait for idle chargers."""
    return _file(base, replace(base.files[IDLE], switch=None))


def rename(base: Setup) -> Setup:
    """The cloud uses another name."""
    return _live(base, replace(base.seen[HOME], name="Somewhere"))


def unlist(site: str, serial: str) -> Mutation:
    """The file no longer lists a charger."""

    def mutate(base: Setup) -> Setup:
        file = base.files[site]
        return _file(base, replace(file, chargers=tuple(one for one in file.chargers if one.serial != serial)))

    return mutate


def see(site: str, setting: str, value: Observation) -> Mutation:
    """Another live value of an installation."""

    def mutate(base: Setup) -> Setup:
        found = base.seen[site]
        return _live(base, replace(found, values=tuple(sorted({**dict(found.values), setting: value}.items()))))

    return mutate


def see_of(site: str, serial: str, setting: str, value: Observation) -> Mutation:
    """Another live value of a charger."""

    def mutate(base: Setup) -> Setup:
        found = base.seen[site]
        chargers = tuple(
            replace(one, values=tuple(sorted({**dict(one.values), setting: value}.items())))
            if one.serial == serial
            else one
            for one in found.chargers
        )
        return _live(base, replace(found, chargers=chargers))

    return mutate


def see_doing(site: str, serial: str, *, mode: OperatingMode, online: bool = True) -> Mutation:
    """A charger does something else."""

    def mutate(base: Setup) -> Setup:
        found = base.seen[site]
        chargers = tuple(
            replace(one, mode=mode, online=online) if one.serial == serial else one for one in found.chargers
        )
        return _live(base, replace(found, chargers=chargers))

    return mutate


def see_access(site: str, principal: str, *roles: str, accepted: bool = True) -> Mutation:
    """Somebody has other roles; no roles take all access away."""

    def mutate(base: Setup) -> Setup:
        found = base.seen[site]
        assert isinstance(found.permissions, tuple)
        access = [one for one in found.permissions if one.principal != principal]
        access += [has_access(principal, *roles, accepted=accepted)] if roles else []
        return _live(base, replace(found, permissions=tuple(sorted(access, key=lambda one: one.principal))))

    return mutate


def see_breaker(site: str, amperes: float) -> Mutation:
    """The circuit has another breaker."""

    def mutate(base: Setup) -> Setup:
        circuits = (Circuit(id="c1", name="c1", max_current_a=amperes),)
        return _live(base, replace(base.seen[site], circuits=circuits))

    return mutate


def vanish(site: str) -> Mutation:
    """The account does not see an installation any more."""
    return lambda base: replace(base, seen={key: one for key, one in base.seen.items() if key != site})


def lose(site: str, serial: str) -> Mutation:
    """A charger is not there any more."""

    def mutate(base: Setup) -> Setup:
        found = base.seen[site]
        return _live(base, replace(found, chargers=tuple(one for one in found.chargers if one.serial != serial)))

    return mutate


def with_roles(site: str, bits: int) -> Mutation:
    """The account has other rights there."""
    return lambda base: _live(base, replace(base.seen[site], roles=bits))


def by_route(*, authentication: Route = Route.PARTNER, stand_alone: Route = Route.PARTNER) -> Mutation:
    """The account sends a group of settings another way."""
    return lambda base: replace(base, routes=(authentication, stand_alone, Route.PARTNER))


def without_people(base: Setup) -> Setup:
    """There is no directory of people."""
    return replace(base, policy=replace(base.policy, people_known=None))


def _file(base: Setup, file: DesiredInstallation) -> Setup:
    return replace(base, files={**base.files, file.id: file})


def _live(base: Setup, found: ObservedInstallation) -> Setup:
    return replace(base, seen={**base.seen, found.id: found})


_CHARGING, _IDLE = OperatingMode.CHARGING, OperatingMode.DISCONNECTED
_AUTH = "authentication.authorizationRequired"
_MODE = "authentication.mode"
_PAYLOAD = "authentication.webhooks.authPayload"
_START = "authentication.webhooks.sessionStartUrl"
_END = "authentication.webhooks.sessionEndUrl"
_TOKEN = "authentication.webhooks.authUrl"
_GATED, _FREE = RemovalGate.OWNER_ACCEPTED, RemovalGate.NOTHING

MUTATIONS: tuple[tuple[str, str, Mutation], ...] = (
    # What becomes another set of changes.
    ("another limit of a charger", "digest", want_of(HOME, "ZAP000001", "maxCurrent", 13.0)),
    ("a tenth of an ampere", "digest", want_of(HOME, "ZAP000001", "maxCurrent", 16.1)),
    ("a limit as it is", "digest", want_of(HOME, "ZAP000001", "maxCurrent", 20.0)),
    ("a limit no longer declared", "digest", want_of(HOME, "ZAP000001", "maxCurrent", None)),
    (
        "a setting that nobody read, so that nobody hands over",
        "digest and unreadable",
        want_of(HOME, "ZAP000002", "standAlone", True),
    ),
    ("stand-alone as it is", "digest", want_of(HOME, "ZAP000001", "standAlone", True)),
    ("stand-alone no longer declared", "digest", want_of(HOME, "ZAP000001", "standAlone", None)),
    ("another mode", "digest", want(HOME, _MODE, "webhooks")),
    ("a mode as it is", "digest", want(HOME, _MODE, "ocppCloud")),
    ("a mode no longer declared", "digest", want(HOME, _MODE, None)),
    ("authorisation the other way", "digest", want(HOME, _AUTH, True)),
    ("authorisation no longer declared", "digest", want(HOME, _AUTH, None)),
    ("another limit of the installation", "digest", want(HOME, "maxCurrent", 45.0)),
    ("a limit of the installation no longer declared", "digest", want(HOME, "maxCurrent", None)),
    ("another secret", "digest", want(HOOKS, _PAYLOAD, "env:FLEET_SECRET_B")),
    ("another URL", "digest", want(HOOKS, _START, "https://hooks.example/begin")),
    ("a URL newly declared", "digest", want(HOOKS, _END, "https://hooks.example/end")),
    ("a URL that was in order", "digest", want(HOOKS, _TOKEN, "https://hooks.example/other")),
    ("another person", "digest", want_access(HOME, "person:c-3", "user")),
    ("fewer roles for a new person", "digest", want_access(HOME, "person:c-1", "owner")),
    ("other roles for an invited person", "digest", want_access(HOME, "person:c-2", "user", "owner")),
    ("a new person no longer wanted", "digest", want_access(HOME, "person:c-1")),
    ("nobody must go", "digest", want_gone(HOME)),
    ("somebody else must go too", "digest", want_gone(HOME, ("userGroup:BSJG", _GATED), ("person:c-3", _FREE))),
    (
        "other roles on a charger",
        "digest",
        want_on_charger(HOME, "ZAP000002", person("person:c-3", "owner"), mode=PermissionMode.ADDITIVE),
    ),
    ("nobody more on a charger", "digest", want_on_charger(HOME, "ZAP000002", mode=PermissionMode.ADDITIVE)),
    (
        "somebody who is on the charger already",
        "digest",
        see_on_charger(HOME, "ZAP000002", has_access("person:c-3", "user")),
    ),
    ("other roles on the charger", "digest", see_on_charger(HOME, "ZAP000002", has_access("person:c-3", "owner"))),
    ("others may stay", "digest", want_mode(HOOKS, PermissionMode.ADDITIVE)),
    ("another live limit", "digest", see_of(HOME, "ZAP000001", "maxCurrent", 25.0)),
    ("a live limit as wanted", "digest", see_of(HOME, "ZAP000003", "maxCurrent", 10.0)),
    ("live stand-alone as wanted", "digest", see_of(HOME, "ZAP000001", "standAlone", False)),
    ("another live mode", "digest", see(HOME, _MODE, "webhooks")),
    ("a live mode as wanted", "digest", see(HOME, _MODE, "native")),
    ("another live limit of the installation", "digest", see(HOME, "maxCurrent", 55.0)),
    ("a secret that is set", "digest", see(HOOKS, _PAYLOAD, "set")),
    ("another live URL", "digest", see(HOOKS, _START, "http://older.example/start")),
    ("a live URL that is gone", "digest", see(HOOKS, _TOKEN, ABSENT)),
    ("somebody who lost access", "digest", see_access(HOME, "person:c-2")),
    ("somebody who is there already", "digest", see_access(HOME, "person:c-1", "user", "owner")),
    ("a stranger with access", "digest", see_access(HOOKS, "person:c-2", "user")),
    ("a stranger with other roles", "digest", see_access(HOOKS, "person:c-3", "user", "service")),
    ("authentication by hand", "digest", by_route(authentication=Route.PORTAL)),
    ("stand-alone by hand", "digest", by_route(stand_alone=Route.PORTAL)),
    ("a car that left", "digest", see_doing(IDLE, "ZPR080001", mode=_IDLE)),
    ("a larger breaker", "digest", see_breaker(ABOVE, 40.0)),
    # What cannot be a change shows in the list where it belongs, and only there.
    ("an invitation that was accepted", "waiting", see_access(HOME, "person:c-2", "user")),
    ("another URL of a mode that waits", "pending", want(IDLE, "authentication.ocppNative.url", "wss://b.example/cp")),
    ("an offline charger where one was charging", "pending", see_doing(IDLE, "ZPR080001", mode=_IDLE, online=False)),
    ("a busy site that may not wait", "refusals", without_switch),
    ("another limit above the circuit", "refusals", want_of(ABOVE, "ZPR080002", "maxCurrent", 30.0)),
    ("a smaller breaker", "refusals", see_breaker(ABOVE, 20.0)),
    ("a limit that cannot be read", "unreadable", see(DARK, "maxCurrent", FORBIDDEN)),
    ("a charger that is not there", "unreadable", lose(DARK, "ZPR080003")),
    ("a site that is not visible", "unreadable", vanish(DARK)),
    ("an unreadable setting no longer declared", "unreadable", want_of(DARK, "ZPR080003", "maxCurrent", None)),
    ("another name", "warnings", rename),
    # What takes changes out of the plan shows in both.
    ("a charger no longer listed", "refusals and digest", unlist(HOME, "ZAP000003")),
    ("a charger that is busy", "refusals and digest", see_doing(HOME, "ZAP000003", mode=_CHARGING)),
    ("rights that are missing", "refusals and digest", with_roles(HOME, 1)),
    ("a value that became unreadable", "unreadable and digest", see_of(HOME, "ZAP000001", "maxCurrent", FORBIDDEN)),
    ("a charger that vanished", "unreadable and digest", lose(HOME, "ZAP000003")),
    ("a home that vanished", "unreadable and digest", vanish(HOME)),
    ("a value that became readable", "unreadable and digest", see_of(DARK, "ZPR080003", "maxCurrent", 20.0)),
    ("no directory of people", "unverifiable and digest", without_people),
)
"""Name, where it shows, and what is changed."""
