"""What a person's word about permissions covers, and what it never does: that we are gone from where we still look."""

from collections.abc import Iterable, Iterator, Mapping
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


def words_on(
    sites: Iterable[DesiredInstallation], attestations: Iterable[Attestation], *, today: date
) -> Mapping[str, Attestation]:
    """The same for several installations, by id; those without a word are left out."""
    given: dict[str, list[Attestation]] = {}
    for one in attestations:
        given.setdefault(one.installation_id, []).append(one)
    found = ((site.id, word_on(site, given[site.id], today=today)) for site in sites if site.id in given)
    return {identity: word for identity, word in found if word is not None}


def ours_of(permissions: DesiredPermissions, own_group: str | None) -> frozenset[str]:
    """Groups to be taken away of which one is or may be ours.

    Nobody said which is ours: any of them. A file that does not name ours at all, but makes a group leave after the
    owner, most likely means it, and `group:` is mistyped. While our account sees an installation, nobody's word says
    that such a group has no access to it.
    """
    gates = {one: gate for one, gate in gates_of(permissions).items() if is_group(one)}
    if own_group is None:
        return frozenset(gates)
    if own_group in gates or any(one.principal == own_group for one in permissions.entries):
        return frozenset(gates).intersection({own_group})
    return frozenset(one for one, gate in gates.items() if gate is RemovalGate.OWNER_ACCEPTED)


def unlisted_ours(permissions: DesiredPermissions, own_group: str | None) -> str:
    """Our own group, in words, where a file that shuts out all it does not list says nothing of it; else empty.

    Our account sees the installation, so that group has access, whatever a person says about everybody else.
    """
    named = {one.principal for one in permissions.entries} | {*gates_of(permissions)}
    if permissions.mode is not PermissionMode.EXCLUSIVE or own_group in named:
        return ""
    if own_group is None:
        return "" if any(map(is_group, named)) else "our own group"
    return own_group


def confirmed_by(word: Attestation, site: DesiredInstallation, *, own_group: str | None) -> tuple[str, ...]:
    """What the word says and what it does not, a sentence each, for who gives it and for who reviews it."""
    lines = [f"{word.by} confirms for {site.name}, until {word.valid_until}:"]
    if site.permissions is not None:
        ours = frozenset() if word.left else ours_of(site.permissions, own_group)
        unlisted = "" if word.left else unlisted_ours(site.permissions, own_group)
        lines += [*_places(site.permissions, "", ours, unlisted), *_still_there(ours, unlisted)]
    for serial, permissions in site.charger_permissions:
        lines += _places(permissions, f"{serial}: ", frozenset(), "")
    lines += _acceptance(word, site)
    if word.left:
        lines.append("- our account sees it no more: the settings were as in the file, and our group was taken out")
    return tuple(sorted(lines, key=lambda line: line.startswith("not confirmed")))


def _places(permissions: DesiredPermissions, where: str, ours: frozenset[str], unlisted: str) -> Iterator[str]:
    for entry in permissions.entries:
        yield f"- {where}{entry.principal} has {roles(ordered_roles(entry.roles))}"
    for principal in gates_of(permissions):
        if principal not in ours:
            yield f"- {where}{principal} has no access any more"
    if permissions.mode is PermissionMode.EXCLUSIVE:
        yield f"- {where}nobody else has access{f', {unlisted} aside' if unlisted else ''}"


def _still_there(ours: frozenset[str], unlisted: str) -> Iterator[str]:
    for principal in sorted(ours):
        yield f"not confirmed: that {principal} is gone; it is gone when our account sees the installation no more"
    if unlisted:
        yield f"not confirmed: that {unlisted} is gone; the file says nothing of it, and our account may look by it"


def _acceptance(word: Attestation, site: DesiredInstallation) -> Iterator[str]:
    owners = owners_of(site)
    gates = () if site.permissions is None else gates_of(site.permissions).values()
    if word.accepted:
        yield from (f"- {one} has accepted" for one in owners)
    elif owners and RemovalGate.OWNER_ACCEPTED in gates:
        again = "attest again with --accepted once it is so"
        yield from (f"not confirmed: that {one} has accepted; {again}" for one in owners)
