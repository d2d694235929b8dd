"""What keeps a difference out of the plan, or out of a file: a guard, a device, a person, an exception."""

from collections.abc import Collection, Iterable, Sequence
from typing import TypeVar

from reconciler.model.adoption import NotAdopted, WhyNot
from reconciler.model.change import Change, Target
from reconciler.model.desired import DesiredPermissions, Deviation, RemovalGate
from reconciler.model.observed import ObservedPermission
from reconciler.model.plan import PendingItem, Plan, Refusal, WaitingItem
from reconciler.model.principal import one_spelling
from reconciler.model.settings import Scope
from reconciler.model.value import Unreadable
from reconciler.model.words import row_of, value
from reconciler.planning.access import OWNER, gates_of, is_group, named_owners, owners_have
from reconciler.planning.site import MODE
from reconciler.records import dataclass

AUTHENTICATION = "authentication."
Held = TypeVar("Held", PendingItem, WaitingItem)


def first_held(items: Iterable[Held], change: Change) -> Held | None:
    """What holds a change back; a switch of the mode waits for single chargers."""
    whole = change.target.charger is None and change.target.principal is None
    for item in items:
        at_charger = whole and item.target.charger is not None
        same_site = _place(item.target) == _place(change.target)
        if item.setting == change.setting and (item.target == change.target or (at_charger and same_site)):
            return item
    return None


def first_refusal(refusals: Sequence[Refusal], change: Change) -> Refusal | None:
    """The guard to name: one about the same charger or the whole site first, else any that holds the site back."""
    here = [one for one in refusals if (one.account, one.installation_id) == _place(change.target)]
    mine = [one for one in here if one.charger in (None, change.target.charger)]
    return next(iter(mine or here), None)


def covers(exception: Deviation, change: Change) -> bool:
    """Whether an exception of the same installation is about a change; one without a charger may mean all of them."""
    named = change.setting == exception.setting or change.setting.startswith(f"{exception.setting}.")
    own = change.target.scope is Scope.CHARGER_PRINCIPAL  # not meant by an exception for those of the installation
    return named and (exception.charger == change.target.charger or (exception.charger is None and not own))


def replaced_by(exceptions: Iterable[Deviation], change: Change) -> Deviation | None:
    """The exception whose value is wanted instead of the file's, so that the file's does not count."""
    found = (one for one in exceptions if one.value is not None and covers(one, change))
    return next((one for one in found if one.installation_id == change.target.installation_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What may keep a difference of one installation out of the plan or out of its file.

    Attributes:
        plan: Made of the same files and the same live state.
        planned: Ids of its changes, of this installation at least.
        exceptions: Those of the installation that still count.
        wish: Who shall have access; None when the file does not say.
        access: Who has it.
    """

    plan: Plan
    planned: frozenset[str]
    exceptions: Sequence[Deviation]
    wish: DesiredPermissions | None
    access: tuple[ObservedPermission, ...] | Unreadable | None


def hand_over(change: Change, around: Around) -> WaitingItem | None:
    """Access that the file itself leaves until an owner has accepted, while nobody has: nobody is too many yet."""
    gates = {} if around.wish is None else gates_of(around.wish)
    gate = gates.get(change.target.principal or "")
    if gate is not RemovalGate.OWNER_ACCEPTED or not isinstance(around.access, tuple):
        return None
    accepted = {one.principal for one in _staying(gates, around) if one.accepted and OWNER in one.roles}
    if any(not is_group(one) for one in accepted) and named_owners(around.wish) <= accepted:
        return None
    reason = f"keeps its access until {owners_have(named_owners(around.wish) - accepted)} accepted"
    return WaitingItem(
        target=change.target, installation_name=change.installation_name, setting=change.setting, reason=reason
    )


def _staying(gates: Collection[str], around: Around) -> list[ObservedPermission]:
    access = around.access if isinstance(around.access, tuple) else ()
    return [one for one in access if one_spelling(one.principal) not in gates]


def sorted_out(differences: Iterable[Change], around: Around) -> tuple[tuple[Change, ...], tuple[NotAdopted, ...]]:
    """The differences of one installation that its file may take over, and why the others stay out of it.

    Args:
        differences: Everything that is not as wanted, also what the plan holds back.
        around: What may do so.
    """
    free: list[Change] = []
    out: list[NotAdopted] = []
    for change in differences:
        exception = replaced_by(around.exceptions, change)
        if exception is not None:
            out.append(_stays_out(change, _decided(exception, change), WhyNot.EXCEPTED))
        elif waiting := hand_over(change, around):
            out.append(_waits(change, waiting))
        elif change.id in around.planned or isinstance(change.before, Unreadable):
            free.append(change)
        else:
            out.append(_held_back(change, around.plan))
    mode = next((one for one in out if one.setting == MODE), None)
    if mode is None:
        return tuple(free), tuple(out)
    along = [one for one in free if one.setting.startswith(AUTHENTICATION)]  # means nothing without its mode
    out += [_stays_out(one, mode.why, mode.kind) for one in along]
    return tuple(one for one in free if one not in along), tuple(out)


def _held_back(change: Change, plan: Plan) -> NotAdopted:
    if waiting := first_held(plan.waiting, change):
        return _waits(change, waiting)
    if pending := first_held(plan.pending, change):
        return _stays_out(change, f"waits for a device: {pending.reason}", WhyNot.PENDING)
    refusal = first_refusal(plan.refusals, change)
    if refusal is None:
        return _stays_out(change, "the plan holds it back; see `reconciler plan`", WhyNot.REFUSED)
    why = f"differs, and a plan is refused by {refusal.guard} ({refusal.code}): decide that first, or edit the file"
    return _stays_out(change, why, WhyNot.REFUSED)


def _decided(exception: Deviation, change: Change) -> str:
    shown = value(row_of(change.target, change.setting), exception.value)
    return f"an exception wants {shown} until {exception.until.isoformat()}, whatever the file says; change it there"


def _waits(change: Change, waiting: WaitingItem) -> NotAdopted:
    return _stays_out(change, f"waits for a person: {waiting.reason}", WhyNot.WAITING)


def _stays_out(change: Change, why: str, kind: WhyNot) -> NotAdopted:
    return NotAdopted(target=change.target, setting=change.setting, why=why, kind=kind)


def _place(target: Target) -> tuple[str | None, str | None]:
    return target.account, target.installation_id
