"""Guards about who balances the load of a shared circuit."""

from collections.abc import Iterable, Sequence
from math import floor

from reconciler.model.change import Change
from reconciler.model.observed import Circuit
from reconciler.model.settings import Scope, setting
from reconciler.model.value import Observation, Reason, Unreadable
from reconciler.model.words import amperes
from reconciler.planning.guard import Objection, some
from reconciler.planning.site import MODE, OCPP_NATIVE, Site, enters_native

MAX_CURRENT = "maxCurrent"
STAND_ALONE = "standAlone"
_ROW = setting(Scope.CHARGER, MAX_CURRENT)
LOWEST_A, HIGHEST_A = _ROW.low or 6.0, _ROW.high or 32.0
"""Below the first nobody charges; no charger is built for more than the second."""


def unbalanced_circuit(site: Site) -> Iterable[Objection]:
    """Where Zaptec does not balance, the maxima of a shared circuit must fit under its breaker."""
    for change in _loads(site):
        serial = change.target.charger or ""
        neighbours = sorted(site.neighbours(serial))
        circuit = site.circuit_of(serial)
        if len(neighbours) < 2 or not _matters(site, change, neighbours, circuit):
            continue
        total = sum(_may_draw(site, one) for one in neighbours)
        if circuit is not None and total <= circuit.max_current_a:
            continue
        yield Objection(
            measured=amperes(total),
            limit="unknown" if circuit is None else amperes(circuit.max_current_a),
            message=f"{serial} shares a circuit with {len(neighbours) - 1} more, {_who_balances(site, neighbours)}, "
            f"and together they may draw {amperes(total)} (unknown limits counted as 32 A)",
            remedy="; or ".join(_ways_out(site, change, neighbours, circuit)),
            charger=serial,
        )


def _loads(site: Site) -> list[Change]:
    """Changes that can put more current on a circuit that nothing balances."""
    raised = [change for change in site.of(Scope.CHARGER, MAX_CURRENT) if change.raised_a]
    turned_on = [change for change in site.of(Scope.CHARGER, STAND_ALONE) if change.after is True]
    return [*raised, *turned_on]


def _who_balances(site: Site, neighbours: Sequence[str]) -> str:
    known = _is_unbalanced(site, neighbours)
    return "nothing balances it" if known else "nobody knows whether anything balances it"


def _matters(site: Site, change: Change, neighbours: Sequence[str], circuit: Circuit | None) -> bool:
    """Whether nothing balances the circuit, or nobody knows whether anything does.

    A raise on a circuit that could not be read is refused for that already (raise-circuit-unreadable).
    """
    if _is_unbalanced(site, neighbours):
        return True
    refused_anyway = circuit is None and change.setting == MAX_CURRENT
    return not refused_anyway and _may_be_unbalanced(site, neighbours)


def _is_unbalanced(site: Site, serials: Iterable[str]) -> bool:
    if site.final_of_installation(MODE) == OCPP_NATIVE:
        return True
    return any(site.final_of_charger(serial, STAND_ALONE) is True for serial in serials)


def _may_be_unbalanced(site: Site, serials: Iterable[str]) -> bool:
    """Whether the mode may be native OCPP, or a charger was asked and did not tell.

    Models that answer without that setting do not have it.
    """
    if isinstance(site.final_of_installation(MODE), Unreadable):
        return True
    return any(_is_unread(site.final_of_charger(serial, STAND_ALONE)) for serial in serials)


def _is_unread(value: Observation | None) -> bool:
    return isinstance(value, Unreadable) and value.reason is not Reason.MISSING_MEMBER


def _may_draw(site: Site, serial: str) -> float:
    value = site.final_of_charger(serial, MAX_CURRENT)
    return value if isinstance(value, float) else HIGHEST_A


def _ways_out(site: Site, change: Change, neighbours: Sequence[str], circuit: Circuit | None) -> Iterable[str]:
    """The steps in between that would make it fit, with their figures."""
    alone = [serial for serial in neighbours if site.final_of_charger(serial, STAND_ALONE) is True]
    if alone and site.final_of_installation(MODE) != OCPP_NATIVE:
        yield f"turn stand-alone mode off on {some(alone)} first"
    if unread := [serial for serial in neighbours if _is_unread(site.final_of_charger(serial, STAND_ALONE))]:
        yield f"let the account read {some(unread)} first: a charger that does not tell may be in stand-alone mode"
    if circuit is None:
        yield "give the account Owner or Service, so that the circuit can be read"
        return
    yield from _ways_to_fit(site, change, neighbours, circuit)


def _ways_to_fit(site: Site, change: Change, neighbours: Sequence[str], circuit: Circuit) -> Iterable[str]:
    serial = change.target.charger or ""
    drawn = {one: _may_draw(site, one) for one in neighbours}
    over = sum(drawn.values()) - circuit.max_current_a
    room = round(drawn[serial] - over, 1)
    if room >= LOWEST_A:
        yield f"write at most {amperes(room)} for {serial}"
    lower = next((one for one in neighbours if one != serial and drawn[one] - over >= LOWEST_A), None)
    if lower is not None:
        yield f"first lower {lower} to {amperes(round(drawn[lower] - over, 1))}, in the same file or an apply before"
    if room < LOWEST_A and lower is None:
        yield _share(circuit, len(neighbours))


def _share(circuit: Circuit, chargers: int) -> str:
    share = floor(circuit.max_current_a / chargers)
    if share < LOWEST_A:
        return f"circuit {circuit.name} is too small for {chargers} chargers of 6 A: let some be moved first"
    return f"first lower all {chargers} chargers of circuit {circuit.name} to {share} A each"


def lose_load_balancing(site: Site) -> Iterable[Objection]:
    """Native OCPP with several chargers leaves balancing to the backend; somebody must say that it does."""
    count = len(site.chargers)
    if enters_native(site) and count > 1:
        yield Objection(
            measured=f"{count} chargers",
            limit="1 charger",
            message=f"switching to OCPP 1.6J takes Zaptec's load balancing from {count} chargers",
            remedy="let an electrician confirm that the backend balances",
        )
