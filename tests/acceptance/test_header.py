"""The head of a real plan says what it does to people, cars and fuses."""

from tests.acceptance.conftest import Shop

SOLBAKKEN = "fleet/installations/coops/solbakken.yaml"


def head(text: str) -> str:
    """Everything above the first installation, on one line."""
    return " ".join(text.split("\n\n", maxsplit=1)[0].split())


def test_amperes_and_cars_of_a_site(shop: Shop) -> None:
    """One charger goes back to 32 A while a car charges beside it; an offline one says nothing."""
    shop.run("sandbox", "set", "ZPR081001", "operatingMode=charging")

    planned = shop.plan(SOLBAKKEN)

    blast = planned.document["summary"]["blast_radius"]
    assert (blast["charging"], blast["charging_unknown"]) == (1, 1)
    assert "1 charging now: 1 at Solbakken borettslag; 1 charger there does not say" in head(planned.out)
    assert blast["raised_a"] == planned.document["summary"]["raised_a"] > 0


def test_a_new_owner_of_a_co_op_sees_everybody(shop: Shop) -> None:
    """The sandbox tells that Furulia is of type Pro."""
    planned = shop.plan("Furulia sameie")

    assert "1 person gains access: person:b-31 (Furulia sameie)" in head(planned.out)
    assert "1 person newly sees every session of the site: person:b-31" in head(planned.out)


def test_markdown_says_the_same(shop: Shop) -> None:
    """What a reviewer of a pull request reads first."""
    text = shop.run("plan", "Furulia sameie", "--format", "markdown").out

    assert text.index("- **Access:** 1 person gains access") < text.index("| Installation |")


def test_a_switch_that_needs_newer_firmware_is_refused(shop: Shop) -> None:
    """The version comes with the state that the plan reads anyway."""
    with shop.open_world() as world:
        for charger in world.data["chargers"].values():
            if charger["serial"] == "ZPR083102":
                charger["values"]["911"] = charger["former"]["911"] = "7.5.3.0"

    planned = shop.plan("Verkstedgata 4")

    found = {one["guard"]: one for one in planned.document["refusals"]}
    assert found["firmware-too-old"]["measured"] == "firmware 7.5.3.0"
    assert found["firmware-too-old"]["charger"] == "ZPR083102"
