"""One generated installation: what the cloud has, what the file says, and where both differ."""

from dataclasses import dataclass
from typing import Any

from reconciler.sandbox.generating.parameters import Segment
from reconciler.sandbox.records import Charger, Installation, Scalar

Document = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drifted:
    """One setting in which the world differs from the file, and who is supposed to have done it.

    Attributes:
        serial: None for a setting of the installation.
        setting: As files and plans call it.
        live: Null where the cloud has no such setting in its present mode.
    """

    installation: str
    serial: str | None
    setting: str
    desired: Scalar
    live: Scalar
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedSite:
    """An installation with its chargers as the world keeps them, and the document of its file.

    Attributes:
        number: Counts from 0.
        country: Its ISO code.
        document: What the file says, in the order in which it says it.
        is_visible: Whether our login has any access.
    """

    number: int
    segment: Segment
    country: str
    mode: str
    installation: Installation
    chargers: tuple[Charger, ...]
    document: Document
    is_visible: bool
    drifted: tuple[Drifted, ...] = ()

    @property
    def reads_state_of(self) -> tuple[str, ...]:
        """Serials of chargers that our login sees and of which the file names something that only their state tells."""
        listed: dict[str, dict[str, Any]] = self.document["chargers"] if self.is_visible else {}
        return tuple(serial for serial, said in listed.items() if _names_state(said))

    @property
    def asks_for_circuits(self) -> bool:
        """Whether a limit of a charger goes up, or that of the installation moves."""
        return any(one.setting == "maxCurrent" and (one.serial is None or _rises(one)) for one in self.drifted)


def _rises(one: Drifted) -> bool:
    return float(one.desired or 0) > float(one.live or 0)


def _names_state(said: dict[str, Any]) -> bool:
    # Every file inherits standAlone from the fleet or its profile.
    return "maxCurrent" in said or "standAlone" not in said.get("unmanaged", ())
