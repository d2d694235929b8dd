"""What is kept of an answer beside the managed settings: the type of a site, and the firmware of a charger."""

import pytest

from reconciler.live.rows import installation_row, state_values
from reconciler.model.value import Reason, Unreadable

ID = "11111111-0000-4000-8000-000000000001"


@pytest.mark.parametrize(
    ("told", "pro"),
    [({"InstallationType": 0}, True), ({"InstallationType": 1}, False), ({"InstallationType": "0"}, True)],
)
def test_the_type_of_a_site_is_pro_or_go_home(told: dict[str, object], *, pro: bool) -> None:
    """Only a Pro site goes above 32 A, and only there an owner sees everybody."""
    assert installation_row({"Id": ID, **told}).pro is pro


@pytest.mark.parametrize("told", [{}, {"InstallationType": 2}, {"InstallationType": "Pro"}, {"InstallationType": None}])
def test_a_type_that_is_not_told_or_not_known_stays_unknown(told: dict[str, object]) -> None:
    """A new type, or an answer for somebody without a role."""
    assert installation_row({"Id": ID, **told}).pro is None


def test_the_firmware_comes_with_the_state() -> None:
    """It costs no request of its own."""
    state = [{"StateId": 911, "ValueAsString": "7.6.0.2"}, {"StateId": 510, "ValueAsString": "16.000"}]

    values = dict(state_values(state))

    assert (values["firmware"], values["maxCurrent"]) == ("7.6.0.2", 16.0)


@pytest.mark.parametrize("text", ["", "7.6.0.2-beta", "x" * 100, "7", None, 7.6, "7.6.0.2\n"])
def test_what_is_no_version_is_not_kept(text: object) -> None:
    """It could be anything."""
    assert "firmware" not in dict(state_values([{"StateId": 911, "ValueAsString": text}]))


def test_a_state_without_any_observation_tells_nothing() -> None:
    """A model that lacks a setting reports others; an answer without rows is an answer that went wrong."""
    lacking = dict(state_values([{"StateId": 510, "ValueAsString": "16.000"}]))["standAlone"]
    nothing = dict(state_values([]))["standAlone"]

    assert isinstance(lacking, Unreadable)
    assert isinstance(nothing, Unreadable)
    assert (lacking.reason, nothing.reason) == (Reason.MISSING_MEMBER, Reason.EMPTY_ANSWER)
