"""A charger's observations, as `GET chargers/{id}/state` answers them.

Every value is text. An answer may be up to 15 s old: the service keeps it, though not longer than 15 s after a
write to the charger, which is what the agreed read-back after 2, 7 and 15 s counts on (custom-components/zaptec
issue 202). What is not the charger's own value comes from the world's table for the device family, which is where
the values stand that no client may ever print.
"""

from reconciler.sandbox import moments
from reconciler.sandbox.reading import Call
from reconciler.sandbox.records import Charger, Installation
from reconciler.sandbox.rows import Row, authorization_required
from reconciler.sandbox.settling import settle_charger, settle_installation
from reconciler.sandbox.terms import Device, Mode, device_type

CACHED_FOR_S = 15.0
Reading = tuple[str | None, float]


def observations(call: Call, charger: Charger) -> list[Row]:
    """The bare array of the answer, by rising observation number."""
    readings = _read(call, charger) if call.stale else _cached(call, charger)
    return [_row(charger["id"], number=number, reading=readings[number]) for number in sorted(readings, key=int)]


def _cached(call: Call, charger: Charger) -> dict[str, Reading]:
    memory = call.world.memory
    kept = memory.states.get(charger["id"])
    now = call.world.now()
    if kept is not None and now < _kept_until(kept[0], memory.written.get(charger["id"])):
        return kept[1]
    readings = _read(call, charger)
    memory.states[charger["id"]] = (now, readings)
    return readings


def _kept_until(filled_at: float, written_at: float | None) -> float:
    until = filled_at + CACHED_FOR_S
    if written_at is None or written_at <= filled_at - CACHED_FOR_S:
        return until
    return min(until, written_at + CACHED_FOR_S)


def _read(call: Call, charger: Charger) -> dict[str, Reading]:
    settle_charger(call.world, charger)
    installation = call.world.data["installations"][charger["installation"]]
    settle_installation(call.world, installation)
    values = charger["former"] if call.stale else charger["values"]
    first = installation["provisioned_at"]
    readings: dict[str, Reading] = {number: (text, first) for number, text in _table(call, charger).items()}
    for number, text in _derived(charger, installation).items():
        readings[number] = (text, installation["updated_at"])
    for number, value in values.items():
        if number.lstrip("-").isdigit():
            at = charger["reported"].get(number, first)
            readings[number] = (None if value is None else str(value), at)
    return readings


def _table(call: Call, charger: Charger) -> dict[str, str]:
    family = "pro" if device_type(charger["serial"]) == Device.PRO else "go"
    return call.world.data["observations"][family]


def _derived(charger: Charger, installation: Installation) -> dict[str, str | None]:
    mode = installation["fields"]["AuthenticationType"]
    online = "1" if charger["online"] else "0"
    derived: dict[str, str | None] = {
        "-1": None,
        "-2": online,
        "-3": online if mode == Mode.OCPP else "0",
        "120": "1" if authorization_required(charger, installation) else "0",
        "800": installation["id"],
    }
    if mode == Mode.OCPP_NATIVE:
        url = installation["fields"]["OcppCentralSystemUrl"]
        balanced = installation["fields"]["UseLoadBalancing"]
        derived["860"] = "ocpp"
        derived["861"] = None if url is None else str(url)
        derived["862"] = charger["serial"]
        derived["866"] = online
        derived["868"] = "1" if balanced else "0"
    return derived


def _row(charger_id: str, *, number: str, reading: Reading) -> Row:
    text, at = reading
    row: Row = {
        "ChargerId": charger_id,
        "StateId": int(number),
        "Timestamp": moments.without_offset(at),
    }
    if text is not None:
        row["ValueAsString"] = text
    return row
