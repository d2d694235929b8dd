"""Where every key and value of a YAML file begins and ends, in characters, so that a text can be cut there.

`places` knows where things begin; who changes a file must also know where they end and how they are written.
"""

from collections.abc import Iterator
from dataclasses import field
from enum import Enum, auto
from itertools import takewhile
from typing import Any

from yaml.events import DocumentEndEvent, DocumentStartEvent, MappingStartEvent, ScalarEvent, StreamStartEvent

from reconciler.loading.yaml_source import ENDS, STARTS, TreePath, events_of, without_tabs
from reconciler.records import dataclass


class Form(Enum):
    """How a value is written."""

    PLAIN = auto()
    SINGLE = auto()
    DOUBLE = auto()
    BLOCK_SCALAR = auto()
    BLOCK = auto()
    FLOW = auto()


_QUOTES = {"'": Form.SINGLE, '"': Form.DOUBLE, "|": Form.BLOCK_SCALAR, ">": Form.BLOCK_SCALAR}


@dataclass(slots=True, kw_only=True)
class Node:
    """One value; `end` is behind its last character, for a block behind its last child.

    Attributes:
        column: From 0; of a block the one of its keys or dashes.
        key: The key in front of it; None for items and the root.
        inside: The map or list around it; None for the root.
    """

    form: Form
    is_map: bool
    start: int
    end: int
    column: int
    key: "Node | None" = None
    inside: "Node | None" = None
    children: "dict[str | int, Node]" = field(default_factory=dict)

    @property
    def is_container(self) -> bool:
        """Whether it is a map or a list."""
        return self.form in (Form.BLOCK, Form.FLOW)

    @property
    def first(self) -> int:
        """Where its entry begins: at the key, if it has one."""
        return self.start if self.key is None else self.key.start


def root_of(text: str) -> Node:
    """The tree of a file without flaws (see `read_yaml`), which has no byte order mark.

    Raises:
        UnreadableError: The parser does not take it.
    """
    events = events_of(without_tabs(text.encode()))
    kept = (event for event in events if event.__class__ not in {StreamStartEvent, DocumentStartEvent})
    return _node(kept, next(kept), text)


def found(root: Node, path: TreePath) -> Node | None:
    """The value at a path."""
    here: Node | None = root
    for step in path:
        here = None if here is None else here.children.get(step)
    return here


def entries(node: Node) -> Iterator[Node]:
    """Its entries in the order in which they stand."""
    return iter(node.children.values())


def _node(events: Iterator[Any], event: Any, text: str) -> Node:
    start, end = event.start_mark, event.end_mark
    if event.__class__ is ScalarEvent:
        form = Form.PLAIN if event.implicit[0] and not event.style else _QUOTES.get(event.style or "", Form.PLAIN)
        stop = start.index + len(text[start.index : end.index].rstrip())
        return Node(form=form, is_map=False, start=start.index, end=stop, column=start.column)
    form = Form.FLOW if event.flow_style else Form.BLOCK
    is_map = event.__class__ is MappingStartEvent
    node = Node(form=form, is_map=is_map, start=start.index, end=end.index, column=start.column)
    closing = _fill(node, events, text)
    node.end = closing if form is Form.FLOW else max((one.end for one in entries(node)), default=node.end)
    return node


def _fill(node: Node, events: Iterator[Any], text: str) -> int:
    """Add the children; returns where the closing event ends."""
    last: list[Any] = []

    def goes_on(event: Any) -> bool:
        last[:] = [event]
        return event.__class__ not in ENDS and event.__class__ is not DocumentEndEvent

    for event in takewhile(goes_on, events):
        key = _node(events, event, text) if node.is_map else None
        child = _node(events, next(events) if key else event, text)
        child.key, child.inside = key, node
        node.children[_key_text(event) if key else len(node.children)] = child
    end: int = last[0].end_mark.index
    return end


def _key_text(event: Any) -> str:
    # The strict reader takes no list and no map as a key.
    text: str = "" if event.__class__ in STARTS else event.value
    return text
