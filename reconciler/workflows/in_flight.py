"""How long a resume waits for what the interrupted run had in flight, before it reads anything."""

import math
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from reconciler.model.change import Change
from reconciler.model.ports import Clock
from reconciler.workflows.context import Apply
from reconciler.workflows.resume import Earlier, Flight

SLOWEST_CALL = timedelta(minutes=5)
"""How long a request that was journalled may take to leave and to be carried out: pace, pauses after 429, time-outs."""

CLOCK_BEHIND = timedelta(minutes=10)
"""How far the clock may be behind the journal and is waited for: a sandbox that was killed has lost a little time."""

AT_A_TIME_S = 0.2
"""So often a wait looks whether somebody pressed Ctrl-C, in seconds of the account's time."""


def readable_at(changes: Iterable[Change], earlier: Earlier, *, now: datetime) -> datetime:
    """From when on reading shows what the run did; `now` when nothing was in flight.

    Nobody knows when a request left that was journalled and not answered: at the latest now. What the journal tells
    from a little later than now is not to be seen before that; from much later, one of the clocks was wrong.

    Args:
        changes: Those of one account.
        earlier: What was in flight.
        now: The account's time.
    """
    flights = {flight.change_id: flight for flight in earlier.in_flight}
    ends = [now]
    for change in changes:
        told_at = earlier.told_at.get(change.id, now)
        ends.append(told_at if told_at <= now + CLOCK_BEHIND else now)
        flight = flights.get(change.id)
        if flight is not None:
            settles = timedelta(seconds=max(change.row.settles_after_s, default=0.0))
            ends.append(_left_at(flight, now) + settles)
    return max(ends)


def ahead_of(changes: Iterable[Change], earlier: Earlier, *, now: datetime) -> datetime | None:
    """The latest time of the journal that is too far ahead of the clock to wait for; None when there is none."""
    times = (earlier.told_at[change.id] for change in changes if change.id in earlier.told_at)
    return max((at for at in times if at > now + CLOCK_BEHIND), default=None)


def wait_for(changes: Sequence[Change], run: Apply, *, account: str, until: datetime) -> None:
    """Let the time pass until what was in flight can be read; says so, and ends early when the run is to stop.

    Args:
        changes: Those of the account.
        run: The resume.
        account: Whose clock counts.
        until: From `readable_at`, on that clock.
    """
    clock = run.reach[account].clock
    now = clock.now()
    if (ahead := ahead_of(changes, run.earlier, now=now)) is not None:
        run.tell(
            f"note: the journal of this run tells of {ahead:%Y-%m-%d %H:%M} UTC, and for account {account} it is "
            f"{now:%Y-%m-%d %H:%M} UTC: one of the two clocks was wrong, so that time is not waited for"
        )
    left_s = (until - now).total_seconds()
    if left_s > 0 and not run.stop.is_set():
        seconds = math.ceil(left_s)
        run.tell(
            f"waiting {seconds} s until what was in flight at account {account} can be read; Ctrl-C ends the wait, "
            "and the run can be resumed again"
        )
        _pause(clock, left_s, run)


def _pause(clock: Clock, seconds: float, run: Apply) -> None:
    left_s = seconds
    while left_s > 0 and not run.stop.is_set():
        clock.sleep(min(left_s, AT_A_TIME_S))
        left_s -= AT_A_TIME_S


def _left_at(flight: Flight, now: datetime) -> datetime:
    slowest = timedelta() if flight.answered else SLOWEST_CALL
    if flight.at is None or flight.at >= now - slowest:  # compared first: to a damaged time nothing can be added
        return now
    return flight.at + slowest
