"""Accounts put into shards: never one account in two, because its limit of requests is one."""

from collections.abc import Sequence

from reconciler.model.shard import PackedShard, ReadingTime

MOST_SHARDS = 256
"""Jobs that GitHub makes of one matrix."""


def packed(times: Sequence[ReadingTime], *, most: int) -> tuple[PackedShard, ...]:
    """At most so many shards, as even as the longest-first rule makes them; the same whatever order `times` has.

    The work of a shard is the sum over its accounts: they share one machine.
    """
    shards: list[list[ReadingTime]] = [[] for _ in range(min(most, len(times)))]
    work = [0.0] * len(shards)
    for one in sorted(times, key=lambda time: (-time.snapshot_minutes, time.account)):
        place = min(range(len(shards)), key=lambda index: (work[index], index))
        shards[place].append(one)
        work[place] += one.snapshot_minutes
    made = (PackedShard(accounts=tuple(sorted(accounts, key=lambda time: time.account))) for accounts in shards)
    return tuple(sorted(made, key=lambda shard: shard.accounts[0].account))
