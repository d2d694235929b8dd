"""`onboard cancel`: we do not want the answer to a link any more, and a late one makes no file."""

import json

import click
import pytest

from reconciler.cli.onboard_accept import accepted_url
from reconciler.cli.onboard_choice import Chooser
from reconciler.model.consent import LinkState, Outcome
from reconciler.model.observed import ObservedInstallation
from reconciler.report.onboard_words import OPERATOR, PERSON
from reconciler.store.nonces import Links
from tests.acceptance.conftest import Ended, Shop
from tests.acceptance.onboarding import ELVEVEIEN, NABOLAGET, approved, grant, link, new_files, nonce_of, withhold
from tests.acceptance.onboarding import redirect as back_from
from tests.acceptance.test_onboard_listen import listening


def listed(shop: Shop) -> dict[str, dict[str, object]]:
    """What `onboard status` tells of each link, by reference."""
    return {one["reference"]: one for one in shop.run("onboard", "status", report=True).document["links"]}


def cancel(shop: Shop, *words: str) -> Ended:
    """Close links."""
    return shop.run("onboard", "cancel", *words)


class TestCancel:
    @pytest.mark.parametrize("named_by", ["link", "reference"])
    def test_a_late_answer_makes_no_file(self, shop: Shop, named_by: str) -> None:
        """Neither by its address, nor by the list, nor on the operator's word for that link."""
        withhold(shop, ELVEVEIEN)
        url = link(shop, "--reference", "order 4711")
        short = str(listed(shop)["order 4711"]["link"])

        ended = cancel(shop, short if named_by == "link" else "order 4711")
        grant(shop, ELVEVEIEN, tree_after_s=0)
        shop.run("sandbox", "advance", "60s")
        late = shop.run("onboard", "accept", approved(url, ELVEVEIEN))
        by_id = shop.run("onboard", "accept", ELVEVEIEN)
        named = shop.run("onboard", "accept", ELVEVEIEN, "--link", short)

        assert ended.code == 0, ended.err
        assert ended.err.startswith("cancelled: order 4711: ")
        assert [one.code for one in (late, by_id, named)] == [5, 5, 5]
        assert late.err.startswith("cancelled: order 4711: ")
        assert OPERATOR[Outcome.CANCELLED].advice in late.err
        assert named.err.startswith("cancelled: order 4711: ")
        assert new_files(shop) == []

    def test_nobody_is_waited_for_any_more(self, shop: Shop) -> None:
        """Status is done with it, and says so in one word."""
        link(shop, "--reference", "order 4711")
        before = shop.run("onboard", "status").code

        cancel(shop, "order 4711")
        after = shop.run("onboard", "status")

        assert (before, after.code) == (4, 0)
        told = listed(shop)["order 4711"]
        assert (told["state"], told["outcome"], told["age_days"]) == ("cancelled", "cancelled", None)
        assert "1 cancelled" in after.out

    def test_what_needs_review_can_be_closed_too(self, shop: Shop) -> None:
        """After a look: it was nothing."""
        url = link(shop, "--reference", "order 4711")
        shop.run("onboard", "accept", back_from(url, success="maybe"))

        ended = cancel(shop, "order 4711")

        assert ended.code == 0
        assert shop.run("onboard", "status").code == 0

    def test_several_at_once_or_none(self, shop: Shop) -> None:
        """One word that names no link, and all stay as they are."""
        for name in ("a", "b", "c"):
            link(shop, "--reference", name)

        wrong = cancel(shop, "a", "nobody")
        kept = {name: one["state"] for name, one in listed(shop).items()}
        right = cancel(shop, "a", "b")

        assert wrong.code == 64
        assert "nobody" in wrong.err
        assert set(kept.values()) == {"issued"}
        assert right.code == 0
        assert [one["state"] for one in listed(shop).values()] == ["cancelled", "cancelled", "issued"]

    def test_a_word_that_names_no_link_is_not_repeated_with_what_is_private_in_it(self, shop: Shop) -> None:
        """Somebody pasted the customer's mail."""
        ended = cancel(shop, "kari.nordmann@people.example")

        assert ended.code == 64
        assert "kari" not in ended.err

    def test_again_changes_nothing(self, shop: Shop) -> None:
        """A script may repeat itself."""
        link(shop, "--reference", "a")
        cancel(shop, "a")
        book = shop.folder / ".reconciler/consents.json"
        before = book.read_text()

        assert cancel(shop, "a").code == 0
        assert book.read_text() == before

    @pytest.mark.parametrize("success", ["true", "false"])
    def test_what_was_answered_stays_so(self, shop: Shop, success: str) -> None:
        """Access that was given is taken back by the owner, not here."""
        withhold(shop, ELVEVEIEN)
        url = link(shop, "--reference", "a")
        grant(shop, ELVEVEIEN)
        shop.run("onboard", "accept", back_from(url, success=success, installationId=ELVEVEIEN))
        state = listed(shop)["a"]["state"]

        ended = cancel(shop, "a")

        assert ended.code == 64
        assert f"{state}" in ended.err
        assert listed(shop)["a"]["state"] == state

    def test_it_may_have_brought_what_another_claims(self, shop: Shop) -> None:
        """The Portal still takes it, so somebody else's word is too little."""
        withhold(shop, ELVEVEIEN)
        link(shop, "--reference", "customer-a")
        other = link(shop, "--reference", "customer-b")
        cancel(shop, "customer-a")
        grant(shop, ELVEVEIEN, tree_after_s=0)
        shop.run("sandbox", "advance", "60s")

        ended = shop.run("onboard", "accept", approved(other, ELVEVEIEN))

        assert ended.code == 5
        assert ended.err.startswith("needs-review: customer-b: ")

    def test_the_page_tells_the_person(self, shop: Shop) -> None:
        """In plain words, and there is nothing to press."""
        nonce = nonce_of(link(shop, "--reference", "a", "--lang", "no"))
        cancel(shop, "a")

        with listening(shop) as browser:
            page = browser.open(f"/{nonce}?success=true&installationId={ELVEVEIEN}")
            browser.press(f"/{nonce_of(link(shop))}", {"success": "false"})

        assert PERSON["no"][Outcome.CANCELLED].message in page.text
        assert "<button" not in page.text

    def test_no_cloud_is_asked(self, shop: Shop) -> None:
        """It is our own book, so it works without access."""
        link(shop, "--reference", "a")
        before = len(shop.log())

        cancel(shop, "a")

        assert len(shop.log()) == before

    def test_a_link_that_is_closed_while_somebody_picks_a_charger_makes_no_file(self, shop: Shop) -> None:
        """A colleague has closed it in another window, after its answer was read."""
        withhold(shop, ELVEVEIEN)
        url = link(shop, "--reference", "a")
        grant(shop, ELVEVEIEN)

        def pick(_: ObservedInstallation) -> tuple[str, ...]:
            book = Links(shop.folder)
            book.settle(book.all()[0], LinkState.CANCELLED, at=book.all()[0].issued_at)
            return ("ZAP012345",)

        with click.Context(click.Command("accept")):
            ended = accepted_url(approved(url, ELVEVEIEN), Chooser(choose=pick, proves=lambda _: True))

        assert ended.outcome is Outcome.CANCELLED
        assert new_files(shop) == []

    def test_what_waits_for_a_choice_can_be_closed(self, shop: Shop) -> None:
        """The answer was believed, but nothing is written yet."""
        withhold(shop, NABOLAGET)
        url = link(shop, "--reference", "a")
        grant(shop, NABOLAGET)
        shop.run("onboard", "accept", approved(url, NABOLAGET))  # several chargers, nobody to ask: it stays claimed
        (kept,) = json.loads((shop.folder / ".reconciler/consents.json").read_text())["links"]

        ended = cancel(shop, "a")
        late = shop.run("onboard", "accept", approved(url, NABOLAGET), "--serial", "ZAP012348")

        assert kept["state"] == "claimed"
        assert (ended.code, late.code) == (0, 5)
        assert new_files(shop) == []
