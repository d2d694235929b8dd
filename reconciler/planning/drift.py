"""Where reality has left the files, how bad that is and what to do: from a plan and what it was made of."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TypeVar

from reconciler.model.change import Change, Target
from reconciler.model.desired import DesiredInstallation, Deviation, Origin
from reconciler.model.finding import Finding, FindingKind, NextStep
from reconciler.model.observed import ObservedFleet, ObservedInstallation
from reconciler.model.plan import PendingItem, Plan, Refusal, WaitingItem
from reconciler.model.value import Unreadable
from reconciler.model.verified_write import VerifiedWrite
from reconciler.planning.adoptable import FileRules, Key, adoptable
from reconciler.planning.drift_items import cars_at, items_of
from reconciler.planning.drift_words import group_of, next_step, of_rule, or_adopt, tolerated
from reconciler.planning.held import Around, covers, first_held, first_refusal, hand_over, sorted_out
from reconciler.planning.inspect import inspect
from reconciler.planning.lookup import Lookup
from reconciler.planning.quarantine import Quarantine, fight_over, quarantine_of
from reconciler.planning.severity import Case, judge
from reconciler.planning.severity_named import UNFINISHED, UNVERIFIABLE
from reconciler.records import dataclass

Place = tuple[str, str]
_Item = TypeVar("_Item", Change, PendingItem, WaitingItem)
_ADOPTED = frozenset({FindingKind.CHANGED, FindingKind.NON_CONVERGING})
"""Kinds of which a file may take over the live value; the others wait for something first."""


def findings_of(
    lookup: Lookup,
    plan: Plan,
    *,
    verified: Sequence[VerifiedWrite] = (),
    seen: ObservedFleet | None = None,
    rules: FileRules | None = None,
) -> tuple[Finding, ...]:
    """Every finding, worst first.

    Args:
        lookup: The files, what was observed, and the policy of the plan.
        plan: Made of exactly these.
        verified: What earlier runs wrote and read back.
        seen: A wider look at the same moment, by which severities are judged; a snapshot knows every circuit.
        rules: What the files may not say decides whether adopting is offered.
    """
    wider = lookup.installations if seen is None else {(one.account, one.id): one for one in seen.installations}
    quarantine = quarantine_of(verified, now=lookup.policy.now)
    index = _Index(lookup=lookup, plan=plan, quarantine=quarantine, wider=wider, rules=rules)
    found: list[Finding] = []
    for site in lookup.desired.installations:
        found += _Site(site=site, index=index).findings()
    found += items_of(lookup, plan, {_key(one) for one in found})
    return tuple(sorted(found, key=lambda finding: finding.sort_key))


@dataclass(frozen=True, kw_only=True)
class _Index:
    """What all sites share. Not slotted, so that indexes are built only when asked for."""

    lookup: Lookup
    plan: Plan
    quarantine: Quarantine
    wider: Mapping[Place, ObservedInstallation]
    rules: FileRules | None

    @cached_property
    def changes(self) -> Mapping[Place, tuple[Change, ...]]:
        return _by_place(self.plan.changes)

    @cached_property
    def pending(self) -> Mapping[Place, tuple[PendingItem, ...]]:
        return _by_place(self.plan.pending)

    @cached_property
    def waiting(self) -> Mapping[Place, tuple[WaitingItem, ...]]:
        return _by_place(self.plan.waiting)

    @cached_property
    def refusals(self) -> Mapping[Place, tuple[Refusal, ...]]:
        found: dict[Place, list[Refusal]] = {}
        for one in self.plan.refusals:
            found.setdefault((one.account or "", one.installation_id or ""), []).append(one)
        return {place: tuple(ones) for place, ones in found.items()}

    @cached_property
    def without_exceptions(self) -> Lookup:
        return replace(self.lookup, desired=replace(self.lookup.desired, deviations=()))


def _by_place(items: Iterable[_Item]) -> dict[Place, tuple[_Item, ...]]:
    found: dict[Place, list[_Item]] = {}
    for item in items:
        found.setdefault((item.target.account, item.target.installation_id), []).append(item)
    return {place: tuple(ones) for place, ones in found.items()}


@dataclass(frozen=True, kw_only=True)
class _Site:
    """One installation of the files. Not slotted, as above."""

    site: DesiredInstallation
    index: _Index

    @property
    def place(self) -> Place:
        return self.site.account, self.site.id

    @property
    def observed(self) -> ObservedInstallation | None:
        return self.index.wider.get(self.place)

    @cached_property
    def valid(self) -> tuple[Deviation, ...]:
        """The exceptions that still count."""
        today = self.index.lookup.policy.now.date()
        return tuple(one for one in self.index.lookup.deviations.get(self.site.id, ()) if one.until >= today)

    @cached_property
    def around(self) -> Around:
        """What may keep a difference out of the plan or of the file."""
        return Around(
            plan=self.index.plan,
            planned=frozenset(one.id for one in self.index.changes.get(self.place, ())),
            exceptions=self.valid,
            wish=self.site.permissions,
            access=() if self.observed is None else self.observed.permissions,
        )

    @cached_property
    def adoptable(self) -> frozenset[Key]:
        """What `adopt` ends; whatever something holds back or an exception decides stays out of the file."""
        observed = self.index.lookup.installations.get(self.place)
        free, _ = sorted_out(self.index.changes.get(self.place, ()), self.around)
        return frozenset() if observed is None else adoptable(free, observed, self.index.rules)

    def findings(self) -> Iterator[Finding]:
        """What differs here, and what would differ without exceptions."""
        differing = self._differing()
        keys = {_key(change) for change in differing}
        for change in differing:
            yield self._of(change)
        for change, exception in self._tolerated():
            if _key(change) not in keys:
                yield self._finding(change, FindingKind.SUPPRESSED, exception=exception)

    def _differing(self) -> tuple[Change, ...]:
        """Everything that is not as wanted, also what the plan holds back."""
        index, place = self.index, self.place
        if self.observed is None:
            return ()
        if place in index.refusals or place in index.pending or place in index.waiting:
            return inspect(self.site, index.lookup).changes
        return index.changes.get(place, ())

    def _tolerated(self) -> Iterator[tuple[Change, Deviation]]:
        if not self.valid or self.observed is None:
            return
        for change in inspect(self.site, self.index.without_exceptions).changes:
            exception = next((one for one in self.valid if covers(one, change)), None)
            if exception is not None and not isinstance(change.before, Unreadable):
                yield change, exception

    def _of(self, change: Change) -> Finding:
        """A change as a finding: what stands in its way decides the kind."""
        waiting = first_held(self.index.waiting.get(self.place, ()), change) or hand_over(change, self.around)
        if isinstance(change.before, Unreadable) and waiting is None:
            return self._finding(change, FindingKind.UNREADABLE)
        pending = first_held(self.index.pending.get(self.place, ()), change)
        if waiting is not None:
            return self._finding(change, FindingKind.WAITING, held=waiting)
        if pending is not None:
            return self._finding(change, FindingKind.PENDING, held=pending)
        if change not in self.index.changes.get(self.place, ()):
            return self._finding(change, FindingKind.BLOCKED)
        if fight_over(change, self.index.quarantine) is not None:
            return self._finding(change, FindingKind.NON_CONVERGING)
        return self._finding(change, FindingKind.CHANGED)

    def _finding(
        self,
        change: Change,
        kind: FindingKind,
        *,
        held: PendingItem | WaitingItem | None = None,
        exception: Deviation | None = None,
    ) -> Finding:
        case = Case(
            target=change.target,
            setting=change.setting,
            wanted=change.after,
            actual=change.before,
            site=self.observed,
        )
        rule = {FindingKind.WAITING: UNFINISHED, FindingKind.UNREADABLE: UNVERIFIABLE}.get(kind) or judge(case)
        planned = kind in (FindingKind.CHANGED, FindingKind.NON_CONVERGING, FindingKind.UNREADABLE)
        takes = kind in _ADOPTED and _key(change) in self.adoptable
        step = tolerated(exception) if exception else self._next_step(kind, change, held)
        step = or_adopt(step, change) if takes and kind is FindingKind.CHANGED else step
        return Finding(
            kind=kind,
            severity=rule.severity,
            target=change.target,
            installation_name=change.installation_name,
            setting=change.setting,
            wanted=change.after,
            actual=change.before,
            why=rule.why,
            next_step=step,
            group=group_of(change.setting),
            origin=Origin(file=change.file, line=change.line) if change.file else None,
            change_id=change.id if planned and change in self.index.changes.get(self.place, ()) else None,
            adoptable=takes,
            exception=exception,
            cars=cars_at(change.target, self.observed),
            code=rule.code,
            since=None if held is None else held.since,
        )

    def _next_step(self, kind: FindingKind, change: Change, held: PendingItem | WaitingItem | None) -> NextStep:
        if kind is FindingKind.UNREADABLE:
            return of_rule(UNVERIFIABLE)
        refusal = first_refusal(self.index.refusals.get(self.place, ()), change)
        return next_step(kind, change, reason=held.reason if held else "", refusal=refusal)


def _key(item: Change | Finding) -> tuple[Target, str]:
    return item.target, item.setting
