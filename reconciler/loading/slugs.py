"""Names from the cloud as file names and as values of a file: anybody with access to an installation chooses them."""

import re
import unicodedata

from reconciler.loading.addresses import redacted

LONGEST_SLUG = 60
LONGEST_NAME = 200
_LETTERS = str.maketrans(
    {"æ": "ae", "ø": "o", "å": "a", "ä": "a", "ö": "o", "ü": "u", "ß": "ss", "ð": "d", "þ": "th", "ł": "l", "đ": "d"}
)
_RESERVED = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]")
"""File names that Windows keeps for devices; a checkout there must work too."""


def slug_of(name: str) -> str:
    """A file name without its ending: a to z, digits and single hyphens, never empty, never reserved."""
    folded = redacted(name[: 4 * LONGEST_NAME]).casefold().translate(_LETTERS)
    plain = unicodedata.normalize("NFKD", folded).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_SLUG].strip("-")
    if not words:
        return "installation"
    return f"site-{words}" if _RESERVED.fullmatch(words) else words


def safe_name(name: str, *, longest: int = LONGEST_NAME) -> str:
    """The name on one line, without addresses and without what cannot be seen; may be empty."""
    seen = "".join(sign if sign.isprintable() and unicodedata.category(sign) != "Cf" else " " for sign in name[:10_000])
    return redacted(" ".join(seen.split()))[:longest].strip()
