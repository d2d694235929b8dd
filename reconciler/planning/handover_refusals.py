"""What refuses a hand-over: one function, message and remedy each."""

from reconciler.model.handover import Remark, Weight
from reconciler.model.words import amperes, counted
from reconciler.planning.access import is_identified
from reconciler.planning.guard import some
from reconciler.planning.handover_case import Case, Check

LOWEST_A = 6.0
"""Below this nobody charges (control pilot, IEC 61851)."""

_OWNER, _SERVICE = 2, 4
_SHARED = "shared-installation"


def _refusal(code: str, message: str, remedy: str) -> Remark:
    return Remark(code=code, weight=Weight.REFUSAL, message=message, remedy=remedy)


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
    """The authentication mode and the permissions belong to the installation, so every charger there would go.

    That a file lists the others says that we manage them, not whose they are: `adopt` lists all that it finds.
    """
    site = case.found.site
    if site is None or case.rivals or _SHARED in case.acknowledged:
        return None
    said = {case.request.serial, *case.along, *_begun_with(case)}
    others = sorted(one.serial for one in site.chargers if one.serial not in said)
    if not others:
        return None
    return _refusal(
        _SHARED,
        f"{counted(len(others), 'more charger')} there ({some(others)}), and nobody says that the same customer has "
        f"{'it' if len(others) == 1 else 'them'}",
        "give each customer an installation of their own first; if all are one customer's, list all of them with the "
        "same person (--csv) in rows that nothing else refuses, or write who says so as `acknowledge:` of "
        "shared-installation into the file",
    )


def _begun_with(case: Case) -> set[str]:
    """The chargers of a hand-over to the same person that has begun: whoever began it has said whose they are."""
    file, site, under = case.found.file, case.found.site, case.found.under
    if file is None or site is None or under is None or file.id != site.id:
        return set()
    same = under.uninvited or case.request.owner in under.owners
    return {charger.serial for charger in file.chargers} if same else set()


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


def _not_our_group(case: Case) -> Remark | None:
    """Our account sees the installation, so whatever gave it its access stands in the list, if it can be read."""
    site = case.found.site
    seen = None if site is None else site.permissions
    if not case.group or not isinstance(seen, tuple) or any(one.principal == case.group for one in seen):
        return None
    return _refusal(
        "not-our-group",
        f"our account sees the installation, but {case.group} has no access there, so its leaving would end nothing",
        "compare `group:` of the account in fleet.yaml with the Portal (Details of the group); if it is right, find "
        "out how else the login has its access, and have the group given access first",
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
    left = case.current_a
    if left >= LOWEST_A:
        return None
    return _refusal(
        "no-room",
        f"the circuit or the installation allows {amperes(left)}, and below {amperes(LOWEST_A)} nobody can charge",
        "have an electrician correct the limit of the circuit in the Portal first",
    )


def _same_place(first: str, second: str) -> bool:
    """Postcodes are written with and without spaces, dashes and the country in front."""
    return _bare(first) == _bare(second)


def _bare(text: str) -> str:
    letters = "".join(sign for sign in text.upper() if sign.isalnum())
    country = letters[:2]
    return letters[2:] if country in {"NO", "SE", "DK", "FI"} and letters[2:].isdigit() else letters


def vouches(case: Case) -> bool:
    """Whether a row says for its charger whose it is: only one that nothing but further chargers speaks against."""
    return not any(check(case) for check in REFUSALS if check is not _shared)


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
    _not_our_group,
    _no_role,
    _wrong_postcode,
    _too_little,
)
