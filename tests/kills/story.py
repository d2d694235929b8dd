"""One moment from beginning to end: serve, apply, kill, go on, plan again, judge."""

import contextlib
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.sandbox.records import Logged
from reconciler.sandbox.world import World
from tests.kills import judge
from tests.kills.facts import held
from tests.kills.fleet import prepare
from tests.kills.judge import Findings
from tests.kills.left import Class, Left, classified, left_in, unanswered_in
from tests.kills.moments import Aim, Moment, Way, drawn
from tests.kills.processes import KILLED, Served, Victim, environment, serving
from tests.kills.proxy import Exchange, Proxy, no_trap
from tests.kills.trap import Trap, Usual

ATTEMPTS = 8
FLEET = Path("machine") / "fleet"
DONE = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What became of one moment.

    Attributes:
        open_writes: Journal entries without their second half that the kill left behind.
        effects: How many of those took effect, by the server's log.
        killed_again: Whether a resume was killed as well.
        resumed: Whether the run itself was taken up again and came to its end.
        invisible_repeats: By a fresh apply without the journal: writes of a value that no read showed yet.
        folder: Kept when something is wrong.
    """

    moment: Moment
    hit: Class
    operation: str
    open_writes: int
    effects: int
    killed_again: bool
    resumed: bool
    invisible_repeats: int
    findings: Findings
    took_s: float
    folder: Path | None = None


class NeverStruckError(Exception):
    """The process had ended each time before the moment came."""


def told(seed: int, number: int, usual: Mapping[float, Usual]) -> Told:
    """Play the moment of that number; draw it again when the process had ended before it came.

    Raises:
        NeverStruckError: That happened too often.
    """
    for attempt in range(ATTEMPTS):
        moment = drawn(seed, number, attempt=attempt)
        folder = Path(tempfile.mkdtemp(prefix=f"kill-{number}-"))
        with staged(moment, folder, usual[moment.scale]) as story:
            ended = story.play()
        if ended is None or ended.folder is None:
            shutil.rmtree(folder)
        if ended is not None:
            return ended
    raise NeverStruckError(f"moment {number} of seed {seed} never came in {ATTEMPTS} attempts")


@contextlib.contextmanager
def staged(moment: Moment, folder: Path, usual: Usual) -> Iterator["Story"]:
    """Files, a served world and the proxy before it, for as long as the block lasts."""
    first = prepare(folder / FLEET, folder / "cloud", seed=moment.seed)
    with serving(folder / "cloud", time_scale=moment.scale) as served, contextlib.closing(Proxy(served.port)) as proxy:
        yield Story(moment=moment, folder=folder, usual=usual, first=first, served=served, proxy=proxy)


@dataclass(slots=True, kw_only=True)
class Story:
    """The parts of one moment, in a folder of its own."""

    moment: Moment
    folder: Path
    usual: Usual
    first: World
    served: Served
    proxy: Proxy
    findings: Findings = field(default_factory=Findings)
    last: Path | None = None
    resumed: bool = False

    @property
    def serials(self) -> dict[str, str]:
        """The cloud's ids of all chargers."""
        return {one["serial"]: one["id"] for one in self.first.data["chargers"].values()}

    def play(self) -> Told | None:
        """Everything; None when the process had ended before it could be struck."""
        started = time.monotonic()
        machine = self.folder / "machine"
        struck, code = self._struck("apply", "--yes", aim=self.moment.aim, machine=machine)
        if code != KILLED:
            return None
        left = left_in(machine)
        hit = classified(left, self.proxy.writes("apply"), struck=struck, serials=self.serials)
        self._check_journal(left)
        killed_again = self._go_on(machine, left)
        log = self._judge()
        unanswered = unanswered_in(left, self.proxy.writes("apply"), self.serials)
        return Told(
            moment=self.moment,
            hit=hit,
            operation=self.moment.aim.operation,
            open_writes=len(unanswered),
            effects=self._effects(unanswered, log),
            killed_again=killed_again,
            resumed=self.resumed,
            invisible_repeats=len(judge.repeated(log, self.proxy.exchanges)),
            findings=self.findings,
            took_s=time.monotonic() - started,
            folder=self.folder if list(self.findings) else None,
        )

    def _struck(
        self, *arguments: str, aim: Aim, machine: Path, by: str = "apply"
    ) -> tuple[Exchange | None, int | None]:
        """Start a process and strike it; where, and its exit code."""
        runs = machine / ".reconciler" / "runs"
        already = frozenset(path.name for path in runs.iterdir()) if runs.is_dir() else frozenset()
        victim = self._started(*arguments, machine=machine, by=by)
        trap = Trap(aim=aim, victim=victim)
        self.proxy.trap = trap
        trap.watch(runs, already=already, usual=self.usual)
        code = victim.ended()
        self.proxy.trap = no_trap
        if code is None:
            victim.kill()
            self.findings.not_converged.append(f"{by} hung")
        return trap.struck, code

    def _started(self, *arguments: str, machine: Path, by: str) -> Victim:
        victim = Victim(*arguments, folder=machine, env=environment(machine, self.proxy.url), name=by)
        self.proxy.by = by
        self.proxy.is_dying = victim.is_dying
        return victim

    def _run(self, *arguments: str, machine: Path, by: str) -> tuple[int | None, str]:
        """Let a process run to its end; exit code and what it said."""
        victim = self._started(*arguments, machine=machine, by=by)
        code = victim.ended()
        if code is None:
            victim.kill()
            self.findings.not_converged.append(f"{by} hung")
        return code, victim.text()

    def _go_on(self, machine: Path, left: Left | None) -> bool:
        """Do what the moment says; whether a second process was killed."""
        if self.moment.way is Way.ELSEWHERE:
            other = self.folder / "elsewhere"
            shutil.copytree(machine / "fleet", other / "fleet")
            self._apply(other)
            return False
        if left is None:
            self._apply(machine)
            return False
        if left.plan is None:
            self._refused_resume(machine, left)
            self._apply(machine)
            return False
        again = self._second_kill(machine, left)
        self._resume(machine, left)
        return again

    def _apply(self, machine: Path) -> None:
        code, _ = self._run("apply", "--yes", machine=machine, by="fresh")
        self._ended(machine, left_in(machine), code)

    def _refused_resume(self, machine: Path, left: Left) -> None:
        code, said = self._run("apply", "--resume", left.run_id, "--yes", machine=machine, by="resume without plan")
        if code == DONE or "before it wrote anything" not in said or "plan again" not in said:
            self.findings.overstated.append(f"a resume without plan.json ended with {code} and does not say so")

    def _second_kill(self, machine: Path, left: Left) -> bool:
        if self.moment.second is None:
            return False
        arguments = ("apply", "--resume", left.run_id, "--yes")
        _, code = self._struck(*arguments, aim=self.moment.second, machine=machine, by="killed resume")
        self._check_journal(left_in(machine, left.run_id))
        return code == KILLED

    def _resume(self, machine: Path, left: Left) -> None:
        code, _ = self._run("apply", "--resume", left.run_id, "--yes", machine=machine, by="resume")
        self._ended(machine, left_in(machine, left.run_id), code)
        self.resumed = code == DONE

    def _ended(self, machine: Path, left: Left | None, code: int | None) -> None:
        self._check_journal(left)
        self.last = machine
        if left is None:
            self.findings.not_converged.append("the apply left no run")
            return
        self.findings.not_converged += judge.result_of(left, code=code)

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
        code, _ = self._run("plan", "--detailed-exitcode", machine=self.last, by="second plan")
        if code != DONE:
            self.findings.not_converged.append(f"the second plan ended with {code}")
        self.served.stop()
        end = World.from_json(self.served.file.read_text())
        log, world, found = [*end.log], held(end), self.findings
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
