"""What is known of a group whose access a run of ours took away at an installation."""

from dataclasses import field
from datetime import datetime

from reconciler.model.attest import permissions_digest
from reconciler.model.desired import DesiredInstallation
from reconciler.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """A removal that was answered and seen, and what the file wished at that moment.

    Attributes:
        principal: The group, `userGroup:<key>`.
        permissions: Digest of the permissions that the file wished (`model.attest`).
        unaccepted: People of the file who were not seen to have accepted, in the look just before the removal left.
        run: Id of the run.
        at: When the removal was last heard of.
    """

    account: str
    installation_id: str
    principal: str
    permissions: str
    unaccepted: tuple[str, ...]
    run: str
    at: datetime | None = field(default=None, compare=False)

    def is_of(self, site: DesiredInstallation, groups: frozenset[str]) -> bool:
        """Whether one of these groups left, and the file wishes today what it wished then."""
        same_place = (self.account, self.installation_id) == (site.account, site.id)
        return same_place and self.principal in groups and self.permissions == permissions_digest(site)
