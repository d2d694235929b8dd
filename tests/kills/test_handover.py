"""A hand-over whose apply is killed at a call: nobody is locked out, and running it again finishes it."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from reconciler.cli.main import run
from reconciler.sandbox.operations import accept_invitation
from reconciler.sandbox.records import Installation
from reconciler.sandbox.seed import fixture_world
from reconciler.sandbox.server import running
from reconciler.sandbox.settling import settle_charger, settle_installation
from reconciler.sandbox.terms import Mode, Role
from reconciler.sandbox.world import World
from tests.kills.processes import KILLED, ROOT, Victim, environment
from tests.kills.proxy import Exchange, Go, Proxy, Stage

SERIAL, OWNER, ADDRESS = "ZAP012347", "person:c-88123", "ida.berg@people.example"
SITE = "2f0c6f0e-8f4b-4d0e-9a51-3b1f6f0a1c03"
OLD = "installations/homes/bakkegata-7.yaml"
FILE = "fleet/installations/bakkegata-7.yaml"
RELEASED = "fleet/released/bakkegata-7.yaml"
FAST = 1000.0
STAGES = (Stage.REQUEST, Stage.ANSWER)
SETTINGS_CALLS = (8, 21)
REMOVAL_CALLS = (9, 11, 14)
"""A few of the calls; `python -m tests.kills.test_handover` tries every one of both applies."""


@contextmanager
def through_proxy(world: World) -> Iterator[Proxy]:
    """The world over HTTP, with somebody in between who sees every call."""
    with running(world, time_scale=FAST) as url:
        proxy = Proxy(int(url.rpartition(":")[2]))
        try:
            yield proxy
        finally:
            proxy.close()


def make_fleet(folder: Path) -> None:
    """The shipped fleet; of Bakkegata 7 its files know nothing, and every setting has a call."""
    shutil.copytree(ROOT / "fleet", folder / "fleet")
    (folder / "fleet" / OLD).unlink()
    fleet = folder / "fleet" / "fleet.yaml"
    routes = "      permissions: partner\n"
    fleet.write_text(fleet.read_text().replace(routes, f"{routes}      standAlone: partner\n"))


def command(folder: Path, world: World, *arguments: str) -> int:
    """One command in this process, over HTTP."""
    with pytest.MonkeyPatch.context() as patch, through_proxy(world) as proxy:
        patch.chdir(folder)
        patch.setenv("RECONCILER_SANDBOX_URL", proxy.url)
        patch.setenv("XDG_STATE_HOME", str(folder / "state"))
        return run(arguments)


def killed_apply(folder: Path, world: World, *, call: int, stage: Stage) -> bool:
    """Kill an apply at that call; whether it came so far."""
    with through_proxy(world) as proxy:
        victim = Victim("apply", FILE, "--yes", folder=folder, env=environment(folder, proxy.url), name="killed")

        def strike(exchange: Exchange, now: Stage) -> Go:
            if exchange.number != call or now is not stage:
                return Go.ON
            victim.kill()
            return Go.DROP

        proxy.trap = strike
        return victim.ended() == KILLED


@cache
def before(moment: str) -> str:
    """The world before the first apply, or once the owner has accepted and only our access is left."""
    world = fixture_world()
    if moment == "settings":
        return world.to_json()
    folder = _made()
    begin(folder, world)
    assert command(folder, world, "apply", FILE, "--yes") == 4
    accept_invitation(world, OWNER, installation=None)
    return world.to_json()


def _made() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="handover-"))
    make_fleet(folder)
    return folder


def begin(folder: Path, world: World) -> None:
    """Write the file."""
    assert command(folder, world, "handover", "start", SERIAL, "--owner", OWNER, "--yes") == 0


def home(world: World) -> Installation:
    """The installation, with everything that has become effective."""
    found = world.data["installations"][SITE]
    settle_installation(world, found)
    return found


def somebody_is_in(world: World) -> bool:
    """Whether our group or an owner who has accepted can still manage the installation."""
    return any(
        one["accepted"] and Role(one["roles"]) & Role.OWNER and ("key" in one or one.get("email") == ADDRESS)
        for one in home(world)["permissions"]
    )


def finish(folder: Path, world: World) -> None:
    """What an operator does afterwards, whatever happened before."""
    command(folder, world, "apply", FILE, "--yes")
    if any(not one["accepted"] for one in home(world)["permissions"]):
        accept_invitation(world, OWNER, installation=None)
        command(folder, world, "apply", FILE, "--yes")
    assert command(folder, world, "handover", "status", FILE) == 0
    assert command(folder, world, "handover", "finish", SERIAL, "--yes") == 0


def check_the_end(folder: Path, world: World) -> None:
    """It is the owner's alone, it charges at 16 A, and its file lies among the released ones."""
    site = home(world)
    box = next(one for one in world.chargers_of(SITE) if one["serial"] == SERIAL)
    settle_charger(world, box)
    assert [(one.get("email"), one["accepted"]) for one in site["permissions"]] == [(ADDRESS, True)]
    assert site["fields"]["AuthenticationType"] == int(Mode.NATIVE)
    assert (float(box["values"]["510"]), box["values"]["712"]) == (16.0, "0")
    assert (folder / RELEASED).is_file()
    assert not (folder / FILE).exists()


def pulled(folder: Path, moment: str, *, call: int, stage: Stage) -> bool:
    """One story; whether the apply was killed."""
    world = World.from_json(before(moment))
    make_fleet(folder)
    begin(folder, world)
    struck = killed_apply(folder, world, call=call, stage=stage)
    assert somebody_is_in(world), f"locked out by {moment} call {call} {stage}"
    finish(folder, world)
    check_the_end(folder, world)
    return struck


@pytest.mark.parametrize("stage", STAGES, ids=["before it arrives", "before the answer"])
@pytest.mark.parametrize("call", REMOVAL_CALLS)
def test_killed_while_our_access_goes(tmp_path: Path, call: int, stage: Stage) -> None:
    """The one step that cannot be read back: it is found in the journal, where the look before it stands as well."""
    pulled(tmp_path, "removal", call=call, stage=stage)


@pytest.mark.parametrize("call", SETTINGS_CALLS)
def test_killed_on_the_way(tmp_path: Path, call: int) -> None:
    """Invitation, mode, stand-alone, current: an apply more and it is done."""
    assert pulled(tmp_path, "settings", call=call, stage=Stage.ANSWER)


def every_call() -> dict[str, int]:
    """Both applies, at every call and at either end of it; how many stories each took."""
    counts = {"settings": 0, "removal": 0}
    for moment in counts:
        call = 1
        while all(_one(moment, call, stage) for stage in STAGES):
            counts[moment] += len(STAGES)
            call += 1
    return counts


def _one(moment: str, call: int, stage: Stage) -> bool:
    folder = _made()
    shutil.rmtree(folder)
    folder.mkdir()
    struck = pulled(folder, moment, call=call, stage=stage)
    shutil.rmtree(folder)
    return struck


if __name__ == "__main__":
    stories = every_call()
    many = f"{sum(stories.values())} kills of a hand-over"
    where = f"{stories['settings']} while it is set up, {stories['removal']} while our access goes"
    sys.stdout.write(f"{many}: {where}; nobody was locked out, and running it again finished each\n")
