"""What a guard is, and how one is lifted."""

from collections.abc import Callable, Iterable, Sequence

from reconciler.model.change import Change
from reconciler.model.desired import DesiredInstallation, GuardLimits
from reconciler.model.plan import GuardScope, Refusal
from reconciler.planning.policy import Policy
from reconciler.planning.site import Site
from reconciler.records import dataclass

FLEET = "fleet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """Why a guard says no: what it measured, against what limit, and the way out.

    `final` objections can never be lifted, whatever the guard usually allows.
    """

    measured: str
    limit: str
    message: str
    remedy: str
    charger: str | None = None
    final: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """One row of the table: an id for people, a code for `explain`, and the function that decides.

    The function is called like the guard, with underscores.
    """

    id: str
    code: str
    liftable: bool
    check: Callable[[Site], Iterable[Objection]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetGuard:
    """The same for a guard of the whole run, which sees all changes and the limits of fleet.yaml."""

    id: str
    code: str
    check: Callable[[Sequence[Change], GuardLimits], Objection | None]


def refusal_of(guard: Guard, objection: Objection, site: Site) -> Refusal:
    """The refusal that a site guard's objection makes."""
    liftable = guard.liftable and not objection.final
    name = name_of(site)
    return Refusal(
        code=guard.code,
        guard=guard.id,
        scope=GuardScope.INSTALLATION,
        account=site.observed.account,
        installation_id=site.observed.id,
        installation_name=name,
        charger=objection.charger,
        measured=objection.measured,
        limit=objection.limit,
        message=objection.message,
        remedy=objection.remedy,
        liftable=liftable,
    )


def fleet_refusal_of(guard: FleetGuard, objection: Objection) -> Refusal:
    """The refusal of the whole run that a fleet guard's objection makes."""
    return Refusal(
        code=guard.code,
        guard=guard.id,
        scope=GuardScope.FLEET,
        account=None,
        installation_id=None,
        installation_name="",
        measured=objection.measured,
        limit=objection.limit,
        message=objection.message,
        remedy=objection.remedy,
        liftable=True,
    )


def some(serials: Sequence[str]) -> str:
    """The first three of them."""
    more = f" and {len(serials) - 3} more" if len(serials) > 3 else ""
    return ", ".join(serials[:3]) + more


def name_of(site: Site) -> str:
    """What people call the site."""
    if site.desired is not None:
        return site.desired.name
    return site.changes[0].installation_name if site.changes else site.observed.name or site.observed.id


def is_lifted(refusal: Refusal, desired: DesiredInstallation | None, policy: Policy) -> bool:
    """Whether this one guard was accepted on the command line, by id, or is acknowledged in the file today."""
    if not refusal.liftable:
        return False
    if refusal.scope is GuardScope.FLEET:
        return f"{refusal.guard}:{FLEET}" in policy.accepted
    if f"{refusal.guard}:{refusal.installation_id}" in policy.accepted:
        return True
    acknowledged = () if desired is None else desired.acknowledgements
    today = policy.now.date()
    return any(one.guard == refusal.guard and today <= one.until for one in acknowledged)
