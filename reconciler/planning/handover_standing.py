"""How far a hand-over is, judged from a plan over it and from what earlier runs sent."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import datetime

from reconciler.model.change import Change
from reconciler.model.desired import Attestation, DesiredInstallation
from reconciler.model.handover import Standing, Under
from reconciler.model.handover_stage import Stage
from reconciler.model.observed import ObservedFleet, ObservedInstallation, ObservedPermission
from reconciler.model.plan import Plan, WaitingItem
from reconciler.model.value import Absent, Unreadable
from reconciler.model.waiting import age_days, reminders_due
from reconciler.planning.access import by_principal
from reconciler.planning.gone import is_gone
from reconciler.planning.handover_words import STILL_SEEN, Words, owner_step
from reconciler.records import dataclass

_WAVE = "wave"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known besides the files and the cloud.

    Attributes:
        under: What the files say of their hand-overs, by installation id.
        doubts: Why nobody knows that it came to its good end, by id of an installation that we do not see any more;
            empty where it did (`planning.departed.doubts_about`).
        words: What somebody attests of the permissions as the file has them, by installation id.
        asked: Since when a worksheet of ours asks for that removal, by installation id.
    """

    under: Mapping[str, Under]
    doubts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    words: Mapping[str, Attestation] = field(default_factory=dict)
    asked: Mapping[str, datetime] = field(default_factory=dict)

    def accepted(self, installation_id: str) -> bool:
        """Whether somebody attests that the owners have accepted."""
        word = self.words.get(installation_id)
        return word is not None and word.accepted


@dataclass(slots=True, kw_only=True)
class Part:
    """What a plan says of one installation, in words where words are enough; grows while the plan is gone through."""

    changes: list[Change] = field(default_factory=list)
    blocks: list[str] = field(default_factory=list)
    unverifiable: list[str] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    waits: list[WaitingItem] = field(default_factory=list)

    @property
    def settings_are_done(self) -> bool:
        """Whether everything but permissions is as the file wants it."""
        return not (self.blocks or self.pending or any(one.target.principal is None for one in self.changes))

    @property
    def by_hand(self) -> bool:
        """Whether all that is left is access that no call reads, so that people tell of it."""
        return bool(self.changes) and all(
            one.target.principal is not None and isinstance(one.before, Unreadable) for one in self.changes
        )


def parts_of(plan: Plan) -> Mapping[str, Part]:
    """What a plan says, by installation id; an installation that is not there has nothing to say."""
    parts: dict[str, Part] = defaultdict(Part)
    for change in plan.changes:
        parts[change.target.installation_id].changes.append(change)
    for refusal in plan.refusals:
        if refusal.installation_id is not None:
            parts[refusal.installation_id].blocks.append(f"{refusal.message} ({refusal.guard}): {refusal.remedy}")
    for lost in plan.unreadable:
        what = f"{lost.target.charger or ''} {lost.what}".strip()
        parts[lost.target.installation_id].blocks.append(f"{what} could not be read")
    for wish in plan.unverifiable:
        parts[wish.target.installation_id].unverifiable.append(f"{wish.target.principal or 'somebody'}: {wish.reason}")
    for item in plan.pending:
        subject = item.target.charger or item.target.principal or item.setting
        parts[item.target.installation_id].pending.append(f"{subject}: {item.reason}")
    for person in plan.waiting:
        parts[person.target.installation_id].waits.append(person)
    return parts


def standings_of(
    sites: Iterable[DesiredInstallation], observed: ObservedFleet, plan: Plan, evidence: Evidence
) -> tuple[Standing, ...]:
    """One per hand-over, sorted by file; the plan must hold every one of them."""
    parts = parts_of(plan)
    found = [
        _standing(site, observed.installation(site.id, site.account), parts.get(site.id) or Part(), evidence, now=now)
        for site in sites
        for now in (plan.created_at,)
    ]
    return tuple(sorted(found, key=lambda one: (one.file, one.installation_id)))


def _standing(
    site: DesiredInstallation, seen: ObservedInstallation | None, part: Part, evidence: Evidence, *, now: datetime
) -> Standing:
    under = evidence.under[site.id]
    permissions = None if seen is None else seen.permissions
    stage = _stage(site.id, seen, part, evidence)
    invited_at = min((one.invited_at for one in _invited(under, seen) if one.invited_at is not None), default=None)
    asked_at = None if isinstance(permissions, tuple) or stage is Stage.DONE else _asked_at(site.id, part, evidence)
    since = None if stage is Stage.LOST else invited_at or asked_at
    reminders = reminders_due(since, now)
    serials = tuple(charger.serial for charger in site.chargers)
    return Standing(
        installation_id=site.id,
        name=site.name,
        account=site.account,
        file=site.file,
        serials=serials,
        owners=under.owners,
        stage=stage,
        wave=str(dict(site.labels).get(_WAVE, "")),
        accepted=_accepted(under, seen),
        invited_at=invited_at,
        asked_at=asked_at,
        age_days=age_days(since, now),
        reminders=reminders,
        blocks=_blocks(stage, part, lost=evidence.doubts.get(site.id, ())),
        next_step=_next_step(stage, site, part, reminders=reminders, asked_at=asked_at),
        owner_step=owner_step(stage),
    )


def _asked_at(installation_id: str, part: Part, evidence: Evidence) -> datetime | None:
    """Since when a worksheet asks for what nobody can read, or for our own removal where we see nothing any more."""
    times = [item.since for item in part.waits if item.since is not None]
    return min(times, default=evidence.asked.get(installation_id))


def _stage(installation_id: str, seen: ObservedInstallation | None, part: Part, evidence: Evidence) -> Stage:
    """The first thing that holds, from what ends a hand-over to what is left to do."""
    if is_gone(seen):
        return Stage.LOST if evidence.doubts[installation_id] else Stage.DONE
    if part.blocks:
        return Stage.BLOCKED
    if part.changes:
        return _busy_stage(part, evidence.under[installation_id], accepted=evidence.accepted(installation_id))
    return _quiet_stage(part, evidence.under[installation_id], seen)


def _busy_stage(part: Part, under: Under, *, accepted: bool) -> Stage:
    """Of an installation where a plan has something to do.

    In the Portal nobody can read who has accepted: until somebody attests it, the owner is waited for.
    """
    if not part.by_hand:
        only_leaving = all(one.target.principal and isinstance(one.after, Absent) for one in part.changes)
        return Stage.LEAVING if only_leaving else Stage.SETTINGS
    if accepted:
        return Stage.LEAVING
    waited_for = {item.target.principal for item in part.waits}
    return Stage.SETTINGS if waited_for.isdisjoint(under.owners) else Stage.WAITING


def _quiet_stage(part: Part, under: Under, seen: ObservedInstallation | None) -> Stage:
    """Of an installation where a plan would change nothing."""
    if part.pending:
        return Stage.PENDING
    if part.unverifiable:
        return Stage.BLOCKED
    if part.waits:
        return Stage.WAITING
    if under.uninvited:
        return Stage.INVITE
    return Stage.BLOCKED if seen is not None and isinstance(seen.permissions, tuple) else Stage.LEAVING


def _invited(under: Under, seen: ObservedInstallation | None) -> list[ObservedPermission]:
    return [one for one in _of_owners(under, seen) if not one.accepted]


def _accepted(under: Under, seen: ObservedInstallation | None) -> tuple[str, ...]:
    return tuple(one.principal for one in _of_owners(under, seen) if one.accepted)


def _of_owners(under: Under, seen: ObservedInstallation | None) -> list[ObservedPermission]:
    if seen is None or not isinstance(seen.permissions, tuple):
        return []
    known = by_principal(seen.permissions)
    return [known[owner] for owner in under.owners if owner in known]


def _blocks(stage: Stage, part: Part, *, lost: tuple[str, ...]) -> tuple[str, ...]:
    match stage:
        case Stage.LOST:
            return lost
        case Stage.BLOCKED:
            return tuple(sorted({*part.blocks, *part.unverifiable})) or (STILL_SEEN,)
        case Stage.PENDING:
            return tuple(sorted(set(part.pending)))
        case _:
            return ()


def _next_step(
    stage: Stage, site: DesiredInstallation, part: Part, *, reminders: int, asked_at: datetime | None
) -> str:
    words = Words(file=site.file, serial=site.chargers[0].serial if site.chargers else "SERIAL")
    match stage:
        case Stage.WAITING:
            return words.waiting(reminders, by_hand=part.by_hand)
        case Stage.SETTINGS:
            return words.settings(part.changes, asked=asked_at is not None)
        case Stage.LEAVING:
            return words.leaving(by_hand=part.by_hand or not part.changes)
        case Stage.LOST if site.permissions is None:
            return words.lost_uninvited
        case _:
            return words.next(stage)
