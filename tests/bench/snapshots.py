"""What `reconciler snapshot` would write about a generated world, without asking anybody.

Reading 100 000 installations at 10 requests a second takes most of a day. Here the rows that the sandbox would answer
go straight through the part of the client that reads answers, one installation after the other.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from reconciler import __version__
from reconciler.live import rows as reading
from reconciler.live.found import FoundSite, observed_of
from reconciler.model.desired import Cloud
from reconciler.model.observed import (
    AccountReads,
    Breadth,
    ObservedCharger,
    ObservedFleet,
    ObservedInstallation,
    ObservedPermission,
)
from reconciler.model.plan import PlanAccount
from reconciler.model.settings import ROLE_BITS
from reconciler.model.snapshot import Snapshot
from reconciler.model.value import Reason, Unreadable
from reconciler.sandbox import rows as answering
from reconciler.sandbox.access import manages, roles_on
from reconciler.sandbox.builders import OWNER_EMAIL
from reconciler.sandbox.generating.site import GeneratedSite
from reconciler.sandbox.people import people
from reconciler.sandbox.reading import Call
from reconciler.sandbox.records import Charger, Permission
from reconciler.sandbox.world import World

ACCOUNT = "main"
STATES = ("510", "712", "911")
REFUSED = Unreadable(reason=Reason.FORBIDDEN, detail="403, access refused")


def snapshot_of(world: World, sites: Iterable[GeneratedSite], *, rate: float) -> Snapshot:
    """The snapshot; `sites` are made in `world`, which may forget each when the next is made."""
    observed = tuple(sorted(_observed(world, sites), key=lambda site: site.id))
    fleet = ObservedFleet(
        observed_at=datetime.fromtimestamp(world.now(), UTC),
        breadth=Breadth.ACCOUNT,
        installations=observed,
        reads=(
            AccountReads(
                account=ACCOUNT,
                visible_installations=len(observed),
                visible_chargers=sum(len(site.chargers) for site in observed),
                requests=0,
            ),
        ),
    )
    return Snapshot(
        tool_version=__version__,
        observed=fleet,
        accounts=(PlanAccount(name=ACCOUNT, cloud=Cloud.SANDBOX, rate=rate),),
        people_known=frozenset(person[0] for person in people()),
    )


def _observed(world: World, sites: Iterable[GeneratedSite]) -> Iterator[ObservedInstallation]:
    user = next(user for user in world.data["users"] if user["email"] == OWNER_EMAIL)
    call = Call(world=world, request=Request(EnvironBuilder().get_environ()), user=user)
    for site in sites:
        if site.is_visible:
            yield _one(call, site)


def _one(call: Call, site: GeneratedSite) -> ObservedInstallation:
    installation = site.installation
    is_managed = manages(roles_on(call.world, call.user, installation))
    row = reading.installation_row(answering.installation_row(call, installation))
    active = [charger for charger in site.chargers if charger["active"]]
    chargers = [_charger(call, charger, is_managed=is_managed) for charger in active]
    tree = reading.hierarchy(answering.hierarchy(call, installation))
    found = FoundSite(
        id=installation["id"],
        row=row,
        name=row.name,
        chargers={charger.id: charger for charger in chargers},
        circuits=tree.circuits if is_managed else REFUSED,
        permissions=_permissions(installation["permissions"]) if is_managed else REFUSED,
    )
    return observed_of(found, ACCOUNT)


def _charger(call: Call, charger: Charger, *, is_managed: bool) -> ObservedCharger:
    read = reading.charger_row(answering.charger_row(call, charger)).charger
    states = [{"StateId": int(number), "ValueAsString": charger["values"][number]} for number in STATES]
    values = reading.state_values(states) if is_managed else tuple((name, REFUSED) for name in reading.STATE_NAMES)
    return replace(read, name="", values=values)


def _permissions(held: Iterable[Permission]) -> tuple[ObservedPermission, ...]:
    found = (
        ObservedPermission(
            principal=f"userGroup:{one['key']}" if "key" in one else f"user-id:{one['id']}",
            roles=tuple(word for word, bit in ROLE_BITS if one["roles"] & bit),
            accepted=one["accepted"],
            invited_at=datetime.fromtimestamp(one["invited_at"], UTC) if "invited_at" in one else None,
        )
        for one in held
    )
    return tuple(sorted(found, key=lambda one: one.principal))
