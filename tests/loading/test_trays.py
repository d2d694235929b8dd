"""What is laid down for another process is taken as it was."""

import io
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from reconciler.loading.trays import TrayWriter, taken_from
from reconciler.model.desired import DesiredCharger, RemovalGate
from tests.builders import permissions, person, wants, wants_charger


@dataclass
class Plain:
    """A dataclass without slots."""

    word: str = "x"


@dataclass(frozen=True, slots=True)
class Above:
    """With a slot of its own."""

    first: int


@dataclass(frozen=True, slots=True)
class Below(Above):
    """With another one."""

    second: object = None


class Word(StrEnum):
    """Words come back as the members that they were."""

    ONE = "one"


def handed_over(*values: object) -> list[object]:
    """Through one tray."""
    tray = io.BytesIO()
    writer = TrayWriter(tray)
    for value in values:
        writer.dump(value)
    return list(taken_from(tray))


def test_installations_come_as_they_were() -> None:
    """With everything in them, the kinds of their values included."""
    charger = DesiredCharger(
        serial="ZAP000001", settings=(("maxCurrent", 0.0),), disabled_reason="sold", disabled_until=date(2030, 1, 2)
    )
    site = wants(
        charger, wants_charger("ZAP000002", standAlone=True), access=permissions(person("person:c-1", "owner"))
    )

    (found,) = handed_over(site)

    assert repr(found) == repr(site)
    assert found == site


def test_any_class_does() -> None:
    """Only slotted dataclasses go the short way."""
    values = [Plain("y"), Below(1, Above(2)), RemovalGate.OWNER_ACCEPTED, {"a": (1, None)}, ValueError("no")]

    assert repr(handed_over(*values)) == repr(values)


def test_what_two_have_in_common_stays_one() -> None:
    """A large fleet has very many equal values, and memory for one of each."""
    common = ("maxCurrent", 16.0)

    first, second = handed_over(Below(1, common), Below(2, common))

    assert isinstance(first, Below)
    assert isinstance(second, Below)
    assert first.second is second.second


def test_half_of_something_is_nothing() -> None:
    """Its process was killed while it wrote."""
    tray = io.BytesIO()
    writer = TrayWriter(tray)
    writer.dump(Above(1))
    whole = tray.tell()
    writer.dump(Below(2, "x" * 100))
    for length in range(whole, tray.tell()):
        assert list(taken_from(io.BytesIO(tray.getvalue()[:length]))) == [Above(1)]


def test_what_makes_no_sense_ends_the_tray() -> None:
    """A disk that was full may leave zeros where something was to stand."""
    tray = io.BytesIO()
    writer = TrayWriter(tray)
    writer.dump(Above(1))
    whole = tray.tell()
    writer.dump({"name": "Bærum " * 20})
    for length in range(whole, tray.tell()):
        cut = tray.getvalue()[:length] + bytes(100)
        assert list(taken_from(io.BytesIO(cut)))[:1] == [Above(1)]


def test_members_stay_members() -> None:
    """Much of planning asks whether something is one."""
    (found,) = handed_over(Word.ONE)

    assert found is Word.ONE
