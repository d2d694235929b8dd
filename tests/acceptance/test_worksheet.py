"""The worksheet of a run is worked through by a person, and the plans that follow tick what they read."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.conftest import Shop

SITE = "fleet/installations/homes/bakkegata-7.yaml"


@pytest.fixture
def portal(shop: Shop) -> Shop:
    """The shipped fleet without any partner route."""
    shop.edit("fleet.yaml", r"^    routes:.*\n(?:      .*\n)+", "")
    shop.edit("fleet.yaml", r"^    agreement:.*\n", "")
    return shop


def folder_of(portal: Shop, sheet: str) -> Path:
    return (portal.folder / sheet).parent


def tasks(folder: Path) -> dict[tuple[str, str | None], Any]:
    document = json.loads((folder / "worksheet.json").read_text())
    return {(task["setting"], task["principal"]): task["seen"] for task in document["tasks"]}


class TestTicks:
    def test_a_fresh_worksheet_has_no_tick(self, portal: Shop) -> None:
        """Nobody has done anything yet, and a plan says so."""
        ended = portal.apply(SITE, "--yes")
        folder = folder_of(portal, ended.document["worksheet"])

        after = portal.plan(SITE)

        assert set(map(json.dumps, tasks(folder).values())) == {"null"}
        assert "worksheet.html: 0 of " in after.err
        assert "[x]" not in (folder / "worksheet.md").read_text()

    def test_the_next_plan_ticks_what_it_reads(self, portal: Shop) -> None:
        """Mode, authorisation and stand-alone can be read; access cannot."""
        ended = portal.apply(SITE, "--yes")
        folder = folder_of(portal, ended.document["worksheet"])
        portal.run("sandbox", "carry-out", ended.document["worksheet"])
        portal.run("sandbox", "advance", "60s")

        after = portal.plan(SITE)

        seen = tasks(folder)
        assert seen["authentication.mode", None]["how"] == "read"
        assert seen["standAlone", None]["how"] == "read"
        assert seen["permissions", "person:c-88123"] is None
        assert "seen done" in after.err
        page = (folder / "worksheet.html").read_text()
        assert '<div class="step done">' in page
        assert "- [x] **Seen:** read back " in (folder / "worksheet.md").read_text()

    def test_an_attestation_ticks_what_nobody_can_read(self, portal: Shop) -> None:
        """Only our own group is left, which nobody vouches for while we still see the installation."""
        ended = portal.apply(SITE, "--yes")
        folder = folder_of(portal, ended.document["worksheet"])
        portal.run("sandbox", "carry-out", ended.document["worksheet"])
        portal.run("sandbox", "advance", "60s")
        portal.run("attest", SITE, "--by", "KL")

        after = portal.plan(SITE)

        assert tasks(folder)["permissions", "person:c-88123"]["how"] == "attested"
        assert tasks(folder)["permissions", "userGroup:BSJG"] is None
        assert "4 of 5 settings seen done, 1 left" in after.err
        assert after.code == 4

    def test_what_is_undone_loses_its_tick(self, portal: Shop) -> None:
        """As long as the worksheet is not finished, it shows what is so."""
        ended = portal.apply(SITE, "--yes")
        folder = folder_of(portal, ended.document["worksheet"])
        portal.run("sandbox", "set", "ZAP012347", "standAlone=false")
        portal.plan(SITE)
        before = tasks(folder)["standAlone", None]
        portal.run("sandbox", "set", "ZAP012347", "standAlone=true")

        portal.plan(SITE)

        assert before is not None
        assert tasks(folder)["standAlone", None] is None

    def test_drift_ticks_too(self, portal: Shop) -> None:
        """It reads the same."""
        ended = portal.apply(SITE, "--yes")
        folder = folder_of(portal, ended.document["worksheet"])
        portal.run("sandbox", "set", "ZAP012347", "standAlone=false")

        portal.run("drift", SITE)

        assert tasks(folder)["standAlone", None]["how"] == "read"

    def test_a_plan_of_something_else_ticks_nothing(self, portal: Shop) -> None:
        """What was not read says nothing."""
        ended = portal.apply(SITE, "--yes")
        folder = folder_of(portal, ended.document["worksheet"])
        portal.run("sandbox", "set", "ZAP012347", "standAlone=false")

        after = portal.plan("fleet/installations/homes/fjellveien-3.yaml")

        assert tasks(folder)["standAlone", None] is None
        assert "worksheet" not in after.err

    def test_a_ticked_worksheet_is_still_one_to_carry_out(self, portal: Shop) -> None:
        """The person does the rest."""
        ended = portal.apply(SITE, "--yes")
        portal.run("sandbox", "set", "ZAP012347", "standAlone=false")
        portal.plan(SITE)

        done = portal.run("sandbox", "carry-out", ended.document["worksheet"])
        assert "person:c-88123 permissions: done" in done.out
        assert done.out.count("not done") == 1  # our own group, which waits for an owner

    def test_a_broken_worksheet_stops_no_plan(self, portal: Shop) -> None:
        """It is a warning."""
        ended = portal.apply(SITE, "--yes")
        (folder_of(portal, ended.document["worksheet"]) / "worksheet.json").write_text("{}")

        after = portal.plan(SITE)

        assert "warning: its boxes could not be ticked" in after.err
        assert after.code == 4


class TestAgain:
    def test_a_second_worksheet_asks_for_the_rest_since_the_first(self, portal: Shop) -> None:
        """Who looks at the new one sees for how long it has been left."""
        first = portal.apply(SITE, "--yes")
        portal.run("sandbox", "set", "ZAP012347", "standAlone=false")
        portal.run("sandbox", "advance", "8d")

        second = portal.apply(SITE, "--yes")
        after = portal.plan(SITE)

        folder = folder_of(portal, second.document["worksheet"])
        assert ("standAlone", None) not in tasks(folder)
        text = (folder / "worksheet.md").read_text()
        assert "Asked for 8 days: remind." in text
        assert f"{second.document['run_id']}/worksheet.html: 0 of " in after.err
        assert "asked for 8 days: remind" in after.err
        assert first.document["run_id"] not in after.err


class TestShow:
    @pytest.mark.parametrize(
        ("form", "words"),
        [
            ("text", "# Portal worksheet"),
            ("markdown", "# Portal worksheet"),
            ("html", "<!doctype html>"),
            ("json", "{"),
        ],
    )
    def test_a_worksheet_is_rendered_again(self, portal: Shop, form: str, words: str) -> None:
        """As it stands in its folder."""
        ended = portal.apply(SITE, "--yes")
        folder = folder_of(portal, ended.document["worksheet"])

        shown = portal.run("show", str(folder / "worksheet.json"), "--format", form)

        assert shown.code == 0
        assert shown.out.startswith(words)
        if form != "text":
            name = {"markdown": "worksheet.md", "html": "worksheet.html", "json": "worksheet.json"}[form]
            assert shown.out == (folder / name).read_text()
