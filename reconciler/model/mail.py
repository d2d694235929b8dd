"""Finds e-mail addresses in any text, however they are written, without repeating them."""

import re
import unicodedata
from collections.abc import Iterator

_AT = "@\N{FULLWIDTH COMMERCIAL AT}\N{SMALL COMMERCIAL AT}"
STOP = r"\s\"'<>(){}\[\],;|`"
"""What ends an address, as the inside of a character class."""

_QUOTED = "%(?:25)*"  # URLs in URLs quote the quoting
_SPELLED = (
    rf"{_QUOTED}40|{_QUOTED}EF{_QUOTED}(?:BC{_QUOTED}A0|B9{_QUOTED}AB)"
    r"|&(?:amp;)*(?:#0{0,6}(?:64|65131|65312)|#x0{0,6}(?:40|fe6b|ff20)|commat);?"
)
"""The sign as URLs and web pages write it."""

_PART = rf"[^{STOP}:=/{_AT}]"
_LOCAL = rf'(?:"[^"\s:,{{}}][^":,{{}}\r\n]{{0,63}}"|{_PART}{{1,64}})'
_DOMAIN = rf"(?:\[[^\]\s]{{1,255}}\]|{_PART}{{1,255}})"
_DOT = rf"(?:\.|\s{{1,3}}\.\s{{0,3}}|{_QUOTED}2E|&#0{{0,6}}46;?)"  # a dot with a space only behind it ends a sentence
_DOTTED = rf"[\w-]{{1,63}}(?:{_DOT}[\w-]{{1,63}}){{0,5}}{_DOT}[^\W\d_]{{2,63}}"
# Spaces around the sign, or the sign spelled, occur elsewhere too: there a domain with an ending must follow.
_ADDRESS = re.compile(
    rf"{_LOCAL}[{_AT}]{{1,9}}{_DOMAIN}|{_PART}{{1,64}}(?:\s{{0,3}}[{_AT}]{{1,9}}\s{{0,3}}|(?:{_SPELLED}){{1,9}}){_DOTTED}",
    re.IGNORECASE,
)
_HINT = re.compile(rf"[{_AT}]|{_SPELLED}", re.IGNORECASE)


def is_spelled(address: str) -> bool:
    """Whether the sign of this address is spelled out, as in a value of a URL, and not the sign itself."""
    return not set(_AT) & set(address)


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
