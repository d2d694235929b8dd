"""A run can be taken back: what comes back is as before, and what does not is named."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.conftest import Ended, Shop

BAKKEGATA = "fleet/installations/homes/bakkegata-7.yaml"
FJELLVEIEN = "fleet/installations/homes/fjellveien-3.yaml"
KAIA = "fleet/installations/public/kaia-p-hus.yaml"
HAVNEN = "fleet/installations/work/havnen-kontor.yaml"
SOLBAKKEN = "fleet/installations/coops/solbakken.yaml"
ELVEVEIEN = "fleet/installations/homes/elveveien-12.yaml"
OLD_URL, NEW_URL = "wss://ocpp.backend-b.example/cp", "wss://ocpp.backend-b.example/cp/{deviceId}"
URL = "OcppCloudUrl"
OF_MODE = {
    0: ("IsRequiredAuthentication",),
    1: ("WebhooksAuthUrl", "WebhooksAuthPayload", "WebhooksSessionStartUrl", "WebhooksSessionEndUrl"),
    2: (URL, "OcppCloudUrlVersion", "OcppInitialChargePointPassword"),
    3: ("OcppCentralSystemUrl",),
}
"""Which settings of an installation mean something in which mode; leftovers of others do nothing."""

State = Mapping[tuple[str, ...], object]


def state(shop: Shop) -> State:
    """Everything in the world that a plan could change, by installation and setting."""
    world = shop.world()
    found: dict[tuple[str, ...], object] = {}
    for site in world.installations():
        fields, name = site["fields"], site["id"]
        own = OF_MODE[int(str(fields["AuthenticationType"]))]
        for key in ("AuthenticationType", "MaxCurrent", "AvailableCurrent", *own):
            found[name, key] = fields.get(key)
        for one in site["permissions"]:
            found[name, "access", one.get("key") or one.get("email") or one["id"]] = one["roles"]
        for charger in world.chargers_of(name):
            for number in ("510", "712"):
                found[name, charger["serial"], number] = charger["values"][number]
    return found


def differences(one: State, other: State) -> set[tuple[str, ...]]:
    """Places without their installation, where two states differ."""
    return {place[1:] for place in one.keys() | other.keys() if one.get(place) != other.get(place)}


def applied(shop: Shop, *arguments: str) -> Ended:
    """An apply, with the time that every cache needs after it."""
    ended = shop.apply(*arguments)
    shop.run("sandbox", "advance", "60s")
    return ended


def kinds(ended: Ended) -> dict[str, int]:
    """Outcomes that there were."""
    return {kind: number for kind, number in ended.document["counts"].items() if number}


def plan_file(shop: Shop, path: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((shop.folder / path).read_text())
    return document


def test_the_shipped_fleet_comes_back_but_for_what_is_named(shop: Shop) -> None:
    """Modes, addresses, limits and access; not two settings that were empty before, and our own access had it gone."""
    before = state(shop)
    run = applied(shop, "--yes")
    between = state(shop)

    back = applied(shop, run.document["rollback"])

    lost = plan_file(shop, run.document["rollback"])["rollback"]["lost"]
    assert len(differences(before, between)) > 8
    assert differences(before, state(shop)) == {("WebhooksAuthPayload",), ("WebhooksSessionEndUrl",)}
    assert {(one["name"], one["principal"] or one["setting"].rpartition(".")[2]) for one in lost} == {
        ("Havnen kontor", "authPayload"),
        ("Havnen kontor", "sessionEndUrl"),
        ("Bakkegata 7", "userGroup:BSJG"),
    }
    assert "cannot be taken back" in back.out
    assert (back.code, kinds(back)) == (4, {"done": 9, "already": 4, "pending": 1})
    assert set(back.document["exit"]["conditions"]) == {"not-restored", "not-converged", "pending"}


def test_what_waits_for_an_offline_charger_is_not_called_taken_back(shop: Shop) -> None:
    """The cloud still keeps the value for the charger, and will hand it over."""
    run = applied(shop, SOLBAKKEN, "--yes")

    back = applied(shop, run.document["rollback"])

    (pending,) = (one for one in back.document["outcomes"] if one["outcome"] == "pending")
    assert "an earlier value (32 A) is still queued in the cloud" in pending["detail"]


def test_what_an_offline_charger_will_take_over_is_left_to_take_back(shop: Shop) -> None:
    """It was not sent, and no plan of the files will ever want it: the rest of the way back does."""
    before = state(shop)
    run = applied(shop, SOLBAKKEN, "--yes")
    back = applied(shop, run.document["rollback"])
    rest = back.document["residual_plan"]

    (left,) = plan_file(shop, rest)["changes"]
    assert (left["charger"], left["setting"], left["before"], left["after"]) == ("ZPR081020", "maxCurrent", 32, 16)
    assert f"reconciler apply {rest}" in " ".join(back.out.split())
    assert not back.document["receipt"]["converged"]
    assert "not converged: 1 change of the way back: not sent before a device" in " ".join(back.out.split())
    assert back.document["receipt"]["second_plan_changes"] == 0

    shown = " ".join(shop.run("show", rest).out.split())
    assert shown.startswith(f"Rest of the way back from run {run.document['run_id']}: 1 change")
    assert "before that run wrote" not in shown
    assert f"`reconciler apply {rest}` takes the rest back" in shown

    early = applied(shop, rest)
    assert (kinds(early), early.document["residual_plan"] is None) == ({"pending": 1}, False)
    assert not early.document["receipt"]["converged"]

    shop.run("sandbox", "set", "ZPR081020", "online=true")
    shop.run("sandbox", "advance", "60s")
    late = applied(shop, early.document["residual_plan"])
    assert (late.code, kinds(late), late.document["residual_plan"]) == (0, {"done": 1}, None)
    assert late.document["receipt"]["converged"]
    assert differences(before, state(shop)) == set()


def test_a_value_still_on_its_way_is_told_by_plans_of_changed_files(shop: Shop) -> None:
    """Whoever lets the files follow the way back hears that the charger will take over the other value first."""
    run = applied(shop, SOLBAKKEN, "--yes")
    applied(shop, run.document["rollback"])
    shop.edit(SOLBAKKEN.removeprefix("fleet/"), "ZPR081020: {}", "ZPR081020: {maxCurrent: 16}")

    planned = shop.plan(SOLBAKKEN)

    reasons = [one["reason"] for one in planned.document["pending"] if one["charger"] == "ZPR081020"]
    assert len(reasons) == 1
    assert "an earlier value (32 A) is still queued in the cloud" in reasons[0]


def test_the_way_back_is_a_run_of_its_own_with_a_way_back(shop: Shop) -> None:
    """Whoever took the wrong run back takes that back."""
    run = applied(shop, KAIA, "--yes")
    there = state(shop)
    back = applied(shop, run.document["rollback"])

    forth = applied(shop, back.document["rollback"])

    assert (run.code, back.code, forth.code) == (0, 0, 0)
    assert state(shop) == there
    assert kinds(forth) == {"done": 1}


@pytest.mark.parametrize("later", ["25h", "20d"])
def test_its_age_does_not_matter(shop: Shop, later: str) -> None:
    """An incident is noticed when it is noticed; what is there is read again in any case."""
    before = state(shop)
    run = applied(shop, KAIA, "--yes")
    shop.run("sandbox", "advance", later)

    back = applied(shop, run.document["rollback"])

    assert (back.code, kinds(back)) == (0, {"done": 1})
    assert state(shop) == before


def test_what_the_files_say_by_now_does_not_matter(shop: Shop) -> None:
    """The way back is about the run; a warning says that the files still want something else."""
    run = applied(shop, KAIA, "--yes")
    shop.edit(KAIA.removeprefix("fleet/"), "backend-b.example/cp/", "backend-b.example/other/")

    back = applied(shop, run.document["rollback"])

    assert kinds(back) == {"done": 1}
    assert shop.plan(KAIA).document["changes"][0]["before"] == OLD_URL


def test_an_installation_that_no_file_names_any_more_is_left_alone(shop: Shop) -> None:
    """It is no longer ours to write to."""
    run = applied(shop, KAIA, "--yes")
    (shop.folder / KAIA).unlink()
    written = sum(entry["effect"] for entry in shop.log())

    back = applied(shop, run.document["rollback"])

    assert (back.code, kinds(back)) == (4, {"not_reached": 1})
    assert sum(entry["effect"] for entry in shop.log()) == written


def test_what_somebody_else_changed_meanwhile_stays(shop: Shop) -> None:
    """Each change back has its precondition: what the run wrote."""
    run = applied(shop, KAIA, "--yes")
    other = "wss://ocpp.another.example/cp/{deviceId}"
    shop.run("sandbox", "set", "Kaia P-hus", f"authentication.ocppCloud.url={other}")

    back = applied(shop, run.document["rollback"])

    assert (back.code, kinds(back)) == (4, {"conflict": 1})
    assert other in state(shop).values()


def test_a_part_of_the_way_back_can_be_chosen(shop: Shop) -> None:
    """By file, as with any plan."""
    run = applied(shop, KAIA, HAVNEN, "--yes")

    back = applied(shop, run.document["rollback"], KAIA)

    assert kinds(back) == {"done": 1}
    assert OLD_URL in state(shop).values()
    assert "https://hooks.paycharge.example/v1/start" in state(shop).values()


def test_it_can_be_read_before_it_is_used(shop: Shop) -> None:
    """Its first line says whether it is whole."""
    run = applied(shop, HAVNEN, "--yes")

    shown = shop.run("show", run.document["rollback"])

    run_id = run.document["run_id"]
    assert shown.code == 0
    assert shown.out.splitlines()[0] == f"Way back from run {run_id}: 1 change, 2 cannot be taken back"
    assert f"reconciler apply .reconciler/runs/{run_id}/rollback.json" in " ".join(shown.out.split())


def test_our_own_access_cannot_come_back(shop: Shop) -> None:
    """The hand-over is over; only the new owner can undo it."""
    shop.run("sandbox", "accept-invitation", "person:c-88122")
    run = applied(shop, FJELLVEIEN, "--yes")

    back = applied(shop, run.document["rollback"])

    assert "only an owner can give it back" in " ".join(back.out.split())
    assert (back.code, kinds(back)) == (4, {})


def test_a_run_that_wrote_nothing_names_no_way_back(shop: Shop) -> None:
    """There is nothing to take back."""
    ended = applied(shop, ELVEVEIEN, "--yes")

    assert (ended.code, ended.document["rollback"]) == (0, None)
    assert "Way back" not in ended.out


def test_chargers_that_would_be_off_again_count_in_the_budget(shop: Shop) -> None:
    """0 A is legal to restore, and still nobody can charge; the way back needs the same word as any plan."""
    shop.edit("fleet.yaml", "maxChargersToZero: 3", "maxChargersToZero: 0")
    run = applied(shop, BAKKEGATA, "--yes")
    path = run.document["rollback"]

    refused = applied(shop, path)
    accepted = applied(shop, path, "--accept", "chargers-to-zero:fleet")

    assert refused.code == 5
    assert accepted.document["counts"]["done"] == 4
    charger = shop.world().charger_by_serial("ZAP012347")
    assert charger is not None
    assert charger["values"]["510"] == "0.000"


def test_the_limit_of_an_installation_goes_up_again_only_with_a_word(shop: Shop) -> None:
    """Nobody knows whether the breaker is still the former one."""
    shop.edit(KAIA.removeprefix("fleet/"), r"\Z", "\nmaxCurrent: 200\n")
    site = next(one for one in shop.world().installations() if one["fields"].get(URL) == OLD_URL)
    before = site["fields"]["MaxCurrent"]
    path = applied(shop, KAIA, "--yes").document["rollback"]

    refused = applied(shop, path)
    accepted = applied(shop, path, "--accept", f"raise-installation-limit:{site['id']}")

    assert before == 250.0
    assert (refused.code, set(kinds(refused))) == (4, {"refused"})
    assert (accepted.code, set(kinds(accepted))) == (0, {"done"})
    assert state(shop)[site["id"], "MaxCurrent"] == before


def test_without_partner_routes_people_take_it_back(shop: Shop) -> None:
    """What the Portal did, the Portal undoes; who had access before is not known to us."""
    shop.edit("fleet.yaml", r"^    routes:.*\n(?:      .*\n)+", "")
    shop.edit("fleet.yaml", r"^    agreement:.*\n", "")
    run = applied(shop, BAKKEGATA, "--yes")
    shop.run("sandbox", "carry-out", run.document["worksheet"])
    shop.run("sandbox", "advance", "60s")

    back = applied(shop, run.document["rollback"])

    lost = {(one["principal"], "no documented call" in one["reason"]) for one in
            plan_file(shop, run.document["rollback"])["rollback"]["lost"]}  # fmt: skip
    assert lost == {("person:c-88123", True), ("userGroup:BSJG", True)}
    assert back.document["worksheet"]
    assert "Stand-alone mode" in (shop.folder / Path(back.document["worksheet"])).read_text()


def test_nothing_secret_stands_in_it(shop: Shop) -> None:
    """Neither the value that was sent nor the one before."""
    run = applied(shop, "--yes")

    text = (shop.folder / run.document["rollback"]).read_text()

    assert "canary" not in text
    assert "@" not in text
