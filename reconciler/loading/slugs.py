"""Names from the cloud as file names and as values of a file: anybody with access to an installation chooses them."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping

from reconciler.model.mail import on_one_line

LONGEST_SLUG = 60
LONGEST_NAME = 200
_WHOLE_ID = 2
"""Which choice of a file name ends with the whole id: no two installations share that one."""
_LETTERS = str.maketrans(
    {"æ": "ae", "ø": "o", "å": "a", "ä": "a", "ö": "o", "ü": "u", "ß": "ss", "ð": "d", "þ": "th", "ł": "l", "đ": "d"}
)
_RESERVED = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]")
"""File names that Windows keeps for devices; a checkout there must work too."""


def slug_of(name: str) -> str:
    """A file name without its ending: a to z, digits and single hyphens, never empty, never reserved."""
    # Written plainly first: letters of full width, or what cannot be seen, must not hide an address.
    folded = (
        on_one_line(unicodedata.normalize("NFKC", on_one_line(name[: 4 * LONGEST_NAME]))).casefold().translate(_LETTERS)
    )
    plain = unicodedata.normalize("NFKD", folded).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_SLUG].strip("-")
    if not words:
        return "installation"
    return f"site-{words}" if _RESERVED.fullmatch(words) else words


def file_names(names: Mapping[str, str], taken: Collection[str]) -> dict[str, str]:
    """A slug for each installation, the same in every order; where it would stand twice, all of them get their id.

    Args:
        names: By id of the installation, what the cloud calls it.
        taken: Slugs of files that are there already.
    """
    choices: dict[str, tuple[str, ...]] = {}
    for one, name in names.items():
        slug = slug_of(name)
        choices[one] = (slug, f"{slug}-{one[:8]}", f"{slug}-{one}")
    level = dict.fromkeys(names, 0)
    while True:
        found = {one: choices[one][level[one]] for one in names}
        often = Counter(found.values())
        clashing = [one for one, slug in found.items() if level[one] < _WHOLE_ID and (often[slug] > 1 or slug in taken)]
        if not clashing:
            return found
        for one in clashing:
            level[one] += 1


def safe_name(name: str, *, longest: int = LONGEST_NAME) -> str:
    """The name on one line, without addresses and without what cannot be seen; may be empty."""
    return on_one_line(name[:10_000])[:longest].strip()
