"""A plan sorted for reading: one block per installation with everything that concerns it."""

from collections.abc import Iterable
from dataclasses import dataclass

from reconciler.model.change import Change, Target
from reconciler.model.desired import Route
from reconciler.model.plan import (
    PendingItem,
    Plan,
    PlanWarning,
    Refusal,
    Step,
    UnreadableItem,
    UnverifiableItem,
    WaitingItem,
)
from reconciler.model.settings import SETTINGS
from reconciler.report import wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One change in a block.

    Attributes:
        number: Of its step inside the installation, from 1; None when no step carries it out.
        leads: Whether it is the first row of its step.
        notes: What must come before, on the first row of a step; why it is held back, on rows without a step.
        reason: Why that must come before; empty when nothing must.
    """

    change: Change
    number: int | None
    leads: bool
    notes: str
    reason: str = ""

    @property
    def notes_and_reason(self) -> str:
        """Both in one phrase; after several notes it is said what the reason belongs to."""
        if not self.reason:
            return self.notes
        return f"{self.notes}; because {self.reason}" if ";" in self.notes else f"{self.notes}: {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unverifiable:
    """A note about what cannot be verified; `subject` is one person's access, or the permissions as a whole."""

    subject: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Everything that a plan says about one installation.

    Attributes:
        origins: Files and lines of the wishes, `fleet/a.yaml:6,9`.
        unverifiable: People who stand among the changes share one note.
    """

    account: str
    installation_id: str
    name: str
    origins: tuple[str, ...]
    rows: tuple[Row, ...]
    refusals: tuple[Refusal, ...]
    pending: tuple[PendingItem, ...]
    waiting: tuple[WaitingItem, ...]
    unreadable: tuple[UnreadableItem, ...]
    unverifiable: tuple[Unverifiable, ...]
    warnings: tuple[PlanWarning, ...]


def blocks_of(plan: Plan) -> tuple[Block, ...]:
    """All installations that a plan says anything about, by account and name."""
    numbers, notes = step_numbers(plan.steps), unverifiable_notes(plan)
    blocks = [
        _block(plan, place, name=name, numbers=numbers, notes=notes.get(place, ()))
        for place, name in _places(plan).items()
    ]
    return tuple(sorted(blocks, key=lambda block: (block.account, block.name.casefold(), block.installation_id)))


def step_numbers(steps: Iterable[Step]) -> dict[str, int]:
    """Step id -> number inside its installation, counted from 1 in plan order."""
    counted: dict[str, int] = {}
    numbers = {}
    for step in steps:
        counted[step.installation_id] = numbers[step.id] = counted.get(step.installation_id, 0) + 1
    return numbers


def before_that(step: Step, plan: Plan) -> str:
    """What must be seen before a step may run, in words; empty when nothing."""
    numbers = step_numbers(plan.steps)
    waits_for = [other for other in plan.steps if other.id in step.after]
    here = [other for other in waits_for if other.installation_id == step.installation_id]
    by_hand = [str(numbers[other.id]) for other in here if other.route is Route.PORTAL]
    by_machine = [str(numbers[other.id]) for other in here if other.route is not Route.PORTAL]
    parts = [
        f"after {wording.steps(by_machine)}" if by_machine else "",
        f"waits for {wording.steps(by_hand)} in the Portal" if by_hand else "",
        "after a step at another installation" if len(here) < len(waits_for) else "",
        wording.gate(step.gate),
    ]
    return "; ".join(part for part in parts if part)


def why_after(step: Step) -> str:
    """Why a step waits for others, in words; empty when it waits for none."""
    return "; ".join(step.because) if step.after else ""


Place = tuple[str, str]
_Item = Change | PendingItem | WaitingItem | UnreadableItem | UnverifiableItem | PlanWarning


def _places(plan: Plan) -> dict[Place, str]:
    items: tuple[_Item, ...] = (
        *plan.changes,
        *plan.pending,
        *plan.waiting,
        *plan.unreadable,
        *plan.unverifiable,
        *plan.warnings,
    )
    places = {_place(item.target): item.installation_name for item in items}
    for refusal in plan.refusals:
        if refusal.installation_id is not None:
            places[refusal.account or "", refusal.installation_id] = refusal.installation_name
    return places


def _place(target: Target) -> Place:
    return target.account, target.installation_id


def _block(plan: Plan, place: Place, *, name: str, numbers: dict[str, int], notes: tuple[Unverifiable, ...]) -> Block:
    account, installation_id = place
    changes = [change for change in plan.changes if _place(change.target) == place]
    refusals = tuple(item for item in plan.refusals if (item.account or "", item.installation_id) == place)
    return Block(
        account=account,
        installation_id=installation_id,
        name=name,
        origins=_origins(changes),
        rows=_rows(plan, changes, numbers, refused=bool(refusals) or plan.refused_whole),
        refusals=refusals,
        pending=tuple(item for item in plan.pending if _place(item.target) == place),
        waiting=tuple(item for item in plan.waiting if _place(item.target) == place),
        unreadable=tuple(item for item in plan.unreadable if _place(item.target) == place),
        unverifiable=notes,
        warnings=tuple(item for item in plan.warnings if _place(item.target) == place),
    )


def unverifiable_notes(plan: Plan) -> dict[Place, tuple[Unverifiable, ...]]:
    """Notes by installation. Whoever stands among the changes is not named again: one note is about all of them."""
    changed = {(change.target, change.setting) for change in plan.changes}
    found: dict[Place, list[UnverifiableItem]] = {}
    for item in plan.unverifiable:
        found.setdefault(_place(item.target), []).append(item)
    return {place: _notes(items, changed) for place, items in found.items()}


def _notes(items: list[UnverifiableItem], changed: set[tuple[Target, str]]) -> tuple[Unverifiable, ...]:
    shared: list[UnverifiableItem] = []
    if any((item.target, item.setting) in changed for item in items):
        access = [item for item in items if item.setting == "permissions"]
        shared = [item for item in access if item.target.principal is None or (item.target, item.setting) in changed]
    reasons = list(dict.fromkeys(item.reason for item in shared))
    alone = [
        Unverifiable(subject=wording.setting(item.target, item.setting), reason=item.reason)
        for item in items
        if item not in shared
    ]
    return (*([Unverifiable(subject="Permissions", reason="; ".join(reasons))] if shared else []), *alone)


def _rows(plan: Plan, changes: list[Change], numbers: dict[str, int], *, refused: bool) -> tuple[Row, ...]:
    left = {change.id: change for change in changes}
    rows: list[Row] = []
    for step in plan.steps:
        members = [left.pop(change_id) for change_id in step.change_ids if change_id in left]
        for change in sorted(members, key=reading_order):
            leads = not rows or rows[-1].number != numbers[step.id]
            notes, reason = (before_that(step, plan), why_after(step)) if leads else ("", "")
            rows.append(Row(change=change, number=numbers[step.id], leads=leads, notes=notes, reason=reason))
    why = "held back: refused below" if refused else "held back: see below"
    rows += [
        Row(change=change, number=None, leads=True, notes=why) for change in sorted(left.values(), key=reading_order)
    ]
    return tuple(rows)


_TABLE_ORDER = {(row.scope, row.name): index for index, row in enumerate(SETTINGS)}


def reading_order(change: Change) -> tuple[tuple[str, str, str, str], int]:
    """By installation, charger and person, then as the table of settings has them."""
    target = change.target
    return target.sort_key, _TABLE_ORDER.get((target.scope, change.setting), len(SETTINGS))


def _origins(changes: list[Change]) -> tuple[str, ...]:
    lines: dict[str, set[int]] = {}
    for change in changes:
        lines.setdefault(change.file, set()).add(change.line)
    return tuple(_place_in(file, sorted(numbers - {0})) for file, numbers in sorted(lines.items()))


def _place_in(file: str, lines: list[int]) -> str:
    return f"{file}:{','.join(map(str, lines))}" if lines else file
