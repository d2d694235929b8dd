"""`apply --reviewed`: what reviewers saw is carried out, and nothing else."""

import json
from typing import Any

import pytest

from reconciler.model.change import Cause
from reconciler.sandbox.portal import set_value
from tests.acceptance.conftest import Shop
from tests.acceptance.test_base import Repository

BAKKEGATA = "installations/homes/bakkegata-7.yaml"
ELVEVEIEN = "installations/homes/elveveien-12.yaml"


def merged(shop: Shop) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two pull requests were reviewed and merged; before them the base already wanted more than was live."""
    repository = Repository(shop)
    reviewed = []
    for number, (file, wanted) in enumerate(((BAKKEGATA, 13), ("installations/coops/solbakken.yaml", 9)), start=1):
        repository.git("checkout", "-q", "-b", f"pr{number}")
        shop.edit(file, r"maxCurrent: \d+", f"maxCurrent: {wanted}")
        shop.run("plan", "--base", "main", "--out", f"plan{number}.json")
        reviewed.append(json.loads((shop.folder / f"plan{number}.json").read_text()))
        repository.commit(f"pr {number}")
        repository.git("checkout", "-q", "main")
        repository.git("merge", "-q", f"pr{number}")
    return reviewed[0], reviewed[1]


def brought(document: dict[str, Any]) -> set[str]:
    """Ids of what a pull request brings."""
    return {one["id"] for one in document["changes"] if one["cause"] == Cause.PULL_REQUEST}


def test_two_merges_are_carried_out_and_nothing_else(shop: Shop) -> None:
    """What was pending before stays pending, is listed, and does not fail the run."""
    first, second = merged(shop)
    whole = {one["id"] for one in shop.plan().document["changes"]}
    wanted = (brought(first) | brought(second)) & whole
    before = len(shop.log())

    ended = shop.apply("--yes", "--reviewed", "plan1.json", "--reviewed", "plan2.json")

    done = {one["change"]: one["outcome"] for one in ended.document["outcomes"]}
    assert wanted
    assert whole - wanted
    assert set(done) == wanted
    assert set(done.values()) <= {"done", "already"}
    assert sum(one["method"] != "GET" and "/oauth/" not in one["path"] for one in shop.log()[before:]) <= len(wanted)
    assert f"{len(whole - wanted)} changes not reviewed" in ended.err
    left = json.loads((shop.folder / ended.document["not_reviewed"]).read_text())
    assert {one["id"] for one in left["changes"]} == whole - wanted
    assert {one["id"] for one in shop.plan().document["changes"]} == whole - wanted


def test_what_a_reviewed_plan_only_mentions_is_not_carried_out(shop: Shop) -> None:
    """Pending on base and drift are shown to a reviewer, who does not answer for them."""
    repository = Repository(shop)
    repository.git("checkout", "-q", "-b", "docs")
    shop.run("plan", "--base", "main", "--out", "plan.json")

    ended = shop.apply("--yes", "--reviewed", "plan.json", "--report", "markdown=told.md")

    assert ended.code == 0, ended.err
    assert ended.document["outcomes"] == []
    assert ended.document["not_reviewed"]
    assert ended.out.startswith("Nothing reviewed is to be applied. Compared 9 of 10 installations")
    assert "matches" not in ended.out
    assert "Nothing reviewed is to be applied" in (shop.folder / "told.md").read_text()


def test_a_reviewed_change_whose_precondition_moved_is_not_carried_out(shop: Shop) -> None:
    """Somebody changed the charger since; that is another change, and nobody reviewed it."""
    first, _ = merged(shop)
    change = next(one for one in first["changes"] if one["id"] in brought(first))
    with shop.open_world() as world:
        set_value(world, change["charger"], setting="maxCurrent", value="11")

    ended = shop.apply("--yes", "--reviewed", "plan1.json", "--report", "markdown=told.md")
    checked = shop.run("github", "check", f"report-{shop.counter}.json")

    assert change["id"] not in {one["change"] for one in ended.document["outcomes"]}
    assert ended.code == 4
    assert "conflict" in ended.document["exit"]["conditions"]
    assert "not as reviewed: Bakkegata 7: " in ended.err
    assert "(it is 11 A now, which no reviewer saw)" in ended.err
    assert "which no reviewer saw" in (shop.folder / "told.md").read_text()
    assert checked.code == 4


def taken_back(shop: Shop) -> Repository:
    """One pull request lowers a current, the next takes that back before anybody has seen the first one applied."""
    repository = Repository(shop)
    for number, wanted in ((1, 13), (2, 16)):
        repository.git("checkout", "-q", "-b", f"pr{number}")
        shop.edit(ELVEVEIEN, r"maxCurrent: \d+", f"maxCurrent: {wanted}")
        repository.plan("--out", f"plan{number}.json")
        repository.commit(f"pr {number}")
        repository.git("checkout", "-q", "main")
        repository.git("merge", "-q", f"pr{number}")
    return repository


def still_wrong(shop: Shop) -> list[tuple[int, int]]:
    """What a plan would change at the charger of Elveveien 12: from and to."""
    changes = shop.plan().document["changes"]
    return [(one["before"], one["after"]) for one in changes if one["charger"] == "ZAP012345"]


def test_what_a_pull_request_takes_back_is_taken_back_live_too(shop: Shop) -> None:
    """The first one was applied meanwhile; the second was reviewed when nothing had happened yet."""
    taken_back(shop)
    with shop.open_world() as world:
        set_value(world, "ZAP012345", setting="maxCurrent", value="13")

    ended = shop.apply("--yes", "--reviewed", "plan1.json", "--reviewed", "plan2.json")

    assert [one["outcome"] for one in ended.document["outcomes"]] == ["done"]
    assert still_wrong(shop) == []


def test_what_was_never_applied_needs_no_taking_back(shop: Shop) -> None:
    """The world has what both together want."""
    taken_back(shop)

    ended = shop.apply("--yes", "--reviewed", "plan1.json", "--reviewed", "plan2.json")

    assert ended.code == 0, ended.err
    assert ended.document["outcomes"] == []
    assert still_wrong(shop) == []


def test_a_third_value_is_left_and_is_no_success(shop: Shop) -> None:
    """Reviewers saw 16 A and 13 A; nobody answers for what somebody else has set, and nobody may take it for done."""
    taken_back(shop)
    with shop.open_world() as world:
        set_value(world, "ZAP012345", setting="maxCurrent", value="10")

    ended = shop.apply("--yes", "--reviewed", "plan1.json", "--reviewed", "plan2.json")

    assert ended.code == 4
    assert ended.document["exit"]["conditions"] == ["conflict"]
    assert still_wrong(shop) == [(10, 16)]


def test_going_on_with_a_run_does_not_forget_what_it_left(shop: Shop) -> None:
    """The rest of the run is done and proven; what was merged is still not."""
    merged(shop)
    with shop.open_world() as world:
        set_value(world, "ZAP012347", setting="maxCurrent", value="11")
    shop.apply("--yes", "--reviewed", "plan1.json", "--reviewed", "plan2.json")

    again = shop.apply("--resume", "last")

    assert {one["outcome"] for one in again.document["outcomes"]} == {"done"}
    assert again.document["exit"]["conditions"] == ["conflict"]
    assert again.code == 4


def test_a_saved_plan_and_reviewed_plans_combine(shop: Shop) -> None:
    """The part of the saved plan that was reviewed."""
    first, _ = merged(shop)
    shop.run("plan", "--out", "now.json")

    ended = shop.apply("now.json", "--reviewed", "plan1.json")

    assert {one["change"] for one in ended.document["outcomes"]} == brought(first)


@pytest.mark.parametrize("more", [(), ("Bakkegata 7",), ("--reviewed", "plan2.json")])
def test_a_plan_that_was_compared_with_a_base_is_not_carried_out_as_it_is(shop: Shop, more: tuple[str, ...]) -> None:
    """It also lists what the pull request does not bring; the advice is the command that leaves that out."""
    first, _ = merged(shop)
    before = len(shop.log())

    ended = shop.apply("plan1.json", *more)

    assert len(first["changes"]) > len(brought(first)) > 0
    assert ended.code == 64
    assert "reconciler apply --reviewed plan1.json" in ended.err
    assert len(shop.log()) == before


def test_a_plan_of_a_pull_request_tells_how_to_carry_out_its_part(shop: Shop) -> None:
    """What is advised after the merge carries out as many changes as were announced, and no others."""
    repository = Repository(shop)
    repository.git("checkout", "-q", "-b", "pr")
    shop.edit(BAKKEGATA, r"maxCurrent: \d+", "maxCurrent: 13")

    planned = shop.plan("--base", "main", "--out", "plan.json")
    ended = shop.apply("--yes", "--reviewed", "plan.json")

    command = "reconciler apply --reviewed plan.json"
    assert f"plan saved to plan.json; after the merge, carry out what this pull request brings with: {command}\n" in (
        planned.err
    )
    assert "reconciler apply plan.json" not in planned.err + planned.out
    assert f"after the merge, `{command}`" in " ".join(planned.out.split())
    assert "carries out 1 change" in " ".join(planned.out.split())
    assert planned.document["summary"]["own_changes"] == 1
    assert planned.document["summary"]["changes"] > 10
    assert {one["change"] for one in ended.document["outcomes"]} == brought(planned.document)
    assert len(ended.document["outcomes"]) == 1


def test_a_forged_reviewed_plan_is_refused(shop: Shop) -> None:
    """A cause is not in the id, but the digest and every id are checked; a foreign document is none."""
    merged(shop)
    document = json.loads((shop.folder / "plan1.json").read_text())
    next(one for one in document["changes"] if one["setting"] == "maxCurrent")["after"] = 32
    (shop.folder / "plan1.json").write_text(json.dumps(document))

    ended = shop.run("apply", "--yes", "--reviewed", "plan1.json")

    assert ended.code == 3
    assert "does not have the id of its content" in ended.err


def test_a_forged_taking_back_is_refused(shop: Shop) -> None:
    """It decides about what is carried out, so it must have the ids of its content too."""
    taken_back(shop)
    document = json.loads((shop.folder / "plan2.json").read_text())
    document["withdrawn"][0]["after"] = 32
    (shop.folder / "plan2.json").write_text(json.dumps(document))

    ended = shop.run("apply", "--yes", "--reviewed", "plan2.json")

    assert ended.code == 3
    assert "does not have the id of its content" in ended.err


def test_a_resumed_run_takes_no_reviewed_plans(shop: Shop) -> None:
    """Its plan was cut to what was reviewed when it began."""
    merged(shop)

    assert shop.run("apply", "--resume", "last", "--reviewed", "plan1.json").code == 64


VERKSTEDGATA = "installations/work/verkstedgata-4.yaml"
FJELLVEIEN = "installations/homes/fjellveien-3.yaml"
HAVNEN = "installations/work/havnen-kontor.yaml"
NATIVE = "authentication: {mode: native, authorizationRequired: true}\n\nchargers:"


def a_switch_is_reviewed(shop: Shop, state: str) -> str:
    """A pull request lets an installation switch its mode, while its charger does this; what its reviewers read."""
    shop.edit(VERKSTEDGATA, r"authentication:\n(?:  .*\n)+", "")
    shop.run("sandbox", "set", "ZPR083101", f"operatingMode={state}")
    repository = Repository(shop)
    repository.git("checkout", "-q", "-b", "pr")
    shop.edit(VERKSTEDGATA, "chargers:", NATIVE)
    told = repository.plan("--out", "plan.json").out
    repository.commit("switch")
    repository.git("checkout", "-q", "main")
    repository.git("merge", "-q", "pr")
    return told


def hand_on(shop: Shop, document: dict[str, Any]) -> str:
    """What an apply leaves owed, as the workflow hands it to the next one; the folder."""
    folder = shop.folder / "later"
    folder.mkdir()
    owed = {"kind": "owed", "format_version": "1.0", "owed": document["owed"]}
    (folder / "owed.json").write_text(json.dumps(owed))
    return str(folder)


def done(document: dict[str, Any]) -> dict[str, int]:
    """How many changes ended in which way."""
    counts: dict[str, int] = document["counts"]
    return {kind: number for kind, number in counts.items() if number}


def test_what_waits_for_a_car_by_now_is_told_and_stays_owed(shop: Shop) -> None:
    """It was ready when it was reviewed; the next run carries it out."""
    a_switch_is_reviewed(shop, "disconnected")
    shop.run("sandbox", "set", "ZPR083101", "operatingMode=charging")

    waits = shop.apply("--yes", "--reviewed", "plan.json")
    shop.run("sandbox", "set", "ZPR083101", "operatingMode=disconnected")
    ended = shop.apply("--yes", "--reviewed", hand_on(shop, waits.document))

    assert waits.code == 4
    assert waits.document["exit"]["conditions"] == ["pending"]
    assert {(one["setting"], one["after"], one["why"]) for one in waits.document["owed"]} == {
        ("authentication.mode", "native", "pending"),
        ("authentication.authorizationRequired", True, "pending"),
    }
    assert "2 reviewed settings are still owed" in waits.out
    assert ended.code == 0, ended.err
    assert done(ended.document) == {"done": 2}
    assert ended.document["owed"] == []


def test_what_waited_when_it_was_reviewed_is_carried_out(shop: Shop) -> None:
    """Reviewers read that the merge decides it too."""
    told = a_switch_is_reviewed(shop, "charging")
    shop.run("sandbox", "set", "ZPR083101", "operatingMode=disconnected")

    ended = shop.apply("--yes", "--reviewed", "plan.json")

    assert "merging also decides 2 settings, which wait: 2 for a device" in " ".join(told.split())
    assert "merging changes nothing" not in told
    assert ended.code == 0, ended.err
    assert done(ended.document) == {"done": 2}


def test_what_could_not_be_read_when_it_was_reviewed_is_carried_out(shop: Shop) -> None:
    """The charger did not answer that night."""
    shop.run("sandbox", "fault", "empty-answer", "--path", "*68743641-3e69-5d34-8c99-3cd06e9e167d/state*")
    repository = Repository(shop)
    shop.run("sandbox", "fault", "clear")
    repository.git("checkout", "-q", "-b", "pr")
    shop.edit(HAVNEN, r"ZPR084002: {maxCurrent: 32}", "ZPR084002: {maxCurrent: 16}")
    told = repository.plan("--out", "plan.json").out

    ended = shop.apply("--yes", "--reviewed", "plan.json")

    assert "merging also decides 1 setting, which waits: 1 until it can be read" in " ".join(told.split())
    assert ended.code == 0, ended.err
    assert done(ended.document) == {"done": 1}


def test_the_last_step_of_a_hand_over_stays_owed_until_the_owner_accepts(shop: Shop) -> None:
    """Our group leaves then, and not before."""
    shop.edit(FJELLVEIEN, r"permissions:\n(.*\n)+", "unmanaged: [permissions]\n")
    repository = Repository(shop)
    repository.git("checkout", "-q", "-b", "pr")
    file = shop.folder / "fleet" / FJELLVEIEN
    wish = 'permissions:\n  entries:\n    - {user: "person:c-88122", roles: [user, owner]}\n'
    file.write_text(file.read_text().replace("unmanaged: [permissions]\n", wish))
    repository.plan("--out", "plan.json")

    waits = shop.apply("--yes", "--reviewed", "plan.json")
    shop.run("sandbox", "accept-invitation", "person:c-88122")
    ended = shop.apply("--yes", "--reviewed", hand_on(shop, waits.document))

    assert waits.document["exit"]["conditions"] == ["waiting"]
    assert ("userGroup:BSJG", None, "waiting") in [
        (one["principal"], one["after"], one["why"]) for one in waits.document["owed"]
    ]
    assert ended.document["exit"]["conditions"] == []  # losing access is what confirms this step
    assert done(ended.document) == {"done": 1}
    assert done(ended.document) == {"done": 1}
    assert ended.document["owed"] == []


def test_what_is_owed_is_no_drift(shop: Shop) -> None:
    """The commit that was applied wants it, and the run could not do it."""
    a_switch_is_reviewed(shop, "disconnected")
    shop.run("sandbox", "set", "ZPR083101", "operatingMode=charging")
    waits = shop.apply("--yes", "--reviewed", "plan.json")
    shop.run("sandbox", "set", "ZPR083101", "operatingMode=disconnected")
    owed = f"{hand_on(shop, waits.document)}/owed.json"

    document = shop.plan("--base", "main", "--applied", "main", "--owed", owed).document

    causes = {one["setting"]: one["cause"] for one in document["changes"] if one["name"] == "Verkstedgata 4"}
    assert causes == {
        "authentication.mode": "already pending on base",
        "authentication.authorizationRequired": "already pending on base",
    }


def test_going_on_with_a_run_still_tells_what_is_owed(shop: Shop) -> None:
    """The run knew it from the start."""
    a_switch_is_reviewed(shop, "disconnected")
    shop.run("sandbox", "set", "ZPR083101", "operatingMode=charging")
    first = shop.apply("--yes", "--reviewed", "plan.json")

    again = shop.apply("--resume", "last")

    assert len(first.document["owed"]) == 2
    assert again.document["owed"] == first.document["owed"]


def test_a_forged_list_of_what_is_owed_is_refused(shop: Shop) -> None:
    """It decides about what is carried out, so it is read as strictly as a plan."""
    part = {"account": "main", "installation": "x", "name": "x", "charger": "ZAP1", "principal": None, "why": "pending"}
    for number, wrong in enumerate(
        ({"setting": "maxCurrent", "after": "much"}, {"setting": "nothing", "after": 1}, {"setting": "maxCurrent"})
    ):
        document = {"kind": "owed", "format_version": "1.0", "owed": [{**part, **wrong}]}
        (shop.folder / f"owed{number}.json").write_text(json.dumps(document))

    codes = [shop.run("apply", "--yes", "--reviewed", f"owed{number}.json").code for number in range(3)]

    assert codes == [3, 3, 3]
