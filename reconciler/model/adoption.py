"""What adopting the live state writes to files, and what no file may declare."""

import re
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from reconciler.model.change import Target
from reconciler.model.desired import DesiredInstallation
from reconciler.model.exit import Condition
from reconciler.model.settings import Kind, setting
from reconciler.model.value import Absent, Observation, Value
from reconciler.records import dataclass


class FileAction(StrEnum):
    """What happens to a file."""

    NEW = "new"
    PATCHED = "patched"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One value that a file shall say.

    Attributes:
        path: In the merged file, permissions by principal: ("chargers", "ZAP012345", "maxCurrent").
        value: ABSENT: the file shall say nothing about it, whatever its profiles say.
    """

    path: tuple[str, ...]
    value: Value | Absent


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """One setting of one target that the file takes over from the cloud, in as many values as belong together.

    Attributes:
        was: What the file said; None when it said nothing.
        now: What is live.
    """

    target: Target
    setting: str
    was: Value | Absent | None
    now: Observation
    wishes: tuple[Wish, ...]

    @property
    def raises_limit(self) -> bool:
        """Whether the file would allow more amperes than before."""
        if setting(self.target.scope, self.setting).kind is not Kind.AMPERES:
            return False
        return isinstance(self.was, float) and isinstance(self.now, float) and self.now > self.was


class WhyNot(StrEnum):
    """Why something live stays out of a file."""

    UNREADABLE = "unreadable"
    NO_CALL = "no-call"
    NOT_DECLARABLE = "not-declarable"
    EXCEPTED = "excepted"
    REFUSED = "refused"
    PENDING = "pending"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAdopted:
    """Something live that the file does not say, and why; `setting` is empty when the whole target is meant."""

    target: Target
    setting: str
    why: str
    kind: WhyNot = WhyNot.NOT_DECLARABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftTogether:
    """Settings that stay out of the files of several chargers for one reason.

    Attributes:
        why: With `…` where the reasons differ in an id alone.
    """

    targets: tuple[Target, ...]
    settings: tuple[str, ...]
    why: str


_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def left_together(left: Iterable[NotAdopted]) -> tuple[LeftTogether, ...]:
    """What stays out, each reason told once for all chargers that share it; in the order of the first of each."""
    of_target: dict[tuple[Target, str], list[NotAdopted]] = {}
    for item in left:
        of_target.setdefault((item.target, _ID.sub("…", item.why)), []).append(item)
    groups: dict[tuple[object, ...], list[list[NotAdopted]]] = {}
    for (target, why), items in of_target.items():
        alone = None if target.charger is not None else target
        groups.setdefault((alone, why, tuple(item.setting for item in items)), []).append(items)
    return tuple(
        LeftTogether(
            targets=tuple(items[0].target for items in members),
            settings=tuple(item.setting for item in members[0]),
            why=members[0][0].why if len(members) == len(members[0]) == 1 else _ID.sub("…", members[0][0].why),
        )
        for members in groups.values()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A file as it would be, not written yet.

    Attributes:
        file: From the fleet's own folder on, `fleet/installations/x.yaml`.
        path: From the fleet folder on, `installations/x.yaml`.
        before: None when there is no such file yet.
        refused: What the rules of the files do not let stand, and why.
        desired: What the whole file would want.
    """

    file: str
    path: str
    before: str | None
    after: str
    desired: DesiredInstallation
    refused: tuple[tuple[Adopted, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptedFile:
    """One file of an adoption; `left` and `adopted` are sorted by target and setting."""

    draft: Draft
    account: str
    installation_id: str
    name: str
    adopted: tuple[Adopted, ...]
    left: tuple[NotAdopted, ...]

    @property
    def action(self) -> FileAction:
        """What happens to the file."""
        if self.draft.before is None:
            return FileAction.NEW
        return FileAction.UNCHANGED if self.draft.before == self.draft.after else FileAction.PATCHED


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedFile:
    """A layer below several new files, not written yet: a new profile, or fleet.yaml with more defaults.

    Attributes:
        file: From the fleet's own folder on.
        path: From the fleet folder on.
        before: None when there is no such file yet.
        profile: Its name; empty for the defaults.
        installations: Ids of those that stand on it, sorted.
    """

    file: str
    path: str
    before: str | None
    after: str
    profile: str
    installations: tuple[str, ...]

    @property
    def action(self) -> FileAction:
        """What happens to the file."""
        return FileAction.NEW if self.before is None else FileAction.PATCHED

    @property
    def more_lines(self) -> int:
        """By how many lines the file grows."""
        return self.after.count("\n") - (self.before or "").count("\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """One run of `adopt`; files sorted by path.

    Attributes:
        shared: What the new files share, to be written before them.
        lines_saved: By that, over all files.
    """

    tool_version: str
    created_at: datetime
    files: tuple[AdoptedFile, ...]
    shared: tuple[SharedFile, ...] = ()
    lines_saved: int = 0

    @property
    def to_write(self) -> tuple[AdoptedFile, ...]:
        """The files that would change."""
        return tuple(one for one in self.files if one.action is not FileAction.UNCHANGED)

    @property
    def writes(self) -> tuple[Draft | SharedFile, ...]:
        """All that would be written, in this order: nothing stands on a layer that is not there."""
        return (*self.shared, *(one.draft for one in self.to_write))

    @property
    def left(self) -> tuple[NotAdopted, ...]:
        """Everything that no file says."""
        return tuple(item for one in self.files for item in one.left)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What holds after it; that nobody offers a call for something is nobody's fault."""
        kinds = {item.kind for item in self.left}
        found = {_CONDITIONS[kind] for kind in kinds if kind is not WhyNot.NO_CALL}
        return tuple(condition for condition in Condition if condition in found)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldFile:
    """One file of an adoption as people see it; `difference` is unified, a line each."""

    name: str
    file: str
    action: FileAction
    difference: tuple[str, ...]
    warnings: tuple[str, ...]
    left: tuple[NotAdopted, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldShared:
    """A layer below several new files as people see it; `profile` is empty for the defaults of fleet.yaml."""

    profile: str
    file: str
    action: FileAction
    installations: int
    difference: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldAdoption:
    """What an adoption tells; `settings` counts those that files take over."""

    files: tuple[ToldFile, ...]
    settings: int
    shared: tuple[ToldShared, ...] = ()
    lines_saved: int = 0


_CONDITIONS = {
    WhyNot.UNREADABLE: Condition.UNREADABLE,
    WhyNot.NOT_DECLARABLE: Condition.REFUSED,
    WhyNot.EXCEPTED: Condition.REFUSED,
    WhyNot.REFUSED: Condition.REFUSED,
    WhyNot.PENDING: Condition.PENDING,
    WhyNot.WAITING: Condition.WAITING,
}
