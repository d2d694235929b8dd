"""What makes a generated site unlike its file: the mode, people, the limit, our own rights, and other writers."""

from dataclasses import dataclass
from datetime import UTC, datetime

from hypothesis import strategies as st

from reconciler.model.change import Change
from reconciler.model.desired import DesiredPermissions, PermissionMode, RemovalGate, SwitchPolicy
from reconciler.model.settings import Scope
from reconciler.model.value import Absent
from reconciler.planning.policy import Queued
from reconciler.sandbox.generated import DesiredSite
from reconciler.sandbox.permissions import accept
from reconciler.sandbox.portal import carry_out, find_installation, set_value
from reconciler.sandbox.principals import address_of
from reconciler.sandbox.terms import Kind
from reconciler.sandbox.world import World
from tests.builders import MAIN, gone, permissions, person

INVITED = ("person:c-88121", "person:c-88122")
"""The first has an account, so that adding accepts at once; the second gets an invitation."""
FORMER_OWNER, NEWCOMER = "person:b-17", "person:b-31"
OUR_GROUP = "userGroup:BSJG"
USER_ONLY = 1
OTHER_A = 7.0
"""A charger limit that no file and no generated world names."""
OTHER_VALUES = {
    "authentication.mode": "webhooks",
    "authentication.ocppCloud.url": "wss://ocpp.another.example/cp/{deviceId}",
    "maxCurrent": 99.0,
}
"""The same for installations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """What the file of a site says beside its generated settings, and what earlier runs sent there.

    `charger_access` stands at its first charger.
    """

    limit_a: float | None = None
    switch: SwitchPolicy | None = None
    access: DesiredPermissions | None = None
    charger_access: DesiredPermissions | None = None
    acknowledged: tuple[str, ...] = ()
    queued: tuple[Queued, ...] = ()


@st.composite
def unlike(draw: st.DrawFn, world: World, site: DesiredSite) -> Extras:
    """Change the live site in place and say what its file holds in addition."""
    switch = draw(st.sampled_from((SwitchPolicy(), SwitchPolicy(), SwitchPolicy(), None)))
    if draw(st.integers(0, 3)) == 0:
        _another_mode(world, site)
        if draw(st.integers(0, 3)) == 0:
            set_value(world, next(iter(site["chargers"])), setting="operatingMode", value="charging")
    queued = [one for serial in site["chargers"] for one in draw(_offline(world, site, serial))]
    limit_a, acknowledged = draw(_limits(world, site))
    access = draw(_access(world, site))
    charger_access = draw(_charger_access(world, site))
    if draw(st.integers(0, 7)) == 0:
        _reduced_rights(world, site)
    _long_ago(world, site)
    return Extras(
        limit_a=limit_a,
        switch=switch,
        access=access,
        charger_access=charger_access,
        acknowledged=acknowledged,
        queued=tuple(queued),
    )


@st.composite
def _offline(draw: st.DrawFn, world: World, site: DesiredSite, serial: str) -> tuple[Queued, ...]:
    """A charger may be offline; an earlier run may have sent it a limit that it does not know yet."""
    if draw(st.integers(0, 3)):
        return ()
    sent = draw(st.booleans())
    if sent:
        set_value(world, serial, setting="maxCurrent", value=OTHER_A + 1)
    set_value(world, serial, setting="online", value=False)
    if not sent:
        return ()
    wanted = site["chargers"][serial]["maxCurrent"]
    step = {"installation": site["id"], "charger": serial, "setting": "maxCurrent", "after": wanted}
    (done,) = carry_out(world, [step])
    assert done["done"]
    return (
        Queued(
            account=MAIN,
            installation_id=site["id"],
            charger=serial,
            setting="maxCurrent",
            value=wanted,
            at=datetime.fromtimestamp(world.now(), UTC),
        ),
    )


def _another_mode(world: World, site: DesiredSite) -> None:
    if site["mode"] == "native":
        set_value(world, site["id"], setting="authentication.mode", value="ocppCloud")
        url = "wss://ocpp.backend-a.example/cp/{deviceId}"
        set_value(world, site["id"], setting="authentication.ocppCloud.url", value=url)
        set_value(world, site["id"], setting="authentication.ocppCloud.urlVersion", value="ocpp16Compliant")
    else:
        set_value(world, site["id"], setting="authentication.mode", value="native")


@st.composite
def _limits(draw: st.DrawFn, world: World, site: DesiredSite) -> tuple[float | None, tuple[str, ...]]:
    """The limit of the installation: not declared, in order, to be lowered, or to be raised with or without a word."""
    wanted = float(str(find_installation(world, site["id"])["fields"]["MaxCurrent"]))
    kinds = ("undeclared", "undeclared", "undeclared", "same", "lower", "raise", "raise", "raise unacknowledged")
    kind = draw(st.sampled_from(kinds))
    match kind:
        case "undeclared":
            return None, ()
        case "lower":
            set_value(world, site["id"], setting="maxCurrent", value=wanted + 6)
        case "raise" | "raise unacknowledged":
            set_value(world, site["id"], setting="maxCurrent", value=wanted - 4)
    return wanted, ("raise-installation-limit",) if kind == "raise" else ()


@st.composite
def _access(draw: st.DrawFn, world: World, site: DesiredSite) -> DesiredPermissions | None:
    """Who is there, accepted or invited, who shall come, and who shall go with or without a gate."""
    kind = draw(st.sampled_from(("undeclared", "undeclared", "come", "come", "come and go", "hand over", "go")))
    if kind == "undeclared":
        return None
    entries = [] if kind == "go" else [person(draw(st.sampled_from(INVITED)), "user", "owner")]
    if draw(st.booleans()):
        entries.append(person(NEWCOMER, "user", "owner"))
        _set_roles(world, site["id"], NEWCOMER, "user,owner")
        if draw(st.booleans()):
            accept(world, email=address_of(world, NEWCOMER), installation=find_installation(world, site["id"]))
    absent = []
    if kind != "come":
        _set_roles(world, site["id"], FORMER_OWNER, "user,owner")
        absent.append(gone(FORMER_OWNER, gate=draw(st.sampled_from(RemovalGate))))
    if kind == "hand over":
        absent.append(gone(OUR_GROUP, gate=RemovalGate.OWNER_ACCEPTED))
    return permissions(*entries, absent=absent)


@st.composite
def _charger_access(draw: st.DrawFn, world: World, site: DesiredSite) -> DesiredPermissions | None:
    """At Pro sites somebody may be on a charger whom the file wants there, elsewhere, or not at all."""
    if find_installation(world, site["id"])["kind"] != Kind.PRO or draw(st.booleans()):
        return None
    serial = next(iter(site["chargers"]))
    if draw(st.booleans()):
        _set_roles(world, serial, FORMER_OWNER, "user")
    comer = person(draw(st.sampled_from(INVITED)), "user")
    if draw(st.booleans()):
        return permissions(comer, mode=PermissionMode.EXCLUSIVE)
    return permissions(comer, absent=[gone(FORMER_OWNER)])


def _set_roles(world: World, place: str, principal: str, roles: str) -> None:
    set_value(world, place, setting=f"permissions.{principal}", value=roles)


def _long_ago(world: World, site: DesiredSite) -> None:
    """All of that was so for long: left out are stale reads of values from before the plan, which nobody can tell."""
    installation = find_installation(world, site["id"])
    installation["former"] = {**installation["fields"]}
    for charger in world.chargers_of(site["id"]):
        charger["former"] = {**charger["values"]}


def _reduced_rights(world: World, site: DesiredSite) -> None:
    """Our group is a mere user here, so circuits, settings and chargers cannot be read."""
    for one in find_installation(world, site["id"])["permissions"]:
        if one.get("key") == OUR_GROUP.removeprefix("userGroup:"):
            one["roles"] = USER_ONLY


def can_conflict(change: Change) -> bool:
    """Whether there is a third value beside the one that the plan saw and the wanted one, and one that can be seen.

    left out: what an installation does not have in its present mode; whoever sets it there, nobody can read it.
    """
    unseen = change.target.scope is Scope.INSTALLATION and isinstance(change.before, Absent)
    return not (unseen or isinstance(change.after, bool))


def write_as_another(world: World, change: Change) -> None:
    """Somebody else sets the place of a planned change to what neither the plan saw nor the file wants."""
    target = change.target
    match target.scope:
        case Scope.CHARGER:
            set_value(world, target.charger or "", setting=change.setting, value=OTHER_A)
        case Scope.PRINCIPAL:
            _set_roles(world, target.installation_id, target.principal or "", "service")
        case Scope.CHARGER_PRINCIPAL:
            _set_roles(world, target.charger or "", target.principal or "", "owner")
        case Scope.INSTALLATION:
            set_value(world, target.installation_id, setting=change.setting, value=OTHER_VALUES[change.setting])
