"""When and how a process is killed, drawn from a seed and a number so that each moment can be repeated."""

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum

from tests.kills.proxy import Exchange


class Blow(Enum):
    """Ways to strike; what it hit is found out afterwards."""

    NEVER_SENT = "held, killed, the request never passed on"
    SENT_LATE = "held, killed, the request passed on some time after that"
    ANSWER_LOST = "the request passed on, killed, the answer lost"
    ANSWER_CUT = "half of the answer passed back, killed"
    FROZEN = "frozen, the answer delivered to its socket, killed"
    LET_RUN = "frozen, the answer delivered to its socket, let run for a moment, killed"
    AFTER_ENTRY = "the answer passed back and some time to write it down, killed before anything was read back"
    AT_REQUEST = "killed soon after some request of any kind had come"
    AT_ANSWER = "killed soon after some answer of any kind was passed back"
    AT_START = "killed soon after the folder of the run had appeared"
    AT_END = "killed soon after the last outcome was in the journal"
    AT_RESULT = "killed soon after the result was written"
    AT_TIME = "killed at a random time of its life"


BEFORE_ANSWER = (Blow.NEVER_SENT, Blow.SENT_LATE, Blow.ANSWER_LOST, Blow.ANSWER_CUT)
AFTER_ANSWER = (Blow.FROZEN, Blow.FROZEN, Blow.FROZEN, Blow.LET_RUN)
ANY_TIME = (Blow.AT_REQUEST, Blow.AT_ANSWER, Blow.AT_START, Blow.AT_END, Blow.AT_RESULT, Blow.AT_TIME)


class Way(StrEnum):
    """How somebody goes on after the kill."""

    RESUME = "resume"
    RESUME_TWICE = "killed again, resume"
    ELSEWHERE = "fresh apply without the journal"


WAYS = (Way.RESUME, Way.RESUME, Way.RESUME_TWICE, Way.RESUME, Way.RESUME, Way.ELSEWHERE)

OPERATIONS: Mapping[str, tuple[str, int]] = {
    "update-charger": (r"POST /api/chargers/[^/]+/update", 7),
    "update-installation": (r"POST /api/installation/[^/]+/update", 2),
    "switch-to-ocpp-native": (r"PUT /api/installation/[^/]+", 2),
    "partner-authentication": (r"PUT /partner/v1/installation/[^/]+/authentication", 3),
    "partner-stand-alone": (r"PUT /partner/v1/chargers/[^/]+/standAlone", 2),
    "partner-permission": (r"(PUT|DELETE) /partner/v1/installation/[^/]+/permissions", 5),
}
"""Name of each operation, its request, and how many of them the plan holds."""

SCALES = (20.0, 100.0, 1000.0)
"""World seconds per second: how long the next process needs to start is a while in the world, or a long time."""

SLOW = 3.0
"""The next process starts before the last write can be seen; only the wait of a resume keeps it from being misled."""

LATEST_S = 0.15
"""How long a request may still be on its way when its sender is dead: less than the next process needs to start."""

LET_RUN_S = 0.002
AFTER_ENTRY_S = (0.004, 0.02)
REQUESTS = 70
LONGEST_DELAY_S = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """One kill.

    Attributes:
        operation: Of the write that is waited for; empty for any request.
        nth: Which of them, counted from 1.
        delay_s: Seconds that it may run on after that; for SENT_LATE, until the request of the dead is passed on.
        share: For AT_TIME: of the usual life of the process. For AT_END and AT_RESULT: of the first part of what is
            usually left of it then.
    """

    blow: Blow
    operation: str = ""
    nth: int = 1
    delay_s: float = 0.0
    share: float = 0.0

    def fits(self, exchange: Exchange) -> bool:
        """Whether a request is of the kind that is waited for."""
        if not self.operation:
            return not exchange.path.startswith("/sandbox/")
        return re.fullmatch(OPERATIONS[self.operation][0], f"{exchange.method} {exchange.path}") is not None

    def __str__(self) -> str:
        what = f"{self.operation or 'request'} {self.nth}, " if self.blow.name not in _BY_CLOCK else ""
        return f"{what}{self.blow.value} (delay {self.delay_s * 1000:.1f} ms, share {self.share:.2f})"


_BY_CLOCK = frozenset({"AT_START", "AT_END", "AT_RESULT", "AT_TIME"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One moment of a series, and how somebody goes on after it."""

    seed: int
    number: int
    scale: float
    aim: Aim
    way: Way
    second: Aim | None

    def __str__(self) -> str:
        again = f"; then in the resume: {self.second}" if self.second else ""
        return f"number {self.number}, world time x {self.scale:g}: {self.aim}; {self.way.value}{again}"


def drawn(seed: int, number: int, *, attempt: int = 0) -> Moment:
    """The moment of that number; another attempt is drawn when the process had ended before it could be struck."""
    dice = random.Random(f"{seed}:{number}")
    way, scale = dice.choice(WAYS), dice.choice(SCALES)
    scale = SLOW if is_slow(number) else scale
    second = _aim(dice, dice.randrange(3)) if way is Way.RESUME_TWICE else None
    aim = _aim(random.Random(f"{seed}:{number}:{attempt}"), number)
    return Moment(seed=seed, number=number, scale=scale, aim=aim, way=way, second=second)


def is_slow(number: int) -> bool:
    """Whether world time runs slowly in that moment: every fourth of those at any time, a few of the others."""
    return number % 12 == 5 or number % 50 < 2


def _aim(dice: random.Random, number: int) -> Aim:
    """By turns before the answer, after the answer, and at any time."""
    turn = number // 3
    match number % 3:
        case 0:
            return _at_write(dice, BEFORE_ANSWER[turn % len(BEFORE_ANSWER)])
        case 1:
            return _at_write(dice, AFTER_ANSWER[turn % len(AFTER_ANSWER)])
        case _ if is_slow(number):
            return _at_write(dice, Blow.AFTER_ENTRY)
        case _:
            return _at_any_time(dice, ANY_TIME[turn % len(ANY_TIME)])


def _at_write(dice: random.Random, blow: Blow) -> Aim:
    operation = dice.choice(sorted(OPERATIONS))
    nth = dice.randint(1, OPERATIONS[operation][1])
    match blow:
        case Blow.SENT_LATE:
            delay_s = dice.uniform(0.0, LATEST_S)
        case Blow.LET_RUN:
            delay_s = dice.uniform(0.0, LET_RUN_S)
        case Blow.AFTER_ENTRY:
            delay_s = dice.uniform(*AFTER_ENTRY_S)
        case _:
            delay_s = 0.0
    return Aim(blow=blow, operation=operation, nth=nth, delay_s=delay_s)


def _at_any_time(dice: random.Random, blow: Blow) -> Aim:
    nth = dice.randint(1, REQUESTS)
    return Aim(blow=blow, nth=nth, delay_s=dice.uniform(0.0, LONGEST_DELAY_S), share=dice.random())
