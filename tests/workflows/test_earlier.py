"""What the journal of an interrupted run tells."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reconciler.model.change import Change, Target
from reconciler.model.desired import Route
from reconciler.model.outcome import ACCESS_WENT, LEFT, UNACCEPTED, OutcomeKind
from reconciler.model.value import ABSENT, Reason, Unreadable
from reconciler.workflows.in_flight import SLOWEST_CALL, ahead_of, readable_at
from reconciler.workflows.resume import NOT_VISIBLE, Earlier, Event, earlier_part, in_a_lost_site, in_hindsight
from tests.builders import MAIN, NOW, SITE

ALREADY = (OutcomeKind.ALREADY, "it was as desired before this run wrote anything")
STARTED = ("started", {"accepted": ["a:fleet"], "waves": "1,rest", "max_failures": 2, "started_at": NOW.isoformat()})


def leaves(*changes: str, step: str = "s") -> Event:
    return "before-write", {"step": step, "changes": list(changes), "leaves_at": NOW.isoformat()}


def answered(status: str = "accepted", *, step: str = "s") -> Event:
    at = NOW + timedelta(seconds=1)
    return "after-write", {"step": step, "status": status, "answered_at": at.isoformat()}


def ends(change: str, outcome: str = "done") -> Event:
    return "outcome", {"change": change, "outcome": outcome, "settled_at": NOW.isoformat()}


class TestJournal:
    def test_of_an_empty_journal_nothing_is_known(self) -> None:
        """Such a run starts."""
        assert earlier_part([]) == Earlier()

    def test_a_request_without_an_answer_is_in_flight(self) -> None:
        """It may have left, and may have taken effect."""
        found = earlier_part([STARTED, leaves("c1", "c2")])

        assert found.sent == {"c1", "c2"}
        assert [(one.change_id, one.at, one.answered) for one in found.in_flight] == [
            ("c1", NOW, False),
            ("c2", NOW, False),
        ]

    def test_an_answer_without_a_read_back_is_in_flight_too(self) -> None:
        """An accepted write is not yet a proven one."""
        (flight,) = earlier_part([STARTED, leaves("c1"), answered()]).in_flight

        assert (flight.answered, flight.at) == (True, NOW + timedelta(seconds=1))

    def test_a_refused_request_was_not_sent(self) -> None:
        """What reads as desired later is then not this run's doing."""
        found = earlier_part([STARTED, leaves("c1"), answered("refused"), ends("c1", "failed")])

        assert (found.sent, found.in_flight) == (frozenset(), ())

    def test_a_refusal_takes_an_earlier_request_not_back(self) -> None:
        """The first of two may have taken effect, whatever became of the second."""
        first = [leaves("c1"), answered("uncertain"), ends("c1", "uncertain")]

        found = earlier_part([STARTED, *first, ("resumed", {}), leaves("c1"), answered("refused")])

        assert found.sent == {"c1"}

    def test_the_last_outcome_counts(self) -> None:
        """A resumed run goes over everything again."""
        twice = earlier_part([STARTED, leaves("c1"), ends("c1"), ("resumed", {}), ends("c1", "uncertain")])

        assert twice.done == frozenset()
        assert earlier_part([STARTED, leaves("c1"), ends("c1", "uncertain"), ends("c1")]).done == {"c1"}

    def test_nothing_is_in_flight_once_it_has_an_outcome(self) -> None:
        """It was read back, or it is pending at a device."""
        assert earlier_part([STARTED, leaves("c1"), answered(), ends("c1", "pending")]).in_flight == ()

    def test_what_ended_without_being_looked_at_is_in_flight_still(self) -> None:
        """Somebody pressed Ctrl-C before it could be read."""
        (flight,) = earlier_part([STARTED, leaves("c1"), answered(), ends("c1", "uncertain")]).in_flight

        assert flight.change_id == "c1"

    def test_an_invitation_with_an_outcome_counts_anew_when_it_is_sent_again(self) -> None:
        """Another mail leaves then; one that was about to leave when the plug was pulled counts once."""
        invited = ("invited", {"change": "c1"})

        assert earlier_part([STARTED, invited, leaves("c1")]).invited == {"c1"}
        assert earlier_part([STARTED, invited, leaves("c1"), ends("c1", "uncertain")]).invited == frozenset()

    def test_options_come_from_the_start_and_from_every_resume(self) -> None:
        """Guards add up; of the others the last holds."""
        again = ("resumed", {"accepted": ["b:fleet"], "waves": "1,rest", "max_failures": 9})

        found = earlier_part([STARTED, again])

        assert (found.accepted, found.waves, found.max_failures) == (("a:fleet", "b:fleet"), "1,rest", 9)
        assert found.started_at == NOW

    def test_a_run_that_only_asked_has_not_begun(self) -> None:
        """Its options are known all the same."""
        found = earlier_part([("asked", {"accepted": [], "waves": "2,rest", "max_failures": None})])

        assert (found.begun, found.waves) == (False, "2,rest")

    def test_waves_that_are_cut_in_another_way_start_anew(self) -> None:
        """Their numbers mean other installations."""
        ended = ("wave-ended", {"wave": 1, "healthy": True, "reasons": []})

        assert earlier_part([STARTED, ended]).wave(1) is not None
        assert earlier_part([STARTED, ended, ("resumed", {"waves": "3,rest"})]).wave(1) is None

    @pytest.mark.parametrize("value", [None, 7, "soon", "2026-01-01T00:00:00", [], {}])
    def test_a_time_that_cannot_be_read_is_no_time(self, value: object) -> None:
        """Nothing is concluded from it."""
        (flight,) = earlier_part([("before-write", {"step": "s", "changes": ["c1"], "leaves_at": value})]).in_flight

        assert flight.at is None


def limit(serial: str = "ZAP000001") -> Change:
    return Change(
        target=Target(account=MAIN, installation_id=SITE, charger=serial),
        installation_name="Solbakken",
        setting="maxCurrent",
        before=32.0,
        after=16.0,
        route=Route.API,
        file="a.yaml",
        line=1,
    )


def goodbye() -> Change:
    return Change(
        target=Target(account=MAIN, installation_id=SITE, principal="userGroup:BSJG"),
        installation_name="Solbakken",
        setting="permissions",
        before=("owner",),
        after=ABSENT,
        route=Route.PARTNER,
        file="a.yaml",
        line=1,
    )


SETTLES = timedelta(seconds=max(limit().row.settles_after_s))


class TestWaiting:
    def test_nothing_in_flight_needs_no_time(self) -> None:
        """A run that was interrupted between two writes goes on at once."""
        assert readable_at([limit()], Earlier(), now=NOW) == NOW

    def test_an_answered_write_gets_its_window(self) -> None:
        """A charger's state may be 15 s old."""
        earlier = earlier_part([leaves(limit().id), answered()])

        assert readable_at([limit()], earlier, now=NOW + timedelta(seconds=3)) == NOW + timedelta(seconds=1) + SETTLES

    def test_after_the_window_nobody_waits(self) -> None:
        """An hour later everything can be seen."""
        earlier = earlier_part([leaves(limit().id), answered()])
        later = NOW + timedelta(hours=1)

        assert readable_at([limit()], earlier, now=later) == later

    def test_an_unanswered_write_may_have_left_just_now(self) -> None:
        """It may have waited for its turn, or be on its way still."""
        earlier = earlier_part([leaves(limit().id)])
        later = NOW + timedelta(seconds=40)

        assert readable_at([limit()], earlier, now=later) == later + SETTLES
        long_after = NOW + SLOWEST_CALL + timedelta(minutes=1)
        assert readable_at([limit()], earlier, now=long_after) == long_after

    def test_a_clock_that_is_a_little_behind_the_journal_is_waited_for(self) -> None:
        """A sandbox that was killed has lost a little time."""
        earlier = earlier_part([ends(limit().id)])
        before = NOW - timedelta(minutes=1)

        assert readable_at([limit()], earlier, now=before) == NOW
        assert ahead_of([limit()], earlier, now=before) is None

    def test_a_clock_that_was_wrong_is_not_waited_for(self) -> None:
        """It was set back by any amount, or ran ahead when the journal was written."""
        earlier = earlier_part([ends(limit().id)])
        long_before = NOW - timedelta(days=2)

        assert readable_at([limit()], earlier, now=long_before) == long_before
        assert ahead_of([limit()], earlier, now=long_before) == NOW

    def test_of_another_account_nothing_is_waited_for(self) -> None:
        """Each has its own clock."""
        earlier = earlier_part([leaves("somebody else's change")])

        assert readable_at([limit()], earlier, now=NOW) == NOW


class TestHindsight:
    def test_what_was_sent_and_reads_as_desired_is_done(self) -> None:
        """By this run, though another process sent it."""
        change = limit()
        sent = Earlier(sent=frozenset({change.id}))

        told = in_hindsight(change, ALREADY, changes=[change], earlier=sent, seen=16.0)

        assert told == (OutcomeKind.DONE, "sent before the interruption, read back now")

    def test_what_was_never_sent_is_not_claimed(self) -> None:
        """Somebody else did it."""
        change = limit()

        assert in_hindsight(change, ALREADY, changes=[change], earlier=Earlier(), seen=16.0) == ALREADY

    def test_what_was_sent_and_cannot_be_read_is_uncertain(self) -> None:
        """Never not reached: it may well have taken effect."""
        change = limit()
        sent = Earlier(sent=frozenset({change.id}), done=frozenset({change.id}))
        held = (OutcomeKind.NOT_REACHED, "could not be read again, so nothing was sent")
        seen = Unreadable(reason=Reason.NOT_ANSWERED)

        assert in_hindsight(change, held, changes=[change], earlier=sent, seen=seen)[0] is OutcomeKind.UNCERTAIN

    @pytest.mark.parametrize("kind", [OutcomeKind.PENDING, OutcomeKind.WAITING])
    def test_what_waits_for_a_device_or_a_person_still_does(self, kind: OutcomeKind) -> None:
        """Its being sent changes nothing about that."""
        change = limit()
        sent = Earlier(sent=frozenset({change.id}))

        assert in_hindsight(change, (kind, ""), changes=[change], earlier=sent, seen=32.0)[0] is kind


class TestOwnAccess:
    def test_a_site_that_is_gone_proves_that_our_access_was_taken_away(self) -> None:
        """There is nothing left to read there."""
        sent = Earlier(sent=frozenset({goodbye().id}), ours=frozenset({goodbye().id}))

        assert in_a_lost_site(goodbye(), [goodbye()], sent) == (OutcomeKind.DONE, ACCESS_WENT)
        answered = replace(sent, answered=frozenset({goodbye().id}))
        assert in_a_lost_site(goodbye(), [goodbye()], answered) == (OutcomeKind.DONE, LEFT)

    def test_losing_our_access_says_nothing_about_anybody_else(self) -> None:
        """Whoever else was to go may still be there; nobody can look."""
        sent = Earlier(sent=frozenset({goodbye().id}), answered=frozenset({goodbye().id}))

        assert in_a_lost_site(goodbye(), [goodbye()], sent)[0] is OutcomeKind.UNCERTAIN

    def test_the_journal_tells_whose_access_it_was(self) -> None:
        """Written down before the request leaves, when it could still be seen."""
        name, data = leaves("c1")

        found = earlier_part([STARTED, (name, {**data, "ours": True}), answered(), leaves("c2", step="t")])

        assert (found.ours, found.answered) == ({"c1"}, {"c1"})

    def test_who_had_not_accepted_is_told_by_the_last_look(self) -> None:
        """It was read back while it could be; that nobody had accepted was seen after that."""
        changes = [limit(), goodbye()]
        told = ("unaccepted", {"installation": SITE, "changes": [limit().id]})
        start = [STARTED, leaves(limit().id), answered(), ends(limit().id)]
        name, data = leaves(goodbye().id, step="t")

        earlier = earlier_part([*start, told, (name, {**data, "ours": True})])

        assert in_a_lost_site(limit(), changes, earlier) == (OutcomeKind.WAITING, UNACCEPTED)
        later = earlier_part(
            [*start, told, ("unaccepted", {"installation": SITE, "changes": []}), (name, {**data, "ours": True})]
        )
        assert in_a_lost_site(limit(), changes, later)[0] is OutcomeKind.DONE

    def test_what_was_read_back_before_stands(self) -> None:
        """It was proven while there was something to read."""
        changes = [limit(), goodbye()]
        sent = frozenset({one.id for one in changes})
        earlier = Earlier(sent=sent, ours=frozenset({goodbye().id}), done=frozenset({limit().id}))

        assert in_a_lost_site(limit(), changes, earlier)[0] is OutcomeKind.DONE
        undone = replace(earlier, done=frozenset())
        assert in_a_lost_site(limit(), changes, undone)[0] is OutcomeKind.UNCERTAIN

    def test_without_such_a_change_a_lost_site_proves_nothing(self) -> None:
        """Somebody else may have taken our access away."""
        earlier = Earlier(sent=frozenset({limit().id}), done=frozenset({limit().id}))

        assert in_a_lost_site(limit(), [limit()], earlier)[0] is OutcomeKind.UNCERTAIN
        assert in_a_lost_site(limit(), [limit()], Earlier()) == NOT_VISIBLE
