"""A run that meets failures converges, reports what happened, and writes nothing twice."""

from collections import Counter

from tests.acceptance.conftest import Shop

SITE = "fleet/installations/coops/solbakken.yaml"
HAVNEN = "fleet/installations/work/havnen-kontor.yaml"
KAIA = "fleet/installations/public/kaia-p-hus.yaml"


def effects(shop: Shop) -> Counter[str]:
    """How often each path changed something."""
    return Counter(entry["path"] for entry in shop.log() if entry["effect"])


def test_429_an_empty_500_a_late_500_and_a_lost_answer_together(shop: Shop) -> None:
    """The storm of one night: the run ends with everything done that a machine can do, each write once."""
    for fault in (
        ("too-many-requests", "--method", "GET", "--path", "/api/chargers/*/state", "--times", "5"),
        ("error-before", "--method", "GET", "--path", "/api/installation*", "--body", "empty"),
        ("error-after", "--method", "PUT", "--path", "/partner/*authentication", "--status", "500"),
        ("lost-answer-after", "--method", "POST", "--path", "/api/chargers/*/update"),
    ):
        assert shop.run("sandbox", "fault", *fault).code == 0

    ended = shop.apply(SITE, HAVNEN, KAIA, "--yes")

    statuses = Counter(entry["status"] for entry in shop.log())
    assert statuses[429] == 5
    assert statuses[500] == 2
    assert statuses[0] == 1
    assert Counter(effects(shop).values()).keys() == {1}, "a write took effect twice"
    outcomes = Counter(outcome["outcome"] for outcome in ended.document["outcomes"])
    assert outcomes == {"done": 6, "pending": 1, "waiting": 2}
    assert ended.document["receipt"]["converged"]


def test_an_answer_lost_before_the_effect_is_uncertain_and_the_next_plan_repairs_it(shop: Shop) -> None:
    """Nothing is repeated blindly; a fresh plan is always a valid way on."""
    shop.run("sandbox", "fault", "lost-answer-before", "--method", "PUT", "--path", "/partner/*authentication")

    first = shop.apply(KAIA, "--yes")
    second = shop.apply(KAIA, "--yes")

    assert [outcome["outcome"] for outcome in first.document["outcomes"]] == ["uncertain"]
    assert first.code == 4
    assert [outcome["outcome"] for outcome in second.document["outcomes"]] == ["done"]
    assert second.code == 0
    assert set(effects(shop).values()) == {1}


def test_a_stale_read_after_the_write_is_not_believed_at_once(shop: Shop) -> None:
    """The cloud may answer from a cache; the schedule reads again."""
    shop.run("sandbox", "fault", "stale-read", "--method", "GET", "--path", "/api/installation/*", "--after", "3")

    ended = shop.apply(KAIA, "--yes")

    assert [outcome["outcome"] for outcome in ended.document["outcomes"]] == ["done"]


def test_a_cloud_that_is_down_ends_with_1_and_nothing_is_concluded(shop: Shop) -> None:
    """No answer is not "everything was removed"."""
    shop.run("sandbox", "fault", "error-before", "--path", "/api/installation", "--status", "503", "--times", "1000")

    ended = shop.plan()

    assert ended.code == 1
    assert "/api/installation" in ended.err
    assert ended.document == {}
