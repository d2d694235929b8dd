"""What workflows need from the outside world, each a Protocol of one to three methods."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from reconciler.model.change import Change
from reconciler.model.observed import Breadth, ObservedFleet, ReadNeed
from reconciler.model.outcome import WriteAnswer
from reconciler.model.plan import Step
from reconciler.model.value import Observation


class Observer(Protocol):
    """Reads with as few requests as possible; one per account."""

    def observe(self, needs: Sequence[ReadNeed], *, breadth: Breadth) -> ObservedFleet:
        """Read what is needed. Raises CloudError when nothing can be concluded (lists or login fail)."""
        ...


class Surveyor(Protocol):
    """Reads everything an account shows; one per account."""

    def survey(self, only: Collection[str] | None) -> ObservedFleet:
        """Every managed setting of all visible installations, or of those ids. Raises CloudError as `observe` does."""
        ...


class Finder(Protocol):
    """Finds chargers by what stands on their boxes; one per account."""

    def find(self, serials: Collection[str]) -> ObservedFleet:
        """Every managed setting of the installations where they hang. Raises CloudError as `observe` does."""
        ...


class Executor(Protocol):
    """Turns one step into calls; one per account. It never repeats a write."""

    def read(self, step: Step, changes: Sequence[Change]) -> Mapping[str, Observation]:
        """Read what the step touches, one request where possible: change id -> observation. Never raises CloudError."""
        ...

    def write(self, step: Step, changes: Sequence[Change]) -> WriteAnswer:
        """Send the step once."""
        ...


class RunLog(Protocol):
    """The journal and the folder of one run; each call is on disk when it returns."""

    def record(self, event: str, data: Mapping[str, object]) -> None:
        """Append one event (`started`, `before-write`, `after-write`, `outcome`, `finished`)."""
        ...

    def write_file(self, name: str, text: str) -> str:
        """Write a file of the run atomically; returns its path as shown to the user."""
        ...
