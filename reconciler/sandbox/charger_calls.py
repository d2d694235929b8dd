"""The documented calls on chargers (rows 6 to 10 of the notes)."""

from functools import partial

from werkzeug.wrappers import Response

from reconciler.sandbox import answers, rows
from reconciler.sandbox.access import manages, roles_on, roles_on_charger
from reconciler.sandbox.answers import Refused
from reconciler.sandbox.listing import Filters, Found, page
from reconciler.sandbox.reading import (
    Body,
    Call,
    invalid,
    known_id,
)
from reconciler.sandbox.records import Charger, Fields
from reconciler.sandbox.settling import change_charger, settle_charger, settle_installation
from reconciler.sandbox.state import observations
from reconciler.sandbox.terms import (
    HIGHEST_CHARGER_CURRENT_A,
    Code,
    Operating,
    Role,
    device_type,
)

SHORT = ("Id", "Name", "DeviceId", "CurrentUserRoles")
PHASES = (0, 1, 2, 4, 7)
COMMANDS = (102, 200, 506, 507, 10001)
PAUSE, RESUME = 506, 507


def list_chargers(call: Call) -> Response:
    """Row 6: every charger the caller sees; deactivated ones only when asked for."""
    filters = Filters.of(call.request)
    found = Found(choose=lambda: _chosen(call, filters), render=partial(rows.charger_row, call), short=SHORT)
    return answers.found(page(call, found, filters))


def _chosen(call: Call, filters: Filters) -> list[Charger]:
    listing = _Listing(call, filters)
    return [charger for charger in call.world.data["chargers"].values() if listing.has(charger)]


class _Listing:
    """One list; what an installation decides is decided once, however many chargers it has."""

    def __init__(self, call: Call, filters: Filters) -> None:
        self._call = call
        self._filters = filters
        self._roles: dict[str, Role] = {}

    def has(self, charger: Charger) -> bool:
        """Whether a charger passes every filter."""
        filters = self._filters
        site = charger["installation"]
        if filters.installation not in (None, site):
            return False
        roles = self._roles[site] if site in self._roles else self._looked_up(site)
        settle_charger(self._call.world, charger)
        if charger["permissions"]:
            roles = roles_on_charger(self._call.world, self._call.user, charger)
        if not roles or not (charger["active"] or filters.with_disabled) or not filters.allows_roles(roles):
            return False
        return self._is_asked_for(charger)

    def _is_asked_for(self, charger: Charger) -> bool:
        filters = self._filters
        kind = self._call.world.data["installations"][charger["installation"]]["kind"]
        return (
            filters.allows_kind(kind)
            and (filters.device is None or filters.device == device_type(charger["serial"]))
            and (not filters.name or filters.name in f"{charger['name']}\n{charger['serial']}".casefold())
        )

    def _looked_up(self, site: str) -> Role:
        installation = self._call.world.data["installations"][site]
        settle_installation(self._call.world, installation)
        self._roles[site] = roles_on(self._call.world, self._call.user, installation)
        return self._roles[site]


def visible(call: Call, charger_id: str) -> tuple[Charger, Role] | None:
    """A charger and the caller's roles on it; none when unknown or invisible."""
    charger = call.world.data["chargers"].get(known_id(charger_id))
    if charger is None:
        return None
    settle_installation(call.world, call.world.data["installations"][charger["installation"]])
    settle_charger(call.world, charger)
    roles = roles_on_charger(call.world, call.user, charger)
    return (charger, roles) if roles else None


def managed(call: Call, charger_id: str) -> Charger:
    """A charger on which the caller is Owner or Service.

    Raises:
        Refused: 404 unknown or invisible; 403 without a body, the role is missing.
    """
    seen = visible(call, charger_id)
    if seen is None:
        raise Refused(answers.problem(404, "Not Found"))
    if not manages(seen[1]):
        raise Refused(answers.bare(403))
    return seen[0]


def show_charger(call: Call, charger_id: str) -> Response:
    """Row 7: the list's members without the live ones, plus `Property…`."""
    return answers.found(rows.charger_detail(call, managed(call, charger_id)))


def show_state(call: Call, charger_id: str) -> Response:
    """Row 9: all observations, up to 15 s old."""
    seen = visible(call, charger_id)
    if seen is None:
        raise Refused(answers.unknown_charger())
    charger, roles = seen
    if not manages(roles):
        raise Refused(answers.bare(403))
    return answers.found(observations(call, charger))


def update_charger(call: Call, charger_id: str) -> Response:
    """Row 8: currents and phases of one charger; unknown members are ignored with 200.

    An offline charger takes the values when it is back.
    """
    charger = managed(call, charger_id)
    if charger["externally_managed"]:
        raise Refused(answers.bare(403))
    values = wanted_values(Body.of(call.request))
    if values:
        change_charger(call.world, charger, values)
        call.effect = True
    return answers.accepted()


def wanted_values(body: Body) -> Fields:
    """The observations that an update body asks for.

    Raises:
        Refused: 400, a value is no number or outside its range.
    """
    values: Fields = {}
    for member, number in (("maxChargeCurrent", "510"), ("minChargeCurrent", "511")):
        current = body.number(member)
        if current is not None:
            values[number] = _current_text(member, current, lowest=0)
    values.update(_phases(body))
    values.update(_offline(body))
    interval = body.integer("meterValueInterval")
    if interval is not None:
        values["555"] = str(interval)
    return values


def _phases(body: Body) -> Fields:
    phases = body.integer("maxChargePhases")
    if phases is None:
        return {}
    if phases not in (1, 3):
        raise invalid("maxChargePhases", "The value must be 1 or 3.")
    return {"520": str(phases)}


def _offline(body: Body) -> Fields:
    values: Fields = {}
    current = body.number("offlineChargeCurrent")
    if current is not None:
        values["523"] = _current_text("offlineChargeCurrent", current, lowest=-1)
        values["PropertyOfflineCurrentOverride"] = current
    phase = body.integer("offlineChargePhase")
    if phase is None:
        return values
    if phase not in PHASES:
        raise invalid("offlineChargePhase", "The value must be 0, 1, 2, 4 or 7.")
    return {**values, "522": str(phase), "PropertyOfflinePhaseOverride": phase}


def _current_text(member: str, current: float, *, lowest: float) -> str:
    if not lowest <= current <= HIGHEST_CHARGER_CURRENT_A:
        raise invalid(member, f"The value must be from {lowest:g} to 32.")
    return f"{current:.3f}"


def send_command(call: Call, charger_id: str, command_id: int) -> Response:
    """Row 10: refused with Code 528 when the charger is in the wrong state."""
    charger = managed(call, charger_id)
    if command_id not in COMMANDS:
        raise Refused(answers.problem(400, "Unknown command"))
    mode = int(str(charger["values"]["710"]))
    wrong = (command_id == PAUSE and mode != Operating.CHARGING) or (
        command_id == RESUME and mode != Operating.REQUESTING
    )
    if wrong or not charger["online"]:
        raise Refused(answers.refusal(Code.DEVICE_COMMAND_REJECTED, "Command rejected"))
    call.effect = True
    return answers.accepted()
