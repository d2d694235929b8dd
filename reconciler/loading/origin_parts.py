"""Where a plan comes from, read back from its JSON document; the data already fits the schema."""

from collections.abc import Mapping
from typing import Any

from reconciler.model.moments import read_moment
from reconciler.model.plan_origin import BaseReference, PolicyChange, PolicyKind, SnapshotReference

Part = Mapping[str, Any]


def snapshot_of(part: Part | None) -> SnapshotReference | None:
    """The snapshot; None for a plan from the live cloud."""
    if part is None:
        return None
    return SnapshotReference(taken_at=read_moment(part["taken_at"]), digest=part["digest"], selection=part["selection"])


def base_of(part: Part | None) -> BaseReference | None:
    """With which commits the plan was compared; None when it was not."""
    if part is None:
        return None
    gone = tuple((one["installation"], one["name"]) for one in part.get("no_longer_managed", ()))
    return BaseReference(commit=part["commit"], applied=part["applied"], no_longer_managed=gone)


def policy_of(part: Part) -> PolicyChange:
    """One piece of policy that the files change."""
    return PolicyChange(
        kind=PolicyKind(part["kind"]),
        subject=part["subject"],
        before=part["before"],
        after=part["after"],
        file=part.get("file") or "",
        line=part.get("line", 0),
    )
