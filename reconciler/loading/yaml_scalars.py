"""What a plain scalar of a fleet file means, and how large a file's parts may be."""

import re
from functools import lru_cache
from typing import Any

DEEPEST = 20
"""Levels of maps and lists."""
LONGEST_SCALAR = 8192
LONGEST_WORD = 40
"""Longer scalars are text; none of them can be a number or a word."""
MERGE_KEY = "<<"
MOST_VALUES = 100_000
"""Entries of all maps and lists together; a file with 3 000 chargers stays below a fifth of it."""

_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,15})?", re.ASCII)
_WORDS = {"true": True, "false": False, "null": None, "": None}


@lru_cache(maxsize=65536)
def typed(text: str) -> Any:
    """A plain scalar: true, false, null (None), a decimal number, or the text itself."""
    if text in _WORDS:
        return _WORDS[text]
    if _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return text
