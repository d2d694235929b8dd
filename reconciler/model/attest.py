"""What an attestation binds: the desired permissions of one installation."""

from reconciler.model.desired import DesiredPermissions
from reconciler.model.digest import digest_of


def permissions_digest(permissions: DesiredPermissions) -> str:
    """Digest of mode, entries and removals; any change of them makes an attestation void."""
    return digest_of(
        {
            "mode": permissions.mode.value,
            "entries": [[entry.principal, list(entry.roles)] for entry in permissions.entries],
            "absent": [[removal.principal, removal.gate.value] for removal in permissions.absent],
        }
    )
