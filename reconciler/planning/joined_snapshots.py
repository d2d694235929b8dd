"""Snapshots of shards as one snapshot of everything, or of as many accounts as there are."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

from reconciler.errors import InvalidDocumentError
from reconciler.model.observed import ObservedFleet
from reconciler.model.shard import Shard
from reconciler.model.snapshot import Snapshot
from reconciler.planning.joining import Missing, Told, check_joinable, is_whole


def joined_snapshot(snapshots: Sequence[tuple[str, Snapshot]], *, missing: Missing, words: str) -> Snapshot:
    """One snapshot out of one per shard; its digest is filled in where it is written.

    Args:
        snapshots: Each with the file that it stands in.
        missing: Whether it may lack accounts; it is then a selection, and plans from it say what they lack.
        words: How that selection is told.

    Raises:
        InvalidDocumentError: They do not fit together, or an account is missing and may not be.
    """
    told = [_told(where, snapshot) for where, snapshot in snapshots]
    parts = [snapshot for _, snapshot in snapshots]
    if is_whole(told):
        return parts[0]
    whole = check_joinable(told, missing=missing)
    if len({one.people_known for one in parts}) > 1:
        raise InvalidDocumentError(
            "they were taken with different directories of people",
            where=", ".join(one.where for one in told),
            remedy="give every shard the same FLEET_PEOPLE",
        )
    accounts = sorted(chain(*(one.accounts for one in parts)), key=lambda one: one.name)
    complete = {one.name for one in accounts} >= {*whole.accounts}
    return replace(
        parts[0],
        observed=_observed([one.observed for one in parts]),
        accounts=tuple(accounts),
        selection=None if complete else words,
        read_floor=sum(one.read_floor for one in parts),
        queued=tuple(sorted(chain(*(one.queued for one in parts)), key=lambda one: one.at)),
        switch_waits=tuple(
            sorted(
                chain(*(one.switch_waits for one in parts)),
                key=lambda one: (one.since, one.account, one.installation_id),
            )
        ),
        shard=None if complete else Shard(whole=whole),
        digest="",
    )


def _told(where: str, snapshot: Snapshot) -> Told:
    """Several accounts may show the same installation, so installations say nothing about which shard it is."""
    return Told(
        where=where,
        tool_version=snapshot.tool_version,
        commit=None,
        selection=snapshot.selection,
        shard=snapshot.shard,
        accounts=tuple(one.name for one in snapshot.accounts),
        sites=frozenset(),
    )


def _observed(parts: Sequence[ObservedFleet]) -> ObservedFleet:
    return replace(
        parts[0],
        observed_at=min(one.observed_at for one in parts),
        installations=tuple(
            sorted(chain(*(one.installations for one in parts)), key=lambda site: (site.id, site.account))
        ),
        reads=tuple(sorted(chain(*(one.reads for one in parts)), key=lambda one: one.account)),
    )
