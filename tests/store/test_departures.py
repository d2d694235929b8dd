"""Where our own access was taken away: the last thing of a hand-over, and the only one that nobody can read back."""

import json
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from reconciler.errors import ReconcilerError
from reconciler.model.departure import Departure
from reconciler.model.outcome import ACCESS_WENT, LEFT
from reconciler.store.departures import departures, put_behind
from reconciler.store.layout import PLAN
from reconciler.store.runs import RunFolder

NOW = datetime(2026, 5, 4, 6, 0, tzinfo=UTC)
CLOUDS = {"main": "sandbox"}
RUN = "20260504T060000Z-abcd"
LATER = "20260505T060000Z-abcd"
SITE = "91c2b6f4"
REMOVAL = {
    "id": "0123456789abcdef",
    "account": "main",
    "installation": SITE,
    "charger": None,
    "principal": "userGroup:BSJG",
    "setting": "permissions",
    "after": None,
}
PLANNED = {"accounts": [{"name": "main", "cloud": "sandbox", "rate": 5}], "changes": [REMOVAL]}
GONE = Departure(
    account="main", installation_id=SITE, principal="userGroup:BSJG", permissions="d1", unaccepted=(), run=RUN
)

Event = tuple[str, dict[str, object]]
SENT: Event = ("before-write", {"step": "s", "changes": ["0123456789abcdef"]})


def run(root: Path, *events: Event, plan: object = PLANNED, run_id: str = RUN) -> None:
    """A run with these events, a second each from the time in its id on."""
    begun = datetime.strptime(run_id[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    with RunFolder.create(root, run_id, now=(begun + timedelta(seconds=one) for one in count()).__next__) as log:
        log.write_file(PLAN, plan if isinstance(plan, str) else json.dumps(plan))
        for event, data in events:
            log.record(event, data)


def wish(*people: str, permissions: str = "d1") -> Event:
    """What the file wished, and who of it had not accepted."""
    place = {"account": "main", "cloud": "sandbox", "installation": SITE, "changes": []}
    return ("unaccepted", {**place, "permissions": permissions, "people": [*people]})


def outcome(kind: str, detail: str = LEFT) -> Event:
    """How the removal ended."""
    return ("outcome", {"change": "0123456789abcdef", "outcome": kind, "detail": detail})


def test_a_removal_that_was_answered_and_seen_counts(tmp_path: Path) -> None:
    """With what the file wished at that moment."""
    run(tmp_path, wish(), SENT, outcome("done"))

    assert departures(tmp_path, CLOUDS) == (GONE,)


@pytest.mark.parametrize("end", [(), (outcome("done", ACCESS_WENT),)], ids=["killed", "resumed"])
def test_a_removal_whose_answer_nobody_heard_counts_once_we_are_gone(tmp_path: Path, end: tuple[Event, ...]) -> None:
    """That everybody had accepted was seen just before it left."""
    run(tmp_path, wish(), SENT, *end)

    assert departures(tmp_path, CLOUDS) == (GONE,)


def test_who_had_not_accepted_is_told(tmp_path: Path) -> None:
    """Another owner had, so our access could go."""
    run(tmp_path, wish("person:c-1"), SENT, outcome("done"))

    assert [one.unaccepted for one in departures(tmp_path, CLOUDS)] == [("person:c-1",)]


@pytest.mark.parametrize(
    "events",
    [
        (wish(), SENT, outcome("done"), outcome("uncertain")),
        (SENT, outcome("done")),
        (wish(), outcome("done")),
        *((wish(), SENT, outcome(kind)) for kind in ("uncertain", "failed", "refused", "conflict", "not_reached")),
    ],
)
def test_anything_less_is_no_departure(tmp_path: Path, events: tuple[Event, ...]) -> None:
    """Seen without effect, found undone later, never sent, or nobody knows what the file wished."""
    run(tmp_path, *events)

    assert departures(tmp_path, CLOUDS) == ()


@pytest.mark.parametrize(
    "change",
    [{"after": ["owner"]}, {"principal": "person:c-1"}, {"principal": None}, {"charger": "ZAP000001"}],
    ids=["a grant", "a person", "nobody", "a charger"],
)
def test_other_changes_are_no_departure(tmp_path: Path, change: dict[str, object]) -> None:
    """Only a group whose access to the installation goes."""
    run(tmp_path, wish(), SENT, outcome("done"), plan={**PLANNED, "changes": [{**REMOVAL, **change}]})

    assert departures(tmp_path, CLOUDS) == ()


@pytest.mark.parametrize("plan", ["{", "[]", '{"accounts": 1}', '{"accounts": [], "changes": [7]}'])
def test_a_plan_that_is_not_ours_tells_nothing(tmp_path: Path, plan: str) -> None:
    """The hand-over then stays open until somebody attests it."""
    run(tmp_path, wish(), SENT, outcome("done"), plan=plan)

    assert departures(tmp_path, CLOUDS) == ()


def test_another_cloud_and_another_world_do_not_count(tmp_path: Path) -> None:
    """A rehearsal is no hand-over."""
    run(tmp_path, wish(), SENT, outcome("done"))

    assert departures(tmp_path, {"main": "zaptec"}) == ()
    assert departures(tmp_path, CLOUDS, since=NOW + timedelta(minutes=1)) == ()


def test_a_later_run_that_wrote_there_has_seen_it_again(tmp_path: Path) -> None:
    """Our group came back, whatever the first run did."""
    invitation = {**REMOVAL, "id": "feed", "principal": "person:c-1", "after": ["owner"]}
    run(tmp_path, wish(), SENT, outcome("done"))
    run(
        tmp_path,
        ("before-write", {"step": "t", "changes": ["feed"]}),
        plan={**PLANNED, "changes": [invitation]},
        run_id=LATER,
    )

    assert departures(tmp_path, CLOUDS) == ()


def test_a_run_of_the_same_second_that_wrote_before_is_no_later_one(tmp_path: Path) -> None:
    """Ids of one second do not tell which run came first; the journals do."""
    invitation = {**REMOVAL, "id": "feed", "principal": "person:c-1", "after": ["owner"]}
    sent: Event = ("before-write", {"step": "t", "changes": ["feed"]})
    run(tmp_path, sent, plan={**PLANNED, "changes": [invitation]}, run_id="20260504T060000Z-ffff")

    run(tmp_path, wish(), SENT, outcome("done"))

    assert departures(tmp_path, CLOUDS) == (GONE,)


class TestPutBehind:
    def test_what_was_put_behind_speaks_for_no_later_hand_over(self, tmp_path: Path) -> None:
        """Only a run after that does."""
        run(tmp_path, wish(), SENT, outcome("done"))

        put_behind(tmp_path, [SITE])
        before = departures(tmp_path, CLOUDS)
        run(tmp_path, wish(), SENT, outcome("done"), run_id=LATER)

        assert before == ()
        assert [one.run for one in departures(tmp_path, CLOUDS)] == [LATER]

    def test_other_installations_keep_theirs(self, tmp_path: Path) -> None:
        """And nothing is written where nothing is to be put behind."""
        run(tmp_path, wish(), SENT, outcome("done"))

        put_behind(tmp_path, ["another"])

        assert departures(tmp_path, CLOUDS) == (GONE,)
        assert not (tmp_path / ".reconciler" / "handed-over.json").exists()

    def test_a_note_that_nobody_can_read_is_said(self, tmp_path: Path) -> None:
        """Nobody then knows which hand-over a run belongs to."""
        run(tmp_path, wish(), SENT, outcome("done"))
        (tmp_path / ".reconciler" / "handed-over.json").write_text("[]")

        with pytest.raises(ReconcilerError, match="hand-overs are over"):
            departures(tmp_path, CLOUDS)


@pytest.mark.parametrize("name", ["id", "installation", "account"])
def test_a_plan_edited_by_hand_tells_nothing(tmp_path: Path, name: str) -> None:
    """An id that is a list is none of ours; the hand-over stays open instead of everything being dead."""
    edited = {**PLANNED, "changes": [{**REMOVAL, name: ["x"]}]}
    run(tmp_path, wish(), SENT, outcome("done"), plan=edited)

    assert departures(tmp_path, CLOUDS) == ()
