"""The same over real sockets: the sandbox served on loopback, our own transport, wall time."""

import random
import time
from datetime import UTC, datetime

from reconciler.live.account import Access, Credentials, LiveAccount, network_transport, open_account
from reconciler.model.observed import Breadth, ReadNeed
from reconciler.model.outcome import WriteStatus
from reconciler.model.plan import Operation
from reconciler.model.ports import Clock
from reconciler.model.secret import Secret
from reconciler.model.value import Reason, Unreadable
from reconciler.sandbox.faults import fault
from reconciler.sandbox.seed import fixture_world
from reconciler.sandbox.server import running
from tests.live.cloud import PASSWORD, USERNAME, NoBar, VirtualClock, account_of, calls, over_world, resolve
from tests.live.steps import change, step
from tests.live.test_executor import live_id
from tests.live.test_observer import ELVEVEIEN, SOLBAKKEN


class WallClock:
    """Wall time."""

    def now(self) -> datetime:
        """Now."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


def opened_at(url: str, clock: Clock | None = None) -> LiveAccount:
    """An account at a served sandbox."""
    return open_account(
        account_of(rate=9.8),
        transport=network_transport(),
        base_url=url,
        credentials=Credentials(username=USERNAME, password=Secret(PASSWORD)),
        clock=clock or WallClock(),
        people=None,
        concurrency=4,
        mode=Access.READ_WRITE,
        progress=NoBar(),
        secrets=resolve,
        jitter=random.Random(1),
    )


class TestServed:
    def test_the_snapshot_is_the_same_as_in_process(self) -> None:
        """Whether the sandbox answers in process or over HTTP makes no difference to what is seen."""
        wish = ReadNeed(account="main", installation_id=ELVEVEIEN, state_of=("ZAP012345",))
        inside = over_world(fixture_world()).observer.observe([wish], breadth=Breadth.SITES)
        with running(fixture_world()) as url:
            account = opened_at(url)

            outside = account.observer.observe([wish], breadth=Breadth.SITES)
            account.close()

        assert outside.installations == inside.installations

    def test_a_dropped_connection_on_a_write_is_uncertain_and_sent_once(self) -> None:
        """The socket closes after the effect: nobody sends it a second time."""
        world = fixture_world()
        wish = change("maxCurrent", 16.0, before=32.0, installation_id=SOLBAKKEN, charger="ZPR081003")
        this = step(Operation.UPDATE_CHARGER, wish, target_id=live_id(world, "ZPR081003"))
        world.data["faults"].append(fault("lost-answer-after", method="POST", path="/api/chargers/*"))
        with running(world) as url:
            account = opened_at(url)

            answer = account.executor.write(this, [wish])
            account.close()

        assert answer.status is WriteStatus.UNCERTAIN
        assert len(calls(world, method="POST")) == 1

    def test_nobody_listening_is_a_reason_not_a_crash(self) -> None:
        """A sandbox that was stopped leaves unreadable values behind, for want of an answer."""
        wish = change("maxCurrent", 16.0, before=32.0, installation_id=SOLBAKKEN)
        with running(fixture_world()) as url:
            pass
        account = opened_at(url, VirtualClock())

        found = account.executor.read(step(Operation.UPDATE_INSTALLATION, wish), [wish])
        account.close()

        assert found == {wish.id: Unreadable(reason=Reason.NOT_ANSWERED)}
