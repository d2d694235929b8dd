"""What to know about a hand-over that goes all the same: one function, message and remedy each."""

from reconciler.model.handover import Order, Remark, Weight
from reconciler.model.observed import OperatingMode
from reconciler.model.value import Unreadable
from reconciler.model.words import amperes
from reconciler.planning.access import PERSON, is_group
from reconciler.planning.handover_case import Case, Check

_BUSY = {
    OperatingMode.REQUESTING: "a car is plugged in and asks for a session",
    OperatingMode.CHARGING: "a car is charging",
    OperatingMode.FINISHED: "a car is plugged in",
}


def _warning(code: str, message: str, remedy: str) -> Remark:
    return Remark(code=code, weight=Weight.WARNING, message=message, remedy=remedy)


def _offline(case: Case) -> Remark | None:
    charger = case.charger
    if charger is None or charger.online is not False:
        return None
    return _warning(
        "offline",
        "the charger is offline, so its settings stay pending and our access stays with them",
        "ask the customer to switch it on; every later apply tries again",
    )


def _busy(case: Case) -> Remark | None:
    charger = case.charger
    if charger is None or charger.mode not in _BUSY or not case.switches:
        return None
    return _warning(
        "active-session",
        f"{_BUSY[charger.mode]}, and the mode only switches while the charger is idle",
        "the file says `switch: {when: idle}`, so apply again later; nothing else waits for it",
    )


def _others_stay(case: Case) -> Remark | None:
    site = case.found.site
    if site is None or not isinstance(site.permissions, tuple):
        return None
    mine = {case.request.owner, case.group}
    others = [one.principal for one in site.permissions if one.principal not in mine]
    if not others:
        return None
    who = "groups and people" if any(is_group(one) for one in others) else "people"
    return _warning(
        "others-keep-access",
        f"other {who} keep their access: {', '.join(sorted(others))}",
        "ask the new owner whether that is wanted; who must go is listed under `permissions.absent`",
    )


def _access_unread(case: Case) -> Remark | None:
    site = case.found.site
    if site is None or isinstance(site.permissions, tuple):
        return None
    return _warning(
        "access-not-readable",
        "nobody can read here who has access: invitation and removal are steps in the Portal",
        "work through the worksheet of apply, then `reconciler attest` the file",
    )


def _lower(case: Case) -> Remark | None:
    left = case.current_a
    if left >= case.request.max_current_a:
        return None
    return _warning(
        "circuit-below",
        f"the circuit or the installation allows {amperes(left)}, so the file says that instead of "
        f"{amperes(case.request.max_current_a)}",
        "if the breaker is larger, have an electrician correct it in the Portal and start again",
    )


def _circuit_unread(case: Case) -> Remark | None:
    site, charger = case.found.site, case.charger
    if site is None or charger is None or not isinstance(site.circuits, Unreadable):
        return None
    return _warning(
        "circuit-not-readable",
        f"the circuit could not be read, so nobody knows whether it carries {amperes(case.request.max_current_a)}",
        "a plan refuses to raise a charger while that is so; look at the circuit in the Portal",
    )


def _postcode_unread(case: Case) -> Remark | None:
    site = case.found.site
    if site is None or case.request.postcode is None or site.postcode is not None:
        return None
    return _warning(
        "postcode-not-told",
        "the cloud tells no postcode of the installation, so that of the list was not compared",
        "compare the address in the Portal before you apply",
    )


def _nobody_known(case: Case) -> Remark | None:
    if case.people_known is not None or not case.request.owner.startswith(PERSON):
        return None
    return _warning(
        "no-directory",
        "there is no directory of people, so nobody can say whether this person exists or has accepted",
        "set FLEET_PEOPLE before you apply",
    )


def _too_late(case: Case) -> Remark | None:
    """The order of the guide is one of files: a file that names the owner already invites with its next apply."""
    under, site = case.found.under, case.found.site
    if case.request.order is not Order.SEED or under is None or case.request.owner not in under.owners:
        return None
    seen = site.permissions if site is not None and isinstance(site.permissions, tuple) else ()
    if any(one.principal == case.request.owner for one in seen):
        return None
    return _warning(
        "order-too-late",
        "the file names the owner already, so the next apply invites first, and --order seed changes nothing",
        "to invite last, put `unmanaged: [permissions]` into the file instead of its `permissions`, apply, and start "
        "again with --order seed",
    )


WARNINGS: tuple[Check, ...] = (
    _offline,
    _busy,
    _others_stay,
    _access_unread,
    _lower,
    _circuit_unread,
    _postcode_unread,
    _nobody_known,
    _too_late,
)
