"""Finding chargers by what stands on the box: the lists once, and only the sites that are meant after that."""

from reconciler.live.account import LiveAccount
from reconciler.sandbox.world import World
from tests.live.cloud import calls

SERIAL = "ZAP012347"
BAKKEGATA = "2f0c6f0e-8f4b-4d0e-9a51-3b1f6f0a1c03"


def test_only_the_installation_of_the_serial_is_looked_at(world: World, account: LiveAccount) -> None:
    """Three pages of lists; then its state, its people and its circuit."""
    found = account.observer.find([SERIAL])

    (site,) = found.installations
    charger = site.charger(SERIAL)
    assert site.id == BAKKEGATA
    assert charger is not None
    assert (charger.get("maxCurrent"), charger.get("standAlone")) == (0.0, True)
    assert isinstance(site.permissions, tuple)
    assert isinstance(site.circuits, tuple)
    assert len(calls(world)) == 6


def test_a_serial_that_hangs_nowhere_finds_nothing(world: World, account: LiveAccount) -> None:
    """And costs no more than the lists."""
    assert account.observer.find(["ZAP999999"]).installations == ()
    assert len(calls(world)) == 3


def test_the_postcode_is_compared_and_never_shown(world: World, account: LiveAccount) -> None:
    """It says where somebody lives."""
    world.data["installations"][BAKKEGATA]["fields"]["ZipCode"] = "CANARY-0855"

    (site,) = account.observer.find([SERIAL]).installations

    assert site.postcode is not None
    assert site.postcode.reveal() == "CANARY-0855"
    assert "CANARY" not in repr(site) + str(site.postcode)


def test_a_postcode_that_is_none_is_not_told(world: World, account: LiveAccount) -> None:
    """A number, an empty text, or nothing: the list's postcode is then not compared."""
    for odd in (7, "", "   ", None):
        world.data["installations"][BAKKEGATA]["fields"]["ZipCode"] = odd

        (site,) = account.observer.find([SERIAL]).installations

        assert site.postcode is None
