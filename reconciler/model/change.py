"""What differs between desired and observed, as data."""

from dataclasses import field
from enum import StrEnum

from reconciler.model.desired import Route
from reconciler.model.digest import short_id_of
from reconciler.model.settings import Kind, Scope, Setting, setting
from reconciler.model.value import Absent, BeforeState, Observation, Unreadable, Value, same, state_of
from reconciler.records import dataclass


class Cause(StrEnum):
    """Why a change is in a plan; all but FILE need a base to compare with."""

    FILE = "file"
    PULL_REQUEST = "this pull request"
    BASE = "already pending on base"
    DRIFT = "drift"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a change is about: an installation, one of its chargers, or somebody's access to either.

    Attributes:
        charger: Serial on the box.
        principal: `person:<id>`, `userGroup:<key>` or `user-id:<guid>`.
    """

    account: str
    installation_id: str
    charger: str | None = None
    principal: str | None = None

    @property
    def scope(self) -> Scope:
        """Which rows of the settings table fit."""
        if self.charger is not None:
            return Scope.CHARGER if self.principal is None else Scope.CHARGER_PRINCIPAL
        return Scope.INSTALLATION if self.principal is None else Scope.PRINCIPAL

    @property
    def subject(self) -> str:
        """Serial, principal, or both; empty for the installation itself."""
        return " ".join(part for part in (self.charger, self.principal) if part is not None)

    @property
    def sort_key(self) -> tuple[str, str, str, str]:
        """Orders targets: the installation, its chargers, its people."""
        return (self.account, self.installation_id, self.charger or "", self.principal or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One declared setting of one target that is not as desired.

    Attributes:
        before: What the plan saw; its precondition. `after` ABSENT takes a principal's access away.
        file, line: Where the wish stands (line 0 when it comes from no line of its own).
        id: Hash of account, installation, target, setting, before, after and route.
    """

    target: Target
    installation_name: str
    setting: str
    before: Observation
    after: Value | Absent
    route: Route
    file: str
    line: int
    cause: Cause = Cause.FILE
    id: str = field(init=False)

    def __post_init__(self) -> None:
        if same(self.before, self.after):
            raise ValueError(f"{self.target} {self.setting} does not change")
        object.__setattr__(self, "id", short_id_of(self._identity()))

    def _identity(self) -> list[object]:
        target = self.target
        place = [target.account, target.installation_id, target.charger, target.principal, self.setting]
        return [*place, plain(self.before), plain(self.after), self.route.value]

    @property
    def row(self) -> Setting:
        """The row of the settings table."""
        return setting(self.target.scope, self.setting)

    @property
    def unit(self) -> str:
        """`A` for amperes, otherwise empty."""
        return self.row.unit

    @property
    def before_state(self) -> BeforeState:
        """How much was known."""
        return state_of(self.before)

    @property
    def raised_a(self) -> float:
        """Amperes by which the limit rises, 0 when it does not; an unknown former value counts in full."""
        if self.row.kind is not Kind.AMPERES or not isinstance(self.after, float):
            return 0.0
        before = self.before if isinstance(self.before, float) else 0.0
        return max(0.0, round(self.after - before, 1))

    @property
    def lowered_a(self) -> float:
        """Amperes by which the limit falls, 0 when it does not or the former value is unknown."""
        if not isinstance(self.after, float) or not isinstance(self.before, float):
            return 0.0
        return max(0.0, round(self.before - self.after, 1))

    @property
    def sort_key(self) -> tuple[tuple[str, str, str, str], str]:
        """Orders changes by target, then setting."""
        return (self.target.sort_key, self.setting)


def plain(observation: Observation) -> object:
    """JSON data that tells apart every two observations that differ; whole amperes come without a fraction."""
    match observation:
        case Absent():
            return {"state": "absent"}
        case Unreadable(reason=reason):
            return {"state": "unreadable", "reason": reason.value}
        case tuple():
            return list(observation)
        case float() if observation.is_integer():
            return int(observation)
        case _:
            return observation
