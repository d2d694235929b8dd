"""Values and settings in the words of an installer."""

from datetime import timedelta

import pytest

from reconciler.model.change import Target
from reconciler.model.settings import SETTINGS, Scope, setting
from reconciler.model.value import ABSENT, SECRET_SET, Observation, Reason, Unreadable
from reconciler.model.words import open_reasons
from reconciler.report import wording
from tests.report.samples import B_GRANT, B_MODE, F_REMOVE, NOW, REDUCED, S_LATER, S_LOWER, SHARED, plan_of

MODE = setting(Scope.INSTALLATION, "authentication.mode")
PAYLOAD = setting(Scope.INSTALLATION, "authentication.webhooks.authPayload")
URL = setting(Scope.INSTALLATION, "authentication.ocppCloud.url")
MAX = setting(Scope.CHARGER, "maxCurrent")
ROLES = setting(Scope.PRINCIPAL, "permissions")
NO_ROLE = Unreadable(reason=Reason.NO_ROLE)


@pytest.mark.parametrize(
    ("row", "value", "expected"),
    [
        (MAX, 16.0, "16 A"),
        (MAX, 15.5, "15.5 A"),
        (MAX, 0.0, "0 A"),
        (MAX, NO_ROLE, "not readable (no role)"),
        (MAX, ABSENT, "not set"),
        (setting(Scope.CHARGER, "standAlone"), False, "off"),
        (setting(Scope.CHARGER, "standAlone"), True, "on"),
        (MODE, "native", "Zaptec"),
        (MODE, "ocppCloud", "OCPP 1.6J Cloud"),
        (MODE, "7", "7"),
        (PAYLOAD, SECRET_SET, "set"),
        (PAYLOAD, ABSENT, "not set"),
        (PAYLOAD, "env:FLEET_SECRET_X", "from env:FLEET_SECRET_X"),
        (URL, "", "empty"),
        (ROLES, ("user", "owner"), "User + Owner"),
        (ROLES, (), "no access"),
        (ROLES, ABSENT, "no access"),
        (None, None, ""),
    ],
)
def test_values(row: object, value: Observation | None, expected: str) -> None:
    """Units, Portal words, and never a bare true or null."""
    assert wording.value(row, value) == expected  # type: ignore[arg-type]  # rows of the table


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_words(reason: Reason) -> None:
    """No report shows an identifier of ours."""
    assert wording.REASONS[reason]


@pytest.mark.parametrize("row", SETTINGS, ids=lambda row: f"{row.scope}-{row.name}")
def test_every_setting_can_be_named(row: object) -> None:
    """Also settings added later."""
    named = row.name  # type: ignore[attr-defined]  # a row of the table
    target = {
        Scope.INSTALLATION: Target(account="a", installation_id="i"),
        Scope.CHARGER: Target(account="a", installation_id="i", charger="ZAP000001"),
        Scope.PRINCIPAL: Target(account="a", installation_id="i", principal="person:x"),
        Scope.CHARGER_PRINCIPAL: Target(account="a", installation_id="i", charger="ZAP000001", principal="person:x"),
    }[row.scope]  # type: ignore[attr-defined]  # a row of the table

    assert wording.setting(target, named) != named


def test_a_setting_of_the_installation_can_be_said_of_a_charger() -> None:
    """A charging car holds back the mode of the whole installation."""
    target = Target(account="a", installation_id="i", charger="ZPR083101")

    assert wording.setting(target, "authentication.mode") == "ZPR083101 Authentication"


def test_markers() -> None:
    """The first column tells the kind of change."""
    signs = [wording.marker(change) for change in (B_GRANT, F_REMOVE, S_LATER, S_LOWER, B_MODE)]

    assert signs == ["+", "-", "↑", "↓", "~"]


@pytest.mark.parametrize(
    ("hours", "expected"),
    [(0, "for less than an hour"), (1, "for 1 hour"), (47, "for 47 hours"), (48, "for 2 days"), (216, "for 9 days")],
)
def test_age(hours: int, expected: str) -> None:
    """Hours for two days, then days."""
    assert wording.age(NOW - timedelta(hours=hours), NOW) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0.2, "about 1 s"), (80, "about 80 s"), (600, "about 10 min"), (7200, "about 2.0 h")]
)
def test_duration(seconds: float, expected: str) -> None:
    """Nobody needs milliseconds in a plan."""
    assert wording.duration(seconds) == expected


def test_steps() -> None:
    """One or many."""
    assert [wording.steps(["2"]), wording.steps(["1", "2", "4"])] == ["step 2", "steps 1, 2 and 4"]


class TestOpenReasons:
    def test_what_stands_in_the_way_is_counted_and_named(self) -> None:
        """After an apply: why the proof failed although nothing is left to write."""
        assert open_reasons(plan_of(unreadable=(REDUCED,), refusals=(SHARED, SHARED))) == (
            "1 thing at the touched sites could not be read",
            "a guard refuses a part of it (shared-installation)",
        )

    def test_a_quiet_plan_has_none(self) -> None:
        """Then it has converged."""
        assert open_reasons(plan_of()) == ()
