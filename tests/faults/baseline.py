"""What a run looks like when nothing goes wrong; positions, and the end that every other run must come to."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from reconciler.model.change import Change
from reconciler.model.outcome import OutcomeKind
from reconciler.model.plan import Plan
from reconciler.sandbox.portal import set_value
from reconciler.sandbox.world import World
from tests.faults.judge import Judge
from tests.faults.life import Life
from tests.faults.others import contradictable
from tests.faults.scenarios import BY_NAME
from tests.faults.situation import Situation
from tests.faults.truth import Values, accepted, place_of
from tests.faults.watch import Call, Watch
from tests.faults.wishes import wishes

MEMORY = Path("/dev/shm")  # noqa: S108  only the parent of temporary folders
"""Journals there cost no disk."""

LATER_S = 60.0
"""Everything that was accepted by then is readable, except at offline chargers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """An undisturbed run of one scenario and seed.

    Attributes:
        start: The world as it was before, as JSON.
        calls: Its requests.
        lines: Events of its journal.
        files: What it wrote into its folder beside the journal, with the number of writes to the cloud before.
        end: What the cloud had accepted when everything was over and everybody back on line.
        ends: How each change ended, by its id.
        writes: Requests that asked for a change.
        contradictable: What another writer may set otherwise, in the order in which it is due.
    """

    start: str
    situation: Situation
    plan: Plan
    calls: tuple[Call, ...]
    lines: tuple[str, ...]
    files: tuple[tuple[str, int], ...]
    end: Values
    ends: dict[str, OutcomeKind]
    writes: int
    contradictable: tuple[Change, ...]

    def fresh(self) -> Situation:
        """The situation with a world of its own, as it was at the start."""
        return self.situation.over(World.from_json(self.start))


def temporary() -> TemporaryDirectory[str]:
    """A folder for runs, in memory where there is such a thing."""
    return TemporaryDirectory(prefix="faults-", dir=MEMORY if MEMORY.is_dir() else None)


def all_online(world: World) -> bool:
    """Bring back every charger that is offline; whether there was none."""
    away = [charger["serial"] for charger in world.data["chargers"].values() if not charger["online"]]
    for serial in away:
        set_value(world, serial, setting="online", value=True)
    return not away


@lru_cache(maxsize=64)
def baseline(scenario: str, seed: int) -> Baseline:
    """Run a scenario in peace.

    Raises:
        AssertionError: Even that breaks a law, so nothing could be learnt from the faults.
    """
    situation = BY_NAME[scenario].situation(seed)
    world = situation.world
    start = world.to_json()
    watch = Watch(world=world, judge=Judge(world=world))
    with temporary() as root:
        life = Life(situation=situation, watch=watch, root=Path(root), seed=seed, may_be_read_again=True)
        end = life.apply(situation.plan)
        assert end.error is None, f"{scenario}: {end.error}"
        assert end.plan is not None
        assert end.result is not None, f"{scenario}: nothing to do"
        assert not watch.judge.broken, f"{scenario}: {watch.judge.broken}"
        world.advance(LATER_S)
        if not all_online(world):
            world.advance(LATER_S)
            again = Watch(world=world, judge=Judge(world=world))
            Life(situation=situation, watch=again, root=Path(root), number=1, seed=seed).apply(situation.plan)
            world.advance(LATER_S)
        ends = {one.change_id: one.kind for one in end.result.outcomes}
        _assert_as_wished(life, end.plan, ends)
    return Baseline(
        start=start,
        situation=situation,
        plan=end.plan,
        calls=tuple(watch.calls),
        lines=tuple(watch.lines),
        files=tuple(watch.files),
        end=accepted(world),
        ends=ends,
        writes=watch.writes,
        contradictable=contradictable(end.plan, ends),
    )


def _assert_as_wished(life: Life, plan: Plan, ends: Mapping[str, OutcomeKind]) -> None:
    """A second plan is empty and the world is as the files want it, except what waits for people."""
    situation, found = life.situation, accepted(life.situation.world)
    waiting = {place_of(plan.change(one)) for one, kind in ends.items() if kind is OutcomeKind.WAITING}
    wrong = {
        place: (found.get(place), value)
        for place, value in wishes(situation.desired).items()
        if place not in waiting and found.get(place) != value
    }
    assert not wrong, f"there and wanted: {wrong}"
    again = Watch(world=situation.world, judge=Judge(world=situation.world))
    second = Life(situation=situation, watch=again, root=life.root, number=2, seed=life.seed).look()
    left = {place_of(change) for change in second.changes} - waiting
    assert not left, f"a second plan wants {left}"
    assert not again.writes
