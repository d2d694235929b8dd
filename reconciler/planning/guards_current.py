"""Guards about amperes: breakers and ranges."""

from collections.abc import Iterable

from reconciler.model.change import Change
from reconciler.model.settings import Scope, setting
from reconciler.model.value import Unreadable
from reconciler.model.words import after, amperes, before, counted
from reconciler.planning.guard import Objection, some
from reconciler.planning.site import Site

MAX_CURRENT = "maxCurrent"
HIGHEST_A = setting(Scope.CHARGER, MAX_CURRENT).high or 32.0
"""No charger is built for more."""
HOME_A = 32.0
"""An installation of type Go / Home goes no higher (Zaptec's constants: InstallationTypes, read 2026-05)."""


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
            first = (
                f"have circuit {circuit.name} raised to {after(change)} in the Portal first, if its breaker carries it"
            )
            yield _above(change, f"circuit {circuit.name}", circuit.max_current_a, first=first)
        if isinstance(limit, float) and _number(change.after) > limit:
            first = f"raise maxCurrent of the installation to {after(change)} first, if its breaker carries it"
            yield _above(change, "the installation", limit, first=first)
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
                remedy=f"lower circuit {circuit.name} to {amperes(limit)} in the Portal first",
            )
    for serial in sorted(site.chargers):
        value = site.final_of_charger(serial, MAX_CURRENT)
        if isinstance(value, float) and value > limit:
            yield Objection(
                measured=amperes(value),
                limit=amperes(limit),
                message=f"{serial} would stand above its installation lowered to {amperes(limit)}",
                remedy=f"write at most {amperes(limit)} for {serial}, and the plan lowers it first",
                charger=serial,
            )


def lower_installation_unreadable(site: Site) -> Iterable[Objection]:
    """An installation goes down only where everything below it is known; no charger can stand above 32 A."""
    for change in site.of(Scope.INSTALLATION, MAX_CURRENT):
        if not change.lowered_a:
            continue
        circuits = site.observed.circuits
        if not isinstance(circuits, tuple):
            why = f" ({circuits.reason.value})" if isinstance(circuits, Unreadable) else ""
            remedy = "give the account Owner or Service, so that the circuits can be read"
            yield _lowered_blindly(change, f"circuits unreadable{why}", "known circuits", remedy=remedy)
        unknown = [one for one in site.chargers if not isinstance(site.final_of_charger(one, MAX_CURRENT), float)]
        if unknown and _number(change.after) < HIGHEST_A:
            measured = f"{counted(len(unknown), 'charger')} of unknown maximum: {some(sorted(unknown))}"
            yield _lowered_blindly(change, measured, "none", remedy=_to_know(site, sorted(unknown), after(change)))


def _to_know(site: Site, unknown: list[str], limit: str) -> str:
    """What makes the maxima known: a line in the file, or a right to read them."""
    wanted = {one.serial: one.get(MAX_CURRENT) for one in site.desired.chargers} if site.desired else {}
    unlisted = [serial for serial in unknown if wanted.get(serial) is None]
    unread = [serial for serial in unknown if serial not in unlisted]
    ways = [f"write a maxCurrent of at most {limit} for {some(unlisted)} in the file"] if unlisted else []
    ways += [f"give the account Owner or Service, so that {some(unread)} can be read"] if unread else []
    return ", and ".join(ways) + "; the plan lowers chargers first"


def _lowered_blindly(change: Change, measured: str, limit: str, *, remedy: str) -> Objection:
    return Objection(
        measured=measured,
        limit=limit,
        message=f"the installation would be lowered from {before(change)} to {after(change)}, and what stands below it "
        f"is not all known: {measured}",
        remedy=remedy,
    )


def available_current_unreadable(site: Site) -> Iterable[Objection]:
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


def _above(change: Change, what: str, limit_a: float, *, first: str) -> Objection:
    return Objection(
        measured=after(change),
        limit=amperes(limit_a),
        message=f"{_subject(change)} would be raised to {after(change)}, above {what}",
        remedy=f"write at most {amperes(limit_a)}, or {first}",
        charger=change.target.charger,
    )


def raise_installation_limit(site: Site) -> Iterable[Objection]:
    """The limit of an installation goes up only with somebody's word that the breaker allows it."""
    for change in site.of(Scope.INSTALLATION, MAX_CURRENT):
        if change.raised_a:
            yield Objection(
                measured=f"+{amperes(change.raised_a)}",
                limit="+0 A",
                message=f"the installation would be raised from {before(change)} to {after(change)}",
                remedy=f"let an electrician confirm that the breaker in the cabinet carries {after(change)}",
            )


def raise_circuit_unreadable(site: Site) -> Iterable[Objection]:
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
            remedy="give the account Owner or Service on the installation, so that the circuit can be read",
            charger=serial,
        )


def above_home_limit(site: Site) -> Iterable[Objection]:
    """An installation of type Go / Home ends at 32 A; only one of type Pro goes higher."""
    if site.observed.pro is not False:
        return
    for change in site.of(Scope.INSTALLATION, MAX_CURRENT):
        if change.raised_a and _number(change.after) > HOME_A:
            yield Objection(
                measured=after(change),
                limit=amperes(HOME_A),
                message=f"the installation would be raised to {after(change)}, and one of type Go / Home ends at "
                f"{amperes(HOME_A)}",
                remedy=f"write at most {amperes(HOME_A)}, or have Zaptec make it an installation of type Pro first",
            )


def _raises(site: Site) -> tuple[Change, ...]:
    return tuple(change for change in site.of(Scope.CHARGER, MAX_CURRENT) if change.raised_a)


def _subject(change: Change) -> str:
    return change.target.charger or "the installation"


def _number(value: object) -> float:
    return value if isinstance(value, float) else 0.0
