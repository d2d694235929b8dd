"""Guards about what the cloud would refuse our account: rights, and power that something else manages."""

from collections.abc import Iterable

from reconciler.model.change import Change
from reconciler.model.desired import Route
from reconciler.model.settings import Scope
from reconciler.planning.guard import Objection
from reconciler.planning.site import Site

OWNER_BIT, SERVICE_BIT = 2, 4


def power_managed(site: Site) -> Iterable[Objection]:
    """With automatic power management the cloud refuses every update of the installation."""
    if site.observed.power_managed and site.of(Scope.INSTALLATION, "maxCurrent"):
        yield Objection(
            measured="automatic power management is on",
            limit="off",
            message="the cloud refuses installation updates while automatic power management (APM) is on",
            remedy="turn it off in the Portal, or take the setting out of the file",
        )


def role_missing(site: Site) -> Iterable[Objection]:
    """What our account may not change is not even tried."""
    seen: set[tuple[str | None, str]] = set()
    for change in site.changes:
        needed, role = _needed_role(change)
        roles = _roles_at(site, change)
        key = (change.target.charger, role)
        if change.route is Route.PORTAL or roles is None or roles & needed or key in seen:
            continue
        seen.add(key)
        yield Objection(
            measured=_role_words(roles),
            limit=role,
            message=f"{change.target.charger or 'the installation'}: {change.row.label.lower()} needs {role}, the "
            f"account has {_role_words(roles)}",
            remedy=f"give the account's user group the role {role}",
            charger=change.target.charger,
        )


def _needed_role(change: Change) -> tuple[int, str]:
    if change.target.scope is Scope.INSTALLATION and change.setting == "maxCurrent":
        return SERVICE_BIT, "Service"
    return OWNER_BIT | SERVICE_BIT, "Owner or Service"


def _roles_at(site: Site, change: Change) -> int | None:
    charger = site.chargers.get(change.target.charger or "")
    own = None if charger is None else charger.roles
    return site.observed.roles if own is None else own


def _role_words(roles: int) -> str:
    words = [word for bit, word in ((1, "User"), (OWNER_BIT, "Owner"), (SERVICE_BIT, "Service")) if roles & bit]
    return " + ".join(words) or "no role"
