"""A plan sorted for reading: one block per installation with everything that concerns it."""

from collections.abc import Callable, Iterable
from typing import TypeVar

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
from reconciler.records import dataclass
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
    index = _Index.of(plan)
    blocks = [_block(index, place, name) for place, name in _places(plan).items()]
    return tuple(sorted(blocks, key=lambda block: (block.account, block.name.casefold(), block.installation_id)))


def step_numbers(steps: Iterable[Step]) -> dict[str, int]:
    """Step id -> number inside its installation, counted from 1 in plan order."""
    counted: dict[str, int] = {}
    numbers = {}
    for step in steps:
        counted[step.installation_id] = numbers[step.id] = counted.get(step.installation_id, 0) + 1
    return numbers


def _before_that(step: Step, index: "_Index") -> str:
    """What must be seen before a step may run, in words; empty when nothing."""
    known = sorted((other for other in step.after if other in index.steps), key=index.order.__getitem__)
    waits_for = [index.steps[other] for other in known]
    here = [other for other in waits_for if other.installation_id == step.installation_id]
    by_hand = [str(index.numbers[other.id]) for other in here if other.route is Route.PORTAL]
    by_machine = [str(index.numbers[other.id]) for other in here if other.route is not Route.PORTAL]
    parts = [
        f"after {wording.steps(by_machine)}" if by_machine else "",
        f"waits for {wording.steps(by_hand)} in the Portal" if by_hand else "",
        "after a step at another installation" if len(here) < len(waits_for) else "",
        wording.gate(step),
    ]
    return "; ".join(part for part in parts if part)


def why_after(step: Step) -> str:
    """Why a step waits for others, in words; empty when it waits for none."""
    return "; ".join(step.because) if step.after else ""


Place = tuple[str, str]
_Item = Change | PendingItem | WaitingItem | UnreadableItem | UnverifiableItem | PlanWarning
_Placed = TypeVar("_Placed", Change, PendingItem, WaitingItem, UnreadableItem, PlanWarning)
_Any = TypeVar("_Any")
_Key = TypeVar("_Key")


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Index:
    """A plan taken apart by installation once, so that a plan of thousands is not searched for each of them."""

    plan: Plan
    numbers: dict[str, int]
    steps: dict[str, Step]
    order: dict[str, int]
    steps_at: dict[str, list[Step]]
    changes: dict[Place, list[Change]]
    refusals: dict[Place, list[Refusal]]
    pending: dict[Place, list[PendingItem]]
    waiting: dict[Place, list[WaitingItem]]
    unreadable: dict[Place, list[UnreadableItem]]
    warnings: dict[Place, list[PlanWarning]]
    notes: dict[Place, tuple[Unverifiable, ...]]

    @classmethod
    def of(cls, plan: Plan) -> "_Index":
        return cls(
            plan=plan,
            numbers=step_numbers(plan.steps),
            steps={step.id: step for step in plan.steps},
            order={step.id: number for number, step in enumerate(plan.steps)},
            steps_at=_grouped(plan.steps, lambda step: step.installation_id),
            changes=_by_place(plan.changes),
            refusals=_grouped(plan.refusals, lambda item: (item.account or "", item.installation_id or "")),
            pending=_by_place(plan.pending),
            waiting=_by_place(plan.waiting),
            unreadable=_by_place(plan.unreadable),
            warnings=_by_place(plan.warnings),
            notes=unverifiable_notes(plan),
        )


def _grouped(items: Iterable[_Any], key: Callable[[_Any], _Key]) -> dict[_Key, list[_Any]]:
    found: dict[_Key, list[_Any]] = {}
    for item in items:
        found.setdefault(key(item), []).append(item)
    return found


def _by_place(items: Iterable[_Placed]) -> dict[Place, list[_Placed]]:
    return _grouped(items, lambda item: _place(item.target))


def _block(index: _Index, place: Place, name: str) -> Block:
    account, installation_id = place
    changes = index.changes.get(place, [])
    refusals = tuple(index.refusals.get(place, ()))
    return Block(
        account=account,
        installation_id=installation_id,
        name=name,
        origins=_origins(changes),
        rows=_rows(index, changes, refused=bool(refusals) or index.plan.refused_whole),
        refusals=refusals,
        pending=tuple(index.pending.get(place, ())),
        waiting=tuple(index.waiting.get(place, ())),
        unreadable=tuple(index.unreadable.get(place, ())),
        unverifiable=index.notes.get(place, ()),
        warnings=tuple(index.warnings.get(place, ())),
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


def _rows(index: _Index, changes: list[Change], *, refused: bool) -> tuple[Row, ...]:
    left = {change.id: change for change in changes}
    rows: list[Row] = []
    for step in index.steps_at.get(changes[0].target.installation_id, ()) if changes else ():
        number = index.numbers[step.id]
        members = [left.pop(change_id) for change_id in step.change_ids if change_id in left]
        for change in sorted(members, key=reading_order):
            leads = not rows or rows[-1].number != number
            notes, reason = (_before_that(step, index), why_after(step)) if leads else ("", "")
            rows.append(Row(change=change, number=number, leads=leads, notes=notes, reason=reason))
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
