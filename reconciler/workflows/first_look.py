"""What a site was like before a run wrote anything there: what the look after its wave is compared with."""

from collections.abc import Mapping, Sequence
from dataclasses import fields

from reconciler.model.change import Target
from reconciler.model.observed import ObservedInstallation
from reconciler.model.plan import GuardScope, Plan
from reconciler.model.value import Unreadable
from reconciler.records import dataclass

Place = tuple[str, str]
"""Account and installation id."""

Finding = tuple[str, str]
"""What makes it the same as another one, and how it is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstLook:
    """One installation, in words only, so that a journal can carry it over to a resume.

    Attributes:
        shown: Serials of its chargers.
        online: Serials of those that were online.
        readable: What `value_key` makes of every value of a charger that could be read.
        objections: Keys of its warnings and refusals.
    """

    shown: frozenset[str] = frozenset()
    online: frozenset[str] = frozenset()
    readable: frozenset[str] = frozenset()
    objections: frozenset[str] = frozenset()

    def told(self) -> dict[str, list[str]]:
        """As the event `looked` tells it."""
        return {one.name: sorted(getattr(self, one.name)) for one in fields(self)}


def first_look(observed: ObservedInstallation, plan: Plan) -> FirstLook:
    """What was seen, and what a plan from it objects to."""
    found = objections(plan).get((observed.account, observed.id), ())
    return FirstLook(
        shown=frozenset(charger.serial for charger in observed.chargers),
        online=frozenset(charger.serial for charger in observed.chargers if charger.online),
        readable=frozenset(
            value_key(charger.serial, name)
            for charger in observed.chargers
            for name, value in charger.values
            if not isinstance(value, Unreadable)
        ),
        objections=frozenset(key for key, _ in found),
    )


def value_key(serial: str, setting: str) -> str:
    """Names one value of one charger."""
    return f"{serial} {setting}"


def objections(plan: Plan) -> Mapping[Place, Sequence[Finding]]:
    """Warnings and refusals of each installation."""
    found: dict[Place, list[Finding]] = {}
    for refusal in plan.refusals:
        if refusal.scope is GuardScope.INSTALLATION:
            words = f"refused by {refusal.guard}: {refusal.message}"
            place = (refusal.account or "", refusal.installation_id or "")
            found.setdefault(place, []).append((f"{refusal.code} {refusal.charger or ''}", words))
    for warning in plan.warnings:
        key = " ".join((warning.code, *warning.target.sort_key))
        found.setdefault(place_of(warning.target), []).append((key, f"{warning.message} ({warning.code})"))
    return found


def place_of(target: Target) -> Place:
    """Where a target belongs."""
    return target.account, target.installation_id
