"""Writes down a person's word that the permissions of an installation were set in the Portal."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

from reconciler.errors import UsageProblemError
from reconciler.model.desired import Attestation
from reconciler.model.mail import has_address
from reconciler.store.files import make_private_folder, sync_folder, unwritable, write_atomically

VALID_FOR = timedelta(days=180)

LONGEST_BY = 500
LONGEST_EVIDENCE = 2000
"""In characters, as schemas/attestation.schema.json has them."""

_SHORT_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}


def new_attestation(installation_id: str, digest: str, *, by: str, evidence: str, today: date) -> Attestation:
    """An attestation that is valid from today for 180 days; `digest` is over the desired permissions.

    It does not say yet that anybody has accepted.
    """
    return Attestation(
        installation_id=installation_id,
        digest=digest,
        attested_on=today,
        valid_until=today + VALID_FOR,
        by=by,
        evidence=evidence,
    )


def write_attestation(fleet: Path, attestation: Attestation, *, said: Sequence[str] = ()) -> Path:
    """Write `attestations/<installation id>.yaml` below the fleet folder, over an earlier one, and return its path.

    What it confirms, in words, stands above it as comments for whoever reviews it; the digest is what counts.

    Raises:
        UsageProblemError: No initials, or a text that is too long or holds an address or what cannot be seen.
        ReconcilerError: The file cannot be written, or a symlink leads out of the fleet.
    """
    _check("--by", attestation.by, shortest=1, longest=LONGEST_BY)
    _check("--evidence", attestation.evidence, shortest=0, longest=LONGEST_EVIDENCE)
    folder = fleet / "attestations"
    if not folder.exists():
        make_private_folder(folder)
        folder.chmod(0o755)  # part of the repository, like the folders beside it
    path = folder / f"{UUID(attestation.installation_id)}.yaml"
    write_atomically(path, _text(attestation, said), within=fleet)
    return path


def take_attestation_away(fleet: Path, installation_id: str) -> Path | None:
    """Remove the word about an installation that a hand-over is over or begins anew; None when there is none.

    Raises:
        ReconcilerError: The disk said no.
    """
    path = fleet / "attestations" / f"{UUID(installation_id)}.yaml"
    try:
        path.unlink()
        sync_folder(path.parent)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise unwritable(path, error) from error
    return path


def _check(option: str, text: str, *, shortest: int, longest: int) -> None:
    if not shortest <= len(text) <= longest:
        raise UsageProblemError(
            f"this text has {len(text)} characters",
            where=option,
            remedy=f"give {shortest} to {longest} characters",
        )
    if not text.isprintable():
        raise UsageProblemError(
            "this text holds a line break or something else that cannot be seen, and no file of a fleet may",
            where=option,
            remedy="write it on one line, in letters, digits and punctuation",
        )
    if has_address(text):
        raise UsageProblemError(
            "this text holds an e-mail address, and attestations lie in git",
            where=option,
            remedy="name people by initials or as person:<id>",
        )


def _text(attestation: Attestation, said: Sequence[str]) -> str:
    lines = (
        "# yaml-language-server: $schema=../../schemas/attestation.schema.json",
        "# Written by `reconciler attest`. Void as soon as the permissions in the file change.",
        *("# " + "".join(_escaped(character) for character in line) for line in said),
        "version: 1",
        f"installation: {UUID(attestation.installation_id)}",
        f"digest: {quoted(attestation.digest)}",
        f"attestedOn: {attestation.attested_on.isoformat()}",
        f"validUntil: {attestation.valid_until.isoformat()}",
        f"by: {quoted(attestation.by)}",
        f"evidence: {quoted(attestation.evidence)}",
        *(["accepted: true"] if attestation.accepted else []),
        *(["left: true"] if attestation.left else []),
    )
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """A text as a double-quoted YAML scalar on one line; whatever a reader could not see is escaped."""
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    if 0xD800 <= code <= 0xDFFF:  # half a character, from a command line that was not UTF-8
        return "\N{REPLACEMENT CHARACTER}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
