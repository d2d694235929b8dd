"""What a plan saw at the installations that it touches, as far as its changes do not say it themselves."""

from reconciler.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSeen:
    """One touched installation when the plan was made.

    Attributes:
        mode: The authentication mode, None when it could not be read.
        pro: Whether it is of type Pro rather than Go / Home, None when not told.
        chargers: Live chargers.
        charging: Chargers at which a car was charging.
        silent: Chargers that did not say what they were doing, offline ones included.
        off: Serials of chargers seen below 6 A, where nothing charges; sorted, as far as they were read.
        stand_alone: Serials of chargers seen in stand-alone mode; sorted, as far as they were read.
    """

    account: str
    installation_id: str
    installation_name: str
    mode: str | None
    pro: bool | None
    chargers: int
    charging: int
    silent: int
    off: tuple[str, ...] = ()
    stand_alone: tuple[str, ...] = ()
