"""How far a plan reaches, in terms of an electrician: amperes, chargers that will not charge, people, cars."""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from reconciler.model.change import Change
from reconciler.model.plan import Plan
from reconciler.model.seen import SiteSeen
from reconciler.model.settings import Scope, setting
from reconciler.model.value import Absent, Unreadable
from reconciler.records import dataclass

_LOWEST_A = setting(Scope.CHARGER, "maxCurrent").low or 6.0
_MOST_ON_GO_HOME = 3
OWNER = "owner"


class Idle(StrEnum):
    """Why nobody will be able to charge at a charger."""

    SWITCHED_OFF = "switched-off"
    STAYS_OFF = "stays-off"
    STAND_ALONE = "stand-alone"


class Move(StrEnum):
    """What becomes of somebody's access."""

    GAINS = "gains"
    LOSES = "loses"
    ALTERS = "alters"


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleCharger:
    """A charger at which nobody will be able to charge once the plan is done."""

    serial: str
    why: Idle


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessMove:
    """One person or group at one installation.

    Attributes:
        roles: What they will have; what they had, when they lose it.
        certain: Whether their former access could be read.
        sees_sessions: Whether they newly see the sessions of everybody at the site (owners of a Pro installation do).
    """

    principal: str
    move: Move
    roles: tuple[str, ...]
    certain: bool
    sees_sessions: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteBlast:
    """What a plan does to one installation; amperes per phase, summed over its limit and those of its chargers.

    Attributes:
        seen: What the plan saw there; None when the plan does not tell, which is not the same as nothing.
    """

    account: str
    installation_id: str
    installation_name: str
    changes: int
    raised_a: float
    lowered_a: float
    idle: tuple[IdleCharger, ...]
    access: tuple[AccessMove, ...]
    seen: SiteSeen | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Blast:
    """What a plan does to the fleet: its installations by account and id, and their sums."""

    sites: tuple[SiteBlast, ...]

    @property
    def raised_a(self) -> float:
        """Sum of all raises."""
        return round(sum(site.raised_a for site in self.sites), 1)

    @property
    def lowered_a(self) -> float:
        """Sum of all lowerings."""
        return round(sum(site.lowered_a for site in self.sites), 1)

    @property
    def charging(self) -> int:
        """Cars seen charging at the touched installations."""
        return sum(site.seen.charging for site in self.sites if site.seen is not None)

    @property
    def silent(self) -> int:
        """Chargers there that did not say what they were doing."""
        return sum(site.seen.silent for site in self.sites if site.seen is not None)

    @property
    def unseen(self) -> int:
        """Touched installations about whose cars nothing is known."""
        return sum(site.seen is None for site in self.sites)

    def moves(self, move: Move) -> tuple[tuple[SiteBlast, AccessMove], ...]:
        """Everybody of whom that becomes true, with the place."""
        return tuple((site, one) for site in self.sites for one in site.access if one.move is move)


def blast_of(plan: Plan) -> Blast:
    """Everything that the changes of a plan do, whether or not something still holds them back."""
    seen = {(site.account, site.installation_id): site for site in plan.sites}
    grouped: dict[tuple[str, str], list[Change]] = {}
    for change in plan.changes:
        grouped.setdefault((change.target.account, change.target.installation_id), []).append(change)
    return Blast(sites=tuple(_site(changes, seen.get(place)) for place, changes in sorted(grouped.items())))


def _site(changes: Sequence[Change], seen: SiteSeen | None) -> SiteBlast:
    target = changes[0].target
    return SiteBlast(
        account=target.account,
        installation_id=target.installation_id,
        installation_name=changes[0].installation_name,
        changes=len(changes),
        raised_a=round(sum(change.raised_a for change in changes), 1),
        lowered_a=round(sum(change.lowered_a for change in changes), 1),
        idle=tuple(_idle(changes, seen)),
        access=tuple(_access(change, seen) for change in changes if change.target.principal is not None),
        seen=seen,
    )


def _idle(changes: Sequence[Change], seen: SiteSeen | None) -> Iterable[IdleCharger]:
    """Chargers below 6 A, and those left in stand-alone mode where native OCPP does not need it."""
    limits = {one.target.charger or "": one.after for one in changes if one.setting == "maxCurrent"}
    alone = {one.target.charger or "": one.after is True for one in changes if one.setting == "standAlone"}
    found: dict[str, Idle] = {}
    if seen is not None and _final_mode(changes, seen) not in (None, "ocppNative"):
        kept = {serial for serial in seen.stand_alone if alone.get(serial, True)}
        found |= dict.fromkeys([*kept, *(serial for serial, on in alone.items() if on)], Idle.STAND_ALONE)
    if seen is not None:
        found |= dict.fromkeys((serial for serial in seen.off if serial not in limits), Idle.STAYS_OFF)
    off = [serial for serial, after in limits.items() if serial and isinstance(after, float) and after < _LOWEST_A]
    found |= dict.fromkeys(off, Idle.SWITCHED_OFF)
    return (IdleCharger(serial=serial, why=why) for serial, why in sorted(found.items()))


def _final_mode(changes: Sequence[Change], seen: SiteSeen) -> object:
    return next((one.after for one in changes if one.setting == "authentication.mode"), seen.mode)


def _access(change: Change, seen: SiteSeen | None) -> AccessMove:
    before, after = _roles(change.before), _roles(change.after)
    certain = not isinstance(change.before, Unreadable)
    move = _move(change)
    return AccessMove(
        principal=change.target.principal or "",
        move=move,
        roles=before if move is Move.LOSES else after,
        certain=certain,
        sees_sessions=OWNER in after and OWNER not in before and change.target.charger is None and _is_pro(seen),
    )


def _move(change: Change) -> Move:
    if isinstance(change.after, Absent):
        return Move.LOSES
    return Move.ALTERS if _roles(change.before) else Move.GAINS


def _roles(value: object) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def _is_pro(seen: SiteSeen | None) -> bool:
    """Of type Pro for certain: an installation of type Go / Home has three chargers at most."""
    return seen is not None and (seen.pro is True or (seen.pro is None and seen.chargers > _MOST_ON_GO_HOME))
