"""Plans without network, credentials or people file: from a snapshot that says nothing about anybody."""

import json
import os
import re
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from reconciler.model.digest import digest_of
from reconciler.sandbox.generated import generated_world
from reconciler.sandbox.people import people
from reconciler.sandbox.portal import set_value
from reconciler.sandbox.store import SandboxFile
from tests.acceptance.conftest import CHECKOUT, SECRETS, Shop
from tests.acceptance.generated import write_fleet

ADDRESS = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+\.[A-Za-z]{2,}")
CONTENT = ("taken_at", "accounts", "selection", "people", "reads", "queued", "switch_waits", "installations")


def taken(shop: Shop, *arguments: str) -> Path:
    """A snapshot of the world as it is now."""
    assert shop.run("snapshot", "--out", "snapshot.json", *arguments).code in (0, 4)
    return shop.folder / "snapshot.json"


def cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on there is no network, no environment and no sandbox."""

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    for name in [*os.environ]:
        if name != "PATH":
            monkeypatch.delenv(name)


def rewritten(file: Path, change: Any) -> None:
    """Edit a snapshot the way a careful forger does: with a digest that fits."""
    document = json.loads(file.read_text())
    change(document)
    document["digest"] = digest_of({name: document[name] for name in CONTENT})
    file.write_text(json.dumps(document))


def test_the_offline_plan_is_the_live_plan(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Same changes, steps and refusals; only what nobody can tell offline is added."""
    live = shop.plan().document
    taken(shop)
    (shop.folder / ".reconciler" / "sandbox.json").unlink()
    cut_off(monkeypatch)

    offline = shop.plan("--snapshot", "snapshot.json").document

    assert len(live["changes"]) > 10
    assert offline["digest"] == live["digest"]
    for part in ("changes", "steps", "refusals", "pending", "waiting", "unreadable", "warnings", "coverage", "sites"):
        assert offline[part] == live[part], part
    assert not (shop.folder / ".reconciler" / "sandbox.json").exists()


def test_the_offline_plan_of_a_generated_fleet_is_the_live_plan(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred and twenty sites of all kinds, with new people and new limits."""
    made = generated_world(120, 400, seed=11)
    file = SandboxFile(shop.folder / ".reconciler" / "sandbox.json", first=lambda: made.world)
    with file.hold():
        pass
    write_fleet(shop.folder / "fleet", made.desired)
    live = shop.plan().document
    taken(shop)
    cut_off(monkeypatch)

    offline = shop.plan("--snapshot", "snapshot.json").document

    assert len(live["changes"]) > 20
    assert offline["digest"] == live["digest"]


def test_a_snapshot_takes_the_fewest_requests(shop: Shop) -> None:
    """One page per hundred, one state per charger, one hierarchy and one look at permissions per site."""
    shop.plan()
    before = len(shop.log())

    document = json.loads(taken(shop).read_text())

    reads = [one for one in shop.log()[before:] if "/oauth/" not in one["path"]]
    assert {one["method"] for one in reads} == {"GET"}
    assert len(reads) == document["reads"][0]["requests"] == document["read_floor"]
    sites, chargers = document["coverage"]["installations"]["visible"], document["coverage"]["chargers"]["visible"]
    assert document["read_floor"] <= 1 + 2 + chargers + 2 * sites


def test_the_snapshot_fits_its_schema(shop: Shop) -> None:
    """Whoever reads it elsewhere relies on that."""
    document = json.loads(taken(shop).read_text())
    schema, plan = (
        json.loads((CHECKOUT / "schemas" / f"{name}.schema.json").read_text()) for name in ("snapshot", "plan")
    )
    registry: Registry[Any] = Registry().with_resource("plan.schema.json", Resource.from_contents(plan))

    errors = [*Draft202012Validator(schema, registry=registry).iter_errors(document)]

    assert errors == []


def test_nothing_about_anybody_is_in_it(shop: Shop) -> None:
    """The cloud's answers carry addresses, PINs, passwords and names of people; a snapshot carries none."""
    shop.run("sandbox", "reset")
    with shop.open_world() as world:
        for number, mode in enumerate(("webhooks", "ocppCloud", "ocppNative")):
            site = sorted(world.data["installations"])[number]
            set_value(world, site, setting="authentication.mode", value=mode)
        for charger in world.data["chargers"].values():
            charger["name"] = "Kari Nordmann kari@people.example"

    text = taken(shop).read_text()

    assert "CANARY" not in text
    assert "Nordmann" not in text
    assert not ADDRESS.findall(text)
    for secret in SECRETS.values():
        assert secret not in text
    for _, email, name, _ in people():
        assert email not in text
        assert name not in text
    assert '"person:' in text
    assert '"set"' in text


def test_whoever_is_not_in_the_directory_is_only_a_number(shop: Shop, tmp_path: Path) -> None:
    """Their address stands in the cloud's answer, and nobody here may keep it."""
    directory = tmp_path / "people.csv"
    directory.write_text("id,email\nz-1,somebody@people.example\n")
    for file in (shop.folder / "fleet").rglob("*.yaml"):
        file.write_text(re.sub(r"person:[a-z0-9-]+", "person:z-1", file.read_text()))

    ended = shop.run("snapshot", "--out", "s.json", env={"FLEET_PEOPLE": str(directory)})

    assert ended.code == 4, ended.err
    text = (shop.folder / "s.json").read_text()
    assert json.loads(text)["people"] == ["z-1"]
    assert "person:" not in text
    assert re.search(r'"user-id:[0-9a-f-]{36}"', text)


def test_a_secret_that_is_set_is_not_comparable(shop: Shop) -> None:
    """Nobody can tell offline whether it is the right one, and the plan says so."""
    taken(shop)

    ended = shop.plan("--snapshot", "snapshot.json")

    told = [one for one in ended.document["unverifiable"] if "not comparable offline" in one["reason"]]
    assert [one["setting"] for one in told] == ["authentication.ocppCloud.initialPassword"]
    assert ended.code == 4


def test_an_old_snapshot_is_a_warning(shop: Shop) -> None:
    """After 36 hours, with a code that explains what to do."""
    file = taken(shop)
    young = shop.plan("--snapshot", "snapshot.json")
    at = (datetime.now(UTC) - timedelta(hours=40)).isoformat().replace("+00:00", "Z")
    rewritten(file, lambda document: document.update(taken_at=at))

    old = shop.plan("--snapshot", "snapshot.json")

    assert young.document["snapshot"]["warning"] is None
    assert "P209" not in young.out
    assert old.document["snapshot"]["warning"] == "P209"
    assert old.document["snapshot"]["age_s"] // 3600 == 40
    assert "the snapshot is old" in old.out
    assert "40 hours old" in old.out


def test_a_snapshot_from_the_end_of_time_is_no_snapshot(shop: Shop) -> None:
    """A world of the sandbox may be ahead of the clock, and no plan can hold for a day behind the last one."""
    file = taken(shop)
    rewritten(file, lambda document: document.update(taken_at="9999-12-31T23:59:59Z"))

    ended = shop.plan("--snapshot", "snapshot.json")

    assert ended.code == 3
    assert "snapshot.json" in ended.err
    assert "after the year 2199" in " ".join(ended.err.split())


def test_a_partial_snapshot_says_what_it_does_not_hold(shop: Shop) -> None:
    """An installation outside of it is not gone, it was not read."""
    taken(shop, "Bakkegata 7")

    document = shop.plan("--snapshot", "snapshot.json").document

    reasons = {one["reason"] for one in document["unreadable"]}
    assert reasons == {"not-read"}
    assert document["coverage"]["installations"]["compared"] == 1
    assert document["snapshot"]["selection"]


def test_a_snapshot_of_another_cloud_is_refused(shop: Shop) -> None:
    """A pull request that switches the cloud does not get a plan out of the other one's snapshot."""
    taken(shop)
    shop.edit("fleet.yaml", "cloud: sandbox", "cloud: zaptec")
    shop.edit("fleet.yaml", "    routes:.*\n(      .*\n)*", "")

    ended = shop.run("plan", "--snapshot", "snapshot.json")

    assert ended.code == 3
    assert "it was taken of account main at the cloud sandbox" in ended.err


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("unknown setting", lambda site: site["values"].update({"password": "x"})),
        ("setting left out", lambda site: site["values"].pop("maxCurrent")),
        ("secret in clear", lambda site: site["values"].update({"authentication.webhooks.authPayload": "hunter2"})),
        ("text for amperes", lambda site: site["values"].update({"maxCurrent": "16"})),
        ("negative amperes", lambda site: site["values"].update({"maxCurrent": -1})),
        ("switch for amperes", lambda site: site["values"].update({"maxCurrent": True})),
        ("unknown mode", lambda site: site["values"].update({"authentication.mode": "free"})),
        ("unknown state", lambda site: site["values"].update({"maxCurrent": {"state": "gone"}})),
        ("address as principal", lambda site: site["permissions"][0].update(principal="person:a@b.example")),
        ("unknown role", lambda site: site["permissions"][0].update(roles=["root"])),
        ("number as id", lambda site: site.update(id=7)),
        ("path as id", lambda site: site.update(id="../../etc")),
        ("foreign account", lambda site: site.update(account="other")),
        ("charger twice", lambda site: site["chargers"].append(site["chargers"][0])),
        ("no chargers", lambda site: site.pop("chargers")),
        ("list for installation", lambda site: site.update(values=[])),
    ],
)
def test_a_forged_snapshot_is_refused(shop: Shop, what: str, change: Any) -> None:
    """Also when its digest fits: a document from elsewhere is never believed."""
    file = taken(shop)
    rewritten(file, lambda document: change(document["installations"][0]))

    ended = shop.run("plan", "--snapshot", "snapshot.json")

    assert ended.code == 3, what
    assert "snapshot.json" in ended.err
    assert "hunter2" not in ended.err
    assert "@" not in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    "content", ["not JSON", "[]", '{"kind": "plan"}', '{"kind": "snapshot", "format_version": "1.0"}']
)
def test_what_is_no_snapshot_is_told_how_to_take_one(shop: Shop, content: str) -> None:
    """Another plan would not help."""
    (shop.folder / "broken.json").write_text(content)

    ended = shop.run("plan", "--snapshot", "broken.json")

    assert ended.code == 3
    assert "make it again with `reconciler snapshot --out FILE`" in ended.err
    assert "plan --out" not in ended.err


def test_what_is_no_plan_is_told_how_to_make_one(shop: Shop) -> None:
    """And what is no document at all is told nothing that may be wrong."""
    (shop.folder / "broken.json").write_text("not JSON")

    assert "make it again with `reconciler plan --out FILE`" in shop.run("apply", "broken.json").err
    assert "make it again; documents" in shop.run("show", "broken.json").err


def test_a_snapshot_that_was_edited_is_refused(shop: Shop) -> None:
    """Its digest tells."""
    file = taken(shop)
    file.write_text(file.read_text().replace('"maxCurrent":16', '"maxCurrent":15', 1))

    ended = shop.run("plan", "--snapshot", "snapshot.json")

    assert ended.code == 3
    assert "the digest does not fit" in ended.err


@pytest.mark.parametrize("name", ["text", "markdown", "json"])
def test_show_renders_a_snapshot(shop: Shop, name: str) -> None:
    """Offline; what was read and what was not."""
    file = taken(shop)

    ended = shop.run("show", str(file), "--format", name)

    assert ended.code == 0
    assert "unread" in ended.out.lower()
