"""What is laid down for another process is taken as it was."""

import io
import pickle
from datetime import date
from enum import StrEnum

from reconciler.loading.side_by_side import taken_from
from reconciler.model.desired import DesiredCharger
from tests.builders import permissions, person, wants, wants_charger

FIRST = DesiredCharger(serial="ZAP000001")


class Word(StrEnum):
    """Words come back as the members that they were."""

    ONE = "one"


def handed_over(*values: object) -> list[object]:
    """Through one tray."""
    tray = io.BytesIO()
    writer = pickle.Pickler(tray, protocol=pickle.HIGHEST_PROTOCOL)
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


def test_what_two_have_in_common_stays_one() -> None:
    """A large fleet has very many equal values, and memory for one of each."""
    common = ("maxCurrent", 16.0)

    first, second = handed_over(
        DesiredCharger(serial="ZAP000001", settings=(common,)), DesiredCharger(serial="ZAP000002", settings=(common,))
    )

    assert isinstance(first, DesiredCharger)
    assert isinstance(second, DesiredCharger)
    assert first.settings[0] is second.settings[0]


def test_half_of_something_is_nothing() -> None:
    """Its process was killed while it wrote."""
    tray = io.BytesIO()
    writer = pickle.Pickler(tray, protocol=pickle.HIGHEST_PROTOCOL)
    writer.dump(FIRST)
    whole = tray.tell()
    writer.dump(DesiredCharger(serial="ZAP000002", disabled_reason="x" * 100))
    for length in range(whole, tray.tell()):
        assert list(taken_from(io.BytesIO(tray.getvalue()[:length]))) == [FIRST]


def test_what_makes_no_sense_ends_the_tray() -> None:
    """A disk that was full may leave zeros where something was to stand."""
    tray = io.BytesIO()
    writer = pickle.Pickler(tray, protocol=pickle.HIGHEST_PROTOCOL)
    writer.dump(FIRST)
    whole = tray.tell()
    writer.dump({"name": "Bærum " * 20})
    for length in range(whole, tray.tell()):
        cut = tray.getvalue()[:length] + bytes(100)
        assert list(taken_from(io.BytesIO(cut)))[:1] == [FIRST]


def test_members_stay_members() -> None:
    """Much of planning asks whether something is one."""
    (found,) = handed_over(Word.ONE)

    assert found is Word.ONE
