"""Reading JSON from outside: nothing is trusted, names match in any casing, and no message quotes a value.

Every function takes one member and says what it is or raises `WireError`, whose text names members and numbers only.
"""

import json
import re
from codecs import BOM_UTF8
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn
from urllib.parse import urlsplit

from reconciler.model.mail import redacted
from reconciler.model.moments import read_moment

Members = Mapping[str, Any]
"""A JSON object whose names are folded to lower case."""

HIDDEN = "?…(hidden)"
"""Stands for user-info, query and fragment of a URL; no legal desired URL ends like this."""

LONGEST_TEXT = 4096
LONGEST_NAME = 200
"""Characters, as many as a name in a file may have; nobody reads the rest of a longer one."""
LARGEST_NUMBER = 1e6

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NUMBER = re.compile(r"\s*[+-]?[0-9]{1,15}(?:\.[0-9]{0,15})?\s*")
_WHOLE = re.compile(r"\s*[+-]?[0-9]{1,18}(?:\.0{1,6})?\s*")


class WireError(ValueError):
    """An answer or a member of it is not what it should be; the text is safe to show."""


def _no_constant(_name: str) -> NoReturn:
    raise WireError("the answer is not JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        # Python would take the last, others take the first: what such an answer says depends on who reads it.
        raise WireError("the answer has a member twice")
    return found


_DECODER = json.JSONDecoder(parse_constant=_no_constant, object_pairs_hook=_object)


def decode(body: bytes) -> object:
    """The JSON of a body.

    Raises:
        WireError: It is no JSON, is cut off, nested too deeply, in another character set, or has a member twice.
    """
    try:
        # The codec that skips the mark at the beginning is written in Python and takes as long as a tenth of the rest.
        return _DECODER.decode(body.removeprefix(BOM_UTF8).decode())
    except WireError:
        raise
    except (ValueError, RecursionError):
        raise WireError("the answer is not JSON") from None


def members(data: object) -> Members:
    """A JSON object with folded names; null members are left out, as the cloud itself does."""
    if not isinstance(data, dict):
        raise WireError("the answer is not an object")
    folded = {name.lower(): value for name, value in data.items()}
    if len(folded) != len(data):
        raise WireError("the answer has a member twice")
    return {name: value for name, value in folded.items() if value is not None}


def rows(data: object) -> list[object]:
    """A JSON array."""
    if not isinstance(data, list):
        raise WireError("the answer is not a list")
    return data


def about(data: object, name: str, expected: str) -> object:
    """The data; raises WireError when it names another object, as a cache or a mixed-up connection answers."""
    named = data.get(name) if isinstance(data, dict) else None
    if isinstance(named, str) and named.lower() != expected:
        raise WireError("the answer is about another object")
    return data


def text(row: Members, name: str) -> str | None:
    """A text, None when left out or empty."""
    value = row.get(name.lower())
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise WireError(f"{name} is not a usable text")
    return value or None


def whole(row: Members, name: str) -> int | None:
    """A whole number, also written 3.0 or "3"; None when left out."""
    value = row.get(name.lower())
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63:
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        return int(value.partition(".")[0])
    raise WireError(f"{name} is not a whole number")


def amperes(row: Members, name: str) -> float | None:
    """Amperes rounded to 0.1, also written 32 or "32.000"; None when left out or an empty text."""
    value = row.get(name.lower())
    if value is None or value == "":
        return None
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise WireError(f"{name} is not a number")
    if not 0 <= value <= LARGEST_NUMBER:
        raise WireError(f"{name} is not a current")
    return round(float(value), 1) + 0.0


def switch(row: Members, name: str) -> bool | None:
    """True or false, also as the texts true, false, 1 and 0 of observations; None when left out or an empty text."""
    value = row.get(name.lower())
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        match value.strip().lower():
            case "1" | "true":
                return True
            case "0" | "false":
                return False
    raise WireError(f"{name} is not a switch")


def moment(row: Members, name: str) -> datetime | None:
    """A time in UTC; the old endpoints leave the offset out and mean UTC."""
    value = text(row, name)
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value)
        return read_moment((at if at.tzinfo else at.replace(tzinfo=UTC)).isoformat())
    except ValueError:
        raise WireError(f"{name} is not a time") from None


def identifier(row: Members, name: str) -> str | None:
    """A UUID in lower case, None when left out. Ids go into paths, so nothing else passes."""
    value = text(row, name)
    if value is None:
        return None
    if not _UUID.fullmatch(value.lower()):
        raise WireError(f"{name} is not an id")
    return value.lower()


def is_identifier(value: str) -> bool:
    """Whether a text is a UUID in lower case."""
    return _UUID.fullmatch(value) is not None


def label(row: Members, name: str) -> str:
    """A name that people gave, cut, and empty when left out; an e-mail address inside it is taken out."""
    value = row.get(name.lower())
    if not isinstance(value, str):
        return ""
    # Half a surrogate pair is legal JSON, but no file and no terminal takes it.
    shown = value[:LONGEST_TEXT].encode("utf-8", "replace").decode()
    clean = without_addresses(shown)
    return clean if len(clean) <= LONGEST_NAME else clean[: LONGEST_NAME - 1] + "…"


def without_addresses(value: str) -> str:
    """The text with every e-mail address replaced."""
    return redacted(value, "(address)")


def safe_url(value: str) -> str:
    """A URL as it may be shown and compared: scheme, host and path.

    User-info, query and fragment can carry credentials; a URL that has any ends in a marker instead, so that it differs
    from every legal desired URL without telling why.
    """
    try:
        parts = urlsplit(value)
        readable = value.isprintable() and bool(parts.scheme and parts.netloc) and " " not in value
    except ValueError:
        readable = False
    if not readable:
        return f"(not a URL){HIDDEN}"
    host = parts.netloc.rpartition("@")[2]
    shown = f"{value[: value.index(':')]}://{host}{parts.path}"
    clean = without_addresses(shown).replace("@", "")
    return value if value == clean else clean + HIDDEN
