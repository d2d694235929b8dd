"""Wishes about the people of one place, sorted out: compared, unread, waited for, taken away."""

from collections.abc import Mapping
from dataclasses import field

from reconciler.model.change import Target
from reconciler.model.desired import DesiredInstallation, DesiredPermissions, RemovalGate
from reconciler.model.observed import ObservedPermission
from reconciler.model.plan import UnreadableItem, UnverifiableItem, WaitingItem
from reconciler.model.settings import Setting, setting
from reconciler.model.value import Absent, Reason, Unreadable, Value
from reconciler.planning.wanted import PERMISSIONS
from reconciler.records import dataclass

NO_CALL = Unreadable(reason=Reason.NO_DOCUMENTED_CALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A permission that nothing can read: it is planned without knowing whether it is there already."""

    before: Unreadable | Absent
    after: Value | Absent


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """Permissions of one installation or charger, sorted out.

    Attributes:
        entries: Principals to compare with the roles they should have.
        seen: What was read.
        removals: Principals whose access must go.
        unread: Wishes that no call can read.
    """

    entries: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    seen: Mapping[str, ObservedPermission] = field(default_factory=dict)
    removals: tuple[str, ...] = ()
    unread: Mapping[str, Wish] = field(default_factory=dict)
    gates: Mapping[str, RemovalGate] = field(default_factory=dict)
    waiting: tuple[WaitingItem, ...] = ()
    unverifiable: tuple[UnverifiableItem, ...] = ()
    unreadable: tuple[UnreadableItem, ...] = ()

    @property
    def quiet(self) -> bool:
        """Whether nothing here needs a change or could not be read."""
        return not (self.removals or self.unread or self.unreadable)


NO_WISHES = Wishes()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Whose permissions: those of the installation, or those of one charger."""

    desired: DesiredInstallation
    permissions: DesiredPermissions
    charger: str | None = None

    def target(self, principal: str | None = None) -> Target:
        """The place itself, or somebody there."""
        site = self.desired
        return Target(account=site.account, installation_id=site.id, charger=self.charger, principal=principal)

    @property
    def row(self) -> Setting:
        """The row of the settings table."""
        return setting(self.target("somebody").scope, PERMISSIONS)


def unverifiable(place: Place, principal: str | None, reason: str) -> UnverifiableItem:
    """What nobody can say of somebody there, and why."""
    return UnverifiableItem(
        target=place.target(principal), installation_name=place.desired.name, setting=PERMISSIONS, reason=reason
    )
