"""The look before a hand-over: what refuses it, what to know about it, and what its file must say.

One function per refusal and warning. They only decide whether a file is written: what a plan may do is for the guards,
which look again.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from reconciler.model.desired import Account
from reconciler.model.handover import Found, Order, Remark, Request, Wanted, Weight
from reconciler.model.observed import ObservedCharger, ObservedInstallation, OperatingMode
from reconciler.model.value import Unreadable
from reconciler.model.words import amperes, counted
from reconciler.planning.access import PERSON, is_group, is_identified

LOWEST_A = 6.0
"""Below this nobody charges (control pilot, IEC 61851)."""

_OWNER, _SERVICE = 2, 4
_BUSY = {
    OperatingMode.REQUESTING: "a car is plugged in and asks for a session",
    OperatingMode.CHARGING: "a car is charging",
    OperatingMode.FINISHED: "a car is plugged in",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One request and everything that decides about it.

    Attributes:
        account: Through which the installation is or would be managed; None when nothing of ours shows it.
        people_known: Ids in the directory of people; None without one.
        rivals: Other people to whom the same run would give the same installation.
    """

    request: Request
    found: Found
    account: Account | None
    people_known: frozenset[str] | None
    rivals: frozenset[str] = frozenset()

    @property
    def charger(self) -> ObservedCharger | None:
        """The live charger; None where our account does not see it."""
        site = self.found.site
        return None if site is None else site.charger(self.request.serial)


Check = Callable[[Case], Remark | None]


def remarks_of(case: Case) -> tuple[Remark, ...]:
    """Every refusal, else every warning: what warns of a site that cannot go only hides why."""
    refusals = tuple(_said(case, REFUSALS))
    return refusals or tuple(_said(case, WARNINGS))


def is_refused(remarks: tuple[Remark, ...]) -> bool:
    """Whether the hand-over must not start."""
    return any(remark.weight is Weight.REFUSAL for remark in remarks)


def wanted_of(case: Case, *, settings_done: bool) -> Wanted:
    """What the file shall say of a case without refusals.

    Args:
        case: Seen by our account.
        settings_done: Whether the live settings are as a hand-over wants them; decides when `Order.SEED` invites.
    """
    file, site = case.found.file, case.found.site
    listed = () if file is None else tuple(charger.serial for charger in file.chargers)
    waits = site is not None and any(one.mode in _BUSY for one in site.chargers)
    uninvited = case.request.order is Order.SEED and not settings_done
    has_switch = file is not None and file.switch is not None
    return Wanted(
        serial=case.request.serial,
        serials=tuple(sorted({case.request.serial, *listed})),
        current_a=current_of(case),
        owner=None if uninvited else case.request.owner,
        group=_group(case),
        wave=case.request.wave,
        waits_for_idle=waits and not has_switch,
    )


def current_of(case: Case) -> float:
    """The wish, or what the circuit and the installation leave of it."""
    return min([case.request.max_current_a, *_limits_above(case)])


def _group(case: Case) -> str:
    return "" if case.account is None else case.account.own_principal or ""


def _said(case: Case, checks: tuple[Check, ...]) -> Iterator[Remark]:
    for check in checks:
        remark = check(case)
        if remark is not None:
            yield remark


def _refusal(code: str, message: str, remedy: str) -> Remark:
    return Remark(code=code, weight=Weight.REFUSAL, message=message, remedy=remedy)


def _warning(code: str, message: str, remedy: str) -> Remark:
    return Remark(code=code, weight=Weight.WARNING, message=message, remedy=remedy)


def _not_found(case: Case) -> Remark | None:
    found = case.found
    if found.site is not None or found.file is not None:
        return None
    return _refusal(
        "not-found",
        "no file lists this serial and none of our accounts sees it",
        "compare it with the box; if it is right, our access to the installation has ended or never began",
    )


def _not_visible(case: Case) -> Remark | None:
    if case.found.site is not None or case.found.file is None:
        return None
    return _refusal(
        "not-visible",
        f"{case.found.file.file} lists it, but our account does not see the installation",
        "if it was handed over, `reconciler handover finish` files it away; otherwise ask the owner for access again",
    )


def _moved(case: Case) -> Remark | None:
    file, site = case.found.file, case.found.site
    if file is None or site is None or (file.id == site.id and case.charger is not None):
        return None
    return _refusal(
        "moved",
        f"{file.file} lists it, but it is not in that installation",
        "correct the file first: a charger that moved belongs into the file of the installation where it hangs now",
    )


def _pro(case: Case) -> Remark | None:
    if case.found.site is None or case.found.site.pro is not True:
        return None
    return _refusal(
        "pro",
        "the installation is of type Pro: it has circuits and people of a whole building",
        "hand over single homes only; to change who owns a building, edit `permissions` in its file",
    )


def _shared(case: Case) -> Remark | None:
    """The authentication mode and the permissions belong to the installation, so every charger there would go."""
    site, file = case.found.site, case.found.file
    if site is None:
        return None
    listed = set() if file is None or file.id != site.id else {charger.serial for charger in file.chargers}
    together = listed if case.request.serial in listed else {case.request.serial}
    others = [one.serial for one in site.chargers if one.serial not in together]
    if not others:
        return None
    return _refusal(
        "shared-installation",
        f"{counted(len(others), 'more charger')} there, of which no file says that the same customer has "
        f"{'it' if len(others) == 1 else 'them'}",
        "give each customer an installation of their own first; if all are one customer's, `reconciler adopt` the "
        "installation, so that one file lists them all",
    )


def _rival(case: Case) -> Remark | None:
    if not case.rivals:
        return None
    return _refusal(
        "two-owners",
        f"this run would give the same installation to {', '.join(sorted(case.rivals))} as well",
        "find out whose it is; a list that is off by one row looks like this",
    )


def _other_hand_over(case: Case) -> Remark | None:
    under = case.found.under
    others = [] if under is None else [one for one in under.owners if one != case.request.owner]
    if under is None or not under.leaves or not others or case.request.owner in under.owners:
        return None
    return _refusal(
        "other-owner",
        f"the hand-over to {', '.join(others)} has begun",
        f"finish that one, or take {others[0]} out of `permissions.entries` of the file",
    )


def _unknown_person(case: Case) -> Remark | None:
    if case.people_known is None or is_identified(case.request.owner, case.people_known):
        return None
    return _refusal(
        "unknown-person",
        f"{case.request.owner} is not in the directory of people",
        "add the person to the file that FLEET_PEOPLE names, with the address that they use in the Zaptec app",
    )


def _no_group(case: Case) -> Remark | None:
    if case.account is None or case.account.group is not None:
        return None
    return _refusal(
        "no-group",
        f"account {case.account.name} does not say which user group is ours, so nobody could say who must leave",
        "write the lookup key of our group as `group:` of the account in fleet.yaml (Portal: Details of the group)",
    )


def _no_role(case: Case) -> Remark | None:
    site = case.found.site
    if site is None or site.roles is None or site.roles & _OWNER:
        return None
    held = "Service, not Owner" if site.roles & _SERVICE else "neither Owner nor Service"
    return _refusal(
        "no-role",
        f"our account is {held} there, and only an Owner may give the installation away",
        "ask the owner of the installation to give our group the role Owner",
    )


def _wrong_postcode(case: Case) -> Remark | None:
    site, asked = case.found.site, case.request.postcode
    if site is None or asked is None or site.postcode is None:
        return None
    if _same_place(asked.reveal(), site.postcode.reveal()):
        return None
    return _refusal(
        "wrong-postcode",
        "the installation stands in another postcode than the list says",
        "check serial and person in the customer register: a list that is off by one row looks like this",
    )


def _too_little(case: Case) -> Remark | None:
    left = current_of(case)
    if left >= LOWEST_A:
        return None
    return _refusal(
        "no-room",
        f"the circuit or the installation allows {amperes(left)}, and below {amperes(LOWEST_A)} nobody can charge",
        "have an electrician correct the limit of the circuit in the Portal first",
    )


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
    if charger is None or charger.mode not in _BUSY:
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
    mine = {case.request.owner, _group(case)}
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
    left = current_of(case)
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


REFUSALS: tuple[Check, ...] = (
    _not_found,
    _not_visible,
    _moved,
    _pro,
    _shared,
    _rival,
    _other_hand_over,
    _unknown_person,
    _no_group,
    _no_role,
    _wrong_postcode,
    _too_little,
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
)


def _limits_above(case: Case) -> Iterator[float]:
    """Amperes of the circuit and of the installation, as far as they are known."""
    site, charger = case.found.site, case.charger
    if site is None or charger is None:
        return
    of_site = site.get("maxCurrent")
    if isinstance(of_site, float):
        yield of_site
    yield from _circuit_limit(site, charger)


def _circuit_limit(site: ObservedInstallation, charger: ObservedCharger) -> Iterator[float]:
    circuits = site.circuits if isinstance(site.circuits, tuple) else ()
    yield from (circuit.max_current_a for circuit in circuits if circuit.id == charger.circuit_id)


def _same_place(first: str, second: str) -> bool:
    """Postcodes are written with and without spaces, dashes and the country in front."""
    return _bare(first) == _bare(second)


def _bare(text: str) -> str:
    letters = "".join(sign for sign in text.upper() if sign.isalnum())
    country = letters[:2]
    return letters[2:] if country in {"NO", "SE", "DK", "FI"} and letters[2:].isdigit() else letters
