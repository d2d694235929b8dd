"""Reads a YAML file in which there is nothing to say, which is nearly every file: no flaw, nothing unusual.

PyYAML's C parser composes the nodes, and these are turned into plain values. Whatever might be a flaw ends it, and the
reader of events looks at the file instead, which knows what to say and where. No file may be read otherwise in one of
them than in the other; the tests compare them on files of every kind.
"""

from typing import Any

import yaml
from yaml.nodes import MappingNode, ScalarNode

from reconciler.loading.yaml_scalars import DEEPEST, LONGEST_SCALAR, LONGEST_WORD, MERGE_KEY, MOST_VALUES, typed

_UNUSUAL = (b"&", b"*", b"!", b"%", b"\\")
"""Without these there is no anchor, alias, tag or directive, which nodes no longer tell, and no character that does not
stand in the file as it is."""
_LARGEST = MOST_VALUES
"""Bytes; a value takes at least one, so that the file does not hold too many."""
_LONGEST_LINE, _MOST_OPENED = 200, 200
"""The parser calls itself for each level, and has no end but that of its stack: some 300 bytes for each. A column or a
bracket more opens two levels at most, so that nothing within these limits needs more than 256 KiB."""


class UnusualError(Exception):
    """Somebody has to look at the file more closely."""


class _Unresolved:
    """Composes nodes without asking what their scalars mean; that is told by their style, and by `typed`."""

    def resolve(self, _kind: type, _value: str | None, _implicit: object) -> None:
        """No tag."""

    def descend_resolver(self, _parent: object, _index: object) -> None:
        """Nothing to prepare."""

    def ascend_resolver(self) -> None:
        """Nothing to undo."""


class _Composer(_Unresolved, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # whichever there is
    """The parser itself."""


def quick_value(clean: bytes) -> Any:
    """The value of the only document: dicts, lists, texts, numbers and booleans.

    Args:
        clean: Bytes that were looked at already: UTF-8 without tabs and without characters that cannot be seen.

    Raises:
        UnusualError: There may be something to say about the file.
    """
    if not _is_usual(clean):
        raise UnusualError
    try:
        node = _Composer(clean).get_single_node()
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError):
        raise UnusualError from None
    if node is None:
        raise UnusualError  # the file is empty
    return _value_of(node, within=0)


def _is_usual(clean: bytes) -> bool:
    return (
        len(clean) <= _LARGEST
        and not any(sign in clean for sign in _UNUSUAL)
        and clean.count(b"[") + clean.count(b"{") <= _MOST_OPENED
        and max(map(len, clean.split(b"\n"))) <= _LONGEST_LINE
    )


def _value_of(node: Any, *, within: int) -> Any:
    if node.__class__ is ScalarNode:
        return _scalar(node)
    if within == DEEPEST:
        raise UnusualError
    if node.__class__ is MappingNode:
        return _map(node.value, within=within + 1)
    return [_value_of(item, within=within + 1) for item in node.value]


def _map(pairs: list[tuple[Any, Any]], *, within: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key.__class__ is not ScalarNode:
            raise UnusualError
        if len(key.value) > LONGEST_SCALAR:
            raise UnusualError
        found[key.value] = _scalar(value) if value.__class__ is ScalarNode else _value_of(value, within=within)
    if len(found) < len(pairs) or MERGE_KEY in found:
        raise UnusualError
    return found


def _scalar(node: Any) -> Any:
    text: str = node.value
    if len(text) > LONGEST_SCALAR:
        raise UnusualError
    if node.style or len(text) > LONGEST_WORD:
        return text
    value = typed(text)
    if value is None:
        raise UnusualError
    return value
