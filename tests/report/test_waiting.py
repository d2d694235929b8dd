"""Waiting for people: since when, for how long, and what is due by then; never drift, never success."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reconciler.model.exit import Condition, code_of, conditions_of_plan
from reconciler.model.finding import FindingKind, Severity
from reconciler.model.waiting import age_days, due_words, reminders_due
from reconciler.report import json_parts, wording
from reconciler.report.drift_markdown import drift_markdown
from reconciler.report.drift_text import drift_text
from reconciler.report.markdown import plan_markdown
from reconciler.report.stream import Color
from reconciler.report.terminal import plan_text
from tests.report.drift_samples import KINDS, aged, finding, report_of, summary
from tests.report.samples import INVITED, NOW, plan_of

AGES = [
    (timedelta(), 0, "for less than an hour"),
    (timedelta(days=6, hours=23), 0, "for 6 days"),
    (timedelta(days=7), 1, "for 7 days: remind"),
    (timedelta(days=21), 2, "for 21 days: remind again"),
    (timedelta(days=59, hours=23), 2, "for 59 days: remind again"),
    (timedelta(days=60), 3, "for 60 days: escalate"),
]


@pytest.mark.parametrize(("age", "reminders", "words"), AGES)
class TestAges:
    """The three limits, to the hour."""

    def test_what_is_due(self, age: timedelta, reminders: int, words: str) -> None:
        """Nothing before a week; after 60 days it is somebody else's."""
        assert reminders_due(NOW - age, NOW) == reminders
        assert wording.waited(NOW - age, NOW) == words

    def test_a_plan_says_it(self, age: timedelta, reminders: int, words: str) -> None:
        """In a terminal, on a pull request, and to a machine."""
        item = replace(INVITED, since=NOW - age)
        plan = plan_of(waiting=(item,))

        assert f"({words})" in " ".join(plan_text(plan, width=200, color=Color.NONE).split())
        assert words in plan_markdown(plan).replace("\\", "")
        document = json_parts.waiting_part(item, NOW)
        assert (document["age_days"], document["reminders_due"]) == (age.days, reminders)

    @pytest.mark.parametrize("kind", [FindingKind.WAITING, FindingKind.PENDING])
    def test_a_drift_report_says_it(self, age: timedelta, reminders: int, words: str, kind: FindingKind) -> None:
        """Where somebody looks every morning."""
        one = replace(finding(1, next(one for one in KINDS if one[0] is kind)), since=NOW - age)
        made = report_of([summary(1, [one])], [replace(aged(one, 0), ageing=None)])
        made = replace(made, observed_at=NOW, created_at=NOW)

        assert words in " ".join(drift_text(made, width=200, color=Color.NONE, least=Severity.S4).split())
        assert words in drift_markdown(made, least=Severity.S4).replace("\\", "")


class TestUnknownAge:
    def test_nothing_is_due_of_what_began_nobody_knows_when(self) -> None:
        """No age is made up."""
        document = json_parts.waiting_part(replace(INVITED, since=None), NOW)

        assert (document["age_days"], document["reminders_due"]) == (None, 0)
        assert wording.waited(None, NOW) == ""
        assert age_days(None, NOW) is None

    def test_a_clock_that_is_behind_makes_no_negative_age(self) -> None:
        """The cloud's clock and ours differ."""
        assert age_days(NOW + timedelta(minutes=5), NOW) == 0


class TestSum:
    def test_the_head_of_a_plan_counts_what_is_due(self) -> None:
        """Somebody with 500 hand-overs reads one line."""
        sinces = [NOW - timedelta(days=days) for days in (1, 8, 22, 61)]
        plan = plan_of(waiting=tuple(replace(INVITED, since=since) for since in sinces))

        assert due_words(sinces, NOW) == "2 to remind, 1 to escalate"
        assert "4 waiting (2 to remind, 1 to escalate)" in plan_text(plan, width=200, color=Color.NONE)

    def test_nothing_due_is_not_mentioned(self) -> None:
        """No empty brackets."""
        assert due_words([None, NOW], NOW) == ""


@pytest.mark.parametrize("days", [0, 7, 21, 60, 400])
def test_waiting_is_neither_drift_nor_success(days: int) -> None:
    """However long it lasts: partial, and no difference."""
    plan = plan_of(waiting=(replace(INVITED, since=NOW - timedelta(days=days)),))

    assert conditions_of_plan(plan) == (Condition.WAITING,)
    assert code_of(conditions_of_plan(plan)) == 4
