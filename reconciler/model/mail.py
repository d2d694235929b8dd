"""Finds e-mail addresses in any text, however they are written, without repeating them."""

import re
import unicodedata
from collections.abc import Iterator

_AT = "@\N{FULLWIDTH COMMERCIAL AT}\N{SMALL COMMERCIAL AT}"
STOP = r"\s\"'<>(){}\[\],;|`"
"""What ends an address, as the inside of a character class."""

_PART = rf"[^{STOP}:=/{_AT}]"
_LOCAL = rf'(?:"[^"\s:,{{}}][^":,{{}}\r\n]{{0,63}}"|{_PART}{{1,64}})'
_DOMAIN = rf"(?:\[[^\]\s]{{1,255}}\]|{_PART}{{1,255}})"
_DOTTED = r"[\w-]{1,63}(?:\.[\w-]{1,63}){0,5}\.[^\W\d_]{2,63}"
# Spaces around the sign, or the sign as URLs write it, occur elsewhere too: there a domain with an ending must follow.
_ADDRESS = re.compile(rf"{_LOCAL}[{_AT}]{_DOMAIN}|{_PART}{{1,64}}(?:\s{{0,3}}[{_AT}]\s{{0,3}}|%40){_DOTTED}")
_HINT = re.compile(rf"[{_AT}]|%40")


def has_address(text: str) -> bool:
    """Whether something in the text looks like an e-mail address."""
    return next(addresses_in(text), None) is not None


def addresses_in(text: str) -> Iterator[re.Match[str]]:
    """Every place that looks like one, from the left."""
    return _ADDRESS.finditer(text) if _HINT.search(text) else iter(())


def redacted(text: str, mark: str = "…") -> str:
    """The text with a mark for everything that looks like an e-mail address."""
    return _ADDRESS.sub(lambda _: mark, text) if _HINT.search(text) else text


def on_one_line(text: str, mark: str = "…") -> str:
    """The text without addresses, line ends and what cannot be seen; neither of these hides an address."""
    shown = "".join(sign for sign in redacted(text, mark) if unicodedata.category(sign) != "Cf")
    printable = "".join(sign if sign.isprintable() else " " for sign in shown)
    return redacted(" ".join(printable.split()), mark)
