"""What the `handover` commands say: no option is ignored without a word, and no letter goes too early without one."""

from tests.acceptance.conftest import Shop
from tests.acceptance.test_handover import BAKKEGATA, NEW, OWNER, SERIAL, begin, codes, without_file

SEED = ("--order", "seed")


class TestTheOrderOfTheGuide:
    def test_it_says_when_it_comes_too_late(self, shop: Shop) -> None:
        """The file names the owner already, so the invitation leaves with the next apply."""
        begun = begin(shop, SERIAL, OWNER, *SEED)

        assert "order-too-late" in codes(begun, SERIAL)
        assert "unmanaged: [permissions]" in begun.out

    def test_in_time_it_has_nothing_to_say(self, shop: Shop) -> None:
        """A new file leaves the owner out until the settings are done."""
        without_file(shop, BAKKEGATA)

        assert "order-too-late" not in codes(begin(shop, SERIAL, OWNER, *SEED), SERIAL)

    def test_an_owner_who_is_invited_already_is_no_reason(self, shop: Shop) -> None:
        """There is nothing left to be late for."""
        shop.apply(BAKKEGATA, "--yes")

        assert "order-too-late" not in codes(begin(shop, SERIAL, OWNER, *SEED), SERIAL)


class TestTheLetter:
    def test_before_anybody_is_invited_it_warns(self, shop: Shop) -> None:
        """The letter speaks of an e-mail from Zaptec, which has not left yet."""
        without_file(shop, BAKKEGATA)
        begin(shop)

        early = shop.run("handover", "letter", SERIAL)
        shop.apply(NEW, "--yes")
        late = shop.run("handover", "letter", SERIAL)

        assert early.code == late.code == 0
        assert "warning: nothing here tells that the owner was invited" in early.err
        assert "warning" not in late.err
        assert early.out == late.out

    def test_in_the_portal_the_worksheet_asks_for_the_invitation(self, shop: Shop) -> None:
        """Nobody can read more than that."""
        shop.edit("fleet.yaml", r"^    routes:.*\n(?:      .*\n)+", "")
        shop.edit("fleet.yaml", r"^    agreement:.*\n", "")
        begin(shop)

        early = shop.run("handover", "letter", SERIAL)
        shop.apply(BAKKEGATA, "--yes")
        late = shop.run("handover", "letter", SERIAL)

        assert "warning" in early.err
        assert "warning" not in late.err

    def test_the_language_may_be_written_in_capitals(self, shop: Shop) -> None:
        """As in the CSV of people."""
        assert shop.run("handover", "letter", SERIAL, "--lang", "NO").out.startswith("Emne:")
