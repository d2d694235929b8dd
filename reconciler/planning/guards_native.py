"""Guards about native OCPP: which chargers can do it, with which firmware, and who may switch it on."""

from collections.abc import Iterable

from reconciler.planning.firmware import READ_ON, Fitness, firmware_of
from reconciler.planning.guard import Objection
from reconciler.planning.site import FIRMWARE, Site, enters_native

NO_NATIVE_OCPP = ("ZCS", "ZCH")
"""Serials of Pro chargers that cannot do native OCPP (Zaptec's configuration guide, read 2026-05)."""
FIRST_NATIVE_PRO = "ZPR080000"


def ocpp_native_unsupported(site: Site) -> Iterable[Objection]:
    """Older Pro chargers cannot do native OCPP."""
    if not enters_native(site):
        return
    for serial in sorted(site.chargers):
        if is_unsupported(serial):
            yield Objection(
                measured=serial,
                limit=f"{FIRST_NATIVE_PRO} or later",
                message=f"{serial} cannot do native OCPP",
                remedy=f"use ocppCloud for this installation, or move {serial} to another one first",
                charger=serial,
            )


def is_unsupported(serial: str) -> bool:
    """Whether no firmware makes this charger do native OCPP."""
    return serial.startswith(NO_NATIVE_OCPP) or (serial.startswith("ZPR") and serial < FIRST_NATIVE_PRO)


def ocpp_native_not_allowed(site: Site) -> Iterable[Objection]:
    """Only a user group with that service level may switch to native OCPP."""
    if enters_native(site) and site.observed.native_allowed is False:
        yield Objection(
            measured="no user group with Allow OCPP 1.6J",
            limit="one",
            message="no user group with access here may switch to OCPP 1.6J",
            remedy="ask Zaptec to allow OCPP 1.6J for the user group, and give that group access",
        )


def firmware_too_old(site: Site) -> Iterable[Objection]:
    """Native OCPP needs a lowest firmware; a version that was not read is a warning, not a refusal."""
    if not enters_native(site):
        return
    for serial, charger in sorted(site.chargers.items()):
        verdict = firmware_of(serial, charger.get(FIRMWARE))
        if verdict.fitness is Fitness.TOO_OLD and not is_unsupported(serial):
            yield Objection(
                measured=f"firmware {verdict.found}",
                limit=f"{verdict.floor} or later",
                message=f"{serial} has firmware {verdict.found}, and OCPP 1.6J needs {verdict.floor} or later "
                f"(Zaptec's guide, read {READ_ON.isoformat()})",
                remedy=f"update {serial} in the Portal first, then plan again",
                charger=serial,
            )
