"""Compares one installation with its file and turns the result into changes and findings."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from reconciler.model.change import Change, Target
from reconciler.model.desired import Account, DesiredInstallation, Route
from reconciler.model.observed import ObservedInstallation
from reconciler.model.plan import UnreadableItem
from reconciler.model.settings import Scope, setting
from reconciler.model.value import ABSENT, Absent, Observation, Reason, Unreadable, Value
from reconciler.planning.compare import (
    AS_WANTED,
    INSTALLATION,
    Comparison,
    Difference,
    Gap,
    Subject,
    Values,
    compare,
    is_as_wanted,
)
from reconciler.planning.findings import NOTHING, Findings
from reconciler.planning.gone import is_gone
from reconciler.planning.lookup import Lookup
from reconciler.planning.notes import handed_over, notes_of
from reconciler.planning.people import charger_wishes_of, wishes_of
from reconciler.planning.queue import overtaking, queue_of
from reconciler.planning.site import installation_target, setting_route
from reconciler.planning.wanted import PERMISSIONS, Wanted, deciding, wanted_of
from reconciler.planning.wishes import Wishes

WHOLE_INSTALLATION = "the whole installation"
WHOLE_CHARGER = "the charger"
SEEN_NOWHERE = "not seen anywhere else"


def inspect(desired: DesiredInstallation, lookup: Lookup) -> Findings:
    """Everything there is to say about one installation, before order and guards."""
    observed = lookup.installations.get((desired.account, desired.id))
    if (desired.account, desired.id) in lookup.policy.departed and is_gone(observed):
        return Findings(warnings=(handed_over(desired),), handed_over=True)
    if observed is None:
        return _not_visible(desired, lookup.observed.installation(desired.id))
    deviations = lookup.deviations.get(desired.id, ())
    queue = queue_of(observed, lookup.policy)
    if not deviations and not queue and _is_plainly_quiet(desired, observed):
        return NOTHING
    wanted = wanted_of(desired, deviations, today=lookup.policy.now.date())
    wishes = _wishes(desired, observed, lookup, wanted)
    seen_chargers = {charger.serial: dict(charger.values) for charger in observed.chargers}
    missing = tuple(serial for serial in wanted.chargers if serial not in seen_chargers)
    comparison = compare(
        _wanted_values(wanted, wishes, missing=missing), _observed_values(observed, seen_chargers, wishes)
    )
    quiet = all(one.quiet for one in wishes.values())
    pending = tuple(overtaking(observed, wanted.chargers, queue=queue, name=desired.name))
    if comparison == AS_WANTED and not missing and quiet and observed.name in (desired.name, None):
        return replace(_about_people(wishes), pending=pending)
    found = _findings(desired, observed, lookup, wanted=wanted, wishes=wishes, comparison=comparison, missing=missing)
    return replace(found, pending=pending)


def is_quiet(desired: DesiredInstallation, lookup: Lookup) -> bool:
    """Whether `inspect` has nothing to say about an installation, as far as that can be told at a glance."""
    place = (desired.account, desired.id)
    observed = lookup.installations.get(place)
    if observed is None or place in lookup.policy.departed:
        return False
    if lookup.deviations.get(desired.id) or queue_of(observed, lookup.policy):
        return False
    return _is_plainly_quiet(desired, observed)


def _is_plainly_quiet(desired: DesiredInstallation, observed: ObservedInstallation) -> bool:
    """Whether there is nothing to say about a site whose file names no people; most of a fleet is such."""
    if desired.permissions is not None or desired.charger_permissions:
        return False
    return observed.name in (desired.name, None) and is_as_wanted(desired, observed)


AllWishes = Mapping[str | None, Wishes]
"""Wishes about people; None stands for the installation itself, a serial for a charger."""


def _wishes(desired: DesiredInstallation, observed: ObservedInstallation, lookup: Lookup, wanted: Wanted) -> AllWishes:
    """Wishes about people by place: None for the installation itself, serials after it."""
    found: dict[str | None, Wishes] = {None: wishes_of(desired, observed, lookup, managed=wanted.permissions)}
    found.update(charger_wishes_of(desired, observed, lookup, managed=wanted.charger_permissions))
    return found


def _about_people(wishes: AllWishes) -> Findings:
    """What there is to say about people besides changes."""
    return Findings(
        gates=wishes[None].gates,
        unreadable=tuple(item for one in wishes.values() for item in one.unreadable),
        waiting=tuple(item for one in wishes.values() for item in one.waiting),
        unverifiable=tuple(item for one in wishes.values() for item in one.unverifiable),
    )


def _not_visible(desired: DesiredInstallation, elsewhere: ObservedInstallation | None) -> Findings:
    other = None if elsewhere is None or elsewhere.account == desired.account else elsewhere.account
    detail = not_shown_by(desired.account, but_by=other)
    item = UnreadableItem(
        target=installation_target(desired),
        installation_name=desired.name,
        what=WHOLE_INSTALLATION,
        unreadable=Unreadable(reason=Reason.NOT_VISIBLE, detail=detail),
    )
    return Findings(unreadable=(item,), lost=True, lost_chargers=len(desired.chargers))


def not_shown_by(account: str, *, but_by: str | None) -> str:
    """That an account does not see an installation of its files, and which other one does."""
    words = f"account {account} does not show this installation"
    return words if but_by is None else f"{words}; account {but_by} does"


def seen_in(name: str | None, installation_id: str) -> str:
    """Where a charger is that its file looks for elsewhere."""
    return f"seen in {name or installation_id} ({installation_id})"


def _wanted_values(
    wanted: Wanted, wishes: AllWishes, *, missing: tuple[str, ...]
) -> Mapping[Subject, Mapping[str, Value]]:
    values: dict[Subject, Mapping[str, Value]] = {INSTALLATION: wanted.installation}
    for serial, settings in wanted.chargers.items():
        if serial not in missing:
            values[Scope.CHARGER, serial] = settings
    for place, one in wishes.items():
        for principal, roles in one.entries.items():
            values[_subject(place, principal)] = {PERMISSIONS: roles}
    return values


def _subject(charger: str | None, principal: str) -> Subject:
    return (Scope.PRINCIPAL, principal) if charger is None else (Scope.CHARGER_PRINCIPAL, charger, principal)


def _observed_values(
    observed: ObservedInstallation, chargers: Mapping[str, Values], wishes: AllWishes
) -> Mapping[Subject, Values]:
    values: dict[Subject, Values] = {INSTALLATION: dict(observed.values)}
    for serial, settings in chargers.items():
        values[Scope.CHARGER, serial] = settings
    for place, one in wishes.items():
        for principal in one.entries:
            found = one.seen.get(principal)
            values[_subject(place, principal)] = {PERMISSIONS: ABSENT if found is None else found.roles}
    return values


def _findings(
    desired: DesiredInstallation,
    observed: ObservedInstallation,
    lookup: Lookup,
    *,
    wanted: Wanted,
    wishes: AllWishes,
    comparison: Comparison,
    missing: tuple[str, ...],
) -> Findings:
    maker = _Maker(desired=desired, lookup=lookup, wanted=wanted)
    changes = [maker.of_setting(difference) for difference in comparison.differences]
    for place, one in wishes.items():
        changes += [
            maker.of_access(place, principal, wish.before, wish.after) for principal, wish in one.unread.items()
        ]
        changes += [maker.of_access(place, principal, one.seen[principal].roles, ABSENT) for principal in one.removals]
    gaps = _unreadable_items(desired, comparison.gaps)
    people = _about_people(wishes)
    lost = {gap.subject for gap in comparison.gaps}
    lost_chargers = {subject[1] for subject in lost if subject[0] is Scope.CHARGER}
    lost_chargers |= {serial for serial, one in wishes.items() if serial is not None and one.unreadable}
    unread = {gap.row.name for gap in comparison.gaps}
    unread |= {name for serial in missing for name in wanted.chargers[serial]}
    unread |= {PERMISSIONS} if any(one.unreadable for one in wishes.values()) else set()
    return replace(
        people,
        changes=tuple(sorted(changes, key=lambda change: change.sort_key)),
        unreadable=(*gaps, *_missing_items(desired, missing, lookup), *people.unreadable),
        warnings=notes_of(desired, observed, changes=changes, comparison=comparison),
        lost_chargers=len(missing) + len(lost_chargers),
        lost=INSTALLATION in lost or bool(wishes[None].unreadable),
        unread=frozenset(unread),
    )


class _Maker:
    """Makes changes of one installation: target, route, and the place of the wish."""

    def __init__(self, *, desired: DesiredInstallation, lookup: Lookup, wanted: Wanted) -> None:
        self._desired = desired
        self._origins = lookup.origins
        self._account: Account = lookup.accounts[desired.account]
        self._wanted = wanted.installation
        self._deviations = lookup.deviations.get(desired.id, ())
        self._today = lookup.policy.now.date()

    def of_setting(self, difference: Difference) -> Change:
        target = _target(self._desired, difference.subject)
        row = difference.row
        if target.principal is not None:
            return self.of_access(target.charger, target.principal, difference.before, difference.after)
        path = row.name.split(".") if target.charger is None else ("chargers", target.charger, row.name)
        route = setting_route(self._account, row, self._wanted)
        return self._change(target, row.name, path, difference.before, difference.after, route)

    def of_access(self, charger: str | None, principal: str, before: Observation, after: Value | Absent) -> Change:
        subject = _subject(charger, principal)
        place = () if charger is None else ("chargers", charger)
        path = (*place, PERMISSIONS, "absent" if isinstance(after, Absent) else "entries", principal)
        route = setting_route(self._account, setting(subject[0], PERMISSIONS), self._wanted)
        return self._change(_target(self._desired, subject), PERMISSIONS, path, before, after, route)

    def _change(
        self,
        target: Target,
        name: str,
        path: Iterable[str],
        before: Observation,
        after: Value | Absent,
        route: Route,
    ) -> Change:
        desired = self._desired
        exception = deciding(self._deviations, name, charger=target.charger, today=self._today)
        origin = exception.origin if exception else None
        origin = origin or self._origins.find(desired.id, tuple(path))
        return Change(
            target=target,
            installation_name=desired.name,
            setting=name,
            before=before,
            after=after,
            route=route,
            file=origin.file,
            line=origin.line,
        )


def _unreadable_items(desired: DesiredInstallation, gaps: Iterable[Gap]) -> list[UnreadableItem]:
    """One item per thing and reason, naming all its settings."""
    labels: dict[tuple[Subject, Unreadable, str], list[str]] = {}
    for gap in gaps:
        labels.setdefault((gap.subject, gap.unreadable, gap.unreadable.detail), []).append(gap.row.label)
    return [
        UnreadableItem(
            target=_target(desired, subject),
            installation_name=desired.name,
            what=", ".join(sorted(names)),
            unreadable=unreadable,
        )
        for (subject, unreadable, _), names in labels.items()
    ]


def _missing_items(desired: DesiredInstallation, missing: Iterable[str], lookup: Lookup) -> list[UnreadableItem]:
    """Chargers that the file lists and the installation does not have; never something to create."""
    items = []
    for serial in missing:
        place = lookup.places.get(serial)
        seen = SEEN_NOWHERE if place is None else seen_in(place.name, place.id)
        items.append(
            UnreadableItem(
                target=_target(desired, (Scope.CHARGER, serial)),
                installation_name=desired.name,
                what=WHOLE_CHARGER,
                unreadable=Unreadable(reason=Reason.NOT_FOUND, detail=f"not in this installation; {seen}"),
            )
        )
    return items


def _target(desired: DesiredInstallation, subject: Subject) -> Target:
    scope, *names = subject
    charger = names[0] if scope in (Scope.CHARGER, Scope.CHARGER_PRINCIPAL) else None
    principal = names[-1] if scope in (Scope.PRINCIPAL, Scope.CHARGER_PRINCIPAL) else None
    return Target(account=desired.account, installation_id=desired.id, charger=charger, principal=principal)
