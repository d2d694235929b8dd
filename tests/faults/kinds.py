"""Everything that can go wrong at one moment of an apply, and how the run goes on afterwards."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from reconciler.sandbox.faults import fault
from reconciler.sandbox.records import Fault
from reconciler.sandbox.terms import Code
from reconciler.sandbox.world import World
from tests.faults.others import another_writer
from tests.faults.watch import Acts, Call, Watch


class Where(StrEnum):
    """What positions are counted in."""

    CALLS = "calls"
    LINES = "lines of the journal"
    FILES = "files of the run"


class Then(StrEnum):
    """How an operator goes on once the trouble is over."""

    AGAIN = "the same command again"
    RESUME = "apply --resume"
    ELSEWHERE = "a fresh plan on a machine without the journal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of trouble.

    Attributes:
        script: What the cloud does at a position; empty for kinds that act beside it.
        acts: What happens beside the cloud at a position.
        impossible: Why it cannot strike a call; empty when it can.
        idle: Why it may strike a call and make no difference; empty when it always makes one.
        prepare: Changes the world before the run starts.
    """

    name: str
    title: str
    where: Where = Where.CALLS
    then: Then = Then.AGAIN
    script: Callable[[int], Sequence[Fault]] = lambda _: ()
    acts: Callable[[int, random.Random], Acts] = lambda _position, _dice: Acts()
    impossible: Callable[[Call], str] = lambda _: ""
    idle: str = ""
    prepare: Callable[[World], None] = lambda _: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What goes wrong in one run, and what comes on top of it."""

    own: tuple[Fault, ...] = ()
    extra: tuple[Fault, ...] = ()
    acts: Acts = field(default_factory=Acts)


def trouble(
    kind: Kind, position: int, dice: random.Random, *, second_from: Sequence[Kind] = (), calls: int = 0
) -> Trouble:
    """The trouble of a kind at a position, and with candidates for a second one something else some calls later."""
    extra: Sequence[Fault] = ()
    if second_from:
        later = (
            position + dice.randint(1, max(2, calls - position)) if kind.where is Where.CALLS else dice.randrange(calls)
        )
        extra = dice.choice(second_from).script(later)
    return Trouble(own=tuple(kind.script(position)), extra=tuple(extra), acts=kind.acts(position, dice))


def _can_strike_anything(call: Call) -> str:
    del call
    return ""


def _by_cloud(
    name: str,
    title: str,
    what: str,
    *,
    times: int = 1,
    impossible: Callable[[Call], str] = _can_strike_anything,
    idle: str = "",
    body: str = "empty",
    status: int = 500,
    code: int = Code.OPERATION_FAILED,
) -> Kind:
    def script(position: int) -> Sequence[Fault]:
        return (fault(what, after_n=position, times=times, body=body, status=status, code=code),)

    return Kind(name=name, title=title, script=script, impossible=impossible, idle=idle)


def _needs_a_body(call: Call) -> str:
    return "the answer to a write has no body" if call.is_write else ""


def _tells_people_on_a_charger(call: Call) -> bool:
    return "/chargers/" in call.path and call.path.endswith("/permissions")


def _needs_rows(call: Call) -> str:
    """Of an installation an empty list of people is never believed; most chargers have nobody of their own."""
    if _tells_people_on_a_charger(call):
        return "no people on a charger is an answer like any other (tests/workflows/test_emptied_list.py)"
    return _needs_a_body(call)


def _needs_a_list(call: Call) -> str:
    if call.is_write:
        return "the answer to a write has no body"
    listed = call.path in ("/api/installation", "/api/chargers") or call.path.endswith(("/state", "/permissions"))
    return "" if listed else "one object has no order"


def _needs_values(call: Call) -> str:
    shows_values = call.method == "GET" and (call.path.startswith("/api/installation") or call.path.endswith("/state"))
    hierarchy = call.path.endswith("/hierarchy")
    return "" if shows_values and not hierarchy else "only values of installations and chargers are ever old"


def _changed_lately(world: World) -> None:
    """So that an old value is another one: what was there before is neither what is there nor what any file wants."""
    for charger in world.data["chargers"].values():
        charger["former"] = {**charger["values"], "510": "7.000"}
    for installation in world.installations():
        installation["former"] = {**installation["fields"], "MaxCurrent": 99.0}


Act = Callable[[Watch], None]
Edge = Callable[[int, Act], Acts]


def _before_call(position: int, act: Act) -> Acts:
    return Acts(before_call={position: act})


def _after_call(position: int, act: Act) -> Acts:
    return Acts(after_call={position: act})


def _before_line(position: int, act: Act) -> Acts:
    return Acts(before_line={position: act})


def _after_line(position: int, act: Act) -> Acts:
    return Acts(after_line={position: act})


def _after_file(position: int, act: Act) -> Acts:
    return Acts(after_file={position: act})


def _dies(edge: Edge) -> Callable[[int, random.Random], Acts]:
    return lambda position, _: edge(position, Watch.die)


def _somebody(edge: Edge) -> Callable[[int, random.Random], Acts]:
    return lambda position, dice: edge(position, lambda watch: another_writer(watch, dice))


FROM_THE_CLOUD: tuple[Kind, ...] = (
    _by_cloud("429-storm-3", "429 to the next 3 requests", "too-many-requests", times=3),
    _by_cloud("429-storm-12", "429 to the next 12 requests", "too-many-requests", times=12),
    _by_cloud("5xx-before-empty", "500 without a body, nothing done", "error-before"),
    _by_cloud("5xx-before-json", "500 with Code 505, nothing done", "error-before", body="json"),
    _by_cloud("5xx-before-html", "502 with a proxy's page, nothing done", "error-before", body="html", status=502),
    _by_cloud("5xx-after-empty", "500 without a body, although it was done", "error-after"),
    _by_cloud("5xx-after-json", "500 with Code 505, although it was done", "error-after", body="json"),
    _by_cloud(
        "5xx-after-html", "504 with a proxy's page, although it was done", "error-after", body="html", status=504
    ),
    _by_cloud("turned-down", "500 with Code 533, turned down", "error-before", body="json", code=533),
    _by_cloud("lost-before", "connection lost before the request was read", "lost-answer-before"),
    _by_cloud("lost-after", "connection lost before the answer, although it was done", "lost-answer-after"),
    _by_cloud("timeout", "no answer in time, although it was done", "timeout"),
    _by_cloud("outage", "connection lost for the next 20 requests", "lost-answer-before", times=20),
    _by_cloud(
        "missing-page",
        "a list without its rows",
        "missing-page",
        impossible=_needs_rows,
        idle="there are no rows anyway: an error, or an empty list",
    ),
    _by_cloud(
        "reordered-list",
        "a list in another order",
        "reordered-list",
        impossible=_needs_a_list,
        idle="no two rows: one of them, none, or an error",
    ),
    _by_cloud(
        "changed-type",
        "numbers and switches as text",
        "changed-type",
        impossible=_needs_a_body,
        idle="it holds neither numbers nor switches, as an error",
    ),
    _by_cloud("revoked-access", "403", "revoked-access"),
    _by_cloud("expired-token", "401 once", "unauthorized"),
    _by_cloud("unauthorized", "401 to the next 6 requests", "unauthorized", times=6),
    _by_cloud("empty-answer", "204, nothing done", "empty-answer"),
    _by_cloud("truncated-body", "half of the body", "truncated-body"),
    _by_cloud("wrong-charset", "UTF-16", "wrong-charset"),
    _by_cloud("gigantic-body", "64 MiB", "gigantic-body"),
    _by_cloud("redirect", "307 to another host, nothing done", "redirect"),
    _by_cloud("not-json", "200 with a page, nothing done", "not-json"),
)
"""The cloud's own kinds."""


def second_kinds(calls: Sequence[Call]) -> Sequence[Kind]:
    """What may come on top of a first trouble, in a run that makes these calls.

    The first moves the others, so that nobody knows which call the second one strikes: it is none that could not strike
    one of them by itself, because nothing tells its answer from the truth.
    """
    if any(map(_tells_people_on_a_charger, calls)):
        return tuple(kind for kind in FROM_THE_CLOUD if kind.impossible is not _needs_rows)
    return FROM_THE_CLOUD


STALE = Kind(
    name="stale-read",
    title="the value from before the latest change",
    script=lambda position: (fault("stale-read", after_n=position),),
    impossible=_needs_values,
    idle="the answer shows no other value: what was there before is the same, or it is an error",
    prepare=_changed_lately,
)

NOTHING_LEFT = "nothing is left of what a writer could set otherwise: each change is there already"

BESIDE: tuple[Kind, ...] = (
    Kind(name="writer-before", title="another writer, just before", acts=_somebody(_before_call), idle=NOTHING_LEFT),
    Kind(name="writer-after", title="another writer, just after", acts=_somebody(_after_call), idle=NOTHING_LEFT),
    Kind(
        name="kill-before-call",
        title="killed before the request leaves, then --resume",
        acts=_dies(_before_call),
        then=Then.RESUME,
    ),
    Kind(
        name="kill-after-call",
        title="killed before the answer is read, then --resume",
        acts=_dies(_after_call),
        then=Then.RESUME,
    ),
    Kind(
        name="kill-before-call-elsewhere",
        title="killed before the request leaves, then a fresh plan without the journal",
        acts=_dies(_before_call),
        then=Then.ELSEWHERE,
    ),
    Kind(
        name="kill-after-call-elsewhere",
        title="killed before the answer is read, then a fresh plan without the journal",
        acts=_dies(_after_call),
        then=Then.ELSEWHERE,
    ),
    Kind(
        name="kill-before-line",
        title="killed before a line of the journal, then --resume",
        where=Where.LINES,
        acts=_dies(_before_line),
        then=Then.RESUME,
    ),
    Kind(
        name="kill-in-line",
        title="killed in the middle of a line of the journal, then --resume",
        where=Where.LINES,
        acts=lambda position, _: Acts(torn_line=position),
        then=Then.RESUME,
    ),
    Kind(
        name="kill-after-line",
        title="killed after a line of the journal, then --resume",
        where=Where.LINES,
        acts=_dies(_after_line),
        then=Then.RESUME,
    ),
    Kind(
        name="kill-in-file",
        title="killed with a file of the run half written, then --resume",
        where=Where.FILES,
        acts=lambda position, _: Acts(unfinished_file=position),
        then=Then.RESUME,
    ),
    Kind(
        name="kill-before-rename",
        title="killed with a file of the run written and not yet under its name, then --resume",
        where=Where.FILES,
        acts=lambda position, _: Acts(unnamed_file=position),
        then=Then.RESUME,
    ),
    Kind(
        name="kill-after-rename",
        title="killed once a file of the run has its name, then --resume",
        where=Where.FILES,
        acts=_dies(_after_file),
        then=Then.RESUME,
    ),
)

KINDS: tuple[Kind, ...] = (*FROM_THE_CLOUD, STALE, *BESIDE)
BY_NAME: Mapping[str, Kind] = {kind.name: kind for kind in KINDS}
