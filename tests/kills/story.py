"""One moment from beginning to end: serve, apply, kill, go on, plan again, judge."""

import contextlib
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from reconciler.errors import ReconcilerError
from reconciler.sandbox.records import Logged
from reconciler.sandbox.world import World
from tests.kills import judge
from tests.kills.facts import held
from tests.kills.fleet import prepare
from tests.kills.judge import Findings
from tests.kills.left import Class, Left, classified, left_in, unanswered_in
from tests.kills.moments import BEFORE_ANSWER, Aim, Blow, Moment, Way, drawn
from tests.kills.processes import KILLED, LONGEST_S, PROGRAM, Served, Victim, environment, serving
from tests.kills.proxy import Exchange, Proxy, no_trap
from tests.kills.told import GoneOn, Told
from tests.kills.trap import Trap, Usual

ATTEMPTS = 8
FLEET = Path("machine") / "fleet"
DONE = 0
HELD = frozenset({*BEFORE_ANSWER, Blow.FROZEN})
"""Blows at a write that cannot end before it is killed: its answer is held back, or it is frozen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _End:
    """How a process ended: `code` is None when it hung; `is_held` when a blow at `struck` could not have let it end."""

    code: int | None
    said: str
    struck: Exchange | None = None
    is_held: bool = False


class NeverStruckError(Exception):
    """The process had ended well each time before the moment came."""


def told(seed: int, number: int, usual: Mapping[float, Usual]) -> Told:
    """Play the moment of that number; draw it again when the process had ended well before it came.

    Raises:
        NeverStruckError: That happened too often.
    """
    for attempt in range(ATTEMPTS):
        moment = drawn(seed, number, attempt=attempt)
        folder = Path(tempfile.mkdtemp(prefix=f"kill-{number}-"))
        with staged(moment, folder, usual=usual[moment.scale]) as story:
            ended = story.play()
        if ended is None or ended.folder is None:
            shutil.rmtree(folder)
        if ended is not None:
            return replace(ended, redraws=attempt)
    raise NeverStruckError(f"moment {number} of seed {seed} never came in {ATTEMPTS} attempts")


@contextlib.contextmanager
def staged(
    moment: Moment, folder: Path, *, usual: Usual, program: Sequence[str] = PROGRAM, patience_s: float = LONGEST_S
) -> Iterator["Story"]:
    """Files, a served world and the proxy before it, for as long as the block lasts."""
    first = prepare(folder / FLEET, folder / "cloud", seed=moment.seed)
    with serving(folder / "cloud", time_scale=moment.scale) as served, contextlib.closing(Proxy(served.port)) as proxy:
        yield Story(
            moment=moment,
            folder=folder,
            usual=usual,
            first=first,
            served=served,
            proxy=proxy,
            program=program,
            patience_s=patience_s,
        )


@dataclass(slots=True, kw_only=True)
class Story:
    """The parts of one moment, in a folder of its own.

    Attributes:
        last: The machine on which the run came to its end.
        patience_s: A process that takes longer hangs.
    """

    moment: Moment
    folder: Path
    usual: Usual
    first: World
    served: Served
    proxy: Proxy
    findings: Findings = field(default_factory=Findings)
    last: Path | None = None
    program: Sequence[str] = PROGRAM
    patience_s: float = LONGEST_S

    @property
    def serials(self) -> dict[str, str]:
        """The cloud's ids of all chargers."""
        return {one["serial"]: one["id"] for one in self.first.data["chargers"].values()}

    def play(self) -> Told | None:
        """Everything; None when the process had ended well before it could be struck."""
        started = time.monotonic()
        try:
            return self._played(started)
        except ReconcilerError as error:
            self.findings.not_converged.append(f"what it left cannot be read: {error}")
            return self._told(Class.UNREADABLE, started=started)

    def _played(self, started: float) -> Told | None:
        machine = self.folder / "machine"
        end = self._struck("apply", "--yes", aim=self.moment.aim, machine=machine)
        left = left_in(machine)
        if end.code != KILLED:
            self._not_killed(end, left)
            return self._told(Class.NOT_KILLED, started=started) if list(self.findings) else None
        hit = classified(left, self.proxy.writes("apply"), struck=end.struck, serials=self.serials)
        self._check_journal(left)
        went_on = self._go_on(machine, left)
        log = self._judge()
        unanswered = unanswered_in(left, self.proxy.writes("apply"), self.serials)
        return replace(
            self._told(hit, started=started),
            went_on=went_on,
            open_writes=len(unanswered),
            effects=self._effects(unanswered, log),
            invisible_repeats=len(judge.repeated(log, self.proxy.exchanges)),
            folder=self.folder if list(self.findings) else None,
        )

    def _told(self, hit: Class, *, started: float) -> Told:
        return Told(
            moment=self.moment,
            hit=hit,
            operation=self.moment.aim.operation,
            findings=self.findings,
            took_s=time.monotonic() - started,
            folder=self.folder if list(self.findings) else None,
        )

    def _struck(self, *arguments: str, aim: Aim, machine: Path, by: str = "apply") -> "_End":
        """Start a process and strike it; how it ended."""
        runs = machine / ".reconciler" / "runs"
        already = frozenset(path.name for path in runs.iterdir()) if runs.is_dir() else frozenset()
        victim = self._started(*arguments, machine=machine, by=by)
        trap = Trap(aim=aim, victim=victim, patience_s=self.patience_s)
        self.proxy.trap = trap
        trap.watch(runs, already=already, usual=self.usual)
        end = self._end(victim)
        self.proxy.trap = no_trap
        return replace(end, struck=trap.struck, is_held=trap.struck is not None and aim.blow in HELD)

    def _started(self, *arguments: str, machine: Path, by: str) -> Victim:
        env = environment(machine, self.proxy.url)
        victim = Victim(*arguments, folder=machine, env=env, name=by, program=self.program)
        self.proxy.by = by
        self.proxy.is_dying = victim.is_dying
        return victim

    def _end(self, victim: Victim) -> "_End":
        """Wait for its end; one that hangs is ended, and has no exit code."""
        code = victim.ended(self.patience_s)
        if code is None:
            victim.kill()
        return _End(code=code, said=victim.text())

    def _run(self, *arguments: str, machine: Path, by: str) -> "_End":
        """Let a process run to its end."""
        return self._end(self._started(*arguments, machine=machine, by=by))

    def _not_killed(self, end: "_End", left: Left | None) -> None:
        """Only an end with 0 and a result that holds means no more than that the blow came too late."""
        self.findings.not_converged += judge.ended(left, code=end.code, said=end.said)
        if end.is_held:
            self.findings.overstated.append("it came to its end while a write of it was held back")

    def _go_on(self, machine: Path, left: Left | None) -> GoneOn:
        """Do what the moment says, or what is possible of it."""
        if self.moment.way is Way.ELSEWHERE:
            other = self.folder / "elsewhere"
            shutil.copytree(machine / "fleet", other / "fleet")
            self._apply(other)
            return GoneOn.ELSEWHERE
        if left is None or left.plan is None:
            if left is not None:
                self._refused_resume(machine, left)
            self._apply(machine)
            return GoneOn.AGAIN
        went_on = self._second_kill(machine, left)
        self._resume(machine, left)
        return went_on

    def _apply(self, machine: Path) -> None:
        end = self._run("apply", "--yes", machine=machine, by="fresh")
        self._ended(machine, left_in(machine), end)

    def _refused_resume(self, machine: Path, left: Left) -> None:
        end = self._run("apply", "--resume", left.run_id, "--yes", machine=machine, by="resume without plan")
        if end.code in (DONE, None) or "before it wrote anything" not in end.said or "plan again" not in end.said:
            self.findings.overstated.append(f"a resume without plan.json ended with {end.code} and does not say so")

    def _second_kill(self, machine: Path, left: Left) -> GoneOn:
        if self.moment.second is None:
            return GoneOn.RESUMED
        arguments = ("apply", "--resume", left.run_id, "--yes")
        end = self._struck(*arguments, aim=self.moment.second, machine=machine, by="killed resume")
        now = left_in(machine, left.run_id)
        self._check_journal(now)
        if end.code == KILLED:
            return GoneOn.TWICE
        self._not_killed(end, now)
        return GoneOn.RESUMED

    def _resume(self, machine: Path, left: Left) -> None:
        end = self._run("apply", "--resume", left.run_id, "--yes", machine=machine, by="resume")
        self._ended(machine, left_in(machine, left.run_id), end)

    def _ended(self, machine: Path, left: Left | None, end: "_End") -> None:
        self._check_journal(left)
        self.last = machine
        self.findings.not_converged += judge.ended(left, code=end.code, said=end.said)

    def _check_journal(self, left: Left | None) -> None:
        if left is not None and left.plan is not None:
            self.findings.overstated += judge.told_truly(left, self.proxy.exchanges, self.serials)

    def _effects(self, unanswered: Sequence[Exchange | None], log: Sequence[Logged]) -> int:
        """How many took effect; one whose answer was delivered must have."""
        done = [one for one in unanswered if one and judge.took_effect(one, log, self.proxy.exchanges)]
        missing = [one for one in unanswered if one and one.delivered and one not in done]
        self.findings.unproven += [
            f"write {one.number} was answered, the server's log has no effect" for one in missing
        ]
        return len(done)

    def _judge(self) -> Sequence[Logged]:
        """Plan once more, stop the server and compare everything; the server's log."""
        assert self.last is not None
        end = self._run("plan", "--detailed-exitcode", machine=self.last, by="second plan")
        if end.code != DONE:
            self.findings.not_converged.append(f"the second plan ended with {end.code}: {end.said.strip()}")
        self.served.stop()
        cloud = World.from_json(self.served.file.read_text())
        log, world, found = [*cloud.log], held(cloud), self.findings
        exchanges = self.proxy.exchanges
        plans = self._plans()
        for left in plans:
            found.overstated += judge.overstated(left, world, self.serials)
        found.doubled += judge.doubled(exchanges)
        if self.moment.way is not Way.ELSEWHERE:
            found.doubled += judge.repeated(log, exchanges)
        found.unplanned += judge.unplanned(plans, exchanges, self.serials)
        found.unplanned += judge.moved_beside(self.first, world, plans[0], self.serials)
        found.unplanned += judge.leaked(self.folder / "machine")
        return log

    def _plans(self) -> Sequence[Left]:
        """Every run that had a plan, of both machines."""
        machines = [self.folder / "machine", self.folder / "elsewhere"]
        runs = [path for machine in machines for path in sorted((machine / ".reconciler" / "runs").glob("*"))]
        found = [left_in(path.parents[2], path.name) for path in runs]
        return [left for left in found if left is not None and left.plan is not None]
