"""What is known about one installation while its account is read, and which reads it still lacks."""

from dataclasses import field, replace

from reconciler.live import rows
from reconciler.live.available import why_unknown
from reconciler.live.rows import InstallationRow
from reconciler.model.observed import (
    Circuit,
    ObservedCharger,
    ObservedInstallation,
    ObservedPermission,
    ReadNeed,
)
from reconciler.model.value import Observation, Reason, Unreadable
from reconciler.records import dataclass

Permissions = tuple[ObservedPermission, ...] | Unreadable

_DETAIL_MODES = ("webhooks", "ocppNative")
_NOT_VISIBLE = Unreadable(reason=Reason.NOT_VISIBLE, detail="the account does not see the installation")
_ANY_LIMIT_A = float("inf")


@dataclass(slots=True, kw_only=True)
class FoundSite:
    """What is known about one installation so far; lives only while a snapshot is made."""

    id: str
    row: InstallationRow | None
    why: Unreadable = _NOT_VISIBLE
    name: str | None = None
    need: ReadNeed | None = None
    chargers: dict[str, ObservedCharger] = field(default_factory=dict)
    circuits: tuple[Circuit, ...] | Unreadable | None = None
    permissions: Permissions | None = None
    charger_permissions: dict[str, Permissions] = field(default_factory=dict)


def everything_of(site: FoundSite, *, account: str, permissions: bool, charger_permissions: bool) -> ReadNeed:
    """The need that leaves out nothing a plan may ask for: every state, the circuits, and who has access.

    Circuits are read where a limit could move, so every limit is said to go up.
    """
    serials = tuple(sorted({charger.serial for charger in site.chargers.values()}))
    mode = site.row.get(rows.MODE_SETTING) if site.row is not None else None
    return ReadNeed(
        account=account,
        installation_id=site.id,
        state_of=serials,
        raises_to=tuple((serial, _ANY_LIMIT_A) for serial in ("", *serials)),
        permissions=permissions,
        charger_permissions_of=serials if charger_permissions else (),
        mode=mode if isinstance(mode, str) else None,
    )


def access_asked_for(site: FoundSite) -> frozenset[str]:
    """Serials whose own permissions are to be read; only Pro has such, so that nobody asks Go or Home."""
    if site.need is None or (site.row is not None and site.row.pro is False):
        return frozenset()
    return frozenset(site.need.charger_permissions_of)


def lacks_its_mode(site: FoundSite, need: ReadNeed) -> bool:
    """Whether the row lacks every member of the wanted mode, which is the live one; the detail may have them."""
    row = site.row
    return (
        row is not None and not row.complete and need.mode in _DETAIL_MODES and row.get(rows.MODE_SETTING) == need.mode
    )


def lacks_available(site: FoundSite) -> bool:
    """Whether the breaker moves and the available current, which that update must keep, is not known."""
    return _moves_breaker(site) and site.row is not None and why_unknown(site.row.available) is not None


def _moves_breaker(site: FoundSite) -> bool:
    limits = dict(site.need.raises_to) if site.need is not None else {}
    breaker_a = site.row.get("maxCurrent") if site.row is not None else None
    return "" in limits and isinstance(breaker_a, float) and breaker_a != round(limits[""], 1)


def needs_circuits(site: FoundSite) -> bool:
    """Whether a charger may be going up (one that answered without a usable limit counts too) or the breaker moves."""
    limits = dict(site.need.raises_to) if site.need is not None else {}
    if _moves_breaker(site):
        return True
    return any(
        _goes_up(charger.get("maxCurrent"), limits[charger.serial])
        for charger in site.chargers.values()
        if charger.serial in limits
    )


def _goes_up(observed: Observation | None, wanted_a: float) -> bool:
    if isinstance(observed, Unreadable):
        return observed.reason in (Reason.MISSING_MEMBER, Reason.BAD_ANSWER)
    return isinstance(observed, float) and observed < wanted_a


def observed_of(site: FoundSite, account: str) -> ObservedInstallation:
    """What was read, as a value."""
    row = site.row
    return ObservedInstallation(
        id=site.id,
        account=account,
        name=site.name,
        roles=row.roles if row else None,
        values=row.values if row else rows.unreadable_values(site.why),
        chargers=tuple(sorted(_chargers(site), key=lambda charger: (charger.serial, charger.id))),
        circuits=site.circuits,
        permissions=site.permissions,
        pro=row.pro if row else None,
        power_managed=row.power_managed if row else None,
        native_allowed=row.native_allowed if row else None,
        available_unknown=why_unknown(row.available) if row else site.why,
        postcode=row.postcode if row else None,
    )


def _chargers(site: FoundSite) -> list[ObservedCharger]:
    access = site.charger_permissions
    return [replace(one, permissions=access[one.id]) if one.id in access else one for one in site.chargers.values()]
