"""From what is live to what a file should say: the same comparison as a plan, the other way round."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from reconciler.model.adoption import Adopted, NotAdopted, WhyNot, Wish
from reconciler.model.change import Change, Target
from reconciler.model.observed import ObservedCharger, ObservedInstallation, ObservedPermission
from reconciler.model.plan import Plan
from reconciler.model.settings import Kind, Scope, setting, settings_of
from reconciler.model.value import ABSENT, Absent, Observation, Reason, Unreadable, Value
from reconciler.model.words import REASONS
from reconciler.planning.normalise import tidy
from reconciler.planning.site import MODE
from reconciler.planning.wanted import PERMISSIONS

_MODE_ROWS = tuple(row for row in settings_of(Scope.INSTALLATION) if row.only_in_mode is not None)
_NO_CALL = frozenset({Reason.NO_DOCUMENTED_CALL, Reason.NOT_READ})
_SECRET = "a secret is set; no call reads it back, so declare it by hand with secretRef"  # noqa: S105  words
_NO_SUCH_ROLE = "it has a role on this charger that no file can give; whoever gave it must look after it"
_Both = tuple[tuple[Adopted, ...], tuple[NotAdopted, ...]]


def of_changes(changes: Iterable[Change], observed: ObservedInstallation) -> _Both:
    """What the file of an installation must say so that these changes vanish, and what cannot be said."""
    adopted: list[Adopted] = []
    left: list[NotAdopted] = []
    every = [*changes]
    switch = next((change for change in every if change.setting == MODE), None)
    for change in every:
        if isinstance(change.before, Unreadable):
            left.append(_unread(change.target, change.setting, change.before))
        elif not _can_be_given(change.target, change.before):
            left.append(NotAdopted(target=change.target, setting=change.setting, why=_NO_SUCH_ROLE))
        elif switch is None or not change.setting.startswith("authentication."):
            adopted.append(_of_change(change, change.before))
        elif change is switch:
            adopted.append(_of_mode(change.target, observed, was=change.after))
            left.extend(_secrets(change.target, observed))
    return tuple(adopted), tuple(left)


def _of_change(change: Change, live: Value | Absent) -> Adopted:
    value: Value | Absent = ABSENT if change.row.kind is Kind.SECRET else live
    wish = Wish(path=path_of(change.target, change.setting), value=value)
    return Adopted(target=change.target, setting=change.setting, was=change.after, now=live, wishes=(wish,))


def path_of(target: Target, name: str) -> tuple[str, ...]:
    """Where a setting stands in a merged file; permissions by principal."""
    place = () if target.charger is None else ("chargers", target.charger)
    if target.principal is not None:
        return (*place, PERMISSIONS, target.principal)
    return (*place, name) if place else tuple(name.split("."))


def _of_mode(target: Target, observed: ObservedInstallation, *, was: Value | Absent | None) -> Adopted:
    """The live mode with its configuration, which belongs together; secrets stay out."""
    values = dict(observed.values)
    mode = values.get(MODE, ABSENT)
    wishes = [Wish(path=path_of(target, MODE), value=_known(mode))]
    for row in _MODE_ROWS:
        found = tidy(row, values.get(row.name, ABSENT))
        if row.only_in_mode == mode and row.kind is not Kind.SECRET and not isinstance(found, Unreadable | Absent):
            wishes.append(Wish(path=path_of(target, row.name), value=found))
    return Adopted(target=target, setting=MODE, was=was, now=mode, wishes=tuple(wishes))


def _known(value: Observation) -> Value | Absent:
    return ABSENT if isinstance(value, Unreadable) else value


def _secrets(target: Target, observed: ObservedInstallation) -> Iterator[NotAdopted]:
    """Settings of the live mode that no file can take over."""
    values = dict(observed.values)
    for row in _MODE_ROWS:
        found = values.get(row.name, ABSENT)
        if row.only_in_mode != values.get(MODE) or isinstance(found, Absent):
            continue
        if isinstance(found, Unreadable):
            yield _unread(target, row.name, found)
        elif row.kind is Kind.SECRET:
            yield NotAdopted(target=target, setting=row.name, why=_SECRET)


def of_installation(observed: ObservedInstallation) -> _Both:
    """What a new file says: mode, of each charger stand-alone and maximum current, permissions where readable.

    Of a charger's own permissions only those that somebody has: an empty list would say nothing.
    """
    target = Target(account=observed.account, installation_id=observed.id)
    mode = observed.get(MODE)
    adopted: list[Adopted] = []
    left = [*_secrets(target, observed)]
    if isinstance(mode, str):
        adopted.append(_of_mode(target, observed, was=None))
    else:
        adopted.append(_nothing(target, MODE, mode))
        left.append(_unread(target, MODE, mode))
    for charger in observed.chargers:
        more, unread = of_charger(observed, charger)
        adopted += more
        left += unread
    more, unread = _of_permissions(observed.permissions, target)
    return (*adopted, *more), (*left, *unread)


def of_charger(observed: ObservedInstallation, charger: ObservedCharger) -> _Both:
    """All settings of one charger; what could not be read is taken back from profiles and defaults."""
    target = Target(account=observed.account, installation_id=observed.id, charger=charger.serial)
    adopted: list[Adopted] = []
    left: list[NotAdopted] = []
    for row in settings_of(Scope.CHARGER):
        found = charger.get(row.name)
        if found is None or isinstance(found, Unreadable | Absent):
            adopted.append(_nothing(target, row.name, found))
            left.append(_unread(target, row.name, found))
        else:
            value = _known(tidy(row, found))
            wish = Wish(path=path_of(target, row.name), value=value)
            adopted.append(Adopted(target=target, setting=row.name, was=None, now=value, wishes=(wish,)))
    if charger.permissions is not None:
        more, unread = _of_permissions(charger.permissions, target)
        adopted += more
        left += unread
    return tuple(adopted), tuple(left)


def _of_permissions(seen: tuple[ObservedPermission, ...] | Unreadable | None, target: Target) -> _Both:
    """Everybody with their roles; whoever has one that no file can give there stays out, and so does nothing else."""
    if seen is None or isinstance(seen, Unreadable):
        return (), (_unread(target, PERMISSIONS, seen),)
    adopted: list[Adopted] = []
    left: list[NotAdopted] = []
    for one in seen:
        whose = replace(target, principal=one.principal)
        if not _can_be_given(whose, one.roles):
            left.append(NotAdopted(target=whose, setting=PERMISSIONS, why=_NO_SUCH_ROLE))
            continue
        wish = Wish(path=path_of(whose, PERMISSIONS), value=one.roles)
        adopted.append(Adopted(target=whose, setting=PERMISSIONS, was=None, now=one.roles, wishes=(wish,)))
    return tuple(adopted), tuple(left)


def _can_be_given(target: Target, roles: Observation) -> bool:
    """Whether a file can give these roles there; on a charger it cannot give Service. Anything else it can say."""
    if target.principal is None or not isinstance(roles, tuple):
        return True
    return {word for word, _ in setting(target.scope, PERMISSIONS).portal_values}.issuperset(roles)


def _nothing(target: Target, setting: str, found: Observation | None) -> Adopted:
    """The file shall not say what nobody knows, whatever its profiles say."""
    wish = Wish(path=path_of(target, setting), value=ABSENT)
    now = Unreadable(reason=Reason.NOT_READ) if found is None else found
    return Adopted(target=target, setting=setting, was=None, now=now, wishes=(wish,))


def is_known(adopted: Adopted) -> bool:
    """Whether something live is taken over, and not merely what nobody knows left to nobody."""
    return not isinstance(adopted.now, Unreadable)


def _unread(target: Target, setting: str, found: Observation | None) -> NotAdopted:
    if isinstance(found, Unreadable):
        kind = WhyNot.NO_CALL if found.reason in _NO_CALL else WhyNot.UNREADABLE
        more = f" ({found.detail})" if found.detail else ""
        return NotAdopted(target=target, setting=setting, why=f"not readable: {REASONS[found.reason]}{more}", kind=kind)
    kind = WhyNot.NO_CALL if setting == PERMISSIONS else WhyNot.UNREADABLE
    return NotAdopted(target=target, setting=setting, why="not readable: nobody reads it with this account", kind=kind)


def still_open(
    plan: Plan, held: Iterable[NotAdopted], told: Mapping[str, Sequence[NotAdopted]]
) -> tuple[NotAdopted, ...]:
    """What a second plan, over the new files, would still do or could not compare, as far as nobody told it yet.

    Args:
        plan: Made of the new files and the same live state.
        held: What differs and that plan holds back.
        told: By installation id, what is told already.
    """
    known = {(item.target, item.setting) for items in told.values() for item in items}
    open_ = [item for item in held if (item.target, item.setting) not in known]
    known |= {(item.target, item.setting) for item in open_}
    open_ += [
        NotAdopted(target=change.target, setting=change.setting, why="the file stays as it is here and still differs")
        for change in plan.changes
        if (change.target, change.setting) not in known
    ]
    open_ += [
        NotAdopted(
            target=item.target,
            setting="",
            why=f"not readable: {item.what}, {REASONS[item.unreadable.reason]}",
            kind=WhyNot.UNREADABLE,
        )
        for item in plan.unreadable
        if not any(item.target == target for target, _ in known)
    ]
    return tuple(open_)
