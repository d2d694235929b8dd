"""A plan carries its preconditions: what somebody else changed meanwhile is a conflict, the rest is applied."""

import json

from tests.acceptance.conftest import Shop

SITE = "fleet/installations/coops/solbakken.yaml"


class TestStalePlan:
    def test_one_charger_changed_meanwhile(self, shop: Shop) -> None:
        """Both values are shown, the other changes are done, exit 4, and a residual plan says what is left."""
        shop.plan(SITE, "--out", "plan.json")
        shop.run("sandbox", "set", "ZPR081010", "maxCurrent=20")

        ended = shop.apply("plan.json")

        changes = {change["id"]: change for change in json.loads((shop.folder / "plan.json").read_text())["changes"]}
        outcomes = {changes[one["change"]]["charger"]: one for one in ended.document["outcomes"]}
        assert ended.code == 4
        assert outcomes["ZPR081010"]["outcome"] == "conflict"
        assert "16 A" in outcomes["ZPR081010"]["detail"]
        assert "20 A" in outcomes["ZPR081010"]["detail"]
        assert outcomes["ZPR081003"]["outcome"] == "done"
        residual = json.loads((shop.folder / ended.document["residual_plan"]).read_text())
        left = {change["charger"]: change["before"] for change in residual["changes"]}
        assert left["ZPR081010"] == 20

    def test_the_residual_plan_can_be_applied(self, shop: Shop) -> None:
        """After looking at the conflict, the operator decides that the file is right."""
        shop.plan(SITE, "--out", "plan.json")
        shop.run("sandbox", "set", "ZPR081010", "maxCurrent=20")
        first = shop.apply("plan.json")

        second = shop.apply(first.document["residual_plan"])

        kinds = {one["outcome"] for one in second.document["outcomes"]}
        assert "done" in kinds
        assert "conflict" not in kinds

    def test_somebody_already_did_it(self, shop: Shop) -> None:
        """A change that is so already is not written again."""
        shop.plan(SITE, "--out", "plan.json")
        shop.run("sandbox", "set", "ZPR081003", "maxCurrent=16")
        writes = sum(entry["effect"] for entry in shop.log())

        ended = shop.apply("plan.json")

        kinds = [one["outcome"] for one in ended.document["outcomes"]]
        assert kinds.count("already") == 1
        assert sum(entry["effect"] for entry in shop.log()) - writes == kinds.count("done") + kinds.count("pending")

    def test_after_a_reset_nothing_counts_as_sent(self, shop: Shop) -> None:
        """What earlier runs sent was sent to another world."""
        shop.apply(SITE, "--yes")
        before = shop.plan(SITE).document["pending"]
        shop.run("sandbox", "reset")

        after = shop.plan(SITE).document

        assert [item["charger"] for item in before] == ["ZPR081020"]
        assert after["pending"] == []
        assert "ZPR081020" in {change["charger"] for change in after["changes"]}

    def test_a_plan_older_than_a_day_is_not_applied(self, shop: Shop) -> None:
        """Yesterday's review is not today's."""
        shop.plan(SITE, "--out", "plan.json")
        shop.run("sandbox", "advance", "25h")

        ended = shop.apply("plan.json")

        assert ended.code == 3
        assert "expired" in ended.err

    def test_a_plan_that_was_edited_is_not_applied(self, shop: Shop) -> None:
        """What was reviewed is what is applied."""
        shop.plan(SITE, "--out", "plan.json")
        path = shop.folder / "plan.json"
        path.write_text(path.read_text().replace('"after": 16,', '"after": 32,'))

        ended = shop.apply("plan.json")

        assert ended.code == 3
        assert not [entry for entry in shop.log() if entry["effect"]]
