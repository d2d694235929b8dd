"""In which order steps are safe: one table, and what follows from it.

Grants come first. Limits go down from the charger to the installation, then the mode switches, then stand-alone mode
follows, then limits go up from the installation to the charger. Access is taken away last. Inside one installation a
step waits only for the steps that the table of rules names, so that the rest can run side by side.
"""

from collections.abc import Callable, Iterable
from enum import IntEnum

from reconciler.model.plan import Gate, Step
from reconciler.model.settings import Scope
from reconciler.planning.access import gains_owner, is_group, takes_away
from reconciler.planning.site import Site, enters_native, leaves_native
from reconciler.planning.steps import Draft
from reconciler.records import dataclass


class Phase(IntEnum):
    """When a step runs at the earliest; its number is its place in the plan."""

    GRANT = 1
    LOWER_CHARGER = 2
    LOWER_INSTALLATION = 3
    AUTHENTICATION = 4
    STAND_ALONE = 5
    RAISE_INSTALLATION = 6
    RAISE_CHARGER = 7
    REVOKE = 8
    HAND_OVER = 9


Relation = Callable[[Draft, Draft, Site], bool]
"""Whether the first step must wait for the second one at that site."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A step of phase `later` waits for those of `earlier` when the relation holds."""

    later: Phase
    earlier: Phase
    when: Relation
    because: str


def phase_of(draft: Draft) -> Phase:
    """The phase of a step."""
    change = draft.only
    match change.target.scope, change.setting:
        case ((Scope.PRINCIPAL | Scope.CHARGER_PRINCIPAL), _):
            return _access_phase(draft)
        case Scope.CHARGER, "maxCurrent":
            return Phase.LOWER_CHARGER if change.lowered_a else Phase.RAISE_CHARGER
        case Scope.INSTALLATION, "maxCurrent":
            return Phase.LOWER_INSTALLATION if change.lowered_a else Phase.RAISE_INSTALLATION
        case Scope.CHARGER, _:
            return Phase.STAND_ALONE
        case _:
            return Phase.AUTHENTICATION


def _access_phase(draft: Draft) -> Phase:
    if not takes_away(draft.only):
        return Phase.GRANT
    ours = is_group(draft.target.principal or "") and draft.gate is Gate.OWNER_ACCEPTED
    return Phase.HAND_OVER if ours else Phase.REVOKE


def _always(later: Draft, earlier: Draft, site: Site) -> bool:  # noqa: ARG001  the table's common shape
    return True


def _would_stand_above(later: Draft, earlier: Draft, site: Site) -> bool:  # noqa: ARG001  the table's common shape
    return _amperes(earlier.only.before) > _amperes(later.only.after)


def _needs_the_room(later: Draft, earlier: Draft, site: Site) -> bool:  # noqa: ARG001  the table's common shape
    return _amperes(later.only.after) > _amperes(earlier.only.before)


def _same_circuit(later: Draft, earlier: Draft, site: Site) -> bool:
    return (earlier.target.charger or "") in site.neighbours(later.target.charger or "")


def _shared_circuit_off(later: Draft, earlier: Draft, site: Site) -> bool:
    shared = len(site.neighbours(later.target.charger or "")) > 1
    return shared and earlier.only.after is False and _same_circuit(later, earlier, site)


def _turned_on_same_circuit(later: Draft, earlier: Draft, site: Site) -> bool:
    return later.only.after is True and _same_circuit(later, earlier, site)


def _turned_off_after_native(later: Draft, earlier: Draft, site: Site) -> bool:
    return later.only.after is False and earlier.only == site.mode_switch and leaves_native(site)


def _balancing_is_lost(later: Draft, earlier: Draft, site: Site) -> bool:  # noqa: ARG001  the table's common shape
    return later.only == site.mode_switch and enters_native(site)


def _balancing_comes_back(later: Draft, earlier: Draft, site: Site) -> bool:
    shared = len(site.neighbours(later.target.charger or "")) > 1
    return shared and earlier.only == site.mode_switch and leaves_native(site)


def _makes_owner(later: Draft, earlier: Draft, site: Site) -> bool:  # noqa: ARG001  the table's common shape
    return gains_owner(earlier.only) and earlier.target.charger == later.target.charger


def _same_charger_or_person(later: Draft, earlier: Draft, site: Site) -> bool:  # noqa: ARG001  the table's common shape
    same_person = earlier.target.principal == later.target.principal
    return same_person or (later.target.charger is not None and earlier.target.charger == later.target.charger)


def _may_be_us(later: Draft, earlier: Draft, site: Site) -> bool:  # noqa: ARG001  the table's common shape
    return is_group(later.target.principal or "")


RULES: tuple[Rule, ...] = (
    Rule(
        later=Phase.LOWER_INSTALLATION,
        earlier=Phase.LOWER_CHARGER,
        when=_would_stand_above,
        because="a charger may not stand above its installation",
    ),
    Rule(
        later=Phase.AUTHENTICATION,
        earlier=Phase.LOWER_CHARGER,
        when=_balancing_is_lost,
        because="native OCPP takes Zaptec's load balancing away, so lower limits must hold before",
    ),
    Rule(
        later=Phase.STAND_ALONE,
        earlier=Phase.AUTHENTICATION,
        when=_turned_off_after_native,
        because="native OCPP keeps chargers in stand-alone mode until it is left",
    ),
    Rule(
        later=Phase.STAND_ALONE,
        earlier=Phase.LOWER_CHARGER,
        when=_turned_on_same_circuit,
        because="a stand-alone charger ignores load balancing, so lower limits must hold before",
    ),
    Rule(
        later=Phase.RAISE_CHARGER,
        earlier=Phase.RAISE_INSTALLATION,
        when=_needs_the_room,
        because="a charger may not stand above its installation",
    ),
    Rule(
        later=Phase.RAISE_CHARGER,
        earlier=Phase.LOWER_CHARGER,
        when=_same_circuit,
        because="current is taken before it is given",
    ),
    Rule(
        later=Phase.RAISE_CHARGER,
        earlier=Phase.STAND_ALONE,
        when=_shared_circuit_off,
        because="a stand-alone charger on a shared circuit ignores load balancing",
    ),
    Rule(
        later=Phase.RAISE_CHARGER,
        earlier=Phase.AUTHENTICATION,
        when=_balancing_comes_back,
        because="Zaptec balances the circuit only after native OCPP is left",
    ),
    Rule(
        later=Phase.REVOKE,
        earlier=Phase.GRANT,
        when=_makes_owner,
        because="people are added before others are removed",
    ),
    Rule(
        later=Phase.REVOKE,
        earlier=Phase.GRANT,
        when=_same_charger_or_person,
        because="nobody is left without a charger in between",
    ),
    Rule(
        later=Phase.HAND_OVER,
        earlier=Phase.REVOKE,
        when=_always,
        because="the group that is handed over last may be ours",
    ),
    *(
        Rule(later=later, earlier=earlier, when=_may_be_us, because="without this group we may be unable to go on")
        for later in (Phase.REVOKE, Phase.HAND_OVER)
        for earlier in Phase
        if earlier < Phase.REVOKE
    ),
)
"""The order table."""


def in_safe_order(drafts: Iterable[Draft], site: Site) -> tuple[Step, ...]:
    """Steps of one installation in an order that respects every rule; each names the steps it must wait for."""
    by_phase: dict[Phase, list[Draft]] = {}
    for draft in drafts:
        by_phase.setdefault(phase_of(draft), []).append(draft)
    ordered = [draft for phase in Phase for draft in sorted(by_phase.get(phase, ()), key=_place)]
    return tuple(_step(draft, _before(draft, by_phase, site)) for draft in ordered)


def _place(draft: Draft) -> tuple[str, str, str]:
    return (draft.target.charger or "", draft.target.principal or "", draft.id)


def _before(draft: Draft, by_phase: dict[Phase, list[Draft]], site: Site) -> list[tuple[Draft, Rule]]:
    """Every step that must come before, with each rule that says so."""
    phase = phase_of(draft)
    return [
        (earlier, rule)
        for rule in RULES
        if rule.later is phase
        for earlier in by_phase.get(rule.earlier, ())
        if rule.when(draft, earlier, site)
    ]


def _step(draft: Draft, before: list[tuple[Draft, Rule]]) -> Step:
    method, path = draft.call
    return Step(
        id=draft.id,
        account=draft.target.account,
        installation_id=draft.target.installation_id,
        target_id=draft.target_id,
        route=draft.route,
        operation=draft.operation,
        method=method,
        path=path,
        change_ids=tuple(sorted(change.id for change in draft.changes)),
        after=tuple(sorted({earlier.id for earlier, _ in before})),
        because=tuple(sorted({rule.because for _, rule in before})),
        gate=draft.gate,
    )


def _amperes(value: object) -> float:
    return value if isinstance(value, float) else 0.0


def needed_by(steps: Iterable[Step], held: frozenset[str]) -> frozenset[str]:
    """The held steps and every step that waits for one of them; steps must be in safe order."""
    reached = set(held)
    for step in steps:
        if not reached.isdisjoint(step.after):
            reached.add(step.id)
    return frozenset(reached)
