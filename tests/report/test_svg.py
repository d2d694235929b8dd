"""The picture of a plan for a README."""

import re
from xml.etree import ElementTree as ET

from reconciler.report.svg import plan_svg
from tests.report.samples import FIXTURE, HOSTILE_PLAN


def test_it_is_one_picture_that_loads_nothing() -> None:
    """GitHub shows no picture that fetches fonts."""
    svg = plan_svg(FIXTURE, 100)

    ET.fromstring(svg)  # noqa: S314  our own text
    assert "@font-face" not in svg
    assert "<!--" not in svg
    assert not re.findall(r"(?:href|src)=|url\((?!#)", svg)


def test_it_shows_the_plan() -> None:
    """The text is in it as text."""
    assert "Bakkegata" in plan_svg(FIXTURE, 100)


def test_the_same_plan_gives_the_same_picture() -> None:
    """So that a check can tell whether the README is current."""
    assert plan_svg(FIXTURE, 100) == plan_svg(FIXTURE, 100)


def test_hostile_names_stay_text() -> None:
    """No tag of theirs is in it."""
    svg = plan_svg(HOSTILE_PLAN, 100)

    assert "<script" not in svg
    ET.fromstring(svg)  # noqa: S314  our own text
