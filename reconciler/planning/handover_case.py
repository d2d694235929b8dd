"""One request to hand a charger over, with everything that decides about it."""

from collections.abc import Callable, Iterator

from reconciler.model.desired import Account
from reconciler.model.handover import Found, Remark, Request
from reconciler.model.observed import ObservedCharger, ObservedInstallation
from reconciler.planning.site import MODE, NATIVE
from reconciler.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One request and everything that decides about it.

    Attributes:
        account: Through which the installation is or would be managed; None when nothing of ours shows it.
        people_known: Ids in the directory of people; None without one.
        rivals: Other people to whom the same run would give the same installation.
        along: Other chargers of the installation that the same run gives to the same person, by rows that count.
        acknowledged: Guards that the file acknowledges today.
    """

    request: Request
    found: Found
    account: Account | None
    people_known: frozenset[str] | None
    rivals: frozenset[str] = frozenset()
    along: frozenset[str] = frozenset()
    acknowledged: frozenset[str] = frozenset()

    @property
    def charger(self) -> ObservedCharger | None:
        """The live charger; None where our account does not see it."""
        site = self.found.site
        return None if site is None else site.charger(self.request.serial)

    @property
    def group(self) -> str:
        """Our own group as permissions name it; empty when nobody said."""
        return "" if self.account is None else self.account.own_principal or ""

    @property
    def switches(self) -> bool:
        """Whether the mode has to change, as far as it is known; a plan does that only while nobody charges."""
        return self.found.site is not None and self.found.site.get(MODE) != NATIVE

    @property
    def current_a(self) -> float:
        """The wish, or what the circuit and the installation leave of it."""
        return min([self.request.max_current_a, *_limits_above(self)])


Check = Callable[[Case], Remark | None]


def _limits_above(case: Case) -> Iterator[float]:
    """Amperes of the circuit and of the installation, as far as they are known."""
    site, charger = case.found.site, case.charger
    if site is None or charger is None:
        return
    of_site = site.get("maxCurrent")
    if isinstance(of_site, float):
        yield of_site
    yield from _circuit_limit(site, charger)


def _circuit_limit(site: ObservedInstallation, charger: ObservedCharger) -> Iterator[float]:
    circuits = site.circuits if isinstance(site.circuits, tuple) else ()
    yield from (circuit.max_current_a for circuit in circuits if circuit.id == charger.circuit_id)
