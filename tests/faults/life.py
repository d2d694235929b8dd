"""One process of the product over a simulated world: log in, observe, plan, apply with its journal on disk, prove."""

import contextlib
import io
import random
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import cast

from reconciler.cli.clouds import SANDBOX_PASSWORD, SANDBOX_USERNAME
from reconciler.cli.planning import policy_at
from reconciler.cli.proving import proof_of, result_of
from reconciler.cli.resuming import earlier_of
from reconciler.cli.wiring import Connections
from reconciler.errors import ReconcilerError
from reconciler.live.account import Access, Credentials, LiveAccount, open_account
from reconciler.loading.documents import read_plan
from reconciler.model.outcome import Outcome, OutcomeKind, RunResult
from reconciler.model.people import People, Person
from reconciler.model.plan import Plan
from reconciler.model.secret import Secret
from reconciler.planning.make import make_plan
from reconciler.planning.rollback import rollback_plan
from reconciler.report import json_document
from reconciler.report.progress import NoProgress
from reconciler.sandbox.people import people
from reconciler.store.history import history
from reconciler.store.layout import PLAN
from reconciler.store.runs import RESULT, ROLLBACK, RunFolder
from reconciler.workflows.apply import apply_plan
from reconciler.workflows.context import Apply, Limits
from reconciler.workflows.invitations import invitations
from reconciler.workflows.plan import observe_fleet
from reconciler.workflows.resume import Earlier
from tests.builders import FixedOrigins
from tests.faults.situation import Situation
from tests.faults.turns import Turns
from tests.faults.watch import Killed, Watch, WatchedClock, WatchedLog, WatchedTransport

DIRECTORY = People(entries=tuple(Person(id=i, email=e, name=n, language=lang) for i, e, n, lang in people()))
CREDENTIALS = Credentials(username=SANDBOX_USERNAME, password=SANDBOX_PASSWORD)


@dataclass(slots=True, kw_only=True)
class End:
    """How a process ended.

    Attributes:
        plan: None when planning failed.
        told: One outcome per change as apply returned them; empty when it never did.
        result: None when there is none to show.
        error: What came out instead; a Killed when the process died.
    """

    plan: Plan | None = None
    told: tuple[Outcome, ...] = ()
    result: RunResult | None = None
    error: BaseException | None = None

    @property
    def died(self) -> bool:
        """Whether the process was gone before its end."""
        return isinstance(self.error, Killed)

    @property
    def says_converged(self) -> bool:
        """Whether a receipt says that nothing is left to do."""
        return self.result is not None and self.result.receipt is not None and self.result.receipt.converged


@dataclass(slots=True, kw_only=True)
class Life:
    """A process that works on a situation; several may follow each other on one folder.

    Attributes:
        root: The folder beside `fleet/`; runs lie below it.
        number: Which process this is, for the id of its run.
        may_be_read_again: Whether somebody will open the files of this run; writing them costs time.
    """

    situation: Situation
    watch: Watch
    root: Path
    number: int = 0
    seed: int = 1
    may_be_read_again: bool = False

    @property
    def run_id(self) -> str:
        """The id of this process's run."""
        return f"20260115T080000Z-{self.number:04x}"

    @property
    def folder(self) -> Path:
        """The folder of its run."""
        return self.root / ".reconciler" / "runs" / self.run_id

    def look(self) -> Plan:
        """A plan made now. Writes nothing."""
        with closing(self._open(Access.READ_ONLY)) as live:
            return self._plan(self._connections(live))

    def apply(self, plan: Plan | None = None) -> End:
        """Plan, unless a plan is given, and carry it out."""
        end = End(plan=plan)
        self._guarded(end, lambda: self._apply(end))
        return end

    def resume(self) -> End:
        """Go on with the run of this number, as its folder tells it."""
        end = End()
        self._guarded(end, lambda: self._resume(end))
        return end

    def _guarded(self, end: End, work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001  whatever comes out is what is to be judged
            end.error = error
        if self.watch.dead:
            end.error = Killed()

    def _apply(self, end: End) -> None:
        with closing(self._open(Access.READ_WRITE)) as live:
            connections = self._connections(live)
            if end.plan is None:
                end.plan = self._plan(connections)
            self.watch.judge.plan = end.plan
            if not end.plan.changes or end.plan.refused_whole:
                return
            with RunFolder.create(self.root, self.run_id, now=self._clock.now) as folder:
                self._carry_out(end, connections, WatchedLog(folder, self.watch), Earlier())

    def _resume(self, end: End) -> None:
        with (
            closing(self._open(Access.READ_WRITE)) as live,
            RunFolder.resume(self.root, self.run_id, now=self._clock.now) as folder,
        ):
            end.plan = self.watch.judge.plan = read_plan(folder.path / PLAN)
            self._carry_out(end, self._connections(live), WatchedLog(folder, self.watch), earlier_of(folder))

    def _carry_out(self, end: End, connections: Connections, log: WatchedLog, earlier: Earlier) -> None:
        """As the command does it, without terminal and signals."""
        assert end.plan is not None
        self._write_plans(end.plan, log)
        sites = len({change.target.installation_id for change in end.plan.changes})
        workers = min(self.situation.side_by_side, sites)
        if workers > 1:
            self._take_turns(connections, workers)
        run = self._run(end.plan, connections, log, earlier)
        started_at = self._clock.now()
        end.told = apply_plan(run)
        self.watch.judge.proving = True
        with contextlib.redirect_stderr(io.StringIO()):
            proof = proof_of(run, end.told, connections, started_at=earlier.started_at or started_at)
        writes = earlier.writes + connections.writes
        kept = cast("RunFolder", log) if self.may_be_read_again else log.folder
        result = result_of(run, end.told, proof, log=kept, writes=writes)
        if self.may_be_read_again:
            log.write_file(RESULT, json_document.to_text(json_document.result_document(result)))
        log.record("finished", {"counts": {kind.value: result.count(kind) for kind in OutcomeKind}})
        end.result = result

    def _take_turns(self, connections: Connections, workers: int) -> None:
        turns = Turns(random.Random(self.seed), workers=workers)
        self.watch.turns = turns
        for live in connections.accounts.values():
            live._session._login._one_at_a_time = cast("threading.Lock", turns.one_at_a_time())

    def _write_plans(self, plan: Plan, log: WatchedLog) -> None:
        if not log.folder.has(PLAN):
            log.record("asked", {"accepted": [], "waves": self.situation.waves, "max_failures": None})
        if not self.may_be_read_again:
            return
        if not log.folder.has(PLAN):
            log.write_file(PLAN, json_document.to_text(json_document.plan_document(plan)))
        if not log.folder.has(ROLLBACK):
            back = rollback_plan(plan, self.situation.desired, run_id=self.run_id, now=self._clock.now())
            log.write_file(ROLLBACK, json_document.to_text(json_document.plan_document(back)))

    def _run(self, plan: Plan, connections: Connections, log: WatchedLog, earlier: Earlier) -> Apply:
        sent = history(self.root, connections.clouds, since=connections.born_at).invited
        per_day = self.situation.desired.limits.invitations_per_day
        return Apply(
            plan=plan,
            desired=self.situation.desired,
            origins=FixedOrigins(),
            reach=connections.reach,
            make_policy=lambda now: policy_at(now, connections, accepted=(), root=self.root),
            log=log,
            limits=Limits(side_by_side=self.situation.side_by_side, waves=self.situation.waves),
            progress=self.watch.turns or NoProgress(),
            stop=Event(),
            earlier=earlier,
            invitations=invitations(per_day, sent, self._clock.now()),
        )

    def _plan(self, connections: Connections) -> Plan:
        policy = policy_at(self._clock.now(), connections, accepted=(), root=self.root)
        desired = self.situation.desired
        return make_plan(desired, observe_fleet(desired, connections.observers), policy, FixedOrigins())

    def _connections(self, live: LiveAccount) -> Connections:
        born = datetime.fromtimestamp(self.watch.world.data["born_at"], UTC)
        name = live.account.name
        return Connections(accounts={name: live}, clocks={name: self._clock}, people=DIRECTORY, born_at=born)

    @property
    def _clock(self) -> WatchedClock:
        return WatchedClock(self.watch)

    def _open(self, access: Access) -> LiveAccount:
        return open_account(
            self.situation.desired.accounts[0],
            transport=WatchedTransport(self.watch),
            base_url="http://sandbox.invalid",
            credentials=CREDENTIALS,
            clock=self._clock,
            people=DIRECTORY,
            concurrency=1,
            mode=access,
            progress=NoProgress(),
            secrets=lambda _: Secret("CANARY-secret"),
            jitter=random.Random(self.seed),
        )


def is_ours(error: BaseException | None) -> bool:
    """Whether an error is one that a user may see."""
    return error is None or isinstance(error, ReconcilerError | Killed)
