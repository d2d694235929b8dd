"""What `doctor` concludes from clocks and rates."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reconciler.model.checkup import Health
from reconciler.model.desired import Cloud
from reconciler.planning.checkup import clock_symptom, rate_symptom, role_symptoms
from tests.builders import NOW, account, charger, cloud, live, permissions, person, wants, wants_charger


@pytest.mark.parametrize(
    ("seconds", "health"), [(0, Health.GOOD), (-120, Health.GOOD), (121, Health.BAD), (-7200, Health.BAD)]
)
def test_a_clock_that_is_wrong_in_either_direction_is_bad(seconds: int, health: Health) -> None:
    """Two minutes are allowed."""
    assert clock_symptom("main", server=NOW + timedelta(seconds=seconds), own=NOW).health is health


def test_a_server_without_a_time_is_only_a_note() -> None:
    """Nothing can be concluded."""
    assert clock_symptom("main", server=None, own=NOW).health is Health.NOTE


@pytest.mark.parametrize(("cloud", "rate", "health"), [(Cloud.ZAPTEC, 10, Health.BAD), (Cloud.ZAPTEC, 5, Health.GOOD)])
def test_a_rate_above_the_ceiling_is_bad(cloud: Cloud, rate: float, health: Health) -> None:
    """The cloud would answer 429."""
    assert rate_symptom(replace(account(), cloud=cloud, rate=rate), 2).health is health


def test_permissions_of_a_charger_need_rights_on_it() -> None:
    """A mere user there cannot write them, also when nothing else is declared."""
    site = wants(wants_charger("ZPR081101", access=permissions(person("person:c-1", "user"))))

    (symptom,) = role_symptoms([site], cloud(live(charger("ZPR081101", roles=1))))

    assert (symptom.health, symptom.what) == (Health.BAD, "cannot write ZPR081101 (needs Owner or Service)")
