"""What reads as a dataclass is one to everybody: the same class made by us and by the standard library."""

import ast
import copy
import dataclasses
import inspect
import math
import pickle
from collections.abc import Callable
from dataclasses import dataclass as usual
from dataclasses import field
from functools import cached_property
from typing import Any, ClassVar, Generic, TypeVar

import pytest

from reconciler.model.desired import DesiredCharger
from reconciler.model.people import Person
from reconciler.records import dataclass as ours
from tests.architecture.sources import Module, module_of, modules

T = TypeVar("T")
Decorator = Callable[..., Any]
NAN = math.nan


def charger(made: Decorator) -> Any:
    """A class with fields, a default, a default of its own for each value, and a method."""

    @made(frozen=True, slots=True, kw_only=True)
    class Charger:
        """One charger."""

        serial: str
        current: float = 32.0
        labels: dict[str, str] = field(default_factory=dict)

        @property
        def shown(self) -> str:
            return f"{self.serial} {self.current:g} A"

    return Charger


def point(made: Decorator) -> Any:
    """A class whose fields are given by place and can change."""

    @made(slots=True)
    class Point:
        """A place."""

        x: float
        y: float = 0.0

    return Point


def pair(made: Decorator) -> Any:
    """A class of values that have a hash."""

    @made(frozen=True, slots=True, kw_only=True)
    class Pair:
        """Two of something."""

        first: object
        second: object = None

    return Pair


def refused(call: Callable[[], object]) -> type[BaseException] | None:
    """The standard error that a call ends with, if it ends with one."""
    try:
        call()
    except (TypeError, AttributeError) as error:
        return AttributeError if isinstance(error, AttributeError) else TypeError
    return None


SAID: dict[str, tuple[Callable[[Decorator], Any], Callable[[Any], object]]] = {
    "shown": (charger, lambda kind: repr(kind(serial="ZAP000001", labels={"a": "b"})).rsplit(".", 1)[-1]),
    "property": (charger, lambda kind: kind(serial="ZAP000001", current=16.0).shown),
    "equal": (charger, lambda kind: kind(serial="ZAP000001") == kind(serial="ZAP000001", labels={})),
    "unequal": (charger, lambda kind: kind(serial="ZAP000001") == kind(serial="ZAP000001", current=6.0)),
    "of no other kind": (pair, lambda kind: kind(first=1) == (1, None)),
    "not a number is itself": (pair, lambda kind: kind(first=NAN) == kind(first=NAN)),
    "a number and a switch": (pair, lambda kind: kind(first=1) == kind(first=True)),
    "in a set": (pair, lambda kind: len({kind(first="a"), kind(first="a"), kind(first="b")})),
    "no hash for lists": (pair, lambda kind: refused(lambda: hash(kind(first=[])))),
    "no hash when it changes": (point, lambda kind: refused(lambda: hash(kind(1.0)))),
    "by place": (point, lambda kind: (kind(1.0, 2.0).x, kind(1.0).y)),
    "changed": (point, lambda kind: setattr(it := kind(1.0), "y", 3.0) or it.y),
    "frozen": (pair, lambda kind: refused(lambda: setattr(kind(first=1), "first", 2))),
    "nothing deleted": (pair, lambda kind: refused(lambda: delattr(kind(first=1), "first"))),
    "nothing more": (point, lambda kind: refused(lambda: setattr(kind(1.0), "z", 2))),
    "by name only": (pair, lambda kind: refused(lambda: kind(1))),
    "one is missing": (charger, refused),
    "one is unknown": (pair, lambda kind: refused(lambda: kind(first=1, third=3))),
    "defaults of their own": (charger, lambda kind: kind(serial="a").labels is kind(serial="a").labels),
    "replaced": (charger, lambda kind: dataclasses.replace(kind(serial="a", current=6.0), serial="b").shown),
    "nothing unknown replaced": (pair, lambda kind: refused(lambda: dataclasses.replace(kind(first=1), third=3))),
    "fields": (charger, lambda kind: [(one.name, one.default, one.kw_only) for one in dataclasses.fields(kind)][:2]),
    "as a dictionary": (pair, lambda kind: dataclasses.asdict(kind(first=kind(first=1), second=[kind(first=2)]))),
    "is one": (pair, lambda kind: (dataclasses.is_dataclass(kind), dataclasses.is_dataclass(kind(first=1)))),
    "copied": (pair, lambda kind: copy.deepcopy(it := kind(first=[1])) == it),
    "signature": (charger, lambda kind: list(inspect.signature(kind).parameters)),
    "described": (charger, lambda kind: (kind.__name__, kind.__doc__, kind.__module__)),
    "matched": (point, lambda kind: kind.__match_args__),
}


@pytest.mark.parametrize("said", SAID)
def test_it_behaves_as_a_dataclass(said: str) -> None:
    """Whoever reads `@dataclass` is right about everything that it means."""
    made, told = SAID[said]

    assert told(made(ours)) == told(made(usual))


def test_the_values_of_the_fleet_are_made_quickly() -> None:
    """And are not, by accident, left to the standard library."""
    assert type(DesiredCharger) is not type


def test_what_is_hidden_stays_hidden() -> None:
    """A struct would show it."""
    assert repr(Person(id="c-1", email="kari@owners.example")) == "Person(id='c-1', language='en')"


def test_what_is_not_compared_is_not() -> None:
    """A struct compares all it has."""

    @ours(frozen=True, slots=True, kw_only=True)
    class Noted:
        word: str
        line: int = field(default=0, compare=False)

    assert Noted(word="a", line=1) == Noted(word="a", line=2)
    assert [one.compare for one in dataclasses.fields(Noted)] == [True, False]


def test_what_is_worked_out_is_no_argument() -> None:
    """A struct would take it."""

    @ours(frozen=True, slots=True, kw_only=True)
    class Length:
        word: str
        size: int = field(init=False)

        def __post_init__(self) -> None:
            object.__setattr__(self, "size", len(self.word))

    assert Length(word="abc").size == 3


def test_a_class_may_hold_what_all_its_values_share() -> None:
    """As the standard library says it."""

    @ours(frozen=True, slots=True, kw_only=True)
    class Shared:
        most: ClassVar[int] = 3
        word: str = ""

    assert [one.name for one in dataclasses.fields(Shared)] == ["word"]


def test_without_slots_something_can_be_kept() -> None:
    """What takes long is worked out once."""

    @ours(frozen=True, kw_only=True)
    class Index:
        words: tuple[str, ...]

        @cached_property
        def known(self) -> frozenset[str]:
            return frozenset(self.words)

    one = Index(words=("a", "b"))

    assert one.known is one.known


def test_it_may_be_of_any_kind() -> None:
    """Pages of installations and of chargers are the same class."""

    @ours(frozen=True, slots=True, kw_only=True)
    class Page(Generic[T]):
        rows: tuple[T, ...]

    assert Page[int](rows=(1,)) == Page(rows=(1,))


def test_none_derives_from_another() -> None:
    """It would not be what it looks like."""
    kind = pair(ours)

    with pytest.raises(TypeError, match=r"Triple derives from another dataclass"):

        @ours(frozen=True, slots=True, kw_only=True)
        class Triple(kind):  # type: ignore[misc]  that is what is tried
            third: int = 0


def test_it_goes_to_another_process_and_comes_back() -> None:
    """As files do that several processes read."""
    one = DesiredCharger(serial="ZAP000001", settings=(("maxCurrent", 16.0),))

    assert pickle.loads(pickle.dumps(one)) == one  # noqa: S301  our own


def test_all_of_ours_are_made_so() -> None:
    """But for the sandbox, which imports nothing of ours."""
    apart = frozenset({"sandbox", "records"})

    assert [module.name for module in modules() if takes_the_usual(module) and not module.is_in(apart)] == []
    assert takes_the_usual(module_of("from dataclasses import dataclass, field"))
    assert not takes_the_usual(module_of("from dataclasses import field"))


def takes_the_usual(module: Module) -> bool:
    """Whether it imports the decorator of the standard library."""
    imports = [node for node in ast.walk(module.tree) if isinstance(node, ast.ImportFrom)]
    return any(node.module == "dataclasses" and "dataclass" in {one.name for one in node.names} for node in imports)
