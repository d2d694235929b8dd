"""The canonical layout of a fleet file: its modeline, no space at line ends, one line end at the end.

Comments, order and the author's own alignment stay. What a file says never changes: it is read before and after.
"""

import re

from reconciler.loading.edits import alike
from reconciler.loading.modelines import PREFIX, modeline
from reconciler.loading.yaml_source import read_yaml

MARK = "\ufeff"
_TRAILING = re.compile(r"[ ]+(?=\r?$)", re.MULTILINE)
_BLANK_LINES = re.compile(r"(\r?\n)(?:\r?\n){2,}")
_MODELINE = re.compile(rf"^{re.escape(PREFIX)}[^\r\n]*(?:\r?\n|$)", re.MULTILINE)


class NotFormattedError(Exception):
    """The file cannot be read, so nobody can tell whether a new layout would keep what it says."""


def formatted(text: str, relative: str) -> str:
    """The text in canonical layout; formatting it again changes nothing.

    Args:
        text: A whole file, line ends included; they stay as they are.
        relative: Path from the fleet folder on, which decides the modeline.

    Raises:
        NotFormattedError: The strict reader finds something wrong in it.
    """
    before = read_yaml(text.encode())
    if before.flaws:
        flaw = before.flaws[0]
        raise NotFormattedError(f"line {flaw.line}: {flaw.code} {flaw.what}")
    for candidate in (_tidied(text), text):
        result = _with_modeline(candidate, relative)
        after = read_yaml(result.encode())
        if not after.flaws and alike(before.value, after.value):
            return result
    return text


def _tidied(text: str) -> str:
    newline = _newline(text)
    bare = _BLANK_LINES.sub(rf"{newline}{newline}", _TRAILING.sub("", text.removeprefix(MARK)))
    return bare.strip("\r\n") + newline


def _with_modeline(text: str, relative: str) -> str:
    """The first line; a schema line elsewhere in the file goes, because editors take the first they find."""
    first = modeline(relative) + _newline(text)
    return first + _MODELINE.sub("", text.removeprefix(MARK)).lstrip("\r\n")


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"
