"""What the files decide and no change carries out yet: decided with a pull request, and owed until it is done."""

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from datetime import date

from reconciler.model.change import Target, plain
from reconciler.model.desired import DesiredFleet, DesiredInstallation, Deviation, PermissionMode
from reconciler.model.outcome import Outcome, OutcomeKind
from reconciler.model.plan import PendingItem, Plan, UnreadableItem, WaitingItem
from reconciler.model.plan_origin import Owed, Why
from reconciler.model.principal import one_spelling
from reconciler.model.settings import Scope, setting, settings_of
from reconciler.model.value import ABSENT, Absent, Unreadable, Value
from reconciler.planning.access import gates_of
from reconciler.planning.inspect import WHOLE_CHARGER, WHOLE_INSTALLATION
from reconciler.planning.normalise import ordered_roles, tidy
from reconciler.planning.wanted import PERMISSIONS, wanted_of
from reconciler.records import dataclass

Place = tuple[Target, str]
Site = tuple[str, str]

_CHARGER_SETTINGS = {row.name for row in settings_of(Scope.CHARGER)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What files want at which place, exceptions counted in, as changes would show it.

    Attributes:
        exclusive: Installations where everybody who is not listed shall lose access.
        names: What people call the installations.
    """

    values: Mapping[Place, Value | Absent] = field(default_factory=dict)
    exclusive: frozenset[Site] = frozenset()
    names: Mapping[Site, str] = field(default_factory=dict)

    def at(self, place: Place) -> Value | Absent | None:
        """What is wanted there; None when nothing is."""
        target, name = place
        unlisted = name == PERMISSIONS and target.principal is not None and _site(target) in self.exclusive
        return self.values.get(place, ABSENT if unlisted else None)

    def wants(self, owed: Owed) -> bool:
        """Whether this is still what the files want."""
        wish = self.at(owed.place)
        return wish is not None and plain(wish) == plain(owed.after)


NO_WISHES = Wishes()


def wishes_in(desired: DesiredFleet, *, today: date) -> Wishes:
    """Every wish of these files that a change could carry out."""
    values: dict[Place, Value | Absent] = {}
    exclusive: set[Site] = set()
    deviations: dict[str, list[Deviation]] = {}
    for one in desired.deviations:
        deviations.setdefault(one.installation_id, []).append(one)
    for site in desired.installations:
        wanted = wanted_of(site, deviations.get(site.id, ()), today=today)
        here = Target(account=site.account, installation_id=site.id)
        values |= _settings(here, Scope.INSTALLATION, wanted.installation)
        for serial, settings in wanted.chargers.items():
            values |= _settings(replace(here, charger=serial), Scope.CHARGER, settings)
        if wanted.permissions and site.permissions is not None:
            values |= _access(site)
            exclusive |= {(site.account, site.id)} if site.permissions.mode is PermissionMode.EXCLUSIVE else set()
    names = {(site.account, site.id): site.name for site in desired.installations}
    return Wishes(values=values, exclusive=frozenset(exclusive), names=names)


def _settings(target: Target, scope: Scope, values: Mapping[str, Value]) -> dict[Place, Value | Absent]:
    shown = {(target, name): tidy(setting(scope, name), value) for name, value in values.items()}
    return {place: value for place, value in shown.items() if not isinstance(value, Absent | Unreadable)}


def _access(site: DesiredInstallation) -> dict[Place, Value | Absent]:
    permissions = site.permissions
    if permissions is None:
        return {}
    roles: dict[str, Value | Absent] = dict.fromkeys(gates_of(permissions), ABSENT)
    roles |= {one_spelling(one.principal): ordered_roles(one.roles) for one in permissions.entries}
    return {
        (Target(account=site.account, installation_id=site.id, principal=principal), PERMISSIONS): value
        for principal, value in roles.items()
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """What one plan cannot carry out yet, ready to be asked about many places."""

    held: Mapping[Place, Why]
    hidden: Mapping[Site, tuple[UnreadableItem, ...]]

    def why(self, place: Place) -> Why | None:
        """What a place waits for; None when it is as wanted, planned or refused."""
        if place in self.held:
            return self.held[place]
        items = self.hidden.get(_site(place[0]), ())
        return Why.UNREADABLE if any(_hides(item, place) for item in items) else None


def open_in(plan: Plan) -> Open:
    """What that plan cannot carry out yet; a planned change of a place comes before whatever else is said of it."""
    hidden: dict[Site, tuple[UnreadableItem, ...]] = {}
    for item in plan.unreadable:
        hidden[_site(item.target)] = (*hidden.get(_site(item.target), ()), item)
    held = {place_of(one): Why.WAITING for one in plan.waiting} | {place_of(one): Why.PENDING for one in plan.pending}
    return Open(held=held, hidden=hidden)


def place_of(item: PendingItem | WaitingItem) -> Place:
    """The place of the wish; a switch of the mode is told for each charger that it waits for."""
    target = item.target
    if target.charger is not None and item.setting not in _CHARGER_SETTINGS:
        target = Target(account=target.account, installation_id=target.installation_id)
    return target, item.setting


def _hides(item: UnreadableItem, place: Place) -> bool:
    target, name = place
    if item.what == WHOLE_INSTALLATION:
        return True
    if item.target.principal is None and item.target.charger is None and name == PERMISSIONS:
        return item.what == "Permissions"
    if item.target != target:
        return False
    return item.what == WHOLE_CHARGER or setting(target.scope, name).label in item.what.split(", ")


def owed_by(plan: Plan, head: Wishes, base: Wishes = NO_WISHES) -> tuple[Owed, ...]:
    """What the head wants otherwise than the base and its plan cannot carry out yet.

    Args:
        plan: Of the head.
        head: What it wants.
        base: What is wanted without it.
    """
    standing = open_in(plan)
    planned = {(change.target, change.setting) for change in plan.changes}
    unlisted = {place for place in standing.held if place[0].principal is not None}
    found = []
    for place in {*head.values, *unlisted} - planned:
        after = head.at(place)
        why = standing.why(place)
        if after is None or why is None or _same(after, base.at(place)):
            continue
        found.append(_owed(place, after, why, name=head.names.get(_site(place[0]), "")))
    return in_order(found)


def still_owed(plan: Plan, decided: Iterable[Owed], wishes: Wishes, *, looked_at: frozenset[Site]) -> tuple[Owed, ...]:
    """Of what was decided, what the files want still and a fresh plan cannot carry out yet.

    Args:
        plan: The fresh plan.
        decided: Wishes that somebody answers for.
        wishes: Of all files.
        looked_at: The installations that the plan is about; of others nothing new is known.
    """
    standing = open_in(plan)
    planned = {(change.target, change.setting) for change in plan.changes}
    found = []
    for one in decided:
        if not wishes.wants(one) or one.place in planned:
            continue
        why = standing.why(one.place) if _site(one.target) in looked_at else one.why
        if why is not None:
            found.append(_owed(one.place, one.after, why, name=one.installation_name))
    return in_order(found)


_LATER = {
    OutcomeKind.PENDING: Why.PENDING,
    OutcomeKind.UNCERTAIN: Why.PENDING,
    OutcomeKind.WAITING: Why.WAITING,
}


def owed_after(plan: Plan, outcomes: Iterable[Outcome]) -> tuple[Owed, ...]:
    """What stays owed after a run: what its plan owed from the start, and what it began and is not done."""
    changes = {change.id: change for change in plan.changes}
    found = list(plan.owed)
    for outcome in outcomes:
        change, why = changes.get(outcome.change_id), _LATER.get(outcome.kind)
        if change is not None and why is not None:
            place = change.target, change.setting
            found.append(_owed(place, change.after, why, name=change.installation_name))
    return in_order(found)


def without_owed(applied: Plan, owed: Iterable[Owed]) -> Plan:
    """The plan of the commit that was applied last, without what that apply left undone: nobody changed it since."""
    wishes = {one.wish for one in owed}
    changes = (one for one in applied.changes if (one.target, one.setting, repr(plain(one.after))) not in wishes)
    return replace(applied, changes=tuple(changes))


def in_order(owed: Iterable[Owed]) -> tuple[Owed, ...]:
    """Each wish once, in the order of changes."""
    once = {one.wish: one for one in owed}
    return tuple(sorted(once.values(), key=lambda one: (one.sort_key, one.wish[2])))


def _owed(place: Place, after: Value | Absent, why: Why, *, name: str) -> Owed:
    return Owed(target=place[0], installation_name=name, setting=place[1], after=after, why=why)


def _same(one: Value | Absent, other: Value | Absent | None) -> bool:
    return other is not None and plain(one) == plain(other)


def _site(target: Target) -> Site:
    return target.account, target.installation_id
