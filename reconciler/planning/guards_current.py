"""Guards about amperes: breakers, ranges, and who balances the load."""

from collections.abc import Iterable

from reconciler.model.change import Change
from reconciler.model.settings import Scope, setting
from reconciler.model.value import Unreadable
from reconciler.model.words import after, amperes, before, counted
from reconciler.planning.guard import Objection, some
from reconciler.planning.site import MODE, OCPP_NATIVE, Site, enters_native

MAX_CURRENT = "maxCurrent"
STAND_ALONE = "standAlone"
HIGHEST_A = setting(Scope.CHARGER, MAX_CURRENT).high or 32.0
"""No charger is built for more."""


def current_range(site: Site) -> Iterable[Objection]:
    """Below 6 A nobody charges, above 32 A no charger may go; 0 A is an off switch and allowed here."""
    for change in site.changes:
        if change.setting != MAX_CURRENT or not isinstance(change.after, float):
            continue
        low, high = change.row.low or 0.0, change.row.high
        off = change.after == 0 and change.target.charger is not None
        if off or (low <= change.after and (high is None or change.after <= high)):
            continue
        allowed = f"{amperes(float(low))} or more" if high is None else f"0 A or {low:g} to {high:g} A"
        yield Objection(
            measured=after(change),
            limit=allowed,
            message=f"{_subject(change)} would be set to {after(change)}, outside {allowed}",
            remedy="write a value inside the range",
            charger=change.target.charger,
        )


def above_circuit(site: Site) -> Iterable[Objection]:
    """No charger above its circuit or installation, no circuit above its installation."""
    limit = site.final_of_installation(MAX_CURRENT)
    for change in _raises(site):
        circuit = site.circuit_of(change.target.charger or "")
        if circuit is not None and _number(change.after) > circuit.max_current_a:
            yield _above(change, f"circuit {circuit.name}", circuit.max_current_a)
        if isinstance(limit, float) and _number(change.after) > limit:
            yield _above(change, "the installation", limit)
    for change in site.of(Scope.INSTALLATION, MAX_CURRENT):
        if change.lowered_a:
            yield from _left_above(site, change)


def _left_above(site: Site, change: Change) -> Iterable[Objection]:
    """Lowering the installation below something that stays."""
    limit = _number(change.after)
    for circuit in sorted(site.circuits.values(), key=lambda one: one.id):
        if circuit.max_current_a > limit:
            yield Objection(
                measured=amperes(circuit.max_current_a),
                limit=amperes(limit),
                message=f"circuit {circuit.name} would stand above its installation lowered to {amperes(limit)}",
                remedy="lower the circuit in the Portal first",
            )
    for serial in sorted(site.chargers):
        value = site.final_of_charger(serial, MAX_CURRENT)
        if isinstance(value, float) and value > limit:
            yield Objection(
                measured=amperes(value),
                limit=amperes(limit),
                message=f"{serial} would stand above its installation lowered to {amperes(limit)}",
                remedy=f"give {serial} at most {amperes(limit)} in the file",
                charger=serial,
            )


def lower_without_knowing(site: Site) -> Iterable[Objection]:
    """An installation goes down only where everything below it is known; no charger can stand above 32 A."""
    for change in site.of(Scope.INSTALLATION, MAX_CURRENT):
        if not change.lowered_a:
            continue
        circuits = site.observed.circuits
        if not isinstance(circuits, tuple):
            why = f" ({circuits.reason.value})" if isinstance(circuits, Unreadable) else ""
            yield _lowered_blindly(change, f"circuits unreadable{why}", "known circuits")
        unknown = [one for one in site.chargers if not isinstance(site.final_of_charger(one, MAX_CURRENT), float)]
        if unknown and _number(change.after) < HIGHEST_A:
            measured = f"{counted(len(unknown), 'charger')} of unknown maximum: {some(sorted(unknown))}"
            yield _lowered_blindly(change, measured, "none")


def _lowered_blindly(change: Change, measured: str, limit: str) -> Objection:
    return Objection(
        measured=measured,
        limit=limit,
        message=f"the installation would be lowered from {before(change)} to {after(change)}, and what stands below it "
        f"is not all known: {measured}",
        remedy="get Owner or Service so that the circuits can be read, and list every charger with a maximum current",
    )


def available_unreadable(site: Site) -> Iterable[Objection]:
    """The call that changes an installation's limit resets the available current unless it is sent along."""
    why = site.observed.available_unknown
    if why is None:
        return
    for change in site.of(Scope.INSTALLATION, MAX_CURRENT):
        yield Objection(
            measured=f"available current unreadable ({why.reason.value})",
            limit="a known available current",
            message=f"the installation would go from {before(change)} to {after(change)}, and its available current, "
            f"which that call must keep, is not known: {why.detail or why.reason.value}",
            remedy="set the available current again in the Portal, then plan again",
        )


def _above(change: Change, what: str, limit_a: float) -> Objection:
    return Objection(
        measured=after(change),
        limit=amperes(limit_a),
        message=f"{_subject(change)} would be raised to {after(change)}, above {what}",
        remedy=f"write at most {amperes(limit_a)}",
        charger=change.target.charger,
    )


def raise_installation(site: Site) -> Iterable[Objection]:
    """The limit of an installation goes up only with somebody's word that the breaker allows it."""
    for change in site.of(Scope.INSTALLATION, MAX_CURRENT):
        if change.raised_a:
            yield Objection(
                measured=f"+{amperes(change.raised_a)}",
                limit="+0 A",
                message=f"the installation would be raised from {before(change)} to {after(change)}",
                remedy="let an electrician confirm the breaker",
            )


def raise_without_circuit(site: Site) -> Iterable[Objection]:
    """A charger goes up only inside a circuit that could be read."""
    for change in _raises(site):
        serial = change.target.charger or ""
        if site.circuit_of(serial) is not None:
            continue
        circuits = site.observed.circuits
        why = f" ({circuits.reason.value})" if isinstance(circuits, Unreadable) else ""
        yield Objection(
            measured=f"circuit unreadable{why}",
            limit="a known circuit",
            message=f"{serial} would go from {before(change)} to {after(change)} on a circuit that could not be read",
            remedy="get Owner or Service on the installation so that the circuit can be read",
            charger=serial,
        )


def unbalanced_circuit(site: Site) -> Iterable[Objection]:
    """Where Zaptec does not balance, the maxima of a shared circuit must fit under its breaker."""
    for change in _loads(site):
        serial = change.target.charger or ""
        neighbours = sorted(site.neighbours(serial))
        if len(neighbours) < 2 or not _is_unbalanced(site, neighbours):
            continue
        circuit = site.circuit_of(serial)
        maxima = [site.final_of_charger(one, MAX_CURRENT) for one in neighbours]
        total = sum(value if isinstance(value, float) else HIGHEST_A for value in maxima)
        if circuit is not None and total <= circuit.max_current_a:
            continue
        yield Objection(
            measured=amperes(float(total)),
            limit="unknown" if circuit is None else amperes(circuit.max_current_a),
            message=f"{serial} shares a circuit with {len(neighbours) - 1} more, nothing balances it, and together "
            f"they may draw {amperes(float(total))} (unknown limits counted as 32 A)",
            remedy="turn stand-alone mode off, or lower the chargers until they fit",
            charger=serial,
        )


def _loads(site: Site) -> list[Change]:
    """Changes that can put more current on a circuit that nothing balances."""
    turned_on = [change for change in site.of(Scope.CHARGER, STAND_ALONE) if change.after is True]
    return [*_raises(site), *turned_on]


def _is_unbalanced(site: Site, serials: Iterable[str]) -> bool:
    if site.final_of_installation(MODE) == OCPP_NATIVE:
        return True
    return any(site.final_of_charger(serial, STAND_ALONE) is True for serial in serials)


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


def _raises(site: Site) -> tuple[Change, ...]:
    return tuple(change for change in site.of(Scope.CHARGER, MAX_CURRENT) if change.raised_a)


def _subject(change: Change) -> str:
    return change.target.charger or "the installation"


def _number(value: object) -> float:
    return value if isinstance(value, float) else 0.0
