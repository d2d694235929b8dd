"""Go on with a run that was interrupted: what its journal tells, and what that says about what is there now."""

from collections.abc import Iterable, Mapping
from dataclasses import field, fields
from datetime import datetime

from reconciler.model.change import Change
from reconciler.model.moments import read_moment
from reconciler.model.outcome import ACCESS_WENT, LEFT, UNACCEPTED, OutcomeKind, WriteStatus
from reconciler.model.value import Observation, Unreadable
from reconciler.planning.classify import Verdict, classify
from reconciler.records import dataclass
from reconciler.workflows.first_look import FirstLook
from reconciler.workflows.standing import Held, lost_access

Event = tuple[str, Mapping[str, object]]
"""Name and data of one event of a journal."""

KEPT = frozenset({OutcomeKind.WAITING, OutcomeKind.PENDING})
READ_BACK_NOW: Held = (OutcomeKind.DONE, "sent before the interruption, read back now")
NOT_VISIBLE: Held = (OutcomeKind.NOT_REACHED, "the installation is not visible any more")
OTHERWISE_NOW: Held = (
    OutcomeKind.UNCERTAIN,
    "it read as desired before the interruption and not now, so it was not sent again: a stale read, or somebody else "
    "changes it",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flight:
    """A change whose request may have left, and of which nothing was read back.

    Attributes:
        at: When it was answered, or else when it was about to leave; on the account's clock. None when nobody noted it.
    """

    change_id: str
    at: datetime | None
    answered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedWave:
    """A wave after which its sites were looked at; `reasons` says why it was not healthy."""

    number: int
    healthy: bool
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """What an interrupted run already did; empty for a run that starts.

    Attributes:
        asked: Whether it came as far as its options, after which it has a plan.
        begun: Whether it came as far as `started`.
        sent: Changes whose request may have left and was not refused.
        done: Changes whose last outcome was done.
        answered: Changes whose last request was accepted.
        ours: Changes that may have taken our own access away, when their request left.
        unaccepted: Invitations that nobody had accepted in the last look before access was taken away.
        invited: Changes that were about to send an invitation and have no outcome since, so that they count already.
        in_flight: What must be given its time before it is read.
        told_at: When the journal last told of a change, on the account's clock.
        started_waves: Numbers of the waves that were started.
        ended_waves: In order.
        looks: What was there before the run wrote anything, by installation id; only when it had waves.
        writes: Requests that may have left.
        accepted, waves, max_failures: What the run was started with.
        started_at: When, None when nobody noted it.
    """

    asked: bool = False
    begun: bool = False
    sent: frozenset[str] = frozenset()
    done: frozenset[str] = frozenset()
    answered: frozenset[str] = frozenset()
    ours: frozenset[str] = frozenset()
    unaccepted: frozenset[str] = frozenset()
    invited: frozenset[str] = frozenset()
    in_flight: tuple[Flight, ...] = ()
    told_at: Mapping[str, datetime] = field(default_factory=dict)
    started_waves: frozenset[int] = frozenset()
    ended_waves: tuple[EndedWave, ...] = ()
    looks: Mapping[str, FirstLook] = field(default_factory=dict)
    writes: int = 0
    accepted: tuple[str, ...] = ()
    waves: str = ""
    max_failures: int | None = None
    started_at: datetime | None = None

    def wave(self, number: int) -> EndedWave | None:
        """How a wave ended; None when it did not."""
        return next((wave for wave in self.ended_waves if wave.number == number), None)


def earlier_part(events: Iterable[Event]) -> Earlier:
    """What the journal of a run tells, also when the run was resumed before."""
    story = _Story()
    for event, data in events:
        story.take(event, data)
    return Earlier(
        asked=story.asked,
        begun=story.begun,
        sent=frozenset(story.sent),
        done=frozenset(story.done),
        answered=frozenset(story.answered),
        ours=frozenset(story.ours),
        unaccepted=frozenset().union(*story.unaccepted.values()),
        invited=frozenset(story.invited),
        told_at=story.told_at,
        in_flight=tuple(story.flights[change_id] for change_id in sorted(story.flights)),
        started_waves=frozenset(story.started_waves),
        ended_waves=tuple(story.ended_waves[number] for number in sorted(story.ended_waves)),
        looks=story.looks,
        writes=story.writes,
        accepted=tuple(sorted(story.accepted)),
        waves=story.waves,
        max_failures=story.max_failures,
        started_at=story.started_at,
    )


@dataclass(slots=True)
class _Story:
    """A journal while it is being read."""

    asked: bool = False
    begun: bool = False
    sent: set[str] = field(default_factory=set)
    done: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    ours: set[str] = field(default_factory=set)
    unaccepted: dict[str, frozenset[str]] = field(default_factory=dict)
    invited: set[str] = field(default_factory=set)
    flights: dict[str, Flight] = field(default_factory=dict)
    told_at: dict[str, datetime] = field(default_factory=dict)
    first_sent: dict[str, frozenset[str]] = field(default_factory=dict)
    carried: dict[str, frozenset[str]] = field(default_factory=dict)
    started_waves: set[int] = field(default_factory=set)
    ended_waves: dict[int, EndedWave] = field(default_factory=dict)
    looks: dict[str, FirstLook] = field(default_factory=dict)
    writes: int = 0
    accepted: set[str] = field(default_factory=set)
    waves: str = ""
    max_failures: int | None = None
    started_at: datetime | None = None

    def take(self, event: str, data: Mapping[str, object]) -> None:
        """One more event; those that say nothing about a resume are passed over."""
        match event:
            case "asked" | "started" | "resumed":
                self._began(event, data)
            case "before-write":
                self._leaves(data)
            case "after-write":
                self._answered(data)
            case "outcome":
                self._settled(str(data.get("change")), data)
            case "invited":
                self.invited.add(str(data.get("change")))
            case "unaccepted":
                self.unaccepted[str(data.get("installation"))] = _texts(data.get("changes"))
            case "wave-started" | "wave-ended" if isinstance(number := data.get("wave"), int):
                self._wave(event, number, data)
            case "looked":
                self._looked(str(data.get("installation")), data)
            case _:
                pass

    def _began(self, event: str, data: Mapping[str, object]) -> None:
        self.asked = True
        self.begun = self.begun or event == "started"
        self.accepted |= _texts(data.get("accepted"))
        waves = str(data.get("waves", self.waves))
        if waves != self.waves:  # cut in another way, so the numbers mean other sites
            self.started_waves.clear()
            self.ended_waves.clear()
        self.waves = waves
        most = data.get("max_failures", self.max_failures)
        self.max_failures = most if isinstance(most, int) else None
        self.started_at = self.started_at or _moment(data.get("started_at"))

    def _wave(self, event: str, number: int, data: Mapping[str, object]) -> None:
        if event == "wave-started":
            self.started_waves.add(number)
            return
        reasons = data.get("reasons")
        told = tuple(str(one) for one in reasons) if isinstance(reasons, list | tuple) else ()
        self.ended_waves[number] = EndedWave(number=number, healthy=data.get("healthy") is True, reasons=told)

    def _looked(self, installation_id: str, data: Mapping[str, object]) -> None:
        told = {one.name: _texts(data.get(one.name)) for one in fields(FirstLook)}
        self.looks.setdefault(installation_id, FirstLook(**told))

    def _leaves(self, data: Mapping[str, object]) -> None:
        step, ids = str(data.get("step")), _texts(data.get("changes"))
        self.carried[step] = ids
        self.first_sent[step] = ids - self.sent
        self.sent |= ids
        self.done -= ids
        self.answered -= ids
        if data.get("ours") is True:
            self.ours |= ids
        self.writes += 1
        at = _moment(data.get("leaves_at"))
        self.flights |= {one: Flight(change_id=one, at=at, answered=False) for one in ids}

    def _answered(self, data: Mapping[str, object]) -> None:
        step = str(data.get("step"))
        if data.get("status") == WriteStatus.REFUSED.value:
            refused = self.first_sent.get(step, frozenset())
            self.sent -= refused
            for one in refused:
                self.flights.pop(one, None)
            return
        if data.get("status") == WriteStatus.ACCEPTED.value:
            self.answered |= self.carried.get(step, frozenset())
        at = _moment(data.get("answered_at"))
        self.flights |= {
            one: Flight(change_id=one, at=at, answered=True)
            for one in self.carried.get(step, frozenset())
            if one in self.flights
        }

    def _settled(self, change_id: str, data: Mapping[str, object]) -> None:
        if data.get("outcome") != OutcomeKind.UNCERTAIN.value:  # it may have ended without being looked at
            self.flights.pop(change_id, None)
        self.invited.discard(change_id)  # what is sent after this is another mail
        if (at := _moment(data.get("settled_at"))) is not None:
            self.told_at[change_id] = at
        if data.get("outcome") == OutcomeKind.DONE.value:
            self.done.add(change_id)
        else:
            self.done.discard(change_id)


def _texts(value: object) -> frozenset[str]:
    return frozenset(one for one in value if isinstance(one, str)) if isinstance(value, list | tuple) else frozenset()


def _moment(value: object) -> datetime | None:
    try:
        return read_moment(value) if isinstance(value, str) else None
    except ValueError:
        return None


def in_hindsight(change: Change, held: Held, *, changes: Iterable[Change], earlier: Earlier, seen: Observation) -> Held:
    """How a change ends that will not be sent now, when the interrupted run may have sent it.

    Args:
        change: The change.
        held: How it would end in a run that starts.
        changes: All of its installation.
        earlier: What was sent.
        seen: What is there now.
    """
    if change.id not in earlier.sent or held[0] in KEPT:
        return held
    if lost_access(seen) and change.id in earlier.ours:
        return went(answered=change.id in earlier.answered)
    if isinstance(seen, Unreadable):
        return _unreadable_now(change, held, changes, earlier)
    return READ_BACK_NOW if classify(change, seen) is Verdict.ALREADY else held


def unread(held: Held) -> Held:
    """How a change ends that was sent before the interruption and cannot be looked at now."""
    return OutcomeKind.UNCERTAIN, f"sent before the interruption and not read back: {held[1]}"


def in_a_lost_site(change: Change, changes: Iterable[Change], earlier: Earlier) -> Held:
    """How a change ends whose installation is not visible any more."""
    if change.id not in earlier.sent:
        return NOT_VISIBLE
    if change.id in earlier.ours:
        return went(answered=change.id in earlier.answered)
    return _unreadable_now(change, NOT_VISIBLE, changes, earlier)


def went(*, answered: bool) -> Held:
    """How taking access away ended where nobody can look any more; only an answer leaves nothing open."""
    return OutcomeKind.DONE, LEFT if answered else ACCESS_WENT


def _unreadable_now(change: Change, held: Held, changes: Iterable[Change], earlier: Earlier) -> Held:
    """Where our own access may have gone, what was read back before stands."""
    access_went = any(other.id in earlier.ours for other in changes)
    if access_went and change.id in earlier.unaccepted:
        return OutcomeKind.WAITING, UNACCEPTED
    if access_went and change.id in earlier.done:
        return OutcomeKind.DONE, "read back before our own access went"
    return unread(held)
