"""The edges of one run: every request, line of the journal and file passes here, and here things go wrong.

A death is a BaseException at an edge. From then on each edge raises it again, so that whatever the product does with it
leads nowhere: no request leaves, no line is written, no time passes. What is on disk and in the world stays as it was.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import httpx

from reconciler.cli.clouds import SandboxTransport, WorldClock
from reconciler.model.change import Change
from reconciler.model.outcome import OutcomeKind
from reconciler.sandbox.app import create_app
from reconciler.sandbox.world import World
from reconciler.store.journal import Record
from reconciler.store.runs import RunFolder
from tests.faults.judge import Judge, Write
from tests.faults.peace import Peace, about_to_strike, readable_again
from tests.faults.turns import Turns

TOKEN = "/oauth/token"
GOOD = 200


class Killed(BaseException):
    """The process is gone; no code of the product may survive it."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it went by."""

    method: str
    path: str
    status: int
    effect: bool

    @property
    def is_write(self) -> bool:
        """Whether it asked for a change."""
        return self.method != "GET" and self.path != TOKEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Acts:
    """What happens beside the world's own faults: at which request, line of the journal or file, counted from 0."""

    before_call: Mapping[int, Callable[["Watch"], None]] = field(default_factory=dict)
    after_call: Mapping[int, Callable[["Watch"], None]] = field(default_factory=dict)
    before_line: Mapping[int, Callable[["Watch"], None]] = field(default_factory=dict)
    torn_line: int | None = None
    after_line: Mapping[int, Callable[["Watch"], None]] = field(default_factory=dict)
    unfinished_file: int | None = None
    unnamed_file: int | None = None
    after_file: Mapping[int, Callable[["Watch"], None]] = field(default_factory=dict)


NOTHING = Acts()


@dataclass(slots=True)
class Watch:
    """Sees one run: its requests in order, its journal, and the moment at which something went wrong.

    Attributes:
        may_be_contradicted: What another writer may set otherwise, in the order in which it is due.
        own_faults: How many of the world's faults are the trouble of this run; the others come on top of it.
        files: What was written into the folder of the run, and how many requests asked for a change before.
        writes: Requests so far that asked for a change.
        struck_after: How many of them there had been when the run's own trouble first made a difference; None when it
            never did.
        without_effect: How often something was to go wrong and everything stayed as it would have been.
        extra: How often the trouble that comes on top made a difference.
    """

    world: World
    judge: Judge
    acts: Acts = NOTHING
    turns: Turns | None = None
    may_be_contradicted: tuple[Change, ...] = ()
    own_faults: int = 0
    calls: list[Call] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    files: list[tuple[str, int]] = field(default_factory=list)
    writes: int = 0
    struck_after: int | None = None
    without_effect: int = 0
    extra: int = 0
    dead: bool = False

    def strike(self) -> None:
        """The trouble of this run makes a difference now."""
        if self.struck_after is None:
            self.struck_after = self.writes

    def die(self) -> None:
        """The process ends here."""
        self.strike()
        self.dead = True
        raise Killed

    def alive(self) -> None:
        """Raise when the process is gone."""
        if self.dead:
            raise Killed


class WatchedTransport(SandboxTransport):
    """The sandbox in process, with somebody looking on."""

    def __init__(self, watch: Watch) -> None:
        super().__init__(create_app(watch.world))
        self._watch = watch

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on, at its turn."""
        watch = self._watch
        watch.alive()
        if watch.turns is not None:
            watch.turns.take(f"{request.method} {request.url}")
        with watch.world.lock:
            watch.alive()
            number = len(watch.calls)
            _act(watch, watch.acts.before_call, number)
            if request.method == "GET":
                watch.judge.asked(request.url.path)
            try:
                return self._passed_on(request)
            finally:
                if not watch.dead:
                    _act(watch, watch.acts.after_call, number)

    def _passed_on(self, request: httpx.Request) -> httpx.Response:
        watch = self._watch
        method, path = request.method, request.url.path
        write = None
        if method != "GET" and path != TOKEN:
            write = watch.judge.before_write(method, path, request.content)
        fault = about_to_strike(watch.world)
        unknown = fault is not None and watch.struck_after is None
        peace = Peace.over(watch.world) if unknown else None
        try:
            answer = super().handle_request(request)
        except httpx.TransportError:
            self._gone_by(method, path, write, fault=fault)
            raise
        if peace is not None and not peace.would_differ(request, answer):
            watch.without_effect += 1
            fault = None
        self._gone_by(method, path, write, fault=fault)
        return readable_again(answer)

    def _gone_by(self, method: str, path: str, write: Write | None, *, fault: int | None) -> None:
        """Take down what became of a request; `fault` is the one that made a difference to it."""
        watch = self._watch
        entry = watch.world.log[-1]
        call = Call(method, path, entry["status"], entry["effect"])
        watch.calls.append(call)
        if fault is None and method == "GET" and call.status == GOOD:
            watch.judge.shown(path)
        if fault is not None and fault < watch.own_faults:
            watch.strike()
        watch.extra += fault is not None and fault >= watch.own_faults
        if write is not None:
            watch.writes += 1
            if call.effect:
                watch.judge.after_write(write)


def _act(watch: Watch, acts: Mapping[int, Callable[[Watch], None]], number: int) -> None:
    act = acts.get(number)
    if act is not None:
        act(watch)


class WatchedClock(WorldClock):
    """World time, as long as the process lives."""

    def __init__(self, watch: Watch) -> None:
        super().__init__(watch.world.now, watch.world.sleep_until)
        self._watch = watch

    def sleep(self, seconds: float) -> None:
        """Move world time on."""
        self._watch.alive()
        super().sleep(seconds)


class WatchedLog:
    """The journal and folder of a run on disk, with somebody looking on."""

    def __init__(self, folder: RunFolder, watch: Watch) -> None:
        self.folder = folder
        self._watch = watch

    def record(self, event: str, data: Mapping[str, object]) -> None:
        """Append one event, unless the process dies before."""
        watch = self._watch
        watch.alive()
        number = len(watch.lines)
        _act(watch, watch.acts.before_line, number)
        if watch.acts.torn_line == number:
            self._tear(event)
        self.folder.record(event, data)
        watch.lines.append(event)
        if event == "outcome" and watch.judge.plan is not None:
            change = watch.judge.plan.change(str(data["change"]))
            watch.judge.claim(change, OutcomeKind(str(data["outcome"])))
        _act(watch, watch.acts.after_line, number)

    def _tear(self, event: str) -> None:
        with (self.folder.path / "journal.jsonl").open("ab") as journal:
            journal.write(
                f'{{"seq":{len(self._watch.lines) + 1},"at":"2026-01-15T08:00:00Z","event":"{event}","da'.encode()
            )
        self._watch.die()

    def write_file(self, name: str, text: str) -> str:
        """Write a file of the run, unless the process dies before it has its name."""
        watch = self._watch
        watch.alive()
        number = len(watch.files)
        if watch.acts.unfinished_file == number:
            self._leave_beside(name, text[: len(text) // 2])
        if watch.acts.unnamed_file == number:
            self._leave_beside(name, text)
        shown = self.folder.write_file(name, text)
        watch.files.append((name, watch.writes))
        _act(watch, watch.acts.after_file, number)
        return shown

    def _leave_beside(self, name: str, text: str) -> None:
        """What a killed process leaves: a file under the name that it has until it is renamed."""
        (self.folder.path / f".{name}.k1ll3d.tmp").write_text(text)
        self._watch.die()

    def set_aside(self, name: str) -> None:
        """Give a file of an earlier part of the run another name."""
        self._watch.alive()
        self.folder.set_aside(name)

    @property
    def run_id(self) -> str:
        """The id of the run."""
        return self.folder.run_id

    @property
    def path(self) -> Path:
        """The folder of the run."""
        return self.folder.path

    def shown(self, name: str) -> str:
        """The path of a file of the run."""
        return self.folder.shown(name)

    def has(self, name: str) -> bool:
        """Whether a file of the run was written."""
        return self.folder.has(name)

    def records(self) -> tuple[Record, ...]:
        """Every event so far."""
        return self.folder.records()


def at(world: World) -> datetime:
    """World time."""
    return WorldClock(world.now, world.sleep_until).now()
