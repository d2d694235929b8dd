"""One run: something goes wrong at one moment, then the operator goes on, and the judge looks at all of it."""

import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.model.outcome import OutcomeKind
from reconciler.sandbox.world import World
from tests.faults.baseline import LATER_S, Baseline, all_online, baseline, temporary
from tests.faults.ends import judge_end, judge_files, still_open
from tests.faults.judge import Broken, Judge, Law
from tests.faults.kinds import BY_NAME, Kind, Then, Trouble, Where, second_kinds, trouble
from tests.faults.life import End, Life
from tests.faults.situation import Situation
from tests.faults.truth import Place, accepted, place_of
from tests.faults.watch import NOTHING, Acts, Watch

DOUBLES_FROM = 2
"""Seeds from here on bring a second trouble some calls later."""

WAITS_S = (0.0, 3.0, LATER_S)
"""How soon an operator goes on after a crash."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Moment:
    """Which run it is; the same moment always runs the same."""

    scenario: str
    kind: str
    position: int
    seed: int

    @property
    def command(self) -> str:
        """How to repeat exactly this run."""
        return f"python -m tests.faults one {self.scenario} {self.kind} {self.position} {self.seed}"


@dataclass(slots=True, kw_only=True)
class Finding:
    """What one run showed.

    Attributes:
        struck: Whether its trouble made a difference.
        counted: Whether a write was still due then.
        impossible: Why this kind cannot strike there; nothing was run.
        without_effect: Why it struck and made no difference; the run was judged and is not counted.
        only_extra: Whether nothing but what comes on top of the trouble went wrong; neither counted nor missing.
    """

    moment: Moment
    struck: bool = False
    counted: bool = False
    impossible: str = ""
    without_effect: str = ""
    only_extra: bool = False
    checked: Counter[Law] = field(default_factory=Counter)
    broken: list[Broken] = field(default_factory=list)


def one_run(moment: Moment) -> Finding:
    """Run it and judge it."""
    base = baseline(moment.scenario, moment.seed)
    kind = BY_NAME[moment.kind]
    finding = Finding(moment=moment)
    if kind.where is Where.CALLS:
        finding.impossible = kind.impossible(base.calls[moment.position])
    if not finding.impossible:
        with temporary() as folder:
            _Run(finding, kind, base, folder=Path(folder)).go()
    return finding


class _Run:
    """The stages of one run, all on one world."""

    def __init__(self, finding: Finding, kind: Kind, base: Baseline, *, folder: Path) -> None:
        self._finding = finding
        self._kind = kind
        self._base = base
        self._folder = folder
        self._seed = finding.moment.seed
        self._dice = random.Random(finding.moment.command)
        self._situation: Situation = base.fresh()
        self._world: World = self._situation.world
        self._lives = 0
        self._set_late: set[Place] = set()
        self._contradicted: set[Place] = set()
        self._waiting: set[Place] = set()

    def go(self) -> None:
        """Trouble, then peace."""
        trouble_ = self._trouble()
        self._kind.prepare(self._world)
        self._world.data["faults"] = [*trouble_.own, *trouble_.extra]
        life = self._life(acts=trouble_.acts)
        life.watch.own_faults = len(trouble_.own)
        life.may_be_read_again = self._kind.then is Then.RESUME
        watch = life.watch
        end = life.apply(self._situation.plan)
        self._world.data["faults"] = []
        self._set_late, self._contradicted = watch.judge.late, set(watch.judge.others)
        self._note(watch)
        self._judged(life, end)
        self._go_on(life, end)
        self._everybody_back()
        self._last_look()

    def _note(self, watch: Watch) -> None:
        """Whether the trouble made a difference, and whether a write was due then."""
        finding = self._finding
        finding.struck = watch.struck_after is not None
        finding.counted = watch.struck_after is not None and watch.struck_after < self._base.writes
        if not finding.struck and watch.without_effect:
            finding.without_effect = self._kind.idle
        finding.only_extra = not finding.struck and watch.extra > 0

    def _trouble(self) -> Trouble:
        return trouble(
            self._kind,
            self._finding.moment.position,
            self._dice,
            second_from=second_kinds(self._base.calls) if self._seed >= DOUBLES_FROM else (),
            calls=len(self._base.calls),
        )

    def _life(
        self, *, acts: Acts = NOTHING, folder: str = "here", number: int = 0, knows_nothing: bool = False
    ) -> Life:
        self._lives += 1
        root = self._folder / folder
        root.mkdir(exist_ok=True)
        watch = Watch(
            world=self._world,
            judge=Judge(world=self._world, repeats_unseen=knows_nothing),
            acts=acts,
            may_be_contradicted=self._base.contradictable,
        )
        return Life(situation=self._situation, watch=watch, root=root, number=number or self._lives, seed=self._seed)

    def _judged(self, life: Life, end: End) -> None:
        if not end.died:
            judge_end(life, end)
            if self._kind.where is Where.FILES:
                judge_files(life, end)
        judge = life.watch.judge
        self._finding.checked.update(judge.checked)
        self._finding.broken += judge.broken

    def _go_on(self, life: Life, end: End) -> None:
        """Resume or run again, as an operator would."""
        if not end.died:
            self._world.advance(LATER_S)
            self._again(claimed=end)
            return
        self._world.advance(self._dice.choice(WAITS_S))
        if self._kind.then is Then.ELSEWHERE:
            self._again(folder="elsewhere", knows_nothing=True)
        elif (life.folder / "plan.json").exists():
            self._resume(life.number)
        else:
            self._again()

    def _resume(self, number: int) -> None:
        life = self._life(number=number)
        life.may_be_read_again = self._kind.where is Where.FILES
        end = life.resume()
        self._judged(life, end)
        self._world.advance(LATER_S)
        if self._seed >= DOUBLES_FROM:
            self._again(claimed=end)

    def _again(self, *, claimed: End | None = None, folder: str = "here", knows_nothing: bool = False) -> None:
        """A plain run. Its plan, made in peace, tells whether an earlier receipt was right."""
        life = self._life(folder=folder, knows_nothing=knows_nothing)
        # A plan that met another writer is over; what it leaves is planned afresh.
        end = life.apply(None if self._contradicted else self._situation.plan)
        self._waiting = _waits_for_people(end)
        if claimed is not None and claimed.says_converged and claimed.plan is not None:
            fresh = end.plan if self._situation.plan is None else life.look()
            about = {place_of(one) for one in claimed.plan.changes} - self._set_late
            life.watch.judge.check(Law.HONEST, still_open(fresh, about))
        self._judged(life, end)
        self._world.advance(LATER_S)

    def _everybody_back(self) -> None:
        """Chargers that were offline come back, and the next run finds them."""
        if all_online(self._world):
            return
        self._world.advance(LATER_S)
        self._again(folder="elsewhere" if self._kind.then is Then.ELSEWHERE else "here")

    def _last_look(self) -> None:
        """Everything that was planned is as after an undisturbed run, unless another writer made it wait for people."""
        judge = Judge(world=self._world)
        found, wanted = accepted(self._world), self._base.end
        excused = self._contradicted & self._waiting
        places = sorted({place_of(one) for one in self._base.plan.changes} - excused)
        wrong = [place for place in places if found.get(place) != wanted.get(place)]
        what = f"{wrong[0]} is {found.get(wrong[0])}, not {wanted.get(wrong[0])}" if wrong else None
        judge.check(Law.RECOVERS, what)
        self._finding.checked.update(judge.checked)
        self._finding.broken += judge.broken


def _waits_for_people(end: End) -> set[Place]:
    if end.result is None or end.plan is None:
        return set()
    waiting = [one.change_id for one in end.result.outcomes if one.kind is OutcomeKind.WAITING]
    return {place_of(end.plan.change(one)) for one in waiting}
