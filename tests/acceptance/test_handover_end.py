"""The end of a hand-over in the Portal, which nobody sees: what counts as one, and what only looks like it."""

import json
import re

import pytest

from tests.acceptance.conftest import Ended, Shop
from tests.acceptance.test_base import Repository
from tests.acceptance.test_handover_portal import (
    HOME,
    LEAVE,
    OWNER,
    SERIAL,
    SITE,
    attest,
    by_hand,
    carried_out,
    stage,
    status,
)

PERMISSIONS_BY_CALL = '    agreement: "our own sandbox contract"\n    routes: {permissions: partner}\n    group: BSJG'


@pytest.fixture
def portal(shop: Shop) -> Shop:
    """The shipped fleet by hand."""
    return by_hand(shop)


def ready(portal: Shop) -> None:
    """Everything is done and seen done; only our own group is left to take out."""
    carried_out(portal)
    portal.run("sandbox", "accept-invitation", OWNER)
    portal.plan(HOME)
    attest(portal, "--accepted")


def ended(portal: Shop) -> None:
    """The same, and a person takes our group out."""
    ready(portal)
    portal.run(*LEAVE)


def blocks(portal: Shop) -> str:
    """Why it does not go on."""
    (found,) = status(portal).document["handovers"]
    return " ".join(found["blocks"])


def come_back(portal: Shop) -> None:
    """Our group has the home again."""
    portal.run("sandbox", "set", "Bakkegata 7", "permissions.userGroup:BSJG=owner,service")


def lose_every_group(portal: Shop) -> None:
    """The login is in no user group any more, so it sees nothing at all."""
    portal.run("sandbox", "log")
    with portal.open_world() as world:
        for site in world.data["installations"].values():
            site["permissions"] = [one for one in site["permissions"] if one.get("key") != "BSJG"]


def codes(ended: Ended) -> list[object]:
    """What a plan notes."""
    return [one["code"] for one in ended.document["warnings"]]


class TestWhatAWordNeeds:
    def test_settings_that_were_open_at_the_last_look_are_no_good_end(self, portal: Shop) -> None:
        """Native OCPP and stand-alone stayed on; the owner has accepted, and our group went all the same."""
        portal.apply(HOME, "--yes")
        attest(portal, "--accepted")
        portal.run(*LEAVE)

        assert stage(portal) == "lost"
        assert "this was open" in blocks(portal)
        assert "Authentication" in blocks(portal)
        assert portal.plan(HOME).code == 4

    def test_what_the_file_wants_since_then_nobody_saw(self, portal: Shop) -> None:
        """The settings were as in the file; then the file wants less, our group goes, and nobody set it."""
        ready(portal)
        portal.edit("installations/homes/bakkegata-7.yaml", "maxCurrent: 16", "maxCurrent: 10")

        portal.run(*LEAVE)

        assert stage(portal) == "lost"
        assert "the file wants other settings" in blocks(portal)
        assert portal.plan(HOME).code == 4

    def test_nobody_knows_of_settings_that_nobody_saw(self, portal: Shop) -> None:
        """On a machine that never looked, or whose folder was not kept."""
        ended(portal)
        (portal.folder / ".reconciler" / "sightings.json").unlink()

        assert stage(portal) == "lost"
        assert "nothing here tells" in blocks(portal)

    def test_a_login_that_lost_its_group_everywhere_has_left_nowhere(self, portal: Shop) -> None:
        """All installations vanish at once; the group still has access to the home."""
        ready(portal)

        lose_every_group(portal)

        assert stage(portal) == "lost"
        assert "no installation at all" in blocks(portal)
        assert codes(portal.plan(HOME)) == []

    def test_what_is_read_after_it_counts_more(self, portal: Shop) -> None:
        """Attested while nobody could read it; with a route of our own the invitation turns out to be open."""
        carried_out(portal)
        attest(portal, "--accepted")
        portal.edit("fleet.yaml", r"^    group: BSJG", PERMISSIONS_BY_CALL)

        portal.plan(HOME)
        portal.run(*LEAVE)

        assert stage(portal) == "lost"
        assert f"our account read that {OWNER} has not accepted" in blocks(portal)

    def test_an_apply_that_did_the_settings_saw_them_done(self, shop: Shop) -> None:
        """They have a call, only access is in the Portal, and nobody looks between the apply and the end."""
        shop.edit("fleet.yaml", "      permissions: partner\n", "      standAlone: partner\n")
        shop.run("handover", "start", SERIAL, "--owner", OWNER, "--yes")
        carried_out(shop)
        attest(shop, "--accepted")
        shop.run(*LEAVE)

        assert stage(shop) == "done"


class TestTheWordAboutTheEnd:
    def test_it_ends_what_nobody_saw(self, portal: Shop) -> None:
        """The owner tells on the telephone that the charger works and that our group is not there."""
        carried_out(portal)
        portal.run(*LEAVE)
        before = stage(portal)

        word = attest(portal, "--left")
        told = stage(portal)
        planned = portal.plan(HOME)
        portal.run("handover", "finish", "--yes")

        assert (before, word.code, told) == ("lost", 0, "done")
        assert "not confirmed" not in word.err
        assert (planned.code, codes(planned)) == (0, ["P210"])
        assert (portal.folder / "fleet/released/bakkegata-7.yaml").is_file()

    def test_it_stands_in_the_file_and_the_file_is_valid(self, portal: Shop) -> None:
        """For whoever reviews it; it says that the owners have accepted, too."""
        portal.run(*LEAVE)
        attest(portal, "--left")

        text = (portal.folder / "fleet/attestations" / f"{SITE}.yaml").read_text()
        assert "accepted: true\nleft: true\n" in text
        assert portal.run("validate").code == 0

    def test_nobody_gives_it_while_our_account_sees_the_home(self, portal: Shop) -> None:
        """Nothing is written."""
        carried_out(portal)

        word = attest(portal, "--left")

        assert (word.code, "still sees" in word.err) == (64, True)
        assert not (portal.folder / "fleet/attestations").exists()

    @pytest.mark.parametrize(
        "look", [("plan",), ("drift",), ("handover", "status"), ("handover", "start")], ids=" ".join
    )
    def test_it_ends_nothing_after_which_the_home_was_seen_again(self, portal: Shop, look: tuple[str, ...]) -> None:
        """Our group came back, a look saw it, and somebody took it out; the same word again ends it."""
        carried_out(portal)
        portal.run(*LEAVE)
        attest(portal, "--left")
        come_back(portal)

        portal.run(*look, *((SERIAL, "--owner", OWNER, "--yes") if "start" in look else (HOME,)))
        portal.run(*LEAVE)
        told = stage(portal)
        attest(portal, "--left")

        assert (told, stage(portal)) == ("lost", "done")

    def test_acceptance_comes_before_the_end(self, portal: Shop) -> None:
        """Our group went while nobody had accepted: a word about acceptance alone would make that a good end."""
        carried_out(portal)
        portal.plan(HOME)
        attest(portal)
        portal.run(*LEAVE)

        word = attest(portal, "--accepted")

        assert (word.code, "--left" in word.err) == (64, True)
        assert "accepted: true" not in (portal.folder / "fleet/attestations" / f"{SITE}.yaml").read_text()
        assert stage(portal) == "lost"

    def test_a_file_that_keeps_our_group_has_no_end(self, portal: Shop) -> None:
        """There is nothing to say."""
        word = portal.run("attest", "fleet/installations/coops/solbakken.yaml", "--by", "KL", "--left")

        assert (word.code, "--left" in word.err) == (64, True)


class TestAfterTheEnd:
    def test_plan_and_drift_say_so(self, portal: Shop) -> None:
        """As after a run that took our access away: neither drift nor lost access."""
        ended(portal)

        planned, drifted = portal.plan(HOME), portal.run("drift", HOME, report=True)

        assert (planned.code, codes(planned)) == (0, ["P210"])
        assert (drifted.code, drifted.document["findings"]) == (0, [])

    def test_the_plan_of_a_pull_request_says_so(self, portal: Shop) -> None:
        """Whatever else the pull request brings."""
        ended(portal)
        Repository(portal)

        planned = portal.plan(HOME, "--base", "main")

        assert (planned.code, codes(planned)) == (0, ["P210"])

    def test_the_worksheet_stays_done(self, portal: Shop) -> None:
        """Whatever nobody can read any more keeps its tick."""
        ended(portal)
        said = [portal.run("plan", HOME).err for _ in range(2)]

        sheets = [*(portal.folder / ".reconciler" / "runs").glob("*/worksheet.json")]
        (tasks,) = [json.loads(one.read_text())["tasks"] for one in sheets]
        assert all(one["seen"] for one in tasks)
        assert not re.search(r"\d of \d settings seen done", " ".join(said))


class TestTheDayOfAWord:
    def test_it_is_the_day_of_the_world(self, portal: Shop) -> None:
        """In a sandbox that was moved on, a word of today holds for 180 days from there."""
        carried_out(portal)
        portal.run("sandbox", "accept-invitation", OWNER)
        portal.run("sandbox", "advance", "200d")

        attest(portal, "--accepted")

        assert stage(portal) == "leaving"


class TestAFileThatShutsOutOurGroup:
    def test_no_word_says_that_our_own_group_is_gone(self, portal: Shop) -> None:
        """Exclusive, and neither under entries nor under absent: our account still sees the building."""
        file = "fleet/installations/coops/furulia.yaml"
        portal.edit("installations/coops/furulia.yaml", r"^ +- \{userGroup: BSJG.*\n", "")

        said = portal.run("attest", file, "--by", "KL").err
        planned = portal.plan(file)

        assert "- nobody else has access, userGroup:BSJG aside" in said
        assert "not confirmed: that userGroup:BSJG is gone" in said
        assert "userGroup:BSJG" in {one["principal"] for one in planned.document["unverifiable"]}
        assert planned.code == 4
