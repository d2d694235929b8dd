"""What the cloud says, as one snapshot: values, absent, or unreadable with a reason."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime
from enum import IntEnum, StrEnum
from functools import cached_property

from reconciler.model.secret import Secret
from reconciler.model.value import Observation, Unreadable
from reconciler.records import dataclass


class OperatingMode(IntEnum):
    """What a charger is doing (API: ChargerOperatingMode)."""

    UNKNOWN = 0
    DISCONNECTED = 1
    REQUESTING = 2
    CHARGING = 3
    FINISHED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Circuit:
    """One shared breaker; amperes per phase."""

    id: str
    name: str
    max_current_a: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedPermission:
    """What one principal may do; an invitation that nobody accepted yet counts as not accepted."""

    principal: str
    roles: tuple[str, ...]
    accepted: bool
    invited_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedCharger:
    """One charger as the list and, where asked, its state tell it.

    Attributes:
        id: The cloud's id.
        online: None when the list does not say.
        mode: None when the list does not say or uses a number we do not know.
        values: State settings that were asked for (`standAlone`, `maxCurrent`) and what comes with them (`firmware`),
            sorted by name; empty otherwise.
        roles: The caller's role bits on the charger, None when not told.
        permissions: Of those given on the charger itself (Pro only); None when not asked for, sorted by principal.
    """

    id: str
    serial: str
    name: str = ""
    circuit_id: str | None = None
    online: bool | None = None
    mode: OperatingMode | None = None
    roles: int | None = None
    values: tuple[tuple[str, Observation], ...] = ()
    permissions: tuple[ObservedPermission, ...] | Unreadable | None = None

    def get(self, name: str) -> Observation | None:
        """What was read of a setting, None when it was not asked for."""
        return dict(self.values).get(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedInstallation:
    """One installation.

    Attributes:
        values: All installation settings of the table (name, observation), sorted by name. A setting that does not
            apply in the live authentication mode is ABSENT.
        circuits: None when not asked for, Unreadable when the hierarchy did not come.
        permissions: None when not asked for, Unreadable when there is no way to read them; sorted by principal.
        pro: Whether it is of type Pro (many circuits) rather than Go / Home; None when not told.
        power_managed: Whether automatic power management (APM) refuses updates; None when not told.
        native_allowed: Whether a user group may use native OCPP here; None when not told.
        available_unknown: Why the available current, which a change of `maxCurrent` must keep, is not known; None when
            it is known, and when none is set. The amperes are not kept: they move all day, and no plan is about them.
        roles: The caller's role bits, None when not told.
        postcode: Only to be compared with what a list of hand-overs says; it never prints and goes into no document.
    """

    id: str
    account: str
    name: str | None = None
    roles: int | None = None
    values: tuple[tuple[str, Observation], ...] = ()
    chargers: tuple[ObservedCharger, ...] = ()
    circuits: tuple[Circuit, ...] | Unreadable | None = None
    permissions: tuple[ObservedPermission, ...] | Unreadable | None = None
    pro: bool | None = None
    power_managed: bool | None = None
    native_allowed: bool | None = None
    available_unknown: Unreadable | None = None
    postcode: Secret | None = field(default=None, repr=False, compare=False)

    def get(self, name: str) -> Observation | None:
        """What was read of an installation setting."""
        return dict(self.values).get(name)

    def charger(self, serial: str) -> ObservedCharger | None:
        """The charger with that serial on its box, None when it is not here."""
        return next((charger for charger in self.chargers if charger.serial == serial), None)


class Breadth(StrEnum):
    """Whether lists of the whole account are read, or only the sites named."""

    ACCOUNT = "account"
    SITES = "sites"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadNeed:
    """What must be known about one installation, so that the observer can choose the cheapest reads.

    Attributes:
        state_of: Serials whose state settings are wanted.
        raises_to: Serial and amperes; the hierarchy is read only when an observed value is lower, or unknown while the
            charger's state could be read. With an empty serial the limit of the installation: there the hierarchy is
            read when the observed limit differs, because a lower one must still fit what stands below it.
        permissions: Whether permissions are wanted.
        charger_permissions_of: Serials whose own permissions are wanted; at a site that is not Pro nobody is asked.
        mode: The desired authentication mode, None when unmanaged.
    """

    account: str
    installation_id: str
    state_of: tuple[str, ...] = ()
    raises_to: tuple[tuple[str, float], ...] = ()
    permissions: bool = False
    charger_permissions_of: tuple[str, ...] = ()
    mode: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountReads:
    """How the reads of one account went; logins and repeats are not counted."""

    account: str
    visible_installations: int
    visible_chargers: int
    requests: int


@dataclass(frozen=True, kw_only=True)
class ObservedFleet:
    """One snapshot, installations sorted by id; unmanaged ones are included when lists were read.

    An installation that several accounts see is there once for each of them. Not slotted, for the index.
    """

    observed_at: datetime
    breadth: Breadth
    installations: tuple[ObservedInstallation, ...]
    reads: tuple[AccountReads, ...] = ()

    def installation(self, installation_id: str, account: str | None = None) -> ObservedInstallation | None:
        """The installation as that account sees it, or as any account does when none is named; None when it is not."""
        here = self._by_id.get(installation_id, ())
        return next((found for found in here if account in (found.account, None)), None)

    @cached_property
    def _by_id(self) -> Mapping[str, Sequence[ObservedInstallation]]:
        """Made when somebody asks; a large fleet is asked about many installations."""
        found: dict[str, list[ObservedInstallation]] = {}
        for one in self.installations:
            found.setdefault(one.id, []).append(one)
        return found
