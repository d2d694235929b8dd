"""Drift on the sandbox, night after night: found, aged, repaired, tolerated."""

from datetime import datetime, timedelta

import pytest

from reconciler.model.ledger import RunNoted
from reconciler.store.ledger import read_ledger
from tests.acceptance.conftest import Ended, Shop

SITE = "fleet/installations/public/kaia-p-hus.yaml"
ELSEWHERE = "fleet/installations/coops/furulia.yaml"
ID = "91c2b6f4-6a0d-4c1e-b7a3-0d5e8f2a4c03"
SERIAL = "ZPR082101"
OPEN = ("changed", "non-converging", "blocked", "pending", "waiting")


def drift(shop: Shop, *arguments: str) -> Ended:
    return shop.run("drift", *arguments, report=True)


def night(shop: Shop) -> None:
    """A day passes in the world."""
    assert shop.run("sandbox", "advance", "24h").code == 0


@pytest.fixture
def quiet(shop: Shop) -> Shop:
    """A site as its file wants it."""
    assert shop.run("apply", SITE, "--yes").code == 0
    return shop


class TestNightAfterNight:
    def test_a_converged_site_has_no_drift(self, quiet: Shop) -> None:
        """Apply, then drift: nothing is open. Chargers without a file do not decide that."""
        ended = drift(quiet, SITE)

        kinds = {one["kind"] for one in ended.document["findings"]}
        assert (ended.code, kinds <= {"unmanaged"}) == (0, True)

    def test_what_somebody_changes_is_new_then_older_then_resolved(self, quiet: Shop) -> None:
        """One charger is switched off; the second night it has an age; after the repair it is gone."""
        quiet.run("sandbox", "set", SERIAL, "maxCurrent=0")
        first = drift(quiet, SITE, "--ledger", "ledger.jsonl")
        night(quiet)
        second = drift(quiet, SITE, "--ledger", "ledger.jsonl")
        quiet.run("apply", SITE, "--yes")
        night(quiet)
        third = drift(quiet, SITE, "--ledger", "ledger.jsonl")

        assert [ended.code for ended in (first, second, third)] == [2, 2, 0]
        assert f"{SERIAL} Maximum current" in first.out
        assert "1 new" in told(first)
        assert "for 24 hours" in second.out
        assert [one["ageing"]["times_seen"] for one in second.document["findings"] if one["charger"] == SERIAL] == [2]
        assert [(one["kind"], one["what"]) for one in third.document["transitions"]] == [
            ("resolved", f"{SERIAL} Maximum current")
        ]

    def test_a_partial_run_leaves_the_rest_open(self, quiet: Shop) -> None:
        """Looking at another site says nothing about this one."""
        quiet.run("sandbox", "set", SERIAL, "maxCurrent=0")
        drift(quiet, SITE, "--ledger", "ledger.jsonl")
        night(quiet)

        other = drift(quiet, ELSEWHERE, "--ledger", "ledger.jsonl")

        assert "resolved" not in {one["kind"] for one in other.document["transitions"]}
        last = read_ledger(quiet.folder / "ledger.jsonl").lines[-1]
        assert isinstance(last, RunNoted)
        assert last.unseen

    def test_what_we_write_again_and_again_is_not_converging(self, quiet: Shop) -> None:
        """A third write would not stay either; plan and apply go on as before."""
        for _ in range(2):
            quiet.run("sandbox", "set", SERIAL, "maxCurrent=0")
            quiet.run("apply", SITE, "--yes")
        quiet.run("sandbox", "set", SERIAL, "maxCurrent=0")

        ended = drift(quiet, SITE)

        assert [one["kind"] for one in ended.document["findings"] if one["charger"] == SERIAL] == ["non-converging"]
        assert quiet.plan(SITE).document["summary"]["changes"] == 1


def told(ended: Ended) -> str:
    """The line with the news."""
    return next(line for line in ended.out.splitlines() if line.startswith("News"))


class TestExceptions:
    def exception(self, shop: Shop, days: int, *, way: str = "ignore: true") -> None:
        end = (datetime.now().astimezone().date() + timedelta(days=days)).isoformat()
        text = (
            f"version: 1\nexceptions:\n  - installation: {ID}\n    charger: {SERIAL}\n    setting: maxCurrent\n"
            f"    {way}\n    until: {end}\n    owner: operations\n    reason: antenna\n"
        )
        (shop.folder / "fleet" / "exceptions.yaml").write_text(text)

    def test_it_suppresses_and_reminds_before_its_end(self, quiet: Shop) -> None:
        """In the report with its line, ten days before."""
        quiet.run("sandbox", "set", SERIAL, "maxCurrent=0")
        self.exception(quiet, 10)

        ended = drift(quiet, SITE)

        assert ended.code == 0
        assert [one["kind"] for one in ended.document["findings"] if one["charger"] == SERIAL] == ["suppressed"]
        assert [(one["days_left"], one["origin"]["line"]) for one in ended.document["ending"]] == [(10, 7)]
        assert "exceptions.yaml:7" in ended.out

    def test_one_with_a_higher_value_is_planned_and_applied(self, quiet: Shop) -> None:
        """The circuit is read for it, so that its guard can judge."""
        quiet.edit("installations/public/kaia-p-hus.yaml", rf"{SERIAL}: .*", f"{SERIAL}: {{maxCurrent: 10}}")
        quiet.run("apply", SITE, "--yes")
        self.exception(quiet, 30, way="value: 16")

        ended = quiet.apply(SITE, "--yes")

        assert ended.code == 0, ended.out
        assert quiet.plan(SITE).document["changes"] == []
        assert f"{SERIAL} Maximum current" in drift(quiet, SITE).out  # tolerated, and told

    @pytest.mark.parametrize("command", ["validate", "drift"])
    def test_one_that_is_over_fails_with_its_line(self, quiet: Shop, command: str) -> None:
        """Somebody must decide before anything else is concluded."""
        self.exception(quiet, -1)

        ended = quiet.run(command)

        assert ended.code == 3
        assert "exceptions.yaml:7" in ended.out + ended.err


class TestBothWaysOut:
    def test_adopting_is_offered_exactly_where_it_works(self, shop: Shop) -> None:
        """Of every finding of the fixture: what is offered ends it, and what is not offered stays out of the file."""
        findings = drift(shop).document["findings"]
        offered = {one["fingerprint"] for one in findings if one["adoptable"] and one["kind"] != "unmanaged"}
        commands = {one["charger"] or one["installation"] for one in findings if one["kind"] in OPEN}

        for command in sorted(commands):
            assert shop.run("adopt", command, "--yes").code in (0, 4)
        left = {one["fingerprint"] for one in drift(shop).document["findings"]}

        differing = {one["fingerprint"] for one in findings if one["kind"] in OPEN}
        assert offered == differing - left
        assert 0 < len(offered) < len(differing)

    @pytest.mark.parametrize(("value", "offered"), [("maxCurrent=10", True), ("maxCurrent=0", False)])
    def test_a_charger_that_somebody_set(self, quiet: Shop, value: str, offered: bool) -> None:
        """10 A may stand in a file, 0 A without a reason may not."""
        quiet.run("sandbox", "set", SERIAL, value)

        ended = drift(quiet, SITE)

        assert (f"reconciler adopt {SERIAL}" in " ".join(ended.out.split())) is offered


class TestDocuments:
    def test_a_saved_report_is_shown_as_it_was(self, shop: Shop) -> None:
        """Document, report, document: the same text; offline."""
        shop.run("drift", "--ledger", "ledger.jsonl", "--report", "json=first.json")
        first = (shop.folder / "first.json").read_text()

        assert shop.run("show", "first.json", "--format", "json").out == first

    def test_the_whole_fixture_ends_with_4_and_tells_coverage_before_findings(self, shop: Shop) -> None:
        """Nobody may believe that all was compared."""
        ended = drift(shop)

        assert ended.code == 4
        assert ended.out.index("Compared 9 of 10 installations") < ended.out.index("S1 ")
        assert "S4 hidden: 62 (--all)" in ended.out
        assert "S4 hidden" not in shop.run("drift", "--all").out

    def test_a_snapshot_tells_what_the_live_run_tells(self, shop: Shop) -> None:
        """Same moment, same findings, without network and credentials."""
        shop.run("snapshot", "--out", "snapshot.json")
        live, offline = drift(shop), drift(shop, "--snapshot", "snapshot.json")

        assert fingerprints(offline) == fingerprints(live)

    def test_the_same_snapshot_twice_is_one_run(self, shop: Shop) -> None:
        """A workflow that is repeated tells the same and writes nothing."""
        shop.run("snapshot", "--out", "snapshot.json")
        arguments = ("--snapshot", "snapshot.json", "--ledger", "ledger.jsonl")
        first = drift(shop, *arguments)
        written = (shop.folder / "ledger.jsonl").read_bytes()
        second = drift(shop, *arguments)

        assert (shop.folder / "ledger.jsonl").read_bytes() == written
        for part in ("transitions", "findings", "trend", "ledger_head"):
            assert second.document[part] == first.document[part]

    def test_the_same_snapshot_with_another_file_is_another_run(self, shop: Shop) -> None:
        """What the change of the file resolved is told and written; what stayed is no new finding."""
        shop.run("snapshot", "--out", "snapshot.json")
        arguments = ("--snapshot", "snapshot.json", "--ledger", "ledger.jsonl")
        first = drift(shop, *arguments)
        gone = [one for one in first.document["findings"] if one["charger"] == "ZPR081010"]
        shop.edit("installations/coops/solbakken.yaml", "^  ZPR081010:.*\n", "")

        second, third = drift(shop, *arguments), drift(shop, *arguments)

        assert {one["fingerprint"] for one in gone} <= resolved(second)
        assert resolved(third) == resolved(second)
        assert second.document["ledger_head"] != first.document["ledger_head"]
        assert third.document["ledger_head"] == second.document["ledger_head"]
        assert {one["ageing"]["flaps"] for one in second.document["findings"] if one["ageing"]} == {0}

    def test_a_broken_ledger_stops_before_any_request(self, shop: Shop) -> None:
        """With its line."""
        (shop.folder / "ledger.jsonl").write_text("{}\n{}\n")

        ended = shop.run("drift", "--ledger", "ledger.jsonl")

        assert (ended.code, "ledger.jsonl:1" in ended.err) == (1, True)
        assert shop.log() == []

    def test_it_never_writes_to_the_cloud(self, shop: Shop) -> None:
        """Only reads, and the login."""
        shop.run("drift")

        assert {entry["method"] for entry in shop.log()} <= {"GET", "POST"}
        assert [entry["path"] for entry in shop.log() if entry["method"] == "POST"] in ([], ["/oauth/token"])


def resolved(ended: Ended) -> set[str]:
    """What the run says has gone."""
    return {one["fingerprint"] for one in ended.document["transitions"] if one["kind"] == "resolved"}


def fingerprints(ended: Ended) -> set[tuple[str, str]]:
    return {(one["fingerprint"], one["kind"]) for one in ended.document["findings"]}
