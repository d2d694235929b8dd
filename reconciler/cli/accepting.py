"""The option `--accept GUARD:WHERE`: lift exactly one guard, at one place, and only one that exists."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from reconciler.errors import UsageProblemError
from reconciler.model.desired import DesiredFleet

F = TypeVar("F", bound=Callable[..., Any])

FLEET = "fleet"


def accept_option(command: F) -> F:
    """Add --accept; it has no environment variable on purpose."""
    return click.option(
        "--accept",
        "accepted",
        multiple=True,
        allow_from_autoenv=False,
        metavar="GUARD:WHERE",
        help="Lift one guard for the fleet (GUARD:fleet) or one installation. May be given several times.",
    )(command)


def accepted_guards(accepted: Sequence[str], desired: DesiredFleet) -> tuple[str, ...]:
    """What is lifted, as GUARD:fleet or GUARD:<installation id>.

    Raises:
        UsageProblemError: No such guard, nothing lifts it, or the place is unknown or ambiguous.
    """
    return tuple(_checked(one, desired) for one in accepted)


def _checked(one: str, desired: DesiredFleet) -> str:
    import difflib

    from reconciler.planning.guards import FLEET_GUARDS, GUARDS

    of_fleet = {guard.id for guard in FLEET_GUARDS}
    liftable = {guard.id: guard.liftable for guard in GUARDS}
    guard, _, where = one.partition(":")
    known = [*liftable, *of_fleet]
    if guard not in known:
        near = difflib.get_close_matches(guard, known, n=1)
        remedy = f"did you mean {near[0]}?" if near else "a refusal in the plan shows the exact text"
        raise _wrong(f"there is no guard {guard!r}", remedy)
    if not where:
        raise _wrong(f"{one!r} does not say where", f"write {guard}:{FLEET if guard in of_fleet else 'INSTALLATION'}")
    if guard in of_fleet:
        if where != FLEET:
            raise _wrong(f"{guard} is about the whole run", f"write {guard}:{FLEET}")
        return one
    if not liftable[guard]:
        raise _wrong(f"nothing lifts the guard {guard}", f"`reconciler explain {guard}` says how to satisfy it")
    return f"{guard}:{_installation(where, desired)}"


def _installation(where: str, desired: DesiredFleet) -> str:
    import difflib

    found = [site.id for site in desired.installations if where.casefold() in {site.id, site.name.casefold()}]
    if len(found) == 1:
        return found[0]
    if found:
        raise _wrong(f"{len(found)} installations are named {where!r}", "give the id instead of the name")
    names = [site.name for site in desired.installations]
    near = difflib.get_close_matches(where, names, n=1)
    raise _wrong(f"no file declares an installation {where!r}", f"did you mean {near[0]!r}?" if near else "give its id")


def _wrong(what: str, remedy: str) -> UsageProblemError:
    return UsageProblemError(what, where="--accept", remedy=remedy)
