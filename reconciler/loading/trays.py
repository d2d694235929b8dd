"""What one process lays down for another to take: our dataclasses, quicker than they pickle by themselves."""

import pickle
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import fields, is_dataclass
from functools import cache
from types import MemberDescriptorType
from typing import IO, Any


class TrayWriter(pickle.Pickler):
    """Writes one object after the other; what several have in common is written once."""

    def __init__(self, tray: IO[bytes]) -> None:
        super().__init__(tray, protocol=pickle.HIGHEST_PROTOCOL)

    def reducer_override(self, value: Any) -> Any:
        """A slotted dataclass as its class and the values of its fields."""
        slots = _slots_of(value.__class__)
        return (_made, (value.__class__, *[slot.__get__(value) for slot in slots])) if slots else NotImplemented


def taken_from(tray: IO[bytes]) -> Iterator[Any]:
    """What was laid down, as far as it was written; the last of it may be half of one, when its process is gone."""
    tray.seek(0)
    reader = pickle.Unpickler(tray)  # noqa: S301  nobody but our own process wrote it
    with suppress(Exception):  # whatever is missing or makes no sense is read again
        while True:
            yield reader.load()


def _made(kind: type, *values: Any) -> Any:
    made: Any = object.__new__(kind)
    for put, value in zip(_setters_of(kind), values, strict=True):
        put(made, value)
    return made


@cache
def _slots_of(kind: type) -> tuple[MemberDescriptorType, ...]:
    """The slots of a dataclass in the order of its fields; none of any other class."""
    found = [getattr(kind, field.name, None) for field in fields(kind)] if is_dataclass(kind) else []
    slots = tuple(slot for slot in found if isinstance(slot, MemberDescriptorType))
    return slots if len(slots) == len(found) else ()


@cache
def _setters_of(kind: type) -> tuple[Callable[[Any, Any], None], ...]:
    return tuple(slot.__set__ for slot in _slots_of(kind))
