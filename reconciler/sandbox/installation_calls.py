"""The documented calls on installations (rows 1 to 5, 11, 17 and 20 of the notes)."""

from functools import partial

from werkzeug.wrappers import Response

from reconciler.sandbox import answers, rows
from reconciler.sandbox.access import gets_tree, manages, roles_on, sees
from reconciler.sandbox.answers import Refused
from reconciler.sandbox.listing import Filters, Found, page
from reconciler.sandbox.modes import switch_mode
from reconciler.sandbox.reading import (
    Body,
    Call,
    invalid,
    known_id,
    query_number,
)
from reconciler.sandbox.records import Fields, Installation, Scalar
from reconciler.sandbox.settling import accepted_fields, change_installation, settle_installation
from reconciler.sandbox.terms import SMART_MAX_CURRENT_A, Code, Feature, Kind, Mode, Role, device_type

SHORT = ("Id", "Name", "UpdatedOn", "CurrentUserRoles")
LONGEST_URL = 2038
SHOW_USERS = 1


def list_installations(call: Call) -> Response:
    """Row 1: everything the caller sees, in the order in which it was made."""
    filters = Filters.of(call.request)
    found = Found(
        choose=lambda: [i for i in call.world.installations() if _listed(call, i, filters)],
        render=partial(rows.installation_row, call),
        short=SHORT,
    )
    return answers.found(page(call, found, filters))


def _listed(call: Call, installation: Installation, filters: Filters) -> bool:
    settle_installation(call.world, installation)
    key = filters.not_seen_by
    return (
        filters.allows_roles(roles_on(call.world, call.user, installation))
        and filters.allows_kind(installation["kind"])
        and (installation["active"] or filters.with_disabled)
        and filters.name in installation["name"].casefold()
        and (key is None or not sees(installation, key))
    )


def visible(call: Call, installation_id: str) -> tuple[Installation, Role]:
    """An installation and the caller's roles on it.

    Raises:
        Refused: 404, unknown or invisible: the answer does not say which.
    """
    installation = call.world.data["installations"].get(known_id(installation_id))
    if installation is None:
        raise Refused(answers.problem(404, "Not Found"))
    settle_installation(call.world, installation)
    roles = roles_on(call.world, call.user, installation)
    if not roles:
        raise Refused(answers.problem(404, "Not Found"))
    return installation, roles


def managed(call: Call, installation_id: str) -> tuple[Installation, Role]:
    """An installation on which the caller is Owner or Service.

    Raises:
        Refused: 404 as for `visible`; 403 without a body, the role is missing.
    """
    installation, roles = visible(call, installation_id)
    if not manages(roles):
        raise Refused(answers.bare(403))
    return installation, roles


def show_installation(call: Call, installation_id: str) -> Response:
    """Row 2; DetailLevel 1 adds people from the charge history, not the permissions."""
    installation, roles = visible(call, installation_id)
    row = rows.installation_row(call, installation)
    level = query_number(call.request, "DetailLevel") or 0
    if manages(roles) and level & SHOW_USERS:
        row["InstallationUsers"] = installation.get("users", [])
    return answers.found(row)


def show_hierarchy(call: Call, installation_id: str) -> Response:
    """Row 3: 204 without access (since about 2025-09-19), while provisioning and for a while after a consent."""
    installation = call.world.data["installations"].get(known_id(installation_id))
    if installation is None:
        return answers.nothing()
    settle_installation(call.world, installation)
    ready = installation["provisioned_at"] <= call.world.now()
    if not ready or not gets_tree(call.world, call.user, installation):
        return answers.nothing()
    return answers.found(rows.hierarchy(call, installation))


def update_installation(call: Call, installation_id: str) -> Response:
    """Row 4: available current, breaker value, offline mode, phase switch.

    Leaving the available current out puts it back to the breaker value, whatever
    else the body holds; unknown members are ignored with 200.
    """
    installation, roles = managed(call, installation_id)
    body = Body.of(call.request)
    fields = accepted_fields(installation)
    if body.has("maxCurrent") and not roles & Role.SERVICE:
        raise Refused(answers.bare(403))
    if rows.has_feature(fields, Feature.APM, member="EnabledFeatures"):
        details = "Cannot update installation when using APM"
        raise Refused(answers.refusal(Code.NOT_SUPPORTED, details))
    values = _breaker(installation, body)
    values.update(_available(body, maximum_a=_amperes({**fields, **values}, "MaxCurrent")))
    values.update(_others(body))
    change_installation(call.world, installation, values)
    call.effect = True
    return answers.accepted()


def _breaker(installation: Installation, body: Body) -> Fields:
    wanted = body.number("maxCurrent")
    if wanted is None:
        return {}
    if wanted < 0:
        raise invalid("maxCurrent", "The value must not be negative.")
    if installation["kind"] == Kind.SMART and wanted > SMART_MAX_CURRENT_A:
        details = "MaxCircuitCurrent"
        raise Refused(answers.refusal(Code.CONSTRAINT, details))
    return {"MaxCurrent": wanted}


def _available(body: Body, *, maximum_a: float) -> Fields:
    everywhere = body.number("availableCurrent")
    phases = [body.number(f"availableCurrentPhase{n}") for n in (1, 2, 3)]
    if everywhere is not None and any(p is not None for p in phases):
        raise invalid("availableCurrent", "Give availableCurrent or the three phases.")
    asked = [everywhere] * 3 if everywhere is not None else phases
    # A phase that is left out or negative has no limit of its own.
    shown = [maximum_a if a is None or a < 0 else min(a, maximum_a) for a in asked]
    values: Fields = {f"AvailableCurrentPhase{n + 1}": a for n, a in enumerate(shown)}
    return {**values, "AvailableCurrent": min(shown)}


def _others(body: Body) -> Fields:
    values: Fields = {}
    offline = body.flag("minPowerOfflineMode")
    if offline is not None:
        values["PropertyIsMinimumPowerOfflineMode"] = offline
    switch_a = body.number("threeToOnePhaseSwitchCurrent")
    if switch_a is None:
        return values
    if not 0 <= switch_a <= SMART_MAX_CURRENT_A:
        raise invalid("threeToOnePhaseSwitchCurrent", "The value must be from 0 to 32.")
    return {**values, "ThreeToOnePhaseSwitchCurrent": switch_a}


def _amperes(fields: Fields, name: str) -> float:
    value = fields[name]
    return float(value) if isinstance(value, int | float) else 0.0


def put_installation(call: Call, installation_id: str) -> Response:
    """Row 20: to OCPP native, with exactly mode and URL in the body.

    Every other form is an undocumented call; the simulated cloud answers it with
    403 and Code 533 so that no client comes to rely on one.
    """
    installation, _ = managed(call, installation_id)
    body = Body.of(call.request)
    url = body.text("OcppCentralSystemUrl") if body.has("OcppCentralSystemUrl") else None
    only = body.names() <= {"authenticationtype", "ocppcentralsystemurl"}
    if not only or body.integer("AuthenticationType") != Mode.OCPP_NATIVE:
        details = "Only the switch to OCPP native is documented for this call"
        raise Refused(answers.refusal(Code.FORBIDDEN, details, status=403))
    check_native_url(url)
    values: Fields = {"AuthenticationType": int(Mode.OCPP_NATIVE), "OcppCentralSystemUrl": url}
    switch_mode(call.world, installation, values)
    call.effect = True
    return answers.accepted()


def check_native_url(url: Scalar) -> None:
    """Raise a refusal unless the URL can be a central system's."""
    if not url or not isinstance(url, str):
        raise Refused(answers.refusal(Code.MISSING_REQUIRED_DATA, "OcppCentralSystemUrl is required"))
    if len(url) > LONGEST_URL:
        text = f"The field must be a string with a maximum length of {LONGEST_URL}."
        raise invalid("OcppCentralSystemUrl", text)
    if not url.casefold().startswith(("ws://", "wss://")):
        details = "OcppCentralSystemUrl is not a web socket address"
        raise Refused(answers.refusal(Code.INVALID_FORMAT, details))


def show_messaging(call: Call, installation_id: str) -> Response:
    """Row 5, deprecated: where to listen for messages, with its key."""
    managed(call, installation_id)
    return answers.found(call.world.data["messaging"])


def show_group_messaging(call: Call, group_id: str) -> Response:
    """Row 17: the same for a user group that the caller belongs to."""
    own = {call.world.data["groups"][key]["id"] for key in call.user["groups"]}
    if known_id(group_id) not in own:
        raise Refused(answers.bare(403))
    return answers.found(call.world.data["messaging"])


def list_firmware(call: Call, installation_id: str) -> Response:
    """Row 11: a bare array; no versions for a charger that was never on line."""
    installation, _ = managed(call, installation_id)
    chargers = call.world.chargers_of(installation["id"])
    return answers.found([firmware_row(call, charger["id"]) for charger in chargers])


def firmware_row(call: Call, charger_id: str) -> rows.Row:
    """One charger's firmware."""
    charger = call.world.data["chargers"][charger_id]
    version = charger["values"].get("911")
    row: rows.Row = {
        "ChargerId": charger["id"],
        "DeviceId": charger["serial"],
        "IsOnline": charger["online"],
        "DeviceType": int(device_type(charger["serial"])),
    }
    if version is None:
        return row
    return {**row, "CurrentVersion": version, "AvailableVersion": version, "IsUpToDate": True}
