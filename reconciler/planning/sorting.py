"""One order for everything in a plan, so that the same input gives the same bytes."""

from collections.abc import Iterable
from typing import TypeVar

from reconciler.model.desired import DesiredInstallation
from reconciler.model.plan import PendingItem, PlanWarning, UnreadableItem, UnverifiableItem, WaitingItem

Item = TypeVar("Item", PendingItem, WaitingItem, UnreadableItem, UnverifiableItem, PlanWarning)


def plan_order(installation: DesiredInstallation) -> tuple[str, str]:
    """Installations by account and id."""
    return (installation.account, installation.id)


def by_target(items: Iterable[Item]) -> tuple[Item, ...]:
    """Items by what they are about, then by what they say."""
    return tuple(sorted(items, key=lambda item: (item.target.sort_key, _said(item))))


def _said(item: PendingItem | WaitingItem | UnreadableItem | UnverifiableItem | PlanWarning) -> tuple[str, str]:
    match item:
        case PendingItem() | WaitingItem() | UnverifiableItem():
            return (item.setting, item.reason)
        case UnreadableItem():
            return (item.what, f"{item.unreadable.reason.value} {item.unreadable.detail}")
        case PlanWarning():
            return (item.code, item.message)
