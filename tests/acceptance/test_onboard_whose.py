"""Whose installation it is, while several links are out: a customer who has a link of his own can say any id."""

import pytest

from reconciler.model.consent import Outcome
from tests.acceptance.conftest import Ended, Shop
from tests.acceptance.onboarding import ELVEVEIEN, approved, grant, link, new_files, redirect, withhold


def says(ended: Ended, outcome: Outcome) -> bool:
    """Whether the first word is that outcome."""
    return ended.err.startswith(f"{outcome.value}: ")


def two_links(shop: Shop) -> tuple[str, str]:
    """Two customers have a link; only the first lets us in. The way back of each, as a browser may send it."""
    withhold(shop, ELVEVEIEN)
    first, second = (link(shop, "--reference", name) for name in ("customer-a", "customer-b"))
    grant(shop, ELVEVEIEN, tree_after_s=0)
    shop.run("sandbox", "advance", "60s")
    return approved(first, ELVEVEIEN), approved(second, ELVEVEIEN)


def short_of(shop: Shop, reference: str) -> str:
    """How `onboard status` calls a link."""
    links = shop.run("onboard", "status", report=True).document["links"]
    return next(one["link"] for one in links if one["reference"] == reference)


class TestWhose:
    def test_a_customer_cannot_take_what_another_has_granted(self, shop: Shop) -> None:
        """His nonce is real and the installation is new, but nobody says that it is his."""
        real, taken_over = two_links(shop)

        claimed = shop.run("onboard", "accept", taken_over)
        files = new_files(shop)
        guessed = shop.run("onboard", "accept", taken_over, "--serial", "ZAP999999")
        granted = shop.run("onboard", "accept", real, "--serial", "ZAP012345")

        assert (claimed.code, says(claimed, Outcome.NEEDS_REVIEW), files) == (5, True, [])
        assert guessed.code != 0
        assert (granted.code, says(granted, Outcome.GRANTED)) == (0, True)
        assert [one.name for one in new_files(shop)] == ["elveveien-12.yaml"]

    def test_a_serial_that_is_not_there_proves_nothing(self, shop: Shop) -> None:
        """And does not keep the right customer out."""
        real, taken_over = two_links(shop)

        guessed = shop.run("onboard", "accept", taken_over, "--serial", "ZAP012346")
        granted = shop.run("onboard", "accept", real, "--serial", "ZAP012345")

        assert (guessed.code, says(guessed, Outcome.NEEDS_REVIEW)) == (5, True)
        assert granted.code == 0

    def test_the_operator_may_say_whose_it_is(self, shop: Shop) -> None:
        """After a look, by naming the link."""
        real, _ = two_links(shop)

        review = shop.run("onboard", "accept", real)
        named = shop.run("onboard", "accept", ELVEVEIEN, "--link", short_of(shop, "customer-a"))

        assert (review.code, named.code) == (5, 0)
        assert says(review, Outcome.NEEDS_REVIEW)
        assert len(new_files(shop)) == 1

    @pytest.mark.parametrize("answer", ["no", "late", "not whole"])
    def test_a_link_that_is_over_may_have_brought_it_all_the_same(self, shop: Shop, answer: str) -> None:
        """The Portal still takes it: who said no may think again, who is late for us is not late there."""
        withhold(shop, ELVEVEIEN)
        first = link(shop, "--reference", "customer-a", "--valid-days", "1")
        if answer == "late":
            shop.run("sandbox", "advance", "30d")
        second = link(shop, "--reference", "customer-b")
        words = {"no": {"success": "false"}, "late": {}, "not whole": {"success": "tr"}}
        shop.run("onboard", "accept", redirect(first, **words[answer]))
        grant(shop, ELVEVEIEN, tree_after_s=0)
        shop.run("sandbox", "advance", "60s")

        listed = shop.run("onboard", "status", report=True).document["links"]
        found = shop.run("onboard", "accept", ELVEVEIEN)
        claimed = shop.run("onboard", "accept", approved(second, ELVEVEIEN))
        files = new_files(shop)
        named = shop.run("onboard", "accept", ELVEVEIEN, "--link", short_of(shop, "customer-b"))

        told = {one["reference"]: one["outcome"] for one in listed}
        assert (told["customer-b"], found.code, claimed.code, files) == ("needs-review", 5, 5, [])
        assert says(found, Outcome.NEEDS_REVIEW)
        assert named.code == 0

    def test_the_number_on_the_box_proves_it_after_a_review_too(self, shop: Shop) -> None:
        """As the advice says; a number that is not there still proves nothing."""
        withhold(shop, ELVEVEIEN)
        denied = link(shop, "--reference", "customer-a")
        link(shop, "--reference", "customer-b")
        shop.run("onboard", "accept", redirect(denied, success="false"))
        grant(shop, ELVEVEIEN, tree_after_s=0)
        shop.run("sandbox", "advance", "60s")

        review = shop.run("onboard", "accept", ELVEVEIEN)
        guessed = shop.run("onboard", "accept", ELVEVEIEN, "--serial", "ZAP999999")
        files = new_files(shop)
        proven = shop.run("onboard", "accept", ELVEVEIEN, "--serial", "ZAP012345")

        assert (review.code, says(review, Outcome.NEEDS_REVIEW)) == (5, True)
        assert (guessed.code != 0, files) == (True, [])
        assert (proven.code, says(proven, Outcome.GRANTED)) == (0, True)

    def test_a_link_that_is_long_over_explains_nothing_any_more(self, shop: Shop) -> None:
        """Otherwise one customer who never answered would cost every later one a question."""
        withhold(shop, ELVEVEIEN)
        link(shop, "--reference", "customer-a", "--valid-days", "1")
        shop.run("sandbox", "advance", "92d")
        second = link(shop, "--reference", "customer-b")
        grant(shop, ELVEVEIEN)

        assert shop.run("onboard", "accept", approved(second, ELVEVEIEN)).code == 0

    def test_two_installations_in_one_address_are_not_clear(self, shop: Shop) -> None:
        """A browser names one; nothing says which of the two it was."""
        withhold(shop, ELVEVEIEN)
        back = approved(link(shop), ELVEVEIEN)

        ended = shop.run("onboard", "accept", f"{back}&installationId={ELVEVEIEN}")

        assert (ended.code, says(ended, Outcome.NEEDS_REVIEW)) == (5, True)

    def test_a_word_that_is_no_address_of_ours_is_not_repeated_with_what_is_private_in_it(self, shop: Shop) -> None:
        """Somebody pasted the customer's mail."""
        ended = shop.run("onboard", "accept", "kari.nordmann@people.example")

        assert ended.code == 64
        assert "kari" not in ended.err

    def test_one_open_link_needs_no_proof(self, shop: Shop) -> None:
        """What became visible can only be what it has brought."""
        withhold(shop, ELVEVEIEN)
        url = link(shop)
        grant(shop, ELVEVEIEN)

        assert shop.run("onboard", "accept", approved(url, ELVEVEIEN)).code == 0

    def test_a_link_that_names_the_installation_needs_no_proof(self, shop: Shop) -> None:
        """The other one can bring nothing but what it names, either."""
        withhold(shop, ELVEVEIEN)
        link(shop, "--reference", "customer-b")
        url = link(shop, "--reference", "customer-a", "--installation", ELVEVEIEN)
        grant(shop, ELVEVEIEN)

        assert shop.run("onboard", "accept", approved(url, ELVEVEIEN)).code == 0


def test_a_name_that_no_link_can_have_is_what_is_blamed(shop: Shop) -> None:
    """The id beside it is in order."""
    ended = [shop.run("onboard", "accept", ELVEVEIEN, "--link", one) for one in ("kari@x.example", "")]

    assert [one.code for one in ended] == [64, 64]
    assert all("--link" in one.err and "installation id" not in one.err for one in ended)
    assert "kari" not in ended[0].err
