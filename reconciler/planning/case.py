"""One difference as the table of severities looks at it, and the questions that its rules ask."""

from reconciler.model.change import Target
from reconciler.model.observed import Circuit, ObservedCharger, ObservedInstallation
from reconciler.model.settings import Scope
from reconciler.model.value import ABSENT, Absent, Observation, Value
from reconciler.planning.site import MODE, OCPP_NATIVE
from reconciler.records import dataclass

LOWEST_A = 6.0
"""Below this nobody charges (control pilot, IEC 61851)."""

AUTHORISATION = "authentication.authorizationRequired"
_DECIDERS = {
    "authentication.ocppNative.url": "ocppNative",
    "authentication.ocppCloud.url": "ocppCloud",
    "authentication.webhooks.sessionStartUrl": "webhooks",
}
"""Settings without which nobody decides who may charge, and the mode in which that is so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One difference, and where it was seen.

    Attributes:
        wanted: ABSENT when access must go.
        site: None when the installation could not be seen.
    """

    target: Target
    setting: str
    wanted: Value | Absent
    actual: Observation
    site: ObservedInstallation | None = None

    @property
    def charger(self) -> ObservedCharger | None:
        """The live charger that it is about."""
        serial = self.target.charger
        return None if self.site is None or serial is None else self.site.charger(serial)

    @property
    def above(self) -> bool:
        """Whether a number is higher than wanted."""
        return isinstance(self.actual, float) and isinstance(self.wanted, float) and self.actual > self.wanted

    @property
    def below(self) -> bool:
        """Whether a number is lower than wanted."""
        return isinstance(self.actual, float) and isinstance(self.wanted, float) and self.actual < self.wanted

    @property
    def circuit(self) -> Circuit | None:
        """The charger's circuit, None when it was not read."""
        charger, circuits = self.charger, None if self.site is None else self.site.circuits
        if charger is None or not isinstance(circuits, tuple):
            return None
        return next((one for one in circuits if one.id == charger.circuit_id), None)


def above_what_feeds_it(case: Case) -> bool:
    """A charger whose limit is above that of its circuit or installation."""
    if not is_about(case, Scope.CHARGER, "maxCurrent") or not isinstance(case.actual, float) or not case.above:
        return False
    installation = None if case.site is None else case.site.get("maxCurrent")
    limits = [installation] if isinstance(installation, float) else []
    limits += [] if case.circuit is None else [case.circuit.max_current_a]
    return any(case.actual > limit for limit in limits)


def unbalanced_rise(case: Case) -> bool:
    """A charger above its wish that no load balancing restrains, on a circuit that is not known."""
    if (
        not (is_about(case, Scope.CHARGER, "maxCurrent") and case.above)
        or case.circuit is not None
        or case.site is None
    ):
        return False
    alone = case.charger is not None and case.charger.get("standAlone") is True
    return len(case.site.chargers) > 1 and (alone or case.site.get(MODE) == OCPP_NATIVE)


def overloads_circuit(case: Case) -> bool:
    """A stand-alone charger on a circuit whose stand-alone chargers together may take more than it carries."""
    circuit = case.circuit
    if not (is_about(case, Scope.CHARGER, "standAlone") and case.actual is True) or not (circuit and case.site):
        return False
    here = [one for one in case.site.chargers if one.circuit_id == circuit.id]
    alone = [one for one in here if one.get("standAlone") is True]
    amperes = sum(_known(one.get("maxCurrent")) for one in alone) + (LOWEST_A if len(alone) < len(here) else 0.0)
    return len(here) > 1 and amperes > circuit.max_current_a


def nobody_decides(case: Case) -> bool:
    """The address of whoever decides is missing in the very mode that needs it."""
    mode = _DECIDERS.get(case.setting)
    return mode is not None and case.actual is ABSENT and case.site is not None and case.site.get(MODE) == mode


def unwanted_access(case: Case) -> bool:
    """Somebody has a role that the file does not give."""
    return case.target.principal is not None and bool(_roles(case.actual) - _roles(case.wanted))


def lost_owner(case: Case) -> bool:
    """Somebody who should manage the site cannot."""
    missing = _roles(case.wanted) - _roles(case.actual)
    return case.target.scope is Scope.PRINCIPAL and bool(missing & {"owner", "service"})


def is_about(case: Case, scope: Scope, setting: str) -> bool:
    """Whether the difference is in that setting."""
    return case.target.scope is scope and case.setting == setting


def _roles(value: Observation) -> frozenset[str]:
    return frozenset(value) if isinstance(value, tuple) else frozenset()


def _known(value: Observation | None) -> float:
    return value if isinstance(value, float) else 0.0


def starves(case: Case) -> bool:
    """A number below what a car needs to charge, where more is wanted."""
    return case.below and isinstance(case.actual, float) and case.actual < LOWEST_A
