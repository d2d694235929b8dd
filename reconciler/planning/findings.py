"""What planning has to say about one installation, before order and guards."""

from collections.abc import Mapping
from dataclasses import field

from reconciler.model.change import Change
from reconciler.model.desired import RemovalGate
from reconciler.model.plan import PendingItem, PlanWarning, UnreadableItem, UnverifiableItem, WaitingItem
from reconciler.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Candidate changes and everything that could not become one.

    Attributes:
        gates: Principals whose removal the file gates, with the gate.
        pending: Settings that are as wanted while something else is still queued for them.
        lost_chargers: Declared chargers that could not be compared in full.
        handed_over: Whether it is no longer ours to compare, because a run of ours ended the hand-over.
        lost: Whether something declared of the installation itself could not be compared.
        unread: Names of settings among them, of the installation or of any charger; empty when it is not visible.
    """

    changes: tuple[Change, ...] = ()
    gates: Mapping[str, RemovalGate] = field(default_factory=dict)
    unreadable: tuple[UnreadableItem, ...] = ()
    pending: tuple[PendingItem, ...] = ()
    waiting: tuple[WaitingItem, ...] = ()
    unverifiable: tuple[UnverifiableItem, ...] = ()
    warnings: tuple[PlanWarning, ...] = ()
    lost_chargers: int = 0
    lost: bool = False
    handed_over: bool = False
    unread: frozenset[str] = frozenset()


NOTHING = Findings()
