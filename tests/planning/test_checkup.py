"""What `doctor` concludes from clocks and rates."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reconciler.model.checkup import Health
from reconciler.model.desired import Cloud
from reconciler.planning.checkup import clock_symptom, rate_symptom
from tests.builders import NOW, account


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
