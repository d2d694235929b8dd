"""Seeded bugs of planning, and the law that must notice each.

A mutant replaces one function or table while its test runs; nothing here is ever used by the product.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from reconciler.model.change import Change, plain
from reconciler.model.digest import short_id_of
from reconciler.model.value import Unreadable, Value
from reconciler.planning import access, compare, guards, guards_access, inspect, make, order, schedule, steps
from reconciler.planning.order import Phase
from reconciler.planning.site import Site
from reconciler.planning.steps import Draft
from reconciler.planning.wanted import Wanted
from tests.properties import test_law_4_safe as law_4

Seed = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One bug: what is wrong, how it is seeded, and the law that kills it."""

    name: str
    law: str
    seed: Seed


def _without_rule(later: Phase, earlier: Phase) -> Seed:
    rules = tuple(rule for rule in order.RULES if (rule.later, rule.earlier) != (later, earlier))
    return lambda patch: patch.setattr(order, "RULES", rules)


def _without_guard(name: str) -> Seed:
    table = tuple(guard for guard in guards.GUARDS if guard.id != name)
    return lambda patch: patch.setattr(guards, "GUARDS", table)


def _removals_are_free(patch: pytest.MonkeyPatch) -> None:
    """Owners go without a gate, whoever stays; the second look at apply is the same function."""
    patch.setattr(guards_access, "removal", lambda owners, needed, gate=None: access.Removal.FREE)
    patch.setattr(law_4, "gate_is_open", lambda *_, **__: True)


def _unreadable_is_absent(patch: pytest.MonkeyPatch) -> None:
    original = compare._in_mode

    def in_mode(*arguments: Any, **named: Any) -> Any:
        found = original(*arguments, **named)
        return compare.ABSENT if isinstance(found, Unreadable) else found

    patch.setattr(compare, "_in_mode", in_mode)


def _first_difference_only(patch: pytest.MonkeyPatch) -> None:
    original = compare._unequal
    patch.setattr(compare, "_unequal", lambda want, have: original(want, have)[:1])


def _modes_do_not_matter(patch: pytest.MonkeyPatch) -> None:
    """Configuration left over from another mode is taken for what the wanted mode will have."""
    patch.setattr(compare, "_in_mode", lambda row, value, *, live, mode: value)


def _stand_alone_by_default(patch: pytest.MonkeyPatch) -> None:
    """A setting that the file does not name is compared with a default."""
    original = inspect.wanted_of

    def wanted(*arguments: Any, **named: Any) -> Wanted:
        found = original(*arguments, **named)
        chargers: dict[str, Mapping[str, Value]] = {
            serial: {"standAlone": False, **settings} for serial, settings in found.chargers.items()
        }
        return replace(found, chargers=chargers)

    patch.setattr(inspect, "wanted_of", wanted)


def _one_request_per_change(patch: pytest.MonkeyPatch) -> None:
    original = steps.drafts_of

    def drafts(site: Site, gates: Mapping[str, Any]) -> tuple[Draft, ...]:
        return tuple(
            replace(draft, id=f"{draft.id}{number}", changes=(change,))
            for draft in original(site, gates)
            for number, change in enumerate(draft.changes)
        )

    patch.setattr(schedule, "drafts_of", drafts)


def _order_of_arrival(patch: pytest.MonkeyPatch) -> None:
    """Lists come as they were found."""
    patch.setattr(make, "by_target", tuple)
    patch.setattr(make, "plan_order", lambda site: 0)


def _before_is_no_part_of_the_id(patch: pytest.MonkeyPatch) -> None:
    def initialise(change: Change) -> None:
        target = change.target
        data = [*target.sort_key, change.setting, plain(change.after), change.route.value]
        object.__setattr__(change, "id", short_id_of(data))

    patch.setattr(Change, "__post_init__", initialise)


def _busy_chargers_do_not_hold(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(schedule, "busy_chargers", lambda site: ())


def _held_steps_hold_nothing(patch: pytest.MonkeyPatch) -> None:
    """What must come after something pending is planned all the same."""
    patch.setattr(schedule, "needed_by", lambda every, held: held)


def _superfluous_step(patch: pytest.MonkeyPatch) -> None:
    """Permissions are given again although they are there."""
    original = inspect._observed_values

    def values(*arguments: Any, **named: Any) -> Any:
        found = original(*arguments, **named)
        return {
            subject: ({"permissions": compare.ABSENT} if subject[0].value == "principal" else seen)
            for subject, seen in found.items()
        }

    patch.setattr(inspect, "_observed_values", values)


MUTANTS: tuple[Mutant, ...] = (
    Mutant(
        name="a raise does not wait for the lowering on its circuit",
        law="4, limits",
        seed=_without_rule(Phase.RAISE_CHARGER, Phase.LOWER_CHARGER),
    ),
    Mutant(
        name="a raise does not wait for a neighbour in stand-alone mode",
        law="4, limits",
        seed=_without_rule(Phase.RAISE_CHARGER, Phase.STAND_ALONE),
    ),
    Mutant(
        name="a charger goes up before its installation",
        law="4, limits",
        seed=_without_rule(Phase.RAISE_CHARGER, Phase.RAISE_INSTALLATION),
    ),
    Mutant(
        name="stand-alone mode goes on before the neighbours go down",
        law="4, every order",
        seed=_without_rule(Phase.STAND_ALONE, Phase.LOWER_CHARGER),
    ),
    Mutant(
        name="a charger goes up before native OCPP is left",
        law="4, every order",
        seed=_without_rule(Phase.RAISE_CHARGER, Phase.AUTHENTICATION),
    ),
    Mutant(name="a charger may stand above its circuit", law="4, limits", seed=_without_guard("above-circuit")),
    Mutant(
        name="an installation goes down above the unknown",
        law="4",
        seed=_without_guard("lower-installation-unreadable"),
    ),
    Mutant(
        name="nobody looks whether chargers fit unbalanced", law="4, limits", seed=_without_guard("unbalanced-circuit")
    ),
    Mutant(name="the mode switches under a car", law="4, limits", seed=_busy_chargers_do_not_hold),
    Mutant(name="what comes after a pending step runs first", law="4, limits", seed=_held_steps_hold_nothing),
    Mutant(name="owners may always go", law="4", seed=_removals_are_free),
    Mutant(name="an unreadable value is taken for absent", law="5", seed=_unreadable_is_absent),
    Mutant(name="the former value is no part of a change's id", law="5", seed=_before_is_no_part_of_the_id),
    Mutant(name="lists come in the order of arrival", law="5", seed=_order_of_arrival),
    Mutant(name="only the first difference is planned", law="1", seed=_first_difference_only),
    Mutant(name="leftovers of another mode count as set", law="1", seed=_modes_do_not_matter),
    Mutant(name="an undeclared setting gets a default", law="6", seed=_stand_alone_by_default),
    Mutant(name="each change is a request of its own", law="3", seed=_one_request_per_change),
    Mutant(name="permissions are given again", law="3", seed=_superfluous_step),
)
"""Every one of them is killed by the law it names."""
