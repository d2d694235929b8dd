"""Where a plan comes from, read back from its JSON document; the data already fits the schema."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from reconciler.model.plan_origin import BaseReference, PolicyChange, PolicyKind, SnapshotReference
from reconciler.model.value import Reason

Part = Mapping[str, Any]
_REASONS: Mapping[object, Reason] = {reason.value: reason for reason in Reason}


def moment_of(text: str) -> datetime:
    """A time in UTC.

    Raises:
        ValueError: No time, or one that no clock can show; the text is not repeated, because it may be anything.
    """
    try:
        at = datetime.fromisoformat(text)
        if at.utcoffset() is not None:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise ValueError("a time is none, or does not say its offset")


def reason_of(word: object) -> Reason:
    """Why something could not be read.

    Raises:
        ValueError: None that we write; the word is not repeated, because it may be anything.
        TypeError: The word is no word.
    """
    reason = _REASONS.get(word)
    if reason is None:
        raise ValueError("a reason is none that we write")
    return reason


def snapshot_of(part: Part | None) -> SnapshotReference | None:
    """The snapshot; None for a plan from the live cloud."""
    if part is None:
        return None
    return SnapshotReference(taken_at=moment_of(part["taken_at"]), digest=part["digest"], selection=part["selection"])


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
