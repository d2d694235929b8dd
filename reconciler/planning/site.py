"""One installation while it is being planned: its file, what was seen, and everything that can be looked up once."""

from collections.abc import Mapping
from dataclasses import field

from reconciler.model.change import Change, Target
from reconciler.model.desired import Account, DesiredInstallation, GuardLimits, Route
from reconciler.model.observed import Circuit, ObservedCharger, ObservedInstallation
from reconciler.model.settings import Scope, Setting
from reconciler.model.value import Observation, Unreadable, Value
from reconciler.planning.policy import Policy
from reconciler.planning.queue import Queue, queue_of
from reconciler.records import dataclass

MODE = "authentication.mode"
NATIVE_URL = "authentication.ocppNative.url"
URL_VERSION = "authentication.ocppCloud.urlVersion"
NATIVE, OCPP_CLOUD, OCPP_NATIVE = "native", "ocppCloud", "ocppNative"
FIRMWARE = "firmware"
"""Read with the state of a charger, never declared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What guards and order look at; `desired` is None for a plan without files, such as a rollback.

    Attributes:
        chargers: Live chargers by serial.
        own_group: Our own user group as permissions name it, None when nobody said.
        circuits: Known circuits by id; empty when they were not read or could not be.
        queue: What the cloud still keeps for chargers that are offline.
    """

    desired: DesiredInstallation | None
    observed: ObservedInstallation
    changes: tuple[Change, ...]
    limits: GuardLimits
    policy: Policy
    own_group: str | None = None
    chargers: Mapping[str, ObservedCharger] = field(init=False, repr=False)
    circuits: Mapping[str, Circuit] = field(init=False, repr=False)
    queue: Queue = field(init=False, repr=False)
    _after: Mapping[tuple[Scope, str, str], Observation] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        circuits = self.observed.circuits
        known = () if circuits is None or isinstance(circuits, Unreadable) else circuits
        after = {(one.target.scope, subject_of(one.target), one.setting): one.after for one in self.changes}
        object.__setattr__(self, "chargers", {charger.serial: charger for charger in self.observed.chargers})
        object.__setattr__(self, "circuits", {circuit.id: circuit for circuit in known})
        object.__setattr__(self, "queue", queue_of(self.observed, self.policy))
        object.__setattr__(self, "_after", after)

    def of(self, scope: Scope, name: str) -> tuple[Change, ...]:
        """The changes of one setting."""
        return tuple(one for one in self.changes if one.setting == name and one.target.scope is scope)

    @property
    def mode_switch(self) -> Change | None:
        """The change of the authentication mode, None when it stays."""
        return next((one for one in self.changes if one.setting == MODE), None)

    def final_of_installation(self, name: str) -> Observation | None:
        """The value once every change is done, None when it was not read."""
        return self._after.get((Scope.INSTALLATION, "", name), self.observed.get(name))

    def final_of_charger(self, serial: str, name: str) -> Observation | None:
        """The most demanding value that may hold once every change is done; None when it was not read.

        An offline charger holds its present value until it comes back and takes over what is queued: both count, so
        the higher limit does, and stand-alone mode when either of them says on.
        """
        charger = self.chargers.get(serial)
        now = None if charger is None else charger.get(name)
        queued = self.queue.get((serial, name))
        if queued is not None and isinstance(now, float) and isinstance(queued.value, float):
            now = max(now, queued.value)
        elif queued is not None and isinstance(now, bool):
            now = now or queued.value is True
        return self._after.get((Scope.CHARGER, serial, name), now)

    def circuit_of(self, serial: str) -> Circuit | None:
        """The circuit of a charger, None when it could not be read."""
        charger = self.chargers.get(serial)
        return None if charger is None or charger.circuit_id is None else self.circuits.get(charger.circuit_id)

    def neighbours(self, serial: str) -> frozenset[str]:
        """Serials that may share the charger's circuit, itself included; an unknown circuit may be any."""
        charger = self.chargers.get(serial)
        own = None if charger is None else charger.circuit_id
        others = (one.serial for one in self.observed.chargers if own is None or one.circuit_id in (own, None))
        return frozenset(others) | {serial}


def subject_of(target: Target) -> str:
    """Serial, principal, both, or empty for the installation."""
    return target.subject


def enters_native(site: Site) -> bool:
    """Whether Zaptec's load balancing gets lost."""
    switch = site.mode_switch
    return switch is not None and switch.after == OCPP_NATIVE


def leaves_native(site: Site) -> bool:
    """Whether native OCPP is left, which leaves stand-alone mode as it was."""
    switch = site.mode_switch
    return switch is not None and switch.before == OCPP_NATIVE


def route_of(account: Account, route_key: str) -> Route:
    """The account's route for settings without a documented call; partner only with an agreement."""
    route = account.route_for(route_key)
    return Route.PORTAL if route is Route.PARTNER and not account.agreement else route


def setting_route(account: Account, row: Setting, wanted: Mapping[str, Value]) -> Route:
    """Who carries out a setting: documented calls cover currents, and switching to native OCPP together with its URL.

    Args:
        account: Whose routes count for the rest.
        row: The setting.
        wanted: Wishes for the installation, by setting.
    """
    native_call = NATIVE_URL in wanted and wanted.get(MODE) == OCPP_NATIVE
    if not row.route_key or (native_call and row.name in (MODE, NATIVE_URL)):
        return Route.API
    return route_of(account, row.route_key)


def installation_target(installation: DesiredInstallation) -> Target:
    """The installation itself."""
    return Target(account=installation.account, installation_id=installation.id)
