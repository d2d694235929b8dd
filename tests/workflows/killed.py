"""A machine whose process can be killed at any moment, and goes on from its journal as `apply --resume` does."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import httpx

from reconciler.cli.clouds import WorldClock
from reconciler.live.account import LiveAccount
from reconciler.model.outcome import Outcome, OutcomeKind
from reconciler.model.plan import Plan
from reconciler.model.under_way import Queued
from reconciler.planning.policy import Policy
from reconciler.sandbox.app import create_app
from reconciler.sandbox.world import World
from reconciler.workflows.context import Apply
from reconciler.workflows.resume import earlier_part
from tests.properties.machine import Machine, MemoryLog, Watched

_BEHIND = re.compile("must come after a step that is (pending|waiting)")


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Moment:
    """Counts moments and kills at one of them; a dead process does nothing more."""

    at: int | None = None
    count: int = 0

    def passes(self) -> None:
        """One more moment in which the plug may be pulled."""
        self.count += 1
        if self.at is not None and self.count > self.at:
            raise Killed


@dataclass
class KilledMachine(Machine):
    """Each request and each event of the journal is two moments: just before it, and just after."""

    moment: Moment = field(default_factory=Moment)
    log: MemoryLog = field(default_factory=MemoryLog)
    noted: list[Queued] = field(default_factory=list)

    def transport(self) -> httpx.BaseTransport:
        """The sandbox in process, until the plug is pulled."""
        return _Plugged(create_app(self.world), self)

    def policy(self, now: datetime) -> Policy:
        """What is queued comes from the journal, as nothing else outlives the process."""
        return replace(super().policy(now), queued=(*self.queued, *self.noted))

    def _run(self, plan: Plan, live: LiveAccount, clock: WorldClock) -> Apply:
        run = super()._run(plan, live, clock)
        return replace(run, log=_PluggedLog(self), earlier=earlier_part(self.log.events))


class _Plugged(Watched):
    def __init__(self, app: object, machine: KilledMachine) -> None:
        super().__init__(app, machine)
        self._moment = machine.moment

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._moment.passes()
        answer = super().handle_request(request)
        self._moment.passes()
        return answer


class _PluggedLog:
    def __init__(self, machine: KilledMachine) -> None:
        self._machine = machine

    def record(self, event: str, data: Mapping[str, object]) -> None:
        self._machine.moment.passes()
        self._machine.log.record(event, data)
        if event == "queued":
            self._machine.noted.append(_queued(data, self._machine.clock().now()))
        self._machine.moment.passes()

    def write_file(self, name: str, text: str) -> str:
        return name


def _queued(data: Mapping[str, object], at: datetime) -> Queued:
    value = data["value"]
    return Queued(
        account=str(data["account"]),
        installation_id=str(data["installation"]),
        charger=str(data["charger"]),
        setting=str(data["setting"]),
        value=value if isinstance(value, bool | str) else float(str(value)),
        at=at,
    )


def twin(machine: Machine) -> KilledMachine:
    """The same machine over a copy of its world."""
    return KilledMachine(
        world=World.from_json(machine.world.to_json()), desired=machine.desired, queued=[*machine.queued]
    )


def kinds(plan: Plan, outcomes: Sequence[Outcome]) -> dict[str, OutcomeKind]:
    """How each change ended; the same kind where it is the same to whoever comes later."""
    found = {outcome.change_id: _kind(outcome) for outcome in outcomes}
    return {change.id: found[change.id] for change in plan.changes}


def _kind(outcome: Outcome) -> OutcomeKind:
    match outcome.kind:
        case OutcomeKind.ALREADY:
            return OutcomeKind.DONE
        case OutcomeKind.WAITING:
            return OutcomeKind.PENDING
        case OutcomeKind.NOT_REACHED if _BEHIND.match(outcome.detail):
            return OutcomeKind.PENDING
        case kind:
            return kind
