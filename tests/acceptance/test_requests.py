"""Reading a fleet costs as few requests as possible: floor, plan and the sandbox's own log agree."""

from typing import Any

from reconciler.sandbox.generated import generated_world
from reconciler.sandbox.store import SandboxFile
from tests.acceptance.conftest import Shop
from tests.acceptance.floor import floor_of
from tests.acceptance.generated import write_fleet


def reads(log: list[dict[str, Any]]) -> int:
    """Requests that read, without the login."""
    return sum(entry["method"] == "GET" for entry in log)


def test_a_full_plan_of_the_fixture_stays_at_the_floor(shop: Shop) -> None:
    """Ten installations, one of them unreadable."""
    document = shop.plan().document

    floor = floor_of(shop.folder / "fleet", shop.world())
    assert document["summary"]["requests"]["read"] == document["summary"]["requests"]["read_floor"] == floor
    assert reads(shop.log()) == floor


def test_a_full_plan_of_200_sites_and_1000_chargers_stays_at_the_floor(shop: Shop) -> None:
    """The size at which a page holds less than the list."""
    made = generated_world(200, 1000, seed=5)
    file = SandboxFile(shop.folder / ".reconciler" / "sandbox.json", first=lambda: made.world)
    with file.hold():
        pass
    declared = write_fleet(shop.folder / "fleet", made.desired)

    raised = [f"raise-installation-limit:{site}" for site, _, setting in declared if setting == "maxCurrent"]

    document = shop.plan(*(part for guard in raised for part in ("--accept", guard))).document

    floor = floor_of(shop.folder / "fleet", shop.world())
    persons = sum(setting == "permissions" for _, _, setting in declared)
    assert persons
    assert raised
    assert floor > 1012 + persons + len(raised), "the drift of this seed holds no raise, so the test would prove little"
    assert document["summary"]["requests"]["read"] == document["summary"]["requests"]["read_floor"] == floor
    assert reads(shop.log()) == floor
    changed = {(c["installation"], c["charger"], c["setting"]) for c in document["changes"]}
    assert changed == set(made.drifted) | declared


def test_a_plan_of_one_file_reads_only_that_site(shop: Shop) -> None:
    """Two reads for the site, one per charger with a state setting."""
    document = shop.plan("fleet/installations/homes/elveveien-12.yaml").document

    assert document["summary"]["requests"]["read"] == document["summary"]["requests"]["read_floor"] == 4
    assert reads(shop.log()) == 4


def test_planning_meets_no_429_and_repeats_nothing(shop: Shop) -> None:
    """Our own pace stays below the cloud's."""
    shop.plan()

    assert {entry["status"] for entry in shop.log()} <= {200, 204, 403}
