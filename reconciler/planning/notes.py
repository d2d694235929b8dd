"""Notes of a plan: what somebody should know about a site before it changes, and what changes nothing (P2xx)."""

from collections.abc import Iterable

from reconciler.model.change import Change
from reconciler.model.desired import DesiredInstallation, RemovalGate
from reconciler.model.observed import ObservedInstallation
from reconciler.model.plan import PlanWarning
from reconciler.model.words import counted
from reconciler.planning.access import gains_owner, gates_of, is_group
from reconciler.planning.compare import Comparison
from reconciler.planning.firmware import Fitness, firmware_of
from reconciler.planning.guard import some
from reconciler.planning.guards_native import is_unsupported
from reconciler.planning.site import FIRMWARE, MODE, NATIVE, NATIVE_URL, OCPP_NATIVE, installation_target

NAME_DIFFERS = "P201"
INERT_SETTING = "P202"
STAND_ALONE_LEFT = "P203"
NATIVE_IDENTITY = "P205"
OTHERS_DECIDE = "P206"
OPEN_TO_ALL = "P207"
FIRMWARE_UNKNOWN = "P208"
HANDED_OVER = "P210"
GIVES_SEVERAL = "P211"
SHARED_INSTALLATION = "shared-installation"
AUTHORISATION = "authentication.authorizationRequired"

Note = tuple[str, str]
"""Code and message."""


def notes_of(
    desired: DesiredInstallation,
    observed: ObservedInstallation,
    *,
    changes: Iterable[Change],
    comparison: Comparison,
) -> tuple[PlanWarning, ...]:
    """Everything worth a note at one installation."""
    made = tuple(changes)
    found = [
        *_about_files(desired, observed, comparison),
        *_about_the_switch(desired, observed, made),
        *_about_the_owner(desired, observed, made),
    ]
    target = installation_target(desired)
    return tuple(
        PlanWarning(code=code, target=target, installation_name=desired.name, message=message)
        for code, message in found
    )


def handed_over(desired: DesiredInstallation) -> PlanWarning:
    """A run of ours took our own access away last, everybody having accepted: nobody can look, and nobody has to."""
    return PlanWarning(
        code=HANDED_OVER,
        target=installation_target(desired),
        installation_name=desired.name,
        message="handed over: our own access went last; `reconciler handover finish` files it away",
    )


def _about_files(
    desired: DesiredInstallation, observed: ObservedInstallation, comparison: Comparison
) -> Iterable[Note]:
    if observed.name not in (desired.name, None):
        yield NAME_DIFFERS, f"the cloud calls it {observed.name}; names are never written"
    if comparison.inert and MODE not in dict(desired.settings):
        names = ", ".join(comparison.inert)
        yield INERT_SETTING, f"{names} means nothing in the live authentication mode and was not compared"


def _about_the_switch(
    desired: DesiredInstallation, observed: ObservedInstallation, changes: tuple[Change, ...]
) -> Iterable[Note]:
    switch = next((change for change in changes if change.setting == MODE), None)
    if switch is not None and switch.before == OCPP_NATIVE:
        yield from _stand_alone_left(desired)
    if switch is not None and switch.after == OCPP_NATIVE:
        yield from _firmware_unknown(observed)
        yield from _native_identity(desired, observed)
    if switch is not None and switch.before == NATIVE:
        yield OTHERS_DECIDE, "from then on Zaptec's app, Portal and cards start nothing here; the other party decides"
    if any(change.setting == AUTHORISATION and change.after is False for change in changes):
        yield OPEN_TO_ALL, f"afterwards anybody can charge at {counted(len(observed.chargers), 'charger')} here"


def _about_the_owner(
    desired: DesiredInstallation, observed: ObservedInstallation, changes: tuple[Change, ...]
) -> Iterable[Note]:
    """`adopt` lists every charger that it finds, so a list in a file says nothing about whose they are."""
    leaving = desired.permissions is not None and RemovalGate.OWNER_ACCEPTED in gates_of(desired.permissions).values()
    owners = [change for change in changes if gains_owner(change) and not is_group(change.target.principal or "")]
    is_said = any(one.guard == SHARED_INSTALLATION for one in desired.acknowledgements)
    serials = sorted(charger.serial for charger in observed.chargers)
    if leaving and owners and len(serials) > 1 and not is_said:
        all_of_them = f"the new owner gets all {len(serials)} chargers here ({some(serials)})"
        yield GIVES_SEVERAL, f"{all_of_them}; that the file lists them says nothing about whose they are"


def _stand_alone_left(desired: DesiredInstallation) -> Iterable[Note]:
    left = sorted(charger.serial for charger in desired.chargers if charger.get("standAlone") is None)
    if left:
        yield STAND_ALONE_LEFT, f"leaving OCPP 1.6J keeps stand-alone mode as it is on {', '.join(left)}"


def _firmware_unknown(observed: ObservedInstallation) -> Iterable[Note]:
    """One note per floor, naming the chargers of which nobody knows whether they reach it."""
    unknown: dict[str, list[str]] = {}
    for charger in observed.chargers:
        verdict = firmware_of(charger.serial, charger.get(FIRMWARE))
        if verdict.fitness is Fitness.UNKNOWN and not is_unsupported(charger.serial):
            unknown.setdefault(verdict.floor, []).append(f"{charger.serial} ({verdict.found})")
    for floor, serials in sorted(unknown.items()):
        needs = f"OCPP 1.6J needs {floor} or later" if floor else "nobody knows what these models need"
        yield FIRMWARE_UNKNOWN, f"firmware to be checked by hand on {some(sorted(serials))}: {needs}"


def _native_identity(desired: DesiredInstallation, observed: ObservedInstallation) -> Iterable[Note]:
    url = desired.get(NATIVE_URL)
    serial = min((charger.serial for charger in observed.chargers), default=None)
    if isinstance(url, str) and serial is not None:
        yield NATIVE_IDENTITY, f"each charger adds its own serial to the URL: {url.rstrip('/')}/{serial.upper()}"
