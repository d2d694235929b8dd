"""Compares one installation with its file and turns the result into changes and findings."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from reconciler.model.change import Change, Target
from reconciler.model.desired import Account, DesiredInstallation, Route
from reconciler.model.observed import ObservedInstallation
from reconciler.model.plan import UnreadableItem
from reconciler.model.settings import Scope
from reconciler.model.value import ABSENT, Absent, Observation, Reason, Unreadable, Value
from reconciler.planning.compare import INSTALLATION, Comparison, Difference, Gap, Subject, Values, compare
from reconciler.planning.findings import Findings
from reconciler.planning.lookup import Lookup
from reconciler.planning.notes import notes_of
from reconciler.planning.people import Wishes, wishes_of
from reconciler.planning.queue import overtaking, queue_of
from reconciler.planning.site import installation_target, route_of, setting_route
from reconciler.planning.wanted import PERMISSIONS, Wanted, wanted_of


def inspect(desired: DesiredInstallation, lookup: Lookup) -> Findings:
    """Everything there is to say about one installation, before order and guards."""
    observed = lookup.installations.get((desired.account, desired.id))
    if observed is None:
        return _not_visible(desired, lookup.observed.installation(desired.id))
    wanted = wanted_of(desired, lookup.deviations.get(desired.id, ()), today=lookup.policy.now.date())
    wishes = wishes_of(desired, observed, lookup, managed=wanted.permissions)
    seen_chargers = {charger.serial: dict(charger.values) for charger in observed.chargers}
    missing = tuple(serial for serial in wanted.chargers if serial not in seen_chargers)
    comparison = compare(
        _wanted_values(wanted, wishes, missing=missing), _observed_values(observed, seen_chargers, wishes)
    )
    queue = queue_of(observed, lookup.policy)
    pending = tuple(overtaking(observed, wanted.chargers, queue=queue, name=desired.name))
    if comparison == _EQUAL and not missing and wishes.quiet and observed.name in (desired.name, None):
        return Findings(unverifiable=wishes.unverifiable, waiting=wishes.waiting, gates=wishes.gates, pending=pending)
    found = _findings(desired, observed, lookup, wanted=wanted, wishes=wishes, comparison=comparison, missing=missing)
    return replace(found, pending=pending)


_EQUAL = Comparison()


def _not_visible(desired: DesiredInstallation, elsewhere: ObservedInstallation | None) -> Findings:
    account = f"account {desired.account} does not show this installation"
    detail = (
        account
        if elsewhere is None or elsewhere.account == desired.account
        else f"{account}; account {elsewhere.account} does"
    )
    item = UnreadableItem(
        target=installation_target(desired),
        installation_name=desired.name,
        what="the whole installation",
        unreadable=Unreadable(reason=Reason.NOT_VISIBLE, detail=detail),
    )
    return Findings(unreadable=(item,), lost=True, lost_chargers=len(desired.chargers))


def _wanted_values(
    wanted: Wanted, wishes: Wishes, *, missing: tuple[str, ...]
) -> Mapping[Subject, Mapping[str, Value]]:
    values: dict[Subject, Mapping[str, Value]] = {INSTALLATION: wanted.installation}
    for serial, settings in wanted.chargers.items():
        if serial not in missing:
            values[Scope.CHARGER, serial] = settings
    for principal, roles in wishes.entries.items():
        values[Scope.PRINCIPAL, principal] = {PERMISSIONS: roles}
    return values


def _observed_values(
    observed: ObservedInstallation, chargers: Mapping[str, Values], wishes: Wishes
) -> Mapping[Subject, Values]:
    values: dict[Subject, Values] = {INSTALLATION: dict(observed.values)}
    for serial, settings in chargers.items():
        values[Scope.CHARGER, serial] = settings
    for principal in wishes.entries:
        found = wishes.seen.get(principal)
        values[Scope.PRINCIPAL, principal] = {PERMISSIONS: ABSENT if found is None else found.roles}
    return values


def _findings(
    desired: DesiredInstallation,
    observed: ObservedInstallation,
    lookup: Lookup,
    *,
    wanted: Wanted,
    wishes: Wishes,
    comparison: Comparison,
    missing: tuple[str, ...],
) -> Findings:
    maker = _Maker(desired=desired, lookup=lookup, wanted=wanted)
    changes = [maker.of_setting(difference) for difference in comparison.differences]
    changes += [maker.of_access(principal, wish.before, wish.after) for principal, wish in wishes.unread.items()]
    changes += [maker.of_access(principal, wishes.seen[principal].roles, ABSENT) for principal in wishes.removals]
    gaps = _unreadable_items(desired, comparison.gaps)
    lost = {gap.subject for gap in comparison.gaps}
    return Findings(
        changes=tuple(sorted(changes, key=lambda change: change.sort_key)),
        gates=wishes.gates,
        unreadable=(*gaps, *_missing_items(desired, missing, lookup), *wishes.unreadable),
        waiting=wishes.waiting,
        unverifiable=wishes.unverifiable,
        warnings=notes_of(desired, observed, changes=changes, comparison=comparison),
        lost_chargers=len(missing) + sum(scope is Scope.CHARGER for scope, _ in lost),
        lost=INSTALLATION in lost or bool(wishes.unreadable),
    )


class _Maker:
    """Makes changes of one installation: target, route, and the place of the wish."""

    def __init__(self, *, desired: DesiredInstallation, lookup: Lookup, wanted: Wanted) -> None:
        self._desired = desired
        self._origins = lookup.origins
        self._account: Account = lookup.accounts[desired.account]
        self._wanted = wanted.installation

    def of_setting(self, difference: Difference) -> Change:
        scope, name = difference.subject
        row = difference.row
        if scope is Scope.PRINCIPAL:
            return self.of_access(name, difference.before, difference.after)
        path = row.name.split(".") if scope is Scope.INSTALLATION else ("chargers", name, row.name)
        route = setting_route(self._account, row, self._wanted)
        return self._change(name or None, None, row.name, path, difference.before, difference.after, route)

    def of_access(self, principal: str, before: Observation, after: Value | Absent) -> Change:
        place = "absent" if isinstance(after, Absent) else "entries"
        route = route_of(self._account, PERMISSIONS)
        return self._change(None, principal, PERMISSIONS, (PERMISSIONS, place, principal), before, after, route)

    def _change(
        self,
        charger: str | None,
        principal: str | None,
        setting: str,
        path: Iterable[str],
        before: Observation,
        after: Value | Absent,
        route: Route,
    ) -> Change:
        desired = self._desired
        origin = self._origins.find(desired.id, tuple(path))
        return Change(
            target=Target(account=desired.account, installation_id=desired.id, charger=charger, principal=principal),
            installation_name=desired.name,
            setting=setting,
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
        seen = "not seen anywhere else" if place is None else f"seen in {place.name or place.id} ({place.id})"
        items.append(
            UnreadableItem(
                target=_target(desired, (Scope.CHARGER, serial)),
                installation_name=desired.name,
                what="the charger",
                unreadable=Unreadable(reason=Reason.NOT_FOUND, detail=f"not in this installation; {seen}"),
            )
        )
    return items


def _target(desired: DesiredInstallation, subject: Subject) -> Target:
    scope, name = subject
    charger = name if scope is Scope.CHARGER else None
    principal = name if scope is Scope.PRINCIPAL else None
    return Target(account=desired.account, installation_id=desired.id, charger=charger, principal=principal)
