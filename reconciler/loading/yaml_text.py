"""Writes plain values as YAML in the style of our own files: what is short goes on one line, texts bare where safe."""

import re
from collections.abc import Iterator
from typing import Any

from reconciler.loading.yaml_nodes import Form
from reconciler.loading.yaml_scalars import typed

LONGEST_FLOW = 100
"""Characters of a map or list on one line."""
_SAFE = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9_.+/()-]*( [A-Za-z0-9_.+/()-]+)*|[A-Za-zÆØÅæøåÄÖäöÜü][\w.+/()-]*( [\w.+/()-]+)*"
)
_SHORT_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}


def scalar(value: Any, *, like: Form = Form.PLAIN) -> str:
    """One value on one line that reads back to the same; a text keeps the quotes of the form it replaces."""
    match value:
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer():
            return str(int(value))
        case int() | float():
            return repr(value)
        case str():
            return _text(value, like)
        case _:
            raise TypeError(f"{type(value).__name__} is no scalar")


def _text(value: str, like: Form) -> str:
    if like is Form.SINGLE and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    is_bare = like is not Form.DOUBLE and _SAFE.fullmatch(value) and isinstance(typed(value), str)
    return value if is_bare else quoted(value)


def quoted(text: str) -> str:
    """A text in double quotes, whatever it holds."""
    return '"' + "".join(_escaped(sign) for sign in text) + '"'


def _escaped(sign: str) -> str:
    if sign in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[sign]
    if sign.isprintable():
        return sign
    code = ord(sign)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def flow(value: Any) -> str:
    """Any value on one line."""
    match value:
        case dict():
            return "{" + ", ".join(f"{scalar(key)}: {flow(item)}" for key, item in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(flow(item) for item in value) + "]"
        case _:
            return scalar(value)


def entry_lines(key: str, value: Any, *, indent: int) -> list[str]:
    """One entry of a block map, as lines without line ends; maps of single values stay on one line below the top."""
    pad = " " * indent
    if not _opens(value, indent):
        return [f"{pad}{scalar(key)}: {flow(value)}"]
    return [f"{pad}{scalar(key)}:", *_inner(value, indent + 2)]


def item_line(value: Any, *, indent: int) -> str:
    """One item of a block list."""
    return f"{' ' * indent}- {flow(value)}"


def _inner(value: Any, indent: int) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from entry_lines(key, item, indent=indent)
    else:
        for item in value:
            yield item_line(item, indent=indent)


def _opens(value: Any, indent: int) -> bool:
    """Whether the value takes lines of its own."""
    if not isinstance(value, dict | list | tuple) or not value:
        return False
    if len(flow(value)) > LONGEST_FLOW:
        return True
    items = value.values() if isinstance(value, dict) else value
    has_maps = any(isinstance(item, dict) for item in items)
    return has_maps or (isinstance(value, dict) and indent == 0)
