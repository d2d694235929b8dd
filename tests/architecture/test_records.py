"""What reads as a dataclass is one to everybody: the same class made by us and by the standard library."""

import ast
import copy
import dataclasses
import inspect
import pickle
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
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


def described(one: "dataclasses.Field[Any]") -> tuple[object, ...]:
    """All that the standard library tells of a field."""
    said = (one.init, one.repr, one.compare, one.hash, one.kw_only)
    return one.name, one.type, one.default, one.default_factory, *said


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
    "fields": (charger, lambda kind: [described(one) for one in dataclasses.fields(kind)]),
    "fields by place": (point, lambda kind: [described(one) for one in dataclasses.fields(kind)]),
    "fields are told once": (pair, lambda kind: dataclasses.fields(kind)[0] is dataclasses.fields(kind)[0]),
    "as a dictionary": (pair, lambda kind: dataclasses.asdict(kind(first=kind(first=1), second=[kind(first=2)]))),
    "is one": (pair, lambda kind: (dataclasses.is_dataclass(kind), dataclasses.is_dataclass(kind(first=1)))),
    "copied": (pair, lambda kind: copy.deepcopy(it := kind(first=[1])) == it),
    "signature": (charger, lambda kind: list(inspect.signature(kind).parameters)),
    "described": (charger, lambda kind: (kind.__name__, kind.__qualname__, kind.__doc__, kind.__module__)),
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


@pytest.mark.parametrize(
    "said", [{"init": False}, {"repr": False}, {"compare": False}, {"hash": False}, {"kw_only": True}], ids=repr
)
@pytest.mark.parametrize("default", [{"default": 0}, {"default_factory": int}], ids=repr)
def test_what_is_hidden_not_compared_or_worked_out_is_no_struct(
    said: dict[str, bool], default: dict[str, object]
) -> None:
    """A struct would show it, compare it or take it."""
    made = [with_field(decorator, **said, **default) for decorator in (ours, usual)]

    told = [(repr(kind(word="a")), kind(word="a") == kind(word="a"), refused(lambda: kind(line=1))) for kind in made]  # noqa: B023  called at once
    assert told[0] == told[1]
    assert [type(kind) for kind in made] == [type, type]


def with_field(made: Decorator, **said: Any) -> Any:
    """A class of which one field is told more about."""

    @made(frozen=True, slots=True)
    class Noted:
        word: str
        line: int = field(**said)

    return Noted


def by_itself(made: Decorator) -> Any:
    """A class that works something out."""

    @made(frozen=True, slots=True, kw_only=True)
    class Length:
        word: str
        size: int = 0

        def __post_init__(self) -> None:
            object.__setattr__(self, "size", len(self.word))

    return Length


def its_own_equal(made: Decorator) -> Any:
    """A class that says when it is equal."""

    @made(frozen=True, slots=True, kw_only=True)
    class Folded:
        word: str

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Folded) and other.word.casefold() == self.word.casefold()

        def __hash__(self) -> int:
            return hash(self.word.casefold())

    return Folded


def with_a_base(made: Decorator) -> Any:
    """A class on top of a plain one."""

    class Base:
        @property
        def shown(self) -> str:
            return repr(self)

    @made(frozen=True, slots=True, kw_only=True)
    class Above(Base):
        word: str

    return Above


@pytest.mark.parametrize("made", [by_itself, its_own_equal, with_a_base])
def test_a_class_with_ways_of_its_own_keeps_them(made: Callable[[Decorator], Any]) -> None:
    """The standard library knows how."""
    told = [(repr(kind(word="Ab")), kind(word="Ab") == kind(word="aB")) for kind in (made(ours), made(usual))]

    assert told[0] == told[1]


@pytest.mark.parametrize("decorator", [ours, usual])
def test_no_two_values_share_a_list(decorator: Decorator) -> None:
    """As the standard library refuses it."""

    class Lists:
        words: list[str] = []  # noqa: RUF012  that is what is tried

    with pytest.raises(ValueError, match="mutable default"):
        decorator(frozen=True, slots=True, kw_only=True)(Lists)


def test_what_else_is_asked_for_is_done() -> None:
    """No class of ours has an order; if one should, it gets it."""

    @ours(frozen=True, slots=True, order=True)
    class Step:
        number: int

    assert Step(1) < Step(2)


def test_threads_may_ask_for_the_fields_at_once() -> None:
    """Answers of the cloud are taken in by many."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(300):
            one = charger(ours)(serial="a")
            start = threading.Barrier(4)

            def replaced(number: int) -> Any:
                start.wait()  # noqa: B023  within this round
                return dataclasses.replace(one, current=float(number))  # noqa: B023  as above

            with ThreadPoolExecutor(4) as pool:
                assert [it.current for it in pool.map(replaced, range(4))] == [0.0, 1.0, 2.0, 3.0]
    finally:
        sys.setswitchinterval(interval)


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
    assert takes_the_usual(module_of("import dataclasses"))
    assert not takes_the_usual(module_of("from dataclasses import field"))


def takes_the_usual(module: Module) -> bool:
    """Whether it imports the decorator of the standard library, or all of its module."""
    for node in ast.walk(module.tree):
        names = {one.name for one in node.names} if isinstance(node, ast.Import | ast.ImportFrom) else set()
        if "dataclass" in names and isinstance(node, ast.ImportFrom) and node.module == "dataclasses":
            return True
        if "dataclasses" in names:
            return True
    return False
