"""Where things stand in a YAML file: found again by parsing once more, only when somebody asks."""

from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any, NamedTuple

from yaml.events import MappingStartEvent, ScalarEvent

from reconciler.loading.yaml_source import ENDS, STARTS, TreePath, UnreadableError, events_of, without_tabs


class Place(NamedTuple):
    """Where a key and its value begin, from 1; an item of a list and the root are their own key."""

    key_line: int
    key_column: int
    line: int
    column: int


@lru_cache(maxsize=32)
def places_of(data: bytes) -> Mapping[TreePath, Place]:
    """Places of every key and item of a file; list items go by index. Of a file with a flaw, as far as it goes."""
    places: dict[TreePath, Place] = {}
    frames: list[_Frame] = []
    last = data.count(b"\n") + 1
    with suppress(UnreadableError):
        for event in events_of(without_tabs(data)):
            kind = event.__class__
            if kind in ENDS:
                frames.pop()
            elif kind is ScalarEvent or kind in STARTS:
                _record(places, frames, event, last=last)
    return places


class _Frame:
    """One open map or list while looking for places."""

    __slots__ = ("index", "is_map", "key", "key_mark", "path")

    def __init__(self, path: TreePath, kind: type) -> None:
        self.path = path
        self.is_map = kind is MappingStartEvent
        self.index = 0
        self.key: str | None = None
        self.key_mark: Any = None


def _record(places: dict[TreePath, Place], frames: list[_Frame], event: Any, *, last: int) -> None:
    path: TreePath = ()
    frame = frames[-1] if frames else None
    mark = event.start_mark
    if frame is None:
        key_mark = mark
    elif not frame.is_map:
        path, key_mark = (*frame.path, frame.index), mark
        frame.index += 1
    elif frame.key is None:
        # The strict reader takes no list and no map as a key.
        frame.key, frame.key_mark = getattr(event, "value", ""), mark
        return
    else:
        path, key_mark = (*frame.path, frame.key), frame.key_mark
        frame.key = None
    # A value that is missing at the very end lies behind the last line for the parser.
    line, column = (mark.line + 1, mark.column + 1) if mark.line < last else (last, 1)
    places[path] = Place(key_mark.line + 1, key_mark.column + 1, line, column)
    if event.__class__ in STARTS:
        frames.append(_Frame(path, event.__class__))
