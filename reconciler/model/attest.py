"""What an attestation binds: the desired permissions of one installation and of its chargers."""

from reconciler.model.desired import Attestation, DesiredInstallation, DesiredPermissions
from reconciler.model.digest import digest_of


def permissions_digest(site: DesiredInstallation) -> str:
    """Digest of mode, entries and removals, there and on every charger; any change of them makes an attestation void.

    Chargers without permissions of their own leave no trace, so what was attested before there were any still holds.
    """
    own = {} if site.permissions is None else _plain(site.permissions)
    chargers = {serial: _plain(permissions) for serial, permissions in site.charger_permissions}
    return digest_of({**own, **({"chargers": chargers} if chargers else {})})


def _plain(permissions: DesiredPermissions) -> dict[str, object]:
    return {
        "mode": permissions.mode.value,
        "entries": [[entry.principal, list(entry.roles)] for entry in permissions.entries],
        "absent": [[removal.principal, removal.gate.value] for removal in permissions.absent],
    }


def owners_of(site: DesiredInstallation) -> tuple[str, ...]:
    """People whom the file makes owner of the installation; groups accept nothing."""
    entries = () if site.permissions is None else site.permissions.entries
    return tuple(one.principal for one in entries if "owner" in one.roles and one.principal.startswith("person:"))


def fingerprint_of(word: Attestation) -> str:
    """Tells one word from another about the same permissions."""
    days = [word.attested_on.isoformat(), word.valid_until.isoformat()]
    return digest_of([word.installation_id, word.digest, *days, word.by, word.evidence, word.accepted, word.left])
