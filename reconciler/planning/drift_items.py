"""Findings that are no difference of one value: missing, unmanaged, not readable, unfinished, another name."""

from collections.abc import Container, Iterable, Iterator
from dataclasses import replace

from reconciler.model.change import Target
from reconciler.model.desired import DesiredInstallation, Origin
from reconciler.model.finding import Finding, FindingKind
from reconciler.model.observed import Breadth, ObservedCharger, ObservedInstallation, OperatingMode
from reconciler.model.plan import PendingItem, Plan, UnreadableItem
from reconciler.model.settings import Scope, settings_of
from reconciler.model.value import ABSENT, Absent, Observation, Reason, Unreadable
from reconciler.model.words import REASONS
from reconciler.planning.drift_words import adopt, device, group_of, not_adoptable, of_rule, person
from reconciler.planning.guards_account import OWNER_BIT, SERVICE_BIT
from reconciler.planning.lookup import Lookup
from reconciler.planning.severity import Case, Rule, judge
from reconciler.planning.severity_named import (
    MISSING,
    MOVED,
    NOT_VISIBLE,
    RENAMED,
    UNFINISHED,
    UNMANAGED,
    UNREADABLE,
    UNVERIFIABLE,
)
from reconciler.planning.site import installation_target

Key = tuple[Target, str]
NAME = "name"
"""A finding about the name of an installation; it is no setting of the table."""


def items_of(lookup: Lookup, plan: Plan, taken: Container[Key]) -> Iterator[Finding]:
    """Everything beside the differences of values, each thing once.

    Args:
        lookup: The files and what was observed.
        plan: Made of these.
        taken: Targets and settings that are findings already.
    """
    seen: set[Key] = set()
    for finding in _all(lookup, plan):
        key = finding.target, finding.setting
        whole = Target(account=key[0].account, installation_id=key[0].installation_id), finding.setting
        held = finding.kind is FindingKind.PENDING and whole in taken
        if key in seen or key in taken or held:
            continue
        seen.add(key)
        yield finding


def _all(lookup: Lookup, plan: Plan) -> Iterator[Finding]:
    yield from (_pending(item, lookup) for item in plan.pending)
    for waiting in plan.waiting:
        blank = _blank(FindingKind.WAITING, UNFINISHED, waiting.target, name=waiting.installation_name)
        yield replace(
            blank,
            setting=waiting.setting,
            group=group_of(waiting.setting),
            next_step=person(waiting.reason),
            since=waiting.since,
            origin=_origin(waiting.target, lookup),
        )
    yield from _unreadable(plan.unreadable, lookup)
    for note in plan.unverifiable:
        blank = _blank(FindingKind.UNREADABLE, UNVERIFIABLE, note.target, name=note.installation_name)
        yield replace(
            blank,
            setting=note.setting,
            group=group_of(note.setting),
            why=note.reason,
            origin=_origin(note.target, lookup),
        )
    yield from _renamed(lookup)
    yield from _unmanaged(lookup)


def _blank(kind: FindingKind, rule: Rule, target: Target, *, name: str) -> Finding:
    """A finding about a whole target; what is known beside that is filled in."""
    return Finding(
        kind=kind,
        severity=rule.severity,
        target=target,
        installation_name=name,
        setting="",
        wanted=None,
        actual=None,
        why=rule.why,
        next_step=of_rule(rule),
        group=group_of(""),
        code=rule.code,
    )


def _pending(item: PendingItem, lookup: Lookup) -> Finding:
    """A setting that looks as wanted, and will not once a device takes over what is queued for it."""
    site = _site(item.target, lookup)
    actual: Observation = item.before if item.after is None else item.after
    wanted = None if isinstance(item.before, Absent | Unreadable) else item.before
    case = Case(target=item.target, setting=item.setting, wanted=wanted or ABSENT, actual=actual, site=site)
    rule = judge(case)
    return replace(
        _blank(FindingKind.PENDING, rule, item.target, name=item.installation_name),
        setting=item.setting,
        wanted=wanted,
        actual=actual,
        group=group_of(item.setting),
        next_step=device(item.reason),
        since=item.since,
        cars=cars_at(item.target, site),
        origin=_origin(item.target, lookup),
    )


def _unreadable(items: Iterable[UnreadableItem], lookup: Lookup) -> Iterator[Finding]:
    """One finding per target, naming everything that could not be read there."""
    by_target: dict[Target, list[UnreadableItem]] = {}
    for item in items:
        by_target.setdefault(item.target, []).append(item)
    for target, gaps in by_target.items():
        first = gaps[0]
        kind, rule = _kind_of_gap(first, lookup)
        blank = _blank(kind, rule, target, name=first.installation_name)
        what = "; ".join(f"{one.what}: {REASONS[one.unreadable.reason]}" for one in gaps)
        details = dict.fromkeys(one.unreadable.detail for one in gaps if one.unreadable.detail)
        step = person("; ".join(details)) if kind is FindingKind.MISSING else of_rule(rule)
        why = rule.why if kind is FindingKind.MISSING or rule is NOT_VISIBLE else f"{rule.why} ({what})"
        yield replace(blank, why=why, next_step=step, actual=first.unreadable, origin=_origin(target, lookup))


def _kind_of_gap(item: UnreadableItem, lookup: Lookup) -> tuple[FindingKind, Rule]:
    gap, target = item.unreadable, item.target
    if gap.reason is Reason.NOT_VISIBLE and target.charger is None and _site(target, lookup) is None:
        return FindingKind.UNREADABLE, NOT_VISIBLE
    if gap.reason is Reason.NOT_FOUND and target.charger is not None:
        site = _site(target, lookup)
        here = site is not None and site.charger(target.charger) is not None
        if not here:
            return FindingKind.MISSING, MOVED if target.charger in lookup.places else MISSING
    return FindingKind.UNREADABLE, UNREADABLE


def _renamed(lookup: Lookup) -> Iterator[Finding]:
    for desired in lookup.desired.installations:
        observed = lookup.installations.get((desired.account, desired.id))
        if observed is not None and observed.name not in (desired.name, None):
            target = installation_target(desired)
            yield replace(
                _blank(FindingKind.CHANGED, RENAMED, target, name=desired.name),
                setting=NAME,
                wanted=desired.name,
                actual=observed.name,
                origin=lookup.origins.find(desired.id, (NAME,)),
            )


def _unmanaged(lookup: Lookup) -> Iterator[Finding]:
    """Live installations without a file, and chargers that the file of their installation does not list.

    Of a selection only chargers at the selected sites can be told: the other files are not at hand. Of whole accounts
    everything can.
    """
    desired = lookup.desired
    files: dict[tuple[str, str], DesiredInstallation] = {(one.account, one.id): one for one in desired.installations}
    known = {one.id for one in (*desired.installations, *desired.others)}
    whole = desired.has_whole_accounts and lookup.observed.breadth is Breadth.ACCOUNT
    for site in lookup.observed.installations:
        file = files.get((site.account, site.id))
        if file is not None:
            listed = {charger.serial for charger in file.chargers}
            yield from (_stray(site, one.serial, file.name) for one in site.chargers if one.serial not in listed)
        elif whole and site.id not in known:
            known.add(site.id)
            yield _stray(site, None, site.name or "")


def _stray(site: ObservedInstallation, serial: str | None, name: str) -> Finding:
    target = Target(account=site.account, installation_id=site.id, charger=serial)
    blank = _blank(FindingKind.UNMANAGED, UNMANAGED, target, name=name)
    known = _is_legible(site, None if serial is None else site.charger(serial))
    step = adopt(target) if known else not_adoptable()
    return replace(blank, next_step=step, adoptable=known, cars=cars_at(target, site))


def _is_legible(site: ObservedInstallation, charger: ObservedCharger | None) -> bool:
    """Whether adopting would find a value; a charger whose state nobody asked for goes by the account's roles."""
    if charger is None:
        return True
    asked = [value for name, value in charger.values if name in _STATE]
    if asked:
        return not all(isinstance(value, Unreadable) for value in asked)
    roles = site.roles if charger.roles is None else charger.roles
    return roles is None or bool(roles & (OWNER_BIT | SERVICE_BIT))


_STATE = frozenset(row.name for row in settings_of(Scope.CHARGER))


def _site(target: Target, lookup: Lookup) -> ObservedInstallation | None:
    return lookup.installations.get((target.account, target.installation_id))


def _origin(target: Target, lookup: Lookup) -> Origin | None:
    path: tuple[str, ...] = ("id",)
    if target.charger is not None:
        path = ("chargers", target.charger)
    if target.principal is not None:
        place = () if target.charger is None else path
        path = (*place, "permissions", "entries", target.principal)
    found = lookup.origins.find(target.installation_id, path)
    return found if found.file else None


_CARS = frozenset({OperatingMode.REQUESTING, OperatingMode.CHARGING, OperatingMode.FINISHED})


def cars_at(target: Target, site: ObservedInstallation | None) -> int | None:
    """Cars plugged in at a charger, or at all chargers of an installation; None when no charger says."""
    chargers = () if site is None else site.chargers
    modes = [one.mode for one in chargers if target.charger in (None, one.serial)]
    told = [mode for mode in modes if mode not in (None, OperatingMode.UNKNOWN)]
    return sum(mode in _CARS for mode in told) if told else None
