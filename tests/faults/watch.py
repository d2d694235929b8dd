"""The edges of one run: every request and every line of the journal passes here, and here things go wrong.

A death is a BaseException at an edge. From then on each edge raises it again, so that whatever the product does with it
leads nowhere: no request leaves, no line is written, no time passes. What is on disk and in the world stays as it was.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import httpx

from reconciler.cli.clouds import SandboxTransport, WorldClock
from reconciler.model.change import Change
from reconciler.model.outcome import OutcomeKind
from reconciler.sandbox.app import create_app
from reconciler.sandbox.world import World
from reconciler.store.runs import RunFolder
from tests.faults.judge import Judge
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
    """What happens beside the world's own faults: at which request or line of the journal, counted from 0."""

    before_call: Mapping[int, Callable[["Watch"], None]] = field(default_factory=dict)
    after_call: Mapping[int, Callable[["Watch"], None]] = field(default_factory=dict)
    before_line: Mapping[int, Callable[["Watch"], None]] = field(default_factory=dict)
    torn_line: int | None = None
    after_line: Mapping[int, Callable[["Watch"], None]] = field(default_factory=dict)


NOTHING = Acts()


@dataclass(slots=True)
class Watch:
    """Sees one run: its requests in order, its journal, and the moment at which something went wrong.

    Attributes:
        may_be_contradicted: What another writer may set otherwise, in the order in which it is due.
        writes: Requests so far that asked for a change.
        struck_after: How many of them there had been when the first thing went wrong; None when nothing did.
    """

    world: World
    judge: Judge
    acts: Acts = NOTHING
    turns: Turns | None = None
    may_be_contradicted: tuple[Change, ...] = ()
    calls: list[Call] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    writes: int = 0
    struck_after: int | None = None
    struck: int = 0
    dead: bool = False

    def strike(self) -> None:
        """Something goes wrong now."""
        self.struck += 1
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
        left = _still_to_come(watch.world)
        try:
            return super().handle_request(request)
        finally:
            entry = watch.world.log[-1]
            call = Call(method, path, entry["status"], entry["effect"])
            watch.calls.append(call)
            if _still_to_come(watch.world) < left:
                watch.strike()
            elif method == "GET" and call.status == GOOD:
                watch.judge.shown(path)
            if write is not None:
                watch.writes += 1
                if call.effect:
                    watch.judge.after_write(write)


def _still_to_come(world: World) -> int:
    return sum(fault["times"] for fault in world.data["faults"])


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
        """Write a file of the run, as long as the process lives."""
        self._watch.alive()
        return self.folder.write_file(name, text)


def at(world: World) -> datetime:
    """World time."""
    return WorldClock(world.now, world.sleep_until).now()
