"""Reads a snapshot back: the head against its schema, every installation by hand because there may be thousands."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from reconciler.loading import snapshot_parts as parts
from reconciler.loading.document_files import checked, told_with
from reconciler.loading.json_source import read_object, unusable
from reconciler.loading.shard_parts import shard_of
from reconciler.loading.snapshot_rows import CONTENT, read_by_rows
from reconciler.model.desired import Cloud
from reconciler.model.digest import digest_of
from reconciler.model.moments import read_moment
from reconciler.model.observed import Breadth, ObservedFleet, ObservedInstallation
from reconciler.model.plan import PlanAccount
from reconciler.model.snapshot import Snapshot


def read_snapshot(path: Path) -> Snapshot:
    """The snapshot in a file that `snapshot --out` wrote.

    Raises:
        InvalidDocumentError: Not a snapshot, from an unknown major version, or not as it was written.
    """
    by_rows = read_by_rows(path)
    document = read_object(path, kind="snapshot") if by_rows is None else by_rows.document
    # The schema is for the head: a thousand sites would take it minutes, and the parts below are as strict.
    listed = document.get("installations")
    checked(path, {**document, "installations": listed if not isinstance(listed, list) else []}, kind="snapshot")
    if by_rows is None and document["digest"] != digest_of(
        {name: value for name, value in document.items() if name in CONTENT}
    ):
        raise unusable(path, "the digest does not fit the content", kind="snapshot")
    with told_with(path, kind="snapshot"):
        sites = map(parts.installation_of, document["installations"]) if by_rows is None else by_rows.sites
        snapshot = _snapshot_of(document, sites)
        _check(snapshot, document)
    return snapshot


def _snapshot_of(document: dict[str, Any], sites: Iterable[ObservedInstallation]) -> Snapshot:
    people = document["people"]
    observed = ObservedFleet(
        observed_at=read_moment(document["taken_at"]),
        breadth=Breadth.ACCOUNT,
        installations=tuple(sorted(sites, key=lambda site: (site.id, site.account))),
        reads=tuple(parts.reads_of(part) for part in document["reads"]),
    )
    return Snapshot(
        tool_version=document["tool"]["version"],
        observed=observed,
        accounts=tuple(
            PlanAccount(name=part["name"], cloud=Cloud(part["cloud"]), rate=float(part["rate"]))
            for part in document["accounts"]
        ),
        selection=document["selection"],
        people_known=None if people is None else frozenset(people),
        read_floor=document["read_floor"],
        queued=tuple(parts.queued_of(part) for part in document["queued"]),
        switch_waits=tuple(parts.switch_wait_of(part) for part in document["switch_waits"]),
        shard=shard_of(document.get("shard")),
        digest=document["digest"],
    )


def _check(snapshot: Snapshot, document: dict[str, Any]) -> None:
    sites = snapshot.observed.installations
    names = {account.name for account in snapshot.accounts}
    if len({(site.account, site.id) for site in sites}) < len(sites):
        raise ValueError("an installation stands in it twice")
    if not names.issuperset(site.account for site in sites) or len(names) < len(snapshot.accounts):
        raise ValueError("its accounts do not fit its installations")
    for kind, counts in (("installations", snapshot.installations), ("chargers", snapshot.chargers)):
        told = document["coverage"][kind]
        if (told["visible"], told["unreadable"]) != (counts.visible, counts.unreadable):
            raise ValueError(f"its coverage does not fit its {kind}")
