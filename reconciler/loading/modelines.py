"""The first line of a fleet file, which tells editors its schema."""

import re

PREFIX = "# yaml-language-server: $schema="
_KINDS = (
    (re.compile(r"fleet\.yaml"), "fleet"),
    (re.compile(r"exceptions\.yaml"), "exceptions"),
    (re.compile(r"profiles/.+\.yaml"), "profile"),
    (re.compile(r"(installations|released)/.+\.yaml"), "installation"),
    (re.compile(r"attestations/.+\.yaml"), "attestation"),
)


def kind_of_file(relative: str) -> str | None:
    """Which schema a file follows, by its place below the fleet folder; None for what is no fleet file."""
    return next((kind for pattern, kind in _KINDS if pattern.fullmatch(relative)), None)


def modeline(relative: str) -> str:
    """The line for a file of the fleet; `schemas/` lies beside the fleet folder.

    Args:
        relative: Path from the fleet folder on, with slashes.
    """
    up = "../" * (relative.count("/") + 1)
    return f"{PREFIX}{up}schemas/{kind_of_file(relative)}.schema.json"
