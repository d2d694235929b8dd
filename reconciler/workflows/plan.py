"""Read what the files need."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from reconciler.model.desired import DesiredFleet
from reconciler.model.observed import ObservedFleet, ReadNeed
from reconciler.planning.reads import breadth_for, needs_of
from reconciler.workflows.ports import Observer


def observe_fleet(desired: DesiredFleet, observers: Mapping[str, Observer]) -> ObservedFleet:
    """One snapshot over all accounts that the chosen installations use, side by side: each has its own rate.

    Raises:
        CloudError: A login or a list failed, so nothing can be concluded.
    """
    needs = _by_account(needs_of(desired))
    breadth = breadth_for(desired)
    with ThreadPoolExecutor(max_workers=max(1, len(needs))) as pool:
        parts = list(pool.map(lambda name: observers[name].observe(needs[name], breadth=breadth), sorted(needs)))
    return joined(parts)


def _by_account(needs: Sequence[ReadNeed]) -> dict[str, list[ReadNeed]]:
    grouped: dict[str, list[ReadNeed]] = {}
    for need in needs:
        grouped.setdefault(need.account, []).append(need)
    return grouped


def joined(parts: Sequence[ObservedFleet]) -> ObservedFleet:
    """One snapshot out of one per account; its time is the earliest."""
    first = min(parts, key=lambda part: part.observed_at)
    installations = sorted((site for part in parts for site in part.installations), key=lambda site: site.id)
    reads = sorted((read for part in parts for read in part.reads), key=lambda read: read.account)
    return replace(first, installations=tuple(installations), reads=tuple(reads))
