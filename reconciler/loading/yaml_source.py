"""Strict YAML: only true, false and decimal numbers are typed, everything else is text.

Built on PyYAML's parser (the C one where there is one): on its nodes where there is nothing to say about a file, else
on its events. Positions are not kept while reading; `places.places_of` finds them again when somebody asks, because
nearly nobody does.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from enum import Enum
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from reconciler.loading.yaml_quick import UnusualError, quick_value
from reconciler.loading.yaml_scalars import DEEPEST, LONGEST_SCALAR, LONGEST_WORD, MERGE_KEY, MOST_VALUES, typed
from reconciler.records import dataclass

LARGEST_FILE = 1024 * 1024
"""Bytes; a file with 3 000 chargers stays below a fifth of it."""
MOST_FLAWS = 100
"""Flaws told per file; a file with more of them is not a fleet file."""

TreePath = tuple[str | int, ...]


class Broken(Enum):
    """Stands in a tree where the file holds something unusable that has its own problem."""

    BROKEN = "broken"


BROKEN = Broken.BROKEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """Something that a fleet file must not hold. Line and column count from 1; `remedy` replaces that of the code."""

    code: str
    line: int
    column: int
    what: str
    path: TreePath = ()
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a file holds: dicts, lists, texts, numbers, booleans and BROKEN. None when nothing could be read."""

    value: Any
    flaws: tuple[Flaw, ...] = ()


class UnreadableError(Exception):
    """Nothing behind the flaw can be read."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.code)
        self.flaw = flaw


_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
"""Control characters, those that turn the direction of writing (a file is what a reviewer sees), half characters."""

_NewParser: Callable[[bytes], Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(data: bytes) -> Reading:
    """Read one document. Never raises: whatever is wrong becomes a flaw."""
    with suppress(UnreadableError, UnusualError):
        clean, flaws = _checked_bytes(data)
        if not flaws:
            return Reading(value=quick_value(clean))
    return read_closely(data)


def read_closely(data: bytes) -> Reading:
    """The same, whatever the file looks like: from the parser's events, which tell where everything stands."""
    flaws: list[Flaw] = []
    try:
        clean, flaws = _checked_bytes(data)
        value = _Builder(flaws).build(events_of(clean))
    except UnreadableError as error:
        return Reading(value=None, flaws=_inside((*flaws, error.flaw), data))
    return Reading(value=value, flaws=_inside(flaws, data))


def _inside(flaws: Iterable[Flaw], data: bytes) -> tuple[Flaw, ...]:
    """The parser places what it misses at the end behind the last line, where no editor can go."""
    last = data.count(b"\n") + 1
    return tuple(flaw if flaw.line <= last else replace(flaw, line=last, column=1) for flaw in flaws)[:MOST_FLAWS]


def position_in_text(data: bytes, offset: int) -> tuple[int, int]:
    """Line and column, from 1, of a byte."""
    before = data[:offset]
    start = before.rfind(b"\n") + 1
    return before.count(b"\n") + 1, len(before[start:].decode("utf-8", "replace")) + 1


def _checked_bytes(data: bytes) -> tuple[bytes, list[Flaw]]:
    """What the parser takes, and the tabs that stood in it."""
    if len(data) > LARGEST_FILE:
        raise UnreadableError(Flaw(code="E011", line=1, column=1, what=f"larger than {LARGEST_FILE} bytes."))
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line, column = position_in_text(data, error.start)
        raise UnreadableError(Flaw(code="E010", line=line, column=column, what="not UTF-8.")) from None
    text = text.replace("\r\n", "\n")
    hit = _CONTROL.search(text)
    if hit:
        raise UnreadableError(_control_flaw(text, hit.start()))
    if b"\t" not in data:
        return data, []
    line, column = position_in_text(data, data.index(b"\t"))
    return without_tabs(data), [Flaw(code="E002", line=line, column=column, what="a tab character.")]


def without_tabs(data: bytes) -> bytes:
    """The same columns for a parser that takes tabs badly; a byte order mark goes too."""
    return data.removeprefix(b"\xef\xbb\xbf").replace(b"\t", b" ")


def _control_flaw(text: str, index: int) -> Flaw:
    before = text[:index]
    column = len(before) - before.rfind("\n")
    what = f"the character U+{ord(text[index]):04X}, which cannot be seen."
    return Flaw(code="E010", line=before.count("\n") + 1, column=column, what=what)


def events_of(data: bytes) -> Iterator[Event]:
    """The parser's events; whatever it cannot parse raises our own error with a flaw."""
    try:
        parser = _NewParser(data)
        yield from iter(parser.get_event, None)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        what = f"not valid YAML: {_without_quotes(error.problem)}."
        raise UnreadableError(Flaw(code="E008", line=line, column=column, what=what)) from None
    except (yaml.YAMLError, ValueError, OverflowError):  # the parser in Python does not catch all of its own
        raise UnreadableError(Flaw(code="E008", line=1, column=1, what="not valid YAML.")) from None


def _without_quotes(problem: str | None) -> str:
    """The parser's words without what it quotes from the file, which may be a secret."""
    return re.sub(r"'[^']*\w[^']*'|\"[^\"]*\"", "…", problem) if problem else "it cannot be parsed"


STARTS = frozenset({MappingStartEvent, SequenceStartEvent})
ENDS = frozenset({MappingEndEvent, SequenceEndEvent})


class _Builder:
    """Turns events into plain values, one method per kind of event."""

    def __init__(self, flaws: list[Flaw]) -> None:
        self._flaws = flaws
        self._container: Any = None
        self._key: str | None = None
        self._stack: list[tuple[Any, str | None]] = []
        self._root: Any = None
        self._documents = 0
        self._values = 0

    def build(self, events: Iterator[Event]) -> Any:
        """The value of the only document."""
        for event in events:
            kind = event.__class__
            if kind is ScalarEvent:
                self._scalar(event)
            elif kind in STARTS:
                self._open(event)
            elif kind in ENDS:
                self._close(event)
            else:
                self._other(event)
        if self._root is None:
            raise UnreadableError(Flaw(code="E004", line=1, column=1, what="the file is empty."))
        return self._root

    def _scalar(self, event: Any) -> None:
        text: str = event.value
        if event.anchor or event.tag or len(text) > LONGEST_SCALAR or not text.isprintable():
            self._check_scalar(event)
        container = self._container
        if container.__class__ is dict and self._key is None:
            self._take_key(event, text)
        elif event.implicit[0]:
            value = typed(text) if len(text) <= LONGEST_WORD else text
            self._put(self._null(event) if value is None else value)
        else:
            self._put(text)

    def _take_key(self, event: Any, text: str) -> None:
        self._key = text
        if text in self._container:
            self._flaw(event, "E001", "this key stands twice in one map.")
        elif text == MERGE_KEY and event.implicit[0]:
            self._flaw(event, "E009", "a merge key.")

    def _put(self, value: Any) -> None:
        container = self._container
        if container.__class__ is dict:
            container[self._key] = value
            self._key = None
        elif container is None:
            self._root = value
        else:
            container.append(value)

    def _open(self, event: Any) -> None:
        if event.anchor or event.tag:
            self._check_scalar(event)
        if self._container.__class__ is dict and self._key is None:
            raise UnreadableError(self._made(event, "E014", "a key that is a list or a map."))
        if len(self._stack) >= DEEPEST:
            raise UnreadableError(self._made(event, "E011", f"nested deeper than {DEEPEST} levels."))
        value: Any = {} if event.__class__ is MappingStartEvent else []
        self._put(value)
        self._stack.append((self._container, None))
        self._container, self._key = value, None

    def _close(self, event: Any) -> None:
        self._values += len(self._container)
        if self._values > MOST_VALUES:
            raise UnreadableError(self._made(event, "E011", f"more than {MOST_VALUES} values."))
        self._container, self._key = self._stack.pop()

    def _check_scalar(self, event: Any) -> None:
        if event.anchor:
            self._flaw(event, "E009", "an anchor.")
        if event.tag:
            self._flaw(event, "E009", "a tag.")
        text = getattr(event, "value", "")
        if len(text) > LONGEST_SCALAR:
            self._flaw(event, "E011", f"a text of more than {LONGEST_SCALAR} characters.")
        if _CONTROL.search(text):
            self._flaw(event, "E010", "an escaped character that cannot be seen.")

    def _null(self, event: Any) -> Any:
        if self._container is None:
            return None
        self._flaw(event, "E013", "no value." if not event.value else "the value is null.")
        return BROKEN

    def _other(self, event: Any) -> None:
        if event.__class__ is DocumentStartEvent:
            self._documents += 1
            if self._documents > 1:
                raise UnreadableError(self._made(event, "E004", "a second document begins here."))
        elif event.__class__ is AliasEvent:
            raise UnreadableError(self._made(event, "E009", "an alias."))

    def _flaw(self, event: Any, code: str, what: str) -> None:
        if len(self._flaws) < MOST_FLAWS:
            self._flaws.append(self._made(event, code, what))

    def _made(self, event: Any, code: str, what: str) -> Flaw:
        mark = event.start_mark
        return Flaw(code=code, line=mark.line + 1, column=mark.column + 1, what=what, path=self._path())

    def _path(self) -> TreePath:
        containers = [container for container, _ in self._stack[1:]] + [self._container]
        steps: list[str | int] = []
        for container, child in zip(containers, [*containers[1:], None], strict=True):
            if isinstance(container, list):
                steps.append(len(container) - 1 if child is not None else len(container))
            elif isinstance(container, dict) and child is None and self._key is not None:
                steps.append(self._key)
            elif isinstance(container, dict) and child is not None:
                steps.append(next(key for key, value in container.items() if value is child))
        return tuple(steps)
