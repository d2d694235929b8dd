"""Switching the authentication mode, and what the cloud refuses about it."""

from reconciler.sandbox import answers
from reconciler.sandbox.access import may_switch_to_native
from reconciler.sandbox.answers import Refused
from reconciler.sandbox.records import Charger, Fields, Installation
from reconciler.sandbox.rows import has_feature
from reconciler.sandbox.settling import accepted_fields, change_installation
from reconciler.sandbox.terms import Code, Feature, Mode, Operating
from reconciler.sandbox.world import World

FIRST_NATIVE_PRO = 80_000
IN_SESSION = (Operating.REQUESTING, Operating.CHARGING)


def switch_mode(world: World, installation: Installation, values: Fields) -> None:
    """Accept new authentication settings.

    Entering OCPP native turns Zaptec's load balancing off, leaving it turns it on
    again; stand-alone stays as it is either way.

    Raises:
        Refused: 500 with a code, see `refuse_switch`.
    """
    before = accepted_fields(installation)["AuthenticationType"]
    after = values.get("AuthenticationType", before)
    if after == before:
        change_installation(world, installation, values)
        return
    refuse_switch(world, installation, after=Mode(int(str(after))))
    if after == Mode.OCPP_NATIVE:
        values = {**values, "UseLoadBalancing": False}
    elif before == Mode.OCPP_NATIVE:
        values = {**values, "UseLoadBalancing": True}
    change_installation(world, installation, values)


def refuse_switch(world: World, installation: Installation, *, after: Mode) -> None:
    """Raise a refusal when the mode cannot change now.

    Raises:
        Refused: 538 while a charger is in a session; for OCPP native also 542 (no
            group with the right), 526 (feature not available) and 539 (a Pro below
            ZPR080000).
    """
    chargers = world.chargers_of(installation["id"])
    if any(in_session(charger) for charger in chargers):
        details = "A charger of the installation has an active session"
        raise Refused(answers.refusal(Code.CHARGER_STATE, details))
    if after != Mode.OCPP_NATIVE:
        return
    if not may_switch_to_native(world, installation):
        details = "No user group of the installation may use OCPP native"
        raise Refused(answers.refusal(Code.OCPP_NATIVE_NOT_ALLOWED, details))
    fields = accepted_fields(installation)
    if not has_feature(fields, Feature.OCPP_NATIVE, member="AvailableFeatures"):
        raise Refused(answers.refusal(Code.FEATURE_NOT_ENABLED, "Authentication_OcppNative"))
    if any(not can_be_native(charger["serial"]) for charger in chargers):
        raise Refused(answers.refusal(Code.CONSTRAINT, "IncompatibleCharger"))


def in_session(charger: Charger) -> bool:
    """Whether a car asks for or draws current."""
    return int(str(charger["values"]["710"])) in IN_SESSION


def can_be_native(serial: str) -> bool:
    """Whether the model speaks OCPP 1.6J itself: Pro from ZPR080000 and ZPG, all Go."""
    prefix, number = serial[:3], serial[3:]
    if prefix in {"ZCS", "ZCH"}:
        return False
    return prefix != "ZPR" or int(number) >= FIRST_NATIVE_PRO
