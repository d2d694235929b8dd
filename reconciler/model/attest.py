"""What an attestation vouches for, as a digest."""

from reconciler.model.desired import DesiredPermissions
from reconciler.model.digest import digest_of


def permissions_digest(permissions: DesiredPermissions) -> str:
    """Over mode, entries and removals; the order in which a file lists them does not matter."""
    entries = sorted([entry.principal, list(entry.roles)] for entry in permissions.entries)
    absent = sorted([one.principal, one.gate.value] for one in permissions.absent)
    return digest_of({"mode": permissions.mode.value, "entries": entries, "absent": absent})
