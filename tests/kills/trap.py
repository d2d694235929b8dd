"""Carries out an aim on one process, from the proxy's threads or by watching the folder of the run."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.kills.moments import AFTER_ANSWER, BEFORE_ANSWER, Aim, Blow
from tests.kills.processes import LONGEST_S, Victim
from tests.kills.proxy import Exchange, Go, Stage

LOOKS_EVERY_S = 0.0005

BEFORE_RESULT = 0.25
"""So much of the time after the last outcome it takes, roughly, until the result is written."""

AFTER_RESULT = 0.5
"""So much of that time it surely still lives once the result is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """How long an undisturbed apply lives, and how much of that after its last outcome; in seconds."""

    life_s: float
    end_s: float


@dataclass(slots=True, kw_only=True)
class Trap:
    """Strikes once; `struck` is the exchange at which it did, if it was at one.

    Attributes:
        patience_s: How long a process may take until what is waited for is on disk; after that it is let be.
    """

    aim: Aim
    victim: Victim
    patience_s: float = LONGEST_S
    struck: Exchange | None = None
    _seen: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, exchange: Exchange, stage: Stage) -> Go:
        """What the proxy does with this exchange at this stage."""
        if stage is Stage.REQUEST and self._is_it(exchange):
            self.struck = exchange
        if self.struck is not exchange:
            return Go.ON
        match self.aim.blow:
            case Blow.AT_REQUEST | Blow.AT_ANSWER | Blow.AFTER_ENTRY:
                return self._soon(stage)
            case blow if blow in BEFORE_ANSWER:
                return self._before_answer(stage)
            case blow if blow in AFTER_ANSWER:
                return self._after_answer(stage)
            case _:
                return Go.ON

    def _is_it(self, exchange: Exchange) -> bool:
        with self._lock:
            if self.struck is not None or not self.aim.fits(exchange):
                return False
            self._seen += 1
            return self._seen == self.aim.nth

    def _before_answer(self, stage: Stage) -> Go:
        match self.aim.blow, stage:
            case Blow.NEVER_SENT, Stage.REQUEST:
                self.victim.kill()
                return Go.DROP
            case Blow.SENT_LATE, Stage.REQUEST:
                self.victim.kill()
                time.sleep(self.aim.delay_s)
            case Blow.ANSWER_LOST, Stage.ANSWER:
                self.victim.kill()
            case Blow.ANSWER_CUT, Stage.ANSWER:
                return Go.HALF
            case Blow.ANSWER_CUT, Stage.DELIVERED:
                self.victim.kill()
            case _:
                pass
        return Go.ON

    def _after_answer(self, stage: Stage) -> Go:
        match stage:
            case Stage.REQUEST:
                pass
            case Stage.ANSWER:
                self.victim.stop()
            case Stage.DELIVERED:
                if self.aim.blow is Blow.LET_RUN:
                    self.victim.go_on()
                    time.sleep(self.aim.delay_s)
                self.victim.kill()
        return Go.ON

    def _soon(self, stage: Stage) -> Go:
        """In a thread of its own, so that everything else goes on meanwhile."""
        wanted = Stage.REQUEST if self.aim.blow is Blow.AT_REQUEST else Stage.DELIVERED
        if stage is wanted:
            threading.Timer(self.aim.delay_s, self.victim.kill).start()
        return Go.ON

    def watch(self, runs: Path, *, already: frozenset[str], usual: Usual) -> None:
        """For aims that go by the clock or by what is on disk: wait for it and strike. Others return at once."""
        match self.aim.blow:
            case Blow.AT_TIME:
                self._kill_after(self.aim.share * usual.life_s)
            case Blow.AT_START:
                self._kill_when(lambda: not _names(runs) <= already, self.aim.delay_s)
            case Blow.AT_RESULT:
                self._kill_when(lambda: _has_result(runs), self.aim.share * usual.end_s * AFTER_RESULT)
            case Blow.AT_END:
                self._kill_when(lambda: has_all_outcomes(runs), self.aim.share * usual.end_s * BEFORE_RESULT)
            case _:
                pass

    def _kill_after(self, seconds: float) -> None:
        if self.victim.ended(seconds) is None:
            self.victim.kill()

    def _kill_when(self, so: Callable[[], bool], delay_s: float) -> None:
        if wait_until(so, self.victim, within_s=self.patience_s):
            self._kill_after(delay_s)


def wait_until(so: Callable[[], bool], victim: Victim, *, within_s: float = LONGEST_S) -> bool:
    """Look again and again until it is so, the process has ended or that many seconds are over; whether it is so."""
    give_up_at = time.monotonic() + within_s
    while not so():
        if not victim.runs or time.monotonic() >= give_up_at:
            return False
        time.sleep(LOOKS_EVERY_S)
    return True


def _names(runs: Path) -> frozenset[str]:
    return frozenset(path.name for path in runs.iterdir()) if runs.is_dir() else frozenset()


def _has_result(runs: Path) -> bool:
    newest = max(_names(runs), default=None)
    return newest is not None and (runs / newest / "result.json").is_file()


def has_all_outcomes(runs: Path) -> bool:
    """Whether the newest journal tells of every change of its plan."""
    newest = max(_names(runs), default=None)
    if newest is None or not (runs / newest / "plan.json").is_file():
        return False
    planned = len(json.loads((runs / newest / "plan.json").read_bytes())["changes"])
    journal = runs / newest / "journal.jsonl"
    return journal.is_file() and journal.read_bytes().count(b'"event":"outcome"') >= planned
