"""A slip that reaches a whole fleet is stopped by the budget before anything is written."""

import json

import pytest

from reconciler.sandbox.generated import generated_world
from reconciler.sandbox.store import SandboxFile
from tests.acceptance.conftest import Ended, Shop
from tests.acceptance.generated import write_fleet

SITES = 320
PROFILE = "profiles/everywhere.yaml"
REFUSED = 5


@pytest.fixture
def fleet(shop: Shop) -> Shop:
    """320 installations with a charger each, in order; all take a limit from one profile."""
    made = generated_world(SITES, SITES, seed=3, drift=0.0)
    with SandboxFile(shop.folder / ".reconciler" / "sandbox.json", first=lambda: made.world).hold() as world:
        for charger in world.data["chargers"].values():
            for values in (charger["values"], charger["former"]):
                values["510"] = "16.000"
    write_fleet(shop.folder / "fleet", made.desired)
    (shop.folder / "fleet" / PROFILE).write_text("chargerDefaults: {maxCurrent: 16, standAlone: false}\n")
    for path in (shop.folder / "fleet" / "installations").glob("*.yaml"):
        document = [line for line in path.read_text().split("\n") if "maxCurrent" not in line]
        path.write_text("\n".join([*_without_wishes(document), "profiles: [everywhere]", ""]))
    return shop


def _without_wishes(lines: list[str]) -> list[str]:
    """The file without the person whom `write_fleet` adds to some of them."""
    text = "\n".join(lines)
    return text.split("permissions:")[0].rstrip().split("\n")


def written(shop: Shop) -> list[str]:
    """Requests other than reading and the login."""
    return [one["path"] for one in shop.log() if one["method"] != "GET" and one["path"] != "/oauth/token"]


def slip(fleet: Shop, amperes: int) -> None:
    """One digit in one profile."""
    disabled = ", disabled: {reason: typing, until: 2035-12-31}" if amperes == 0 else ""
    fleet.edit(PROFILE, "maxCurrent: 16", f"maxCurrent: {amperes}{disabled}")


def guards(ended: Ended) -> dict[str, str]:
    """The fleet guards of a plan with what they measured."""
    return {one["guard"]: one["measured"] for one in ended.document["refusals"] if one["scope"] == "fleet"}


def test_the_fleet_is_in_order_before_the_slip(fleet: Shop) -> None:
    """Otherwise the tests below would prove little."""
    assert fleet.plan().document["changes"] == []


def test_300_installations_do_not_change_by_mistake(fleet: Shop) -> None:
    """Refused as a whole, with the numbers; nothing leaves but reads."""
    slip(fleet, 10)

    planned = fleet.plan()
    applied = fleet.apply("--yes")

    assert guards(planned) == {"changed-installations": f"{SITES} installations"}
    assert (planned.code, applied.code) == (REFUSED, REFUSED)
    assert {one["outcome"] for one in applied.document["outcomes"]} <= {"refused"}
    assert f"{SITES} installations would change, the budget is 25" in planned.out
    assert written(fleet) == []


def test_a_saved_plan_of_the_slip_is_refused_too(fleet: Shop) -> None:
    """Also when its refusals are taken out by hand."""
    slip(fleet, 10)
    fleet.plan("--out", "plan.json")
    path = fleet.folder / "plan.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"refusals": []}))

    applied = fleet.apply("plan.json", "--yes")

    assert applied.code == REFUSED
    assert len(applied.document["outcomes"]) == SITES
    assert {one["outcome"] for one in applied.document["outcomes"]} == {"refused"}
    assert written(fleet) == []


def test_each_budget_is_its_own(fleet: Shop) -> None:
    """Lifting the number of installations does not lift the chargers that go dark, nor the amperes."""
    slip(fleet, 0)
    off = fleet.plan("--accept", "changed-installations:fleet")
    applied = fleet.apply("--yes", "--accept", "changed-installations:fleet")

    fleet.edit(PROFILE, r"maxCurrent: 0, disabled: \{.*?\}", "maxCurrent: 20")
    raised = fleet.plan("--accept", "changed-installations:fleet")

    assert guards(off) == {"chargers-to-zero": f"{SITES} chargers"}
    assert applied.code == REFUSED
    assert guards(raised) == {"amperes-raised": f"{4 * SITES} A"}
    assert written(fleet) == []


def test_the_head_of_the_plan_says_how_far_it_reaches(fleet: Shop) -> None:
    """An electrician reads amperes and chargers before any detail."""
    slip(fleet, 0)

    planned = fleet.plan()

    head = planned.out.split("\n\n")[0]
    assert f"0 A raised, {16 * SITES} A lowered" in head
    assert f"{SITES} chargers will not charge" in head
    assert planned.document["summary"]["blast_radius"]["will_not_charge"] == SITES
