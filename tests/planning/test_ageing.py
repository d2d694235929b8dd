"""Ages and transitions: what somebody is told of, and how often."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest

from reconciler.model.change import Target
from reconciler.model.finding import Executor, Finding, FindingKind, NextStep, Severity, TransitionKind
from reconciler.model.ledger import Ledger, Noted, RunNoted
from reconciler.planning.ageing import OVERDUE_AFTER, REMIND_AFTER, Aging, Run, age
from tests.builders import MAIN, NOW, SITE

S0, S1, S2, S3, S4 = Severity
DAY = timedelta(days=1)


def finding(
    severity: Severity = S2,
    *,
    charger: str = "ZPR080001",
    kind: FindingKind = FindingKind.CHANGED,
    since: datetime | None = None,
) -> Finding:
    """A charger that is off."""
    return Finding(
        kind=kind,
        severity=severity,
        target=Target(account=MAIN, installation_id=SITE, charger=charger),
        installation_name="Solbakken",
        setting="maxCurrent",
        wanted=16.0,
        actual=0.0,
        why="no car charges",
        next_step=NextStep(executor=Executor.API, text="apply"),
        group="Current",
        since=since,
    )


class Nights:
    """One drift run a night, all in one ledger."""

    def __init__(self) -> None:
        self.ledger = Ledger()

    def run(
        self,
        night: float,
        findings: Sequence[Finding],
        *,
        looked_at: Callable[[Noted], bool] = lambda _: True,
        keep: str = "lines",
    ) -> Aging:
        """Compare, and write the lines down unless told to `forget`."""
        run = Run(at=NOW + night * DAY, compared=1, desired=1, looked_at=looked_at)
        found = age(findings, self.ledger, run)
        if keep == "lines":
            self.ledger = Ledger(lines=(*self.ledger.lines, *found.lines))
        return found


def told(found: Aging) -> list[str]:
    return [one.kind.value for one in found.transitions]


class TestTheLifeOfAFinding:
    def test_it_is_new_once_and_then_grows_older_in_silence(self) -> None:
        """Nobody reads an alert that comes every night."""
        nights = Nights()

        assert [told(nights.run(night, [finding(S3)])) for night in range(3)] == [["new"], [], []]

    def test_its_age_and_how_often_it_was_seen_are_known(self) -> None:
        """Since when is what somebody on call asks first."""
        nights = Nights()
        nights.run(0, [finding()])

        ageing = nights.run(1, [finding()]).findings[0].ageing

        assert ageing is not None
        assert (ageing.first_seen_at, ageing.last_seen_at, ageing.times_seen) == (NOW, NOW + DAY, 2)

    def test_what_is_gone_is_resolved_once(self) -> None:
        """With the name that it had."""
        nights = Nights()
        nights.run(0, [finding()])

        gone = nights.run(1, [])

        assert [(one.kind, one.what) for one in gone.transitions] == [
            (TransitionKind.RESOLVED, "ZPR080001 Maximum current")
        ]
        assert told(nights.run(2, [])) == []

    def test_what_comes_back_is_told_and_counted_and_starts_young_again(self) -> None:
        """Flapping is a finding of its own kind."""
        nights = Nights()
        nights.run(0, [finding()])
        nights.run(1, [])

        back = nights.run(2, [finding()])

        ageing = back.findings[0].ageing
        assert told(back) == ["back"]
        assert ageing is not None
        assert (ageing.flaps, ageing.first_seen_at) == (1, NOW + 2 * DAY)

    def test_worse_and_better_tell_what_it_was(self) -> None:
        """S3 to S0 is news, although the finding is the same."""
        nights = Nights()
        nights.run(0, [finding(S3)])

        worse = nights.run(0.1, [finding(S0)]).transitions
        better = nights.run(0.2, [finding(S4)]).transitions

        assert [(one.kind.value, one.was) for one in (*worse, *better)] == [("worse", S3), ("better", S0)]

    def test_what_becomes_suppressed_is_resolved_and_comes_back_when_the_exception_ends(self) -> None:
        """An exception is an answer; its end is a new question."""
        nights = Nights()
        nights.run(0, [finding()])

        suppressed = nights.run(1, [finding(kind=FindingKind.SUPPRESSED)])

        assert told(suppressed) == ["resolved"]
        assert suppressed.findings[0].ageing is None
        assert told(nights.run(2, [finding()])) == ["back"]

    def test_pending_after_changed_is_the_same_finding(self) -> None:
        """Whoever repairs it does not make it new."""
        nights = Nights()
        nights.run(0, [finding()])

        assert told(nights.run(1, [finding(kind=FindingKind.PENDING)])) == []


class TestOverdue:
    @pytest.mark.parametrize("severity", list(Severity))
    def test_each_severity_has_its_limit_and_is_told_of_once(self, severity: Severity) -> None:
        """S0 after a day, S4 after three months."""
        limit = OVERDUE_AFTER[severity][0] / DAY
        nights = Nights()
        nights.run(0, [finding(severity)])

        before = told(nights.run(limit - 0.1, [finding(severity)]))
        at = told(nights.run(limit, [finding(severity)]))
        after = told(nights.run(limit + 1, [finding(severity)]))

        assert (before, at, after) == ([], ["overdue"], [])

    def test_the_limits_are_those_that_the_page_promises(self) -> None:
        """In days."""
        assert [OVERDUE_AFTER[severity][0].days for severity in Severity] == [1, 1, 3, 14, 90]
        assert [limit.days for limit in REMIND_AFTER] == [7, 21, 60]

    def test_what_waits_is_reminded_of_three_times(self) -> None:
        """7, 21 and 60 days."""
        nights, waiting = Nights(), finding(S3, kind=FindingKind.WAITING)
        days = [day for day in range(70) if "overdue" in told(nights.run(day, [waiting]))]

        assert days == [7, 21, 60]

    def test_an_invitation_counts_from_when_it_was_sent(self) -> None:
        """The ledger may be younger than the invitation."""
        waiting = finding(S3, kind=FindingKind.WAITING, since=NOW - 30 * DAY)

        assert told(Nights().run(0, [waiting])) == ["new", "overdue"]

    def test_what_gets_worse_is_measured_by_its_new_limit(self) -> None:
        """Two days old and now S0: overdue as well."""
        nights = Nights()
        nights.run(0, [finding(S3)])

        assert told(nights.run(2, [finding(S0)])) == ["worse", "overdue"]


class TestPartialRuns:
    def test_what_was_not_looked_at_is_neither_resolved_nor_seen(self) -> None:
        """A run of one site says nothing about the others."""
        nights = Nights()
        nights.run(0, [finding()])

        partial = nights.run(1, [], looked_at=lambda _: False)
        again = nights.run(2, [finding()]).findings[0].ageing

        assert told(partial) == []
        assert again is not None
        assert (again.times_seen, again.first_seen_at) == (2, NOW)

    def test_a_trend_is_made_of_whole_runs_only(self) -> None:
        """Otherwise a selection would look like a success."""
        nights = Nights()
        nights.run(0, [finding(S0), finding(S2, charger="ZPR080002")])
        part = Run(at=NOW + DAY, compared=1, desired=1, looked_at=lambda _: False, selection="oslo")
        lines = (*nights.ledger.lines, *age([], nights.ledger, part).lines)

        assert [point.open_by_severity for point in Ledger(lines=lines).trend] == [(1, 0, 1, 0, 0)]


class TestTheSameRunTwice:
    def test_it_says_the_same_again(self) -> None:
        """A workflow that is repeated must neither lose the news nor invent some."""
        nights = Nights()
        nights.run(0, [finding()])
        first = nights.run(1, [])

        second = nights.run(1, [], keep="forget")

        assert (second.transitions, second.findings, second.lines) == (first.transitions, first.findings, first.lines)

    def test_a_run_ends_with_its_own_line(self) -> None:
        """What has no such line was never finished."""
        assert isinstance(Nights().run(0, [finding()]).lines[-1], RunNoted)
