"""A run that was carried out in peace and is taken back: its rollback meets the faults."""

import random
from pathlib import Path
from tempfile import TemporaryDirectory

from reconciler.loading.documents import read_plan
from reconciler.planning.rollback import as_wished
from reconciler.sandbox.terms import Kind
from reconciler.sandbox.world import World
from reconciler.store.runs import ROLLBACK
from tests.builders import permissions, person, wants, wants_charger
from tests.faults.building import Box, Place, files, world_of
from tests.faults.homes import OTHER_OWNER, OWNER
from tests.faults.judge import Judge
from tests.faults.life import Life
from tests.faults.situation import Situation
from tests.faults.watch import Watch

LATER_S = 3600.0


def taken_back(dice: random.Random, seed: int) -> Situation:
    """Limits had been swapped on an unbalanced circuit, cards switched on and somebody added."""
    high, low = dice.choice((16.0, 20.0, 24.0)), dice.choice((6.0, 8.0, 10.0))
    serials = ["ZPR080071", "ZPR080072"]
    dice.shuffle(serials)
    boxes = (Box(serial=serials[0], amperes=high, stand_alone=True), Box(serial=serials[1], amperes=low))
    site = Place(name="Bryggen", kind=Kind.PRO, limit_a=63.0, circuits_a=(high + low,), boxes=boxes, people=("b-17",))
    file = wants(
        wants_charger(serials[0], maxCurrent=low),
        wants_charger(serials[1], maxCurrent=high),
        settings={"authentication.mode": "native", "authentication.authorizationRequired": True},
        access=permissions(person(dice.choice((OWNER, OTHER_OWNER)), "user")),
        site=site.id,
        name=site.name,
    )
    return _after(Situation(world=world_of(site, seed=seed), desired=files(file)))


def _after(done: Situation) -> Situation:
    """Carry it out, let an hour pass, and want back what was there before."""
    watch = Watch(world=done.world, judge=Judge(world=done.world))
    with TemporaryDirectory() as root:
        life = Life(situation=done, watch=watch, root=Path(root), may_be_read_again=True)
        end = life.apply()
        assert end.says_converged, end.error
        back = read_plan(life.folder / ROLLBACK)
    done.world.advance(LATER_S)
    _long_ago(done.world)
    done.world.data["log"].clear()
    return Situation(world=World.from_json(done.world.to_json()), desired=as_wished(back, done.desired), plan=back)


def _long_ago(world: World) -> None:
    """A read that is an hour old is no part of this."""
    for installation in world.installations():
        installation["former"] = {**installation["fields"]}
    for charger in world.data["chargers"].values():
        charger["former"] = {**charger["values"]}
