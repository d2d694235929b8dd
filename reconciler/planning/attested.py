"""What a person's word about permissions covers, and what it never does: that we are gone from where we still look."""

from collections.abc import Iterable, Iterator
from datetime import date

from reconciler.model.attest import owners_of, permissions_digest
from reconciler.model.desired import Attestation, DesiredInstallation, DesiredPermissions, PermissionMode, RemovalGate
from reconciler.model.words import roles
from reconciler.planning.access import gates_of, is_group
from reconciler.planning.normalise import ordered_roles


def word_on(desired: DesiredInstallation, attestations: Iterable[Attestation], *, today: date) -> Attestation | None:
    """The newest word for exactly these permissions that still holds; None without one."""
    digest = permissions_digest(desired)
    here = [one for one in attestations if one.installation_id == desired.id]
    valid = [one for one in here if one.attested_on <= today <= one.valid_until and one.digest == digest]
    return max(valid, key=lambda one: one.attested_on, default=None)


def may_be_ours(principal: str, own_group: str | None) -> bool:
    """Whether it is our own group, or any group where nobody said which is ours.

    While our account sees an installation, nobody's word says that such a group has no access to it.
    """
    return is_group(principal) and own_group in (principal, None)


def confirmed_by(word: Attestation, site: DesiredInstallation, *, own_group: str | None) -> tuple[str, ...]:
    """What the word says and what it does not, a sentence each, for who gives it and for who reviews it."""
    lines = [f"{word.by} confirms for {site.name}, until {word.valid_until}:"]
    if site.permissions is not None:
        lines += _places(site.permissions, "", own_group)
    for serial, permissions in site.charger_permissions:
        lines += _places(permissions, f"{serial}: ", "")
    lines += _acceptance(word, site)
    return tuple(sorted(lines, key=lambda line: line.startswith("not confirmed")))


def _places(permissions: DesiredPermissions, where: str, own_group: str | None) -> Iterator[str]:
    for entry in permissions.entries:
        yield f"- {where}{entry.principal} has {roles(ordered_roles(entry.roles))}"
    for principal in gates_of(permissions):
        if where or not may_be_ours(principal, own_group):
            yield f"- {where}{principal} has no access any more"
    if permissions.mode is PermissionMode.EXCLUSIVE:
        yield f"- {where}nobody else has access"
    for principal in gates_of(permissions):
        if not where and may_be_ours(principal, own_group):
            yield f"not confirmed: that {principal} is gone; it is gone when our account sees the installation no more"


def _acceptance(word: Attestation, site: DesiredInstallation) -> Iterator[str]:
    owners = owners_of(site)
    gates = () if site.permissions is None else gates_of(site.permissions).values()
    if word.accepted:
        yield from (f"- {one} has accepted" for one in owners)
    elif owners and RemovalGate.OWNER_ACCEPTED in gates:
        again = "attest again with --accepted once it is so"
        yield from (f"not confirmed: that {one} has accepted; {again}" for one in owners)
