"""`onboard` against the sandbox: from a link to a file that plans to zero, and every other way it can end."""

import json
import re
import stat
import subprocess

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from reconciler.model.consent import Outcome
from reconciler.report.onboard_words import OPERATOR
from tests.acceptance.conftest import CHECKOUT, Ended, Shop
from tests.acceptance.onboarding import (
    BACK,
    BAKKEGATA,
    ELVEVEIEN,
    NABOLAGET,
    VERKSTED,
    approved,
    grant,
    link,
    new_files,
    nonce_of,
    redirect,
    withdraw,
    withhold,
)

UNKNOWN = "00000000-0000-4000-8000-000000000000"


def says(ended: Ended, outcome: Outcome) -> bool:
    """Whether the message and, where nothing was written, the advice of an outcome stand there."""
    words = OPERATOR[outcome]
    return ended.err.startswith(f"{outcome.value}: ") and words.message in ended.err


def git(shop: Shop, *arguments: str) -> str:
    """What git says in the shop's folder."""
    command = ["git", "-c", "user.name=KL", "-c", "user.email=kl@shop.example", *arguments]
    return subprocess.run(command, cwd=shop.folder, check=True, capture_output=True, text=True).stdout


class TestGranted:
    def test_one_home_ends_in_a_file_that_plans_to_zero(self, shop: Shop) -> None:
        """The hierarchy answers 204 at first, which is waited for; then the charger is bound and nothing is planned."""
        withhold(shop, ELVEVEIEN)
        url = link(shop, "--reference", "order 4711")
        grant(shop, ELVEVEIEN)

        ended = shop.run("onboard", "accept", approved(url, ELVEVEIEN))
        plan = shop.plan(ELVEVEIEN, "--detailed-exitcode")

        (file,) = new_files(shop)
        assert ended.code == 0
        assert says(ended, Outcome.GRANTED)
        assert ended.out.strip().endswith("fleet/installations/elveveien-12.yaml")
        assert f"id: {ELVEVEIEN}" in file.read_text()
        assert "by `reconciler onboard`." in file.read_text()
        assert "ZAP012345" in file.read_text()
        assert (plan.code, plan.document["changes"]) == (0, [])
        assert shop.run("validate").code == 0

    def test_only_the_chosen_chargers_are_listed(self, shop: Shop) -> None:
        """Consent is for the installation, our file is about the customer's own box."""
        withhold(shop, NABOLAGET)
        url = link(shop)
        grant(shop, NABOLAGET)

        ended = shop.run("onboard", "accept", approved(url, NABOLAGET), "--serial", "zap012349")
        text = new_files(shop)[0].read_text()

        assert ended.code == 0
        assert "ZAP012349" in text
        assert "ZAP012348" not in text
        assert shop.plan(NABOLAGET).document["changes"] == []

    def test_several_chargers_and_nobody_to_ask_can_be_accepted_again(self, shop: Shop) -> None:
        """A script must say which; the link is not lost by that."""
        withhold(shop, NABOLAGET)
        back = approved(link(shop), NABOLAGET)
        grant(shop, NABOLAGET)

        without = shop.run("onboard", "accept", back)
        strange = shop.run("onboard", "accept", back, "--serial", "ZAP999999")
        assert new_files(shop) == []
        again = shop.run("onboard", "accept", back, "--serial", "ZAP012348", "--serial", "ZAP012349")

        assert (without.code, strange.code, again.code) == (64, 64, 0)
        assert "--serial" in without.err
        assert len(re.findall(r"ZAP01234[89]:", new_files(shop)[0].read_text())) == 2

    def test_a_pro_installation_is_named_and_one_of_three_chargers_chosen(self, shop: Shop) -> None:
        """As Zaptec demands for Pro."""
        withhold(shop, VERKSTED)
        url = link(shop, "--type", "pro", "--installation", VERKSTED)
        grant(shop, VERKSTED)

        ended = shop.run("onboard", "accept", approved(url, VERKSTED), "--serial", "ZPR083102")
        plan = shop.plan(VERKSTED, "--detailed-exitcode")

        assert f"installationtype=0&installationId={VERKSTED}" in url
        assert ended.code == 0
        assert (plan.code, plan.document["changes"]) == (0, [])
        assert "ZPR083101" not in new_files(shop)[0].read_text()

    @pytest.mark.parametrize("routes", ["{authentication: portal}", "{}"])
    def test_what_only_the_portal_can_change_is_left_out(self, shop: Shop, routes: str) -> None:
        """The file holds what the account manages; a default that is not live is taken back: nothing is planned."""
        withhold(shop, NABOLAGET)
        shop.edit("fleet.yaml", r"    routes:.*\n(      .*\n)+", f"    routes: {routes}\n")
        with shop.open_world() as world:
            charger = next(one for one in world.data["chargers"].values() if one["serial"] == "ZAP012348")
            charger["values"]["712"] = "1"
        url = link(shop)
        grant(shop, NABOLAGET)

        ended = shop.run("onboard", "accept", approved(url, NABOLAGET), "--serial", "ZAP012348")
        text = new_files(shop)[0].read_text()

        assert "authentication:" not in text
        assert "standAlone: " not in text
        assert "unmanaged: [standAlone]" in text
        assert "maxCurrent: 16" in text
        assert ended.code == 0
        assert shop.plan(NABOLAGET).document["changes"] == []

    def test_a_run_that_ended_before_its_last_word_goes_on(self, shop: Shop) -> None:
        """Killed between the file and the note about it: the same address finds both in order."""
        withhold(shop, ELVEVEIEN)
        back = approved(link(shop), ELVEVEIEN)
        grant(shop, ELVEVEIEN)
        shop.run("onboard", "accept", back)
        book = shop.folder / ".reconciler/consents.json"
        book.write_text(book.read_text().replace('"state": "granted"', '"state": "claimed"'))
        text = new_files(shop)[0].read_text()

        waiting = shop.run("onboard", "status", report=True)
        ended = shop.run("onboard", "accept", back)

        assert waiting.document["links"][0]["outcome"] == "not-yet-readable"
        assert ended.code == 0
        assert [file.read_text() for file in new_files(shop)] == [text]
        assert shop.run("onboard", "status").code == 0

    def test_what_no_file_may_say_is_told_and_stays_out(self, shop: Shop) -> None:
        """A charger at 0 A needs a reason and an end; the file leaves it, says so, and still plans to zero."""
        withhold(shop, BAKKEGATA)
        url = link(shop)
        grant(shop, BAKKEGATA)

        ended = shop.run("onboard", "accept", approved(url, BAKKEGATA))

        assert ended.code == 4
        assert "stays out: ZAP012347 Maximum current: no file may say 0 A" in ended.err
        assert "0 A" in new_files(shop)[0].read_text()
        assert shop.plan(BAKKEGATA).document["changes"] == []

    def test_a_grant_without_redirect_is_found_by_listing(self, shop: Shop) -> None:
        """Zaptec's own receipt page tells nobody; the list does."""
        withhold(shop, ELVEVEIEN)
        shop.run("onboard", "link")
        grant(shop, ELVEVEIEN, tree_after_s=0)
        shop.run("sandbox", "advance", "60s")

        found = shop.run("onboard", "status", report=True).document["links"][0]
        accepted = shop.run("onboard", "accept", ELVEVEIEN)
        after = shop.run("onboard", "status", report=True)

        assert (found["outcome"], found["found"]) == ("granted", [ELVEVEIEN])
        assert found["advice"] == f"reconciler onboard accept {ELVEVEIEN} --link {found['link']}"
        assert accepted.code == 0
        assert after.code == 0
        assert after.document["links"][0]["file"].endswith("installations/elveveien-12.yaml")

    def test_access_that_comes_back_finds_its_file(self, shop: Shop) -> None:
        """Withdrawn, asked again, granted: the file is there and stays as it is."""
        shop.run("plan")
        withdraw(shop, ELVEVEIEN)
        before = (shop.folder / "fleet/installations/homes/elveveien-12.yaml").read_text()
        url = link(shop)
        grant(shop, ELVEVEIEN, tree_after_s=0)

        ended = shop.run("onboard", "accept", approved(url, ELVEVEIEN))

        assert ended.code == 0
        assert "there already" in ended.err
        assert (shop.folder / "fleet/installations/homes/elveveien-12.yaml").read_text() == before
        assert new_files(shop) == []

    def test_the_cloud_is_only_read(self, shop: Shop) -> None:
        """Not one request of ours could change anything."""
        withhold(shop, ELVEVEIEN)
        url = link(shop)
        grant(shop, ELVEVEIEN)

        shop.run("onboard", "accept", approved(url, ELVEVEIEN))
        shop.run("onboard", "status")

        assert not any(entry["effect"] for entry in shop.log())


class TestOtherwise:
    @pytest.mark.parametrize("success", ["true", "false"])
    def test_a_forged_redirect_never_makes_a_file(self, shop: Shop, success: str) -> None:
        """The installation is there and new; only the nonce is somebody's guess."""
        withhold(shop, ELVEVEIEN)
        url = link(shop)
        grant(shop, ELVEVEIEN, tree_after_s=0)

        ended = shop.run("onboard", "accept", f"{BACK}/{'A' * 32}?success={success}&installationId={ELVEVEIEN}")

        assert ended.code == 5
        assert says(ended, Outcome.FORGED)
        assert new_files(shop) == []
        assert shop.run("onboard", "accept", approved(url, ELVEVEIEN)).code == 0

    def test_a_redirect_counts_once(self, shop: Shop) -> None:
        """Also when its file has been removed since."""
        withhold(shop, ELVEVEIEN)
        back = approved(link(shop), ELVEVEIEN)
        grant(shop, ELVEVEIEN)
        shop.run("onboard", "accept", back)
        new_files(shop)[0].unlink()

        ended = shop.run("onboard", "accept", back)

        assert ended.code == 5
        assert says(ended, Outcome.REPLAYED)
        assert new_files(shop) == []

    def test_a_no_is_written_down(self, shop: Shop) -> None:
        """And an approval afterwards is a replay: a new link is needed."""
        withhold(shop, ELVEVEIEN)
        url = link(shop)
        grant(shop, ELVEVEIEN, tree_after_s=0)

        denied = shop.run("onboard", "accept", redirect(url, success="false"))
        later = shop.run("onboard", "accept", approved(url, ELVEVEIEN))

        assert (denied.code, later.code) == (4, 5)
        assert says(denied, Outcome.DENIED)
        assert says(later, Outcome.REPLAYED)

    @pytest.mark.parametrize(
        ("claims", "outcome"),
        [
            ({"success": "true"}, Outcome.MISSING),
            ({"success": "true", "installationId": "../../etc/passwd"}, Outcome.NEEDS_REVIEW),
            ({"success": "maybe", "installationId": ELVEVEIEN}, Outcome.NEEDS_REVIEW),
            ({"installationId": ELVEVEIEN}, Outcome.MISSING),
            ({"success": "true", "installationId": NABOLAGET}, Outcome.ALREADY_VISIBLE),
        ],
    )
    def test_what_is_not_clear_writes_nothing(self, shop: Shop, claims: dict[str, str], outcome: Outcome) -> None:
        """Each has its own message, and status remembers it."""
        withhold(shop, ELVEVEIEN)
        url = link(shop)
        grant(shop, ELVEVEIEN, tree_after_s=0)

        ended = shop.run("onboard", "accept", redirect(url, **claims))
        listed = shop.run("onboard", "status", report=True)

        assert ended.code == 5
        assert says(ended, outcome)
        assert OPERATOR[outcome].advice in ended.err
        assert listed.document["links"][0]["outcome"] == outcome.value
        assert listed.code == 4
        assert new_files(shop) == []

    def test_another_installation_than_the_link_names_is_foreign(self, shop: Shop) -> None:
        """Consent for the wrong home of two."""
        withhold(shop, ELVEVEIEN)
        withhold(shop, NABOLAGET)
        url = link(shop, "--installation", ELVEVEIEN)
        grant(shop, NABOLAGET, tree_after_s=0)

        ended = shop.run("onboard", "accept", approved(url, NABOLAGET))

        assert says(ended, Outcome.FOREIGN)
        assert new_files(shop) == []

    @pytest.mark.parametrize(
        "cut",
        [
            "?success=true",
            "",
            "?installationId=" + ELVEVEIEN,
            "?success=tr",
            f"?success=true&installationId={ELVEVEIEN[:-5]}",
        ],
    )
    def test_an_address_that_was_cut_does_not_use_the_link_up(self, shop: Shop, cut: str) -> None:
        """A shell ends it at `&`, a mail program at the end of a line; the whole one counts afterwards."""
        withhold(shop, ELVEVEIEN)
        whole = approved(link(shop), ELVEVEIEN)
        grant(shop, ELVEVEIEN)

        part = shop.run("onboard", "accept", whole.partition("?")[0] + cut)
        made = new_files(shop)
        ended = shop.run("onboard", "accept", whole)

        assert part.code == 5
        assert says(part, Outcome.MISSING)
        assert "quotes" in part.err
        assert made == []
        assert ended.code == 0, ended.err
        assert shop.run("onboard", "accept", whole).code == 5

    @pytest.mark.parametrize("named", [False, True])
    def test_a_grant_that_a_cut_address_told_is_finished_by_listing(self, shop: Shop, *, named: bool) -> None:
        """As the message says: `onboard status` names the installation, `onboard accept ID` takes it."""
        withhold(shop, ELVEVEIEN)
        url = link(shop)
        grant(shop, ELVEVEIEN, tree_after_s=0)
        shop.run("onboard", "accept", redirect(url, success="true"))
        shop.run("sandbox", "advance", "60s")

        found = shop.run("onboard", "status", report=True).document["links"][0]
        ended = shop.run("onboard", "accept", ELVEVEIEN, *(("--link", found["link"]) if named else ()))

        assert (found["outcome"], found["found"]) == ("granted", [ELVEVEIEN])
        assert found["message"].startswith("the address that came was cut off, but ")
        assert ended.code == 0, ended.err
        assert len(new_files(shop)) == 1
        assert shop.run("onboard", "status").code == 0

    def test_a_no_stays_a_no_after_a_cut_address(self, shop: Shop) -> None:
        """What is not whole opens nothing again."""
        withhold(shop, ELVEVEIEN)
        url = link(shop)
        grant(shop, ELVEVEIEN, tree_after_s=0)
        shop.run("onboard", "accept", redirect(url, success="true"))
        shop.run("onboard", "accept", redirect(url, success="false"))

        cut = shop.run("onboard", "accept", redirect(url, success="true"))
        whole = shop.run("onboard", "accept", approved(url, ELVEVEIEN))

        assert says(cut, Outcome.REPLAYED)
        assert says(whole, Outcome.REPLAYED)
        assert new_files(shop) == []

    def test_two_links_that_name_the_same_installation_end_in_its_one_file(self, shop: Shop) -> None:
        """Both were answered for what they name; nothing is foreign about that, and nothing stays open."""
        withhold(shop, ELVEVEIEN)
        first, second = (link(shop, "--installation", ELVEVEIEN) for _ in range(2))
        grant(shop, ELVEVEIEN, tree_after_s=0)
        shop.run("onboard", "accept", approved(second, ELVEVEIEN))

        ended = shop.run("onboard", "accept", approved(first, ELVEVEIEN))

        assert ended.code == 0, ended.err
        assert "the file was there already" in ended.err
        assert len(new_files(shop)) == 1
        assert shop.run("onboard", "status").code == 0

    def test_what_was_onboarded_before_can_be_shown_again(self, shop: Shop) -> None:
        """--show-existing names what is shared; its file stays as it is."""
        withhold(shop, ELVEVEIEN)
        grant(shop, ELVEVEIEN, tree_after_s=0)
        first = link(shop, "--installation", ELVEVEIEN)
        shop.run("onboard", "accept", approved(first, ELVEVEIEN))
        again = link(shop, "--show-existing", "--installation", ELVEVEIEN)

        ended = shop.run("onboard", "accept", approved(again, ELVEVEIEN))

        assert ended.code == 0, ended.err
        assert "the file was there already" in ended.err

    def test_a_named_link_that_nobody_came_back_from_can_be_ended_by_hand(self, shop: Shop) -> None:
        """What it names is visible and has its file; the operator says which link it was."""
        withhold(shop, ELVEVEIEN)
        grant(shop, ELVEVEIEN, tree_after_s=0)
        first = link(shop, "--installation", ELVEVEIEN)
        shop.run("onboard", "accept", approved(first, ELVEVEIEN))
        link(shop, "--show-existing", "--installation", ELVEVEIEN, "--reference", "again")
        links = shop.run("onboard", "status", report=True).document["links"]
        (open_,) = (one["link"] for one in links if one["reference"] == "again")

        ended = shop.run("onboard", "accept", ELVEVEIEN, "--link", open_)

        assert ended.code == 0, ended.err
        assert len(new_files(shop)) == 1
        assert shop.run("onboard", "status").code == 0

    @pytest.mark.parametrize("named", [False, True])
    def test_what_a_link_brought_already_is_told_with_its_file(self, shop: Shop, *, named: bool) -> None:
        """The id a second time: used before, and where to look."""
        withhold(shop, ELVEVEIEN)
        url = link(shop)
        grant(shop, ELVEVEIEN, tree_after_s=0)
        shop.run("onboard", "accept", approved(url, ELVEVEIEN))
        short = shop.run("onboard", "status", report=True).document["links"][0]["link"]

        ended = shop.run("onboard", "accept", ELVEVEIEN, *(("--link", short) if named else ()))

        assert ended.code == 5
        assert says(ended, Outcome.REPLAYED)
        assert "fleet/installations/elveveien-12.yaml" in ended.err

    def test_two_links_cannot_bring_the_same_installation(self, shop: Shop) -> None:
        """Whoever comes second with it has seen somebody else's address."""
        withhold(shop, ELVEVEIEN)
        first, second = link(shop), link(shop)
        grant(shop, ELVEVEIEN, tree_after_s=0)
        shop.run("onboard", "accept", approved(first, ELVEVEIEN), "--serial", "ZAP012345")

        ended = shop.run("onboard", "accept", approved(second, ELVEVEIEN), "--serial", "ZAP012345")

        assert says(ended, Outcome.FOREIGN)
        assert len(new_files(shop)) == 1

    def test_the_operator_can_end_a_link_that_came_second(self, shop: Shop) -> None:
        """One household that answered both links: its one file stays, and nothing is left open."""
        withhold(shop, ELVEVEIEN)
        first, second = link(shop), link(shop, "--reference", "again")
        grant(shop, ELVEVEIEN, tree_after_s=0)
        shop.run("onboard", "accept", approved(first, ELVEVEIEN), "--serial", "ZAP012345")
        shop.run("onboard", "accept", approved(second, ELVEVEIEN), "--serial", "ZAP012345")
        before = shop.run("onboard", "status", report=True)
        (open_,) = (one["link"] for one in before.document["links"] if one["reference"] == "again")

        ended = shop.run("onboard", "accept", ELVEVEIEN, "--link", open_)

        assert (before.code, ended.code, shop.run("onboard", "status").code) == (4, 0, 0)
        assert len(new_files(shop)) == 1

    def test_what_was_granted_withdrawn_and_granted_again_is_taken_anew(self, shop: Shop) -> None:
        """An owner may change their mind twice; the earlier link is no obstacle."""
        withhold(shop, ELVEVEIEN)
        first = link(shop)
        grant(shop, ELVEVEIEN, tree_after_s=0)
        shop.run("onboard", "accept", approved(first, ELVEVEIEN))
        withdraw(shop, ELVEVEIEN)
        new_files(shop)[0].unlink()
        shop.run("sandbox", "advance", "1s")
        second = link(shop)
        grant(shop, ELVEVEIEN, tree_after_s=0)

        ended = shop.run("onboard", "accept", approved(second, ELVEVEIEN))

        assert ended.code == 0
        assert len(new_files(shop)) == 1

    def test_success_without_access_is_not_believed(self, shop: Shop) -> None:
        """Nobody granted anything; after half a minute of asking it is told so, and the link may try again."""
        withhold(shop, ELVEVEIEN)
        back = approved(link(shop), ELVEVEIEN)

        first = shop.run("onboard", "accept", back)
        grant(shop, ELVEVEIEN)
        again = shop.run("onboard", "accept", back)

        assert (first.code, again.code) == (4, 0)
        assert says(first, Outcome.NOT_YET_READABLE)
        assert "access was granted, but" not in first.err
        assert "a browser" in first.err

    def test_a_pro_site_by_a_link_for_homes_is_of_the_wrong_type(self, shop: Shop) -> None:
        """The type is read, not believed."""
        withhold(shop, VERKSTED)
        url = link(shop)
        grant(shop, VERKSTED, tree_after_s=0)

        ended = shop.run("onboard", "accept", approved(url, VERKSTED))

        assert ended.code == 5
        assert says(ended, Outcome.WRONG_TYPE)
        assert new_files(shop) == []

    def test_a_late_answer_has_expired(self, shop: Shop) -> None:
        """Its grant shows in status all the same."""
        withhold(shop, ELVEVEIEN)
        url = link(shop, "--valid-days", "1")
        grant(shop, ELVEVEIEN, tree_after_s=0)
        shop.run("sandbox", "advance", "25h")

        ended = shop.run("onboard", "accept", approved(url, ELVEVEIEN))

        assert ended.code == 5
        assert says(ended, Outcome.EXPIRED)
        assert shop.run("onboard", "status", report=True).document["links"][0]["found"] == [ELVEVEIEN]

    @pytest.mark.parametrize("target", ["nonsense", UNKNOWN + "x", "https://partner.example/", "https://[::1"])
    def test_what_is_no_address_is_a_usage_error(self, shop: Shop, target: str) -> None:
        """Before anything is asked."""
        assert shop.run("onboard", "accept", target).code == 64

    def test_an_id_that_no_link_brought_is_refused(self, shop: Shop) -> None:
        """Taking over what we saw before is `adopt`."""
        link(shop)

        ended = shop.run("onboard", "accept", ELVEVEIEN)

        assert ended.code == 5
        assert says(ended, Outcome.FOREIGN)

    def test_a_link_that_is_not_there_cannot_be_named(self, shop: Shop) -> None:
        """A typing mistake is told as one."""
        link(shop)

        ended = shop.run("onboard", "accept", ELVEVEIEN, "--link", "01234567")

        assert ended.code == 64
        assert "no link is called 01234567" in ended.err

    @pytest.mark.parametrize("kind", ["error-before", "revoked-access", "empty-answer", "lost-answer-before"])
    @pytest.mark.parametrize("after", [0, 1, 2, 4])
    def test_a_cloud_that_fails_in_between_costs_nothing_but_another_try(
        self, shop: Shop, kind: str, after: int
    ) -> None:
        """Whatever call it is, a file is either whole or not there, and the same address ends well afterwards."""
        withhold(shop, ELVEVEIEN)
        back = approved(link(shop), ELVEVEIEN)
        grant(shop, ELVEVEIEN, tree_after_s=0)
        shop.run("sandbox", "advance", "60s")
        shop.run("sandbox", "fault", kind, "--method", "GET", "--after", str(after), "--times", "60")

        failed = shop.run("onboard", "accept", back)
        made = len(new_files(shop))
        shop.run("sandbox", "fault", "clear")
        again = shop.run("onboard", "accept", back)

        assert failed.code in {1, 4} if made == 0 else failed.code in {0, 4}
        assert again.code == (0 if made == 0 else 5)
        assert len(new_files(shop)) == 1
        assert shop.run("validate").code == 0

    def test_links_that_are_garbled_are_not_believed(self, shop: Shop) -> None:
        """Nor taken for an empty list."""
        url = link(shop)
        (shop.folder / ".reconciler/consents.json").write_text("{")

        ended = shop.run("onboard", "accept", approved(url, ELVEVEIEN))

        assert ended.code == 1
        assert "consents.json" in ended.err


class TestLink:
    def test_nothing_but_a_hash_of_the_nonce_is_kept(self, shop: Shop) -> None:
        """Whoever reads the folder cannot answer for the person."""
        nonce = nonce_of(link(shop))
        file = shop.folder / ".reconciler/consents.json"

        assert all(nonce not in path.read_text() for path in (shop.folder / ".reconciler").rglob("*") if path.is_file())
        assert stat.S_IMODE(file.stat().st_mode) == 0o600

    @pytest.mark.parametrize(
        ("arguments", "where"),
        [
            (("--type", "pro"), "installationId"),
            (("--return-url", "http://partner.example/x"), "returnUrl"),
            (("--return-url", "https://user@partner.example/x"), "returnUrl"),
            (("--return-url", "https://partner.example/x#y"), "returnUrl"),
            (("--return-url", "javascript:alert(1)"), "returnUrl"),
            (("--lookup-key", "../x"), "lookup key"),
            (("--installation", "12"), "installationId"),
            (("--reference", "kari@house.example"), "reference"),
            (("--reference", "kari＠house.example"), "reference"),
            (("--reference", "kari%2540house.example"), "reference"),
            (("--partner-name", "a\u202eb"), "partnerName"),
            (("--partner-name", "kari@house.example"), "partnerName"),
        ],
    )
    def test_what_cannot_be_asked_is_refused(self, shop: Shop, arguments: tuple[str, ...], where: str) -> None:
        """Before a request, and without a link."""
        ended = shop.run("onboard", "link", *arguments)

        assert ended.code == 64
        assert f"where:  {where}" in ended.err
        assert not (shop.folder / ".reconciler/consents.json").exists()

    def test_many_links_by_csv(self, shop: Shop) -> None:
        """A line each; the lists are read once, and no cell is a formula."""
        asked = f"reference,installationId,installationtype,lang\n=1+1,,,no\nB-2,{VERKSTED},0,\n"
        (shop.folder / "in.csv").write_text(asked)

        ended = shop.run("onboard", "link", "--csv", "in.csv", "--return-url", BACK, "--out", "out.csv")
        lines = (shop.folder / "out.csv").read_text().splitlines()

        assert ended.code == 0
        assert lines[0] == "reference,installationId,installationtype,lang,link,expires,url"
        assert lines[1].startswith("'=1+1,,1,no,")
        assert "lang=no" in lines[1]
        assert f"B-2,{VERKSTED},0,," in lines[2]
        assert stat.S_IMODE((shop.folder / "out.csv").stat().st_mode) == 0o600
        assert len(shop.run("onboard", "status", report=True).document["links"]) == 2

    def test_links_for_another_program(self, shop: Shop) -> None:
        """A document as its schema says, one link or many; in a file only for its owner."""
        (shop.folder / "in.csv").write_text(
            f"reference,installationId,installationtype,lang\n=1+1,,,no\nB-2,{VERKSTED},0,\n"
        )
        schemas = {path.name: json.loads(path.read_text()) for path in (CHECKOUT / "schemas").glob("*.json")}
        registry = Registry().with_resources((name, Resource.from_contents(one)) for name, one in schemas.items())
        conforms = Draft202012Validator(schemas["links.schema.json"], registry=registry).validate
        form = ("--format", "json", "--return-url", BACK)

        one = json.loads(shop.run("onboard", "link", "--reference", "order 1", *form).out)
        shop.run("onboard", "link", "--csv", "in.csv", *form, "--out", "out.json")
        many = json.loads((shop.folder / "out.json").read_text())

        conforms(one)
        conforms(many)
        assert shop.run("onboard", "accept", redirect(one["links"][0]["url"], success="false")).code == 4
        assert [(link["reference"], link["lang"], link["requested"]) for link in many["links"]] == [
            ("=1+1", "no", None),
            ("B-2", None, VERKSTED),
        ]
        assert stat.S_IMODE((shop.folder / "out.json").stat().st_mode) == 0o600

    def test_many_links_without_a_table_are_a_line_each(self, shop: Shop) -> None:
        """For a pipe."""
        (shop.folder / "in.csv").write_text("reference\na\nb\n")

        ended = shop.run("onboard", "link", "--csv", "in.csv", "--format", "text")

        assert [one.startswith("http") for one in ended.out.splitlines()] == [True, True]

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "reference\n",
            "name\nx\n",
            "reference\tlang\na\tno\n",
            "reference,reference\na,b\n",
            "reference\na\na\n",
            "reference,installationtype\na,0\nb,1\n",
            "reference,installationtype\na,7\n",
            "reference,lang\na\n",
            'reference\n"a\n',
        ],
    )
    def test_a_csv_with_one_bad_line_makes_no_link(self, shop: Shop, text: str) -> None:
        """All or none, so that nobody has to find out which went out."""
        (shop.folder / "in.csv").write_text(text)

        ended = shop.run("onboard", "link", "--csv", "in.csv")

        assert ended.code == 3
        assert "in.csv:" in ended.err
        assert "E252" in ended.err
        assert not (shop.folder / ".reconciler/consents.json").exists()

    def test_every_bad_line_of_a_csv_is_told_at_once(self, shop: Shop) -> None:
        """Each with its line and column, whatever stage would have found it."""
        rows = ["a,,0,", "b,12,,", "c,,7,", "a,,,", "kari@house.example,,,", "d,,", "e,,,NO", "f,,,no"]
        (shop.folder / "in.csv").write_text("\n".join(["Reference,installationId,installationtype,lang", *rows]) + "\n")

        ended = shop.run("onboard", "link", "--csv", "in.csv")

        told = [(int(line), column) for line, column in re.findall(r"in\.csv:(\d+) E252 (?:(\w+):)?", ended.err)]
        assert ended.code == 3
        assert told == [
            (2, "installationId"),
            (3, "installationId"),
            (4, "installationtype"),
            (5, "reference"),
            (6, "reference"),
            (7, ""),
            (8, "lang"),
        ]
        assert "kari" not in ended.err

    def test_a_wrong_option_beside_a_csv_is_told_once(self, shop: Shop) -> None:
        """It is no problem of a line."""
        (shop.folder / "in.csv").write_text("reference\na\nb\n")

        ended = shop.run("onboard", "link", "--csv", "in.csv", "--return-url", "http://partner.example/x")

        assert ended.code == 64
        assert ended.err.count("the way back is not https") == 1

    @pytest.mark.parametrize(
        ("head", "told"),
        [("Reference;Lang", ""), ("refrence,lang", "did you mean `reference`?"), ("a|b", "parted by |")],
    )
    def test_the_head_of_a_csv_says_what_is_wrong_with_it(self, shop: Shop, head: str, told: str) -> None:
        """Capitals and semicolons are fine, as in the other lists; a wrong name is named."""
        (shop.folder / "in.csv").write_text(f"{head}\n4711{';' if ';' in head else ','}no\n")

        ended = shop.run("onboard", "link", "--csv", "in.csv")

        assert ended.code == (3 if told else 0)
        assert told in " ".join(ended.err.split())

    def test_a_table_of_links_is_never_written_over(self, shop: Shop) -> None:
        """The links that went out stand nowhere else; the second run makes none."""
        (shop.folder / "in.csv").write_text("reference\n4711\n")
        shop.run("onboard", "link", "--csv", "in.csv", "--out", "out.csv")
        text = (shop.folder / "out.csv").read_text()

        again = shop.run("onboard", "link", "--csv", "in.csv", "--out", "out.csv")

        assert again.code == 64
        assert (shop.folder / "out.csv").read_text() == text
        assert len(shop.run("onboard", "status", report=True).document["links"]) == 1

    def test_a_hidden_installation_is_warned_about(self, shop: Shop) -> None:
        """The page leaves out what is shared already."""
        plain = shop.run("onboard", "link", "--installation", ELVEVEIEN)
        shown = shop.run("onboard", "link", "--installation", ELVEVEIEN, "--show-existing")

        assert "add --show-existing" in plain.err
        assert "add --show-existing" not in shown.err
        assert shown.out.strip().endswith("showExisting=true")

    def test_a_lookup_key_in_other_capitals_is_warned_about(self, shop: Shop) -> None:
        """What is granted to it, our account would not see."""
        right, wrong, other = (shop.run("onboard", "link", "--lookup-key", key) for key in ("BSJG", "bsjg", "HANS"))

        assert "lookup key" not in right.err
        assert "warning: the lookup key bsjg is not that of the account (BSJG) but in other capitals" in wrong.err
        assert "(BSJG) but another one" in other.err
        assert wrong.code == 0

    def test_a_type_that_the_installation_has_not_is_warned_about(self, shop: Shop) -> None:
        """Our account sees it, so the end is known before the link goes out."""
        pro = shop.run("onboard", "link", "--type", "pro", "--installation", ELVEVEIEN)
        right = shop.run("onboard", "link", "--installation", ELVEVEIEN)

        assert "it can only end in wrong-type; take --type go" in pro.err
        assert "wrong-type" not in right.err

    def test_a_second_link_for_the_same_reference_is_warned_about(self, shop: Shop) -> None:
        """Both would count; so would a name be kept."""
        first = shop.run("onboard", "link", "--reference", "order 1")
        second = shop.run("onboard", "link", "--reference", "order 1")
        named = shop.run("onboard", "link", "--reference", "Kari Nordmann")

        assert "warning" not in first.err
        assert "order 1 has an open link already" in second.err
        assert "looks like a name" in named.err

    def test_a_language_in_capitals_is_told_how_to_write_it(self, shop: Shop) -> None:
        """Two letters were given; small ones are meant."""
        assert "two small letters" in shop.run("onboard", "link", "--lang", "NO").err


class TestStatus:
    def test_the_document_is_what_its_schema_says(self, shop: Shop) -> None:
        """Silent, denied, expired and not granted by the list filter."""
        withhold(shop, ELVEVEIEN)
        shop.run("onboard", "link", "--valid-days", "1", "--lookup-key", "HANS")
        shop.run("sandbox", "advance", "2d")
        shop.run("onboard", "accept", redirect(link(shop), success="false"))
        link(shop, "--reference", "order 1")
        schemas = {path.name: json.loads(path.read_text()) for path in (CHECKOUT / "schemas").glob("*.json")}
        registry = Registry().with_resources((name, Resource.from_contents(one)) for name, one in schemas.items())

        ended = shop.run("onboard", "status", report=True)

        Draft202012Validator(schemas["onboarding.schema.json"], registry=registry).validate(ended.document)
        assert ended.code == 4
        assert ended.document["exit"] == {"code": 4, "conditions": ["waiting"]}
        assert [one["outcome"] for one in ended.document["links"]] == ["expired", "denied", "closed"]
        assert {one["lookup_key"] for one in ended.document["not_granted"]} == {"HANS"}
        assert "1 denied, 1 expired, 1 silent" in ended.out
        assert "order 1" in ended.out

    def test_the_filter_of_the_list_is_zaptec_s(self, shop: Shop) -> None:
        """One request more, by the documented name."""
        shop.run("onboard", "status")

        assert any("ExcludeIfVisibleForUserGroupLookupKey" in entry["query"] for entry in shop.log())

    def test_waiting_has_an_age_and_reminders(self, shop: Shop) -> None:
        """Nobody is reminded of a link one second old; after 7, 21 and 60 days it is due."""
        shop.run("onboard", "link", "--valid-days", "90")
        first = shop.run("onboard", "status", report=True)
        seen = []
        for days in ("8d", "14d", "40d"):
            shop.run("sandbox", "advance", days)
            seen.append(shop.run("onboard", "status", report=True))

        assert "nothing yet; remind the person on " in first.out
        assert [one.document["links"][0]["age_days"] for one in (first, *seen)] == [0, 8, 22, 62]
        assert [one.document["links"][0]["reminders_due"] for one in (first, *seen)] == [0, 1, 2, 3]
        assert "silent for 8 days" in seen[0].out
        assert "remind (7 days)" in seen[0].out
        assert "1 silent (1 to remind)" in seen[0].out
        assert "remind again (21 days)" in seen[1].out
        assert "escalate (60 days)" in seen[2].out
        assert all(one.code == 4 for one in (first, *seen))

    def test_what_needed_review_stops_waiting_when_the_link_expires(self, shop: Shop) -> None:
        """Nothing can come of it any more, so it does not keep the exit code open for ever."""
        shop.run("onboard", "accept", redirect(link(shop, "--valid-days", "2"), success="perhaps"))

        before = shop.run("onboard", "status")
        shop.run("sandbox", "advance", "3d")
        after = shop.run("onboard", "status")

        assert (before.code, after.code) == (4, 0)
        assert "needs review" in after.out

    def test_what_the_group_does_not_see_is_not_taken_for_answers(self, shop: Shop) -> None:
        """Silent links are one thing; what our account sees by another way is another."""
        link(shop)
        own = shop.run("onboard", "status").out
        link(shop, "--lookup-key", "HANS")
        other = shop.run("onboard", "status").out

        assert "1 silent; what our account sees, the user group sees too" in " ".join(own.split())
        assert "installations seen by our account, but not by the user group HANS" in " ".join(other.split())
        assert "not granted yet" not in own + other

    def test_markdown_is_for_an_issue(self, shop: Shop) -> None:
        """A table that a reference cannot break."""
        shop.run("onboard", "link", "--reference", "a|b <script>")

        text = shop.run("onboard", "status", "--format", "markdown").out

        assert "| state |" in text
        assert "<script>" not in text

    def test_two_links_and_one_new_site_need_a_person(self, shop: Shop) -> None:
        """Nobody guesses whose it is; named, it can be taken."""
        withhold(shop, ELVEVEIEN)
        shop.run("onboard", "link", "--reference", "A")
        shop.run("onboard", "link", "--reference", "B")
        grant(shop, ELVEVEIEN, tree_after_s=0)
        shop.run("sandbox", "advance", "60s")

        links = shop.run("onboard", "status", report=True).document["links"]
        unnamed = shop.run("onboard", "accept", ELVEVEIEN)
        named = shop.run("onboard", "accept", ELVEVEIEN, "--link", links[1]["link"])

        assert {one["outcome"] for one in links} == {"needs-review"}
        assert (unnamed.code, named.code) == (5, 0)
        assert says(unnamed, Outcome.NEEDS_REVIEW)


class TestWithdrawn:
    def test_access_that_went_is_unreadable_and_never_a_removal(self, shop: Shop) -> None:
        """Consent can be taken back any day; nothing is concluded from it."""
        withhold(shop, ELVEVEIEN)
        url = link(shop)
        grant(shop, ELVEVEIEN)
        shop.run("onboard", "accept", approved(url, ELVEVEIEN))
        withdraw(shop, ELVEVEIEN)

        plan = shop.plan(ELVEVEIEN)
        drift = shop.run("drift", ELVEVEIEN, report=True)
        status = shop.run("onboard", "status", report=True)

        assert plan.code == drift.code == 4
        assert plan.document["changes"] == []
        assert [one["reason"] for one in plan.document["unreadable"]] == ["not-visible"]
        assert "access withdrawn?" in plan.out
        assert [one["kind"] for one in drift.document["findings"]] == ["unreadable"]
        assert "access withdrawn?" in drift.out
        assert "access withdrawn?: granted once" in status.out
        assert status.document["exit"] == {"code": 4, "conditions": ["unreadable"]}


class TestConsentPage:
    """The whole way, with the sandbox's own consent page in place of the Portal's."""

    def test_from_link_over_page_and_redirect_to_the_file(self, shop: Shop) -> None:
        """The owner approves, the browser comes back, the charger is bound."""
        withhold(shop, ELVEVEIEN)
        url = link(shop, "--partner-name", "Kraftlading", "--lang", "no")

        back = shop.run("sandbox", "consent", url, "--person", "person:c-88121").out.strip()
        ended = shop.run("onboard", "accept", back)

        assert ended.code == 0
        assert shop.plan(ELVEVEIEN, "--detailed-exitcode").code == 0

    def test_a_person_who_denies(self, shop: Shop) -> None:
        """Nothing but a note remains."""
        withhold(shop, ELVEVEIEN)
        url = link(shop)

        back = shop.run("sandbox", "consent", url, "--person", "person:c-88121", "--deny").out.strip()
        ended = shop.run("onboard", "accept", back)

        assert ended.code == 4
        assert says(ended, Outcome.DENIED)
        assert new_files(shop) == []


class TestPullRequest:
    @pytest.fixture
    def repository(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Shop:
        """The shop's fleet in git, with one commit."""
        for name in ("GIT_AUTHOR", "GIT_COMMITTER"):
            monkeypatch.setenv(f"{name}_NAME", "KL")
            monkeypatch.setenv(f"{name}_EMAIL", "kl@shop.example")
        withhold(shop, ELVEVEIEN)
        git(shop, "init", "-q", "-b", "main")
        git(shop, "add", "fleet")
        git(shop, "commit", "-q", "-m", "Fleet")
        return shop

    def test_a_branch_and_one_commit_with_one_file(self, repository: Shop) -> None:
        """Nothing is pushed; the plan of what is committed is empty."""
        url = link(repository)
        grant(repository, ELVEVEIEN)

        ended = repository.run("onboard", "accept", approved(url, ELVEVEIEN), "--pr")

        assert ended.code == 0
        assert git(repository, "branch", "--show-current").strip() == "onboard/elveveien-12"
        assert git(repository, "show", "--name-only", "--format=%s").split("\n\n") == [
            "Onboard Elveveien 12",
            "fleet/installations/elveveien-12.yaml\n",
        ]
        assert repository.plan(ELVEVEIEN).document["changes"] == []

    def test_something_staged_there_is_refused_before_anything(self, repository: Shop) -> None:
        """The commit must hold the new file and nothing else; the link is not used up."""
        url = link(repository)
        grant(repository, ELVEVEIEN, tree_after_s=0)
        (repository.folder / "fleet/installations/other.yaml").write_text("x\n")
        git(repository, "add", "fleet/installations/other.yaml")

        ended = repository.run("onboard", "accept", approved(url, ELVEVEIEN), "--pr")

        assert ended.code == 64
        assert "staged already" in ended.err
        assert [path.name for path in new_files(repository)] == ["other.yaml"]
        (kept,) = json.loads((repository.folder / ".reconciler/consents.json").read_text())["links"]
        assert kept["state"] == "issued"

    def test_what_git_says_is_told_in_one_line(self, repository: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        """No line ends written out as signs; the file is there."""
        url = link(repository)
        grant(repository, ELVEVEIEN, tree_after_s=0)
        monkeypatch.setenv("GIT_AUTHOR_NAME", "")
        monkeypatch.setenv("GIT_COMMITTER_NAME", "")

        ended = repository.run("onboard", "accept", approved(url, ELVEVEIEN), "--pr")

        assert ended.code == 1
        assert "git commit failed: " in ended.err
        assert "x0a" not in ended.err
        assert len(new_files(repository)) == 1

    @pytest.mark.parametrize("detached", [True, False])
    def test_the_way_back_leads_back(self, repository: Shop, *, detached: bool) -> None:
        """Also where no branch was checked out."""
        if detached:
            git(repository, "checkout", "-q", "--detach")
        before = git(repository, "rev-parse", "HEAD")
        branch = git(repository, "branch", "--show-current")
        url = link(repository)
        grant(repository, ELVEVEIEN)

        ended = repository.run("onboard", "accept", approved(url, ELVEVEIEN), "--pr")
        told = re.search("`git (switch .*?)` goes back", ended.err)
        assert told is not None
        git(repository, *told[1].split())

        assert git(repository, "rev-parse", "HEAD") == before
        assert git(repository, "branch", "--show-current") == branch

    def test_a_commit_that_fails_leaves_us_where_we_were_and_can_be_repeated(self, repository: Shop) -> None:
        """A hook said no; once it says yes, the same address commits the file that is there."""
        hook = repository.folder / ".git" / "hooks" / "pre-commit"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text("#!/bin/sh\nexit 1\n")
        hook.chmod(0o755)
        branch = git(repository, "branch", "--show-current")
        url = link(repository)
        grant(repository, ELVEVEIEN)

        failed = repository.run("onboard", "accept", approved(url, ELVEVEIEN), "--pr")
        left = (git(repository, "branch", "--show-current"), git(repository, "branch", "--list", "onboard/*"))
        hook.unlink()
        again = repository.run("onboard", "accept", approved(url, ELVEVEIEN), "--pr")

        assert (failed.code, left) == (1, (branch, ""))
        assert again.code == 0
        assert again.err.startswith("granted: ")
        assert Outcome.REPLAYED.value not in again.err
        assert "committed on branch onboard/elveveien-12" in again.err
        assert git(repository, "show", "--name-only", "--format=", "HEAD").endswith("elveveien-12.yaml\n")

    def test_a_branch_that_is_in_the_way_of_all_is_said_before_anything_is_written(self, repository: Shop) -> None:
        """Git has no branch onboard/x beside a branch onboard."""
        git(repository, "branch", "onboard")
        url = link(repository)
        grant(repository, ELVEVEIEN)

        ended = repository.run("onboard", "accept", approved(url, ELVEVEIEN), "--pr")

        assert ended.code == 64
        assert new_files(repository) == []

    def test_outside_of_git_there_is_nothing_to_prepare(self, shop: Shop) -> None:
        """Told at once."""
        assert shop.run("onboard", "accept", f"{BACK}/{'A' * 32}?success=true", "--pr").code == 64


def test_a_served_sandbox_is_the_portal_of_its_links(served: tuple[Shop, str]) -> None:
    """Over real sockets: the link opens at the served page, and the grant is waited for."""
    shop, url = served
    at = {"RECONCILER_SANDBOX_URL": url}
    shop.run("sandbox", "set", "Elveveien 12", "permissions.userGroup:BSJG=none", env=at)
    for file in (shop.folder / "fleet" / "installations").rglob("elveveien-12.yaml"):
        file.unlink()

    asked = shop.run("onboard", "link", "--return-url", BACK, env=at).out.strip()
    back = shop.run("sandbox", "consent", asked, "--person", "person:c-88121", env=at).out.strip()
    ended = shop.run("onboard", "accept", back, env=at)

    assert asked.startswith(f"{url}/access/request/BSJG?")
    assert ended.code == 0, ended.err
    assert len(new_files(shop)) == 1
