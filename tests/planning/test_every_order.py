"""Every order that a plan allows is safe at every moment, for all small sites; by brute force, not by luck.

The steps of a plan may run side by side and stop anywhere, so each set of steps that is closed under `after` is a state
in which a site may be left. All of them are looked at.
"""

import os
from collections.abc import Iterator
from itertools import combinations_with_replacement, islice, product

import pytest

from reconciler.model.desired import DesiredInstallation, SwitchPolicy
from reconciler.model.observed import Circuit, ObservedInstallation
from reconciler.model.plan import Plan, Step
from reconciler.model.value import Value
from reconciler.planning.order import RULES
from tests.builders import charger, cloud, live, plan_for, wants, wants_charger
from tests.properties.worlds import MODE, World, apply_step, installation, violations

NATIVE_URL = "authentication.ocppNative.url"
NATIVE_OCPP: dict[str, Value] = {MODE: "ocppNative", NATIVE_URL: "wss://ocpp.example/cp"}
ALL = "RECONCILER_EVERY_ORDER" in os.environ
"""Set it to look at every site instead of every seventh."""
STRIDE = 1 if ALL else 7

Switch = tuple[bool, bool | None]
Amperes = tuple[float, float | None]
"""What is live, and what the file wants, None when it does not say."""

LIMITS: tuple[Amperes, ...] = ((10.0, None), (10.0, 16.0), (10.0, 25.0), (16.0, 6.0), (25.0, None), (25.0, 10.0))
ALONE: tuple[Switch, ...] = ((False, None), (True, None), (True, False), (False, True))
MODES: tuple[tuple[str, str | None], ...] = (
    ("native", None),
    ("ocppNative", None),
    ("native", "ocppNative"),
    ("ocppNative", "native"),
)
BREAKERS = (25.0, 32.0)
INSTALLATION: tuple[Amperes, ...] = ((40.0, None), (40.0, 32.0), (32.0, 50.0))
ACKNOWLEDGED = ("raise-installation-limit", "lose-load-balancing")
"""Meant by somebody: that the backend balances what is there, and that the cabinet carries more."""


def file_of(chargers: tuple[tuple[Amperes, Switch], ...], mode: str | None, limit: float | None) -> DesiredInstallation:
    """What the file of such a site says."""
    settings: dict[str, Value] = dict(NATIVE_OCPP) if mode == "ocppNative" else {} if mode is None else {MODE: mode}
    settings |= {} if limit is None else {"maxCurrent": limit}
    wanted = []
    for number, ((_, amperes), (_, alone)) in enumerate(chargers):
        values: dict[str, Value] = {} if amperes is None else {"maxCurrent": amperes}
        values |= {} if alone is None else {"standAlone": alone}
        wanted.append(wants_charger(f"ZPR08000{number}", **values))
    return wants(*wanted, settings=settings, acknowledged=ACKNOWLEDGED, switch=SwitchPolicy())


def site_of(
    chargers: tuple[tuple[Amperes, Switch], ...], *, mode: str, breaker: float, limit: float, online: bool
) -> ObservedInstallation:
    """The same site as it is; the last charger may be offline."""
    seen = [
        charger(
            f"ZPR08000{number}",
            maxCurrent=amperes,
            standAlone=alone,
            online=online or number < len(chargers) - 1,
        )
        for number, ((amperes, _), (alone, _)) in enumerate(chargers)
    ]
    settings: dict[str, Value] = dict(NATIVE_OCPP) if mode == "ocppNative" else {MODE: mode}
    return live(*seen, settings={**settings, "maxCurrent": limit}, circuits={"c1": breaker})


def sites(count: int) -> Iterator[tuple[DesiredInstallation, ObservedInstallation]]:
    """Every small site with that many chargers on one circuit, that starts without a violation of a breaker."""
    kinds = tuple(product(LIMITS, ALONE))
    groups = combinations_with_replacement(kinds, count)
    for chargers, (mode, wanted), breaker, (limit, wish), online in product(
        groups, MODES, BREAKERS, INSTALLATION, (True, False)
    ):
        if max(amperes for (amperes, _), _ in chargers) > breaker:
            continue
        yield (
            file_of(chargers, wanted, wish),
            site_of(chargers, mode=mode, breaker=breaker, limit=limit, online=online),
        )


def stopping_points(plan: Plan, start: ObservedInstallation) -> Iterator[tuple[Step, World, World]]:
    """Every step in every state in which it may run: the step, the world before, and after it."""
    worlds: dict[frozenset[str], World] = {frozenset(): World(observed=cloud(start))}
    todo = [frozenset[str]()]
    while todo:
        done = todo.pop()
        for step in plan.steps:
            if step.id in done or not set(step.after) <= done:
                continue
            after = apply_step(worlds[done], step, plan.changes)
            yield step, worlds[done], after
            reached = done | {step.id}
            if reached not in worlds:
                worlds[reached] = after
                todo.append(reached)


def worse(plan: Plan, start: ObservedInstallation) -> list[str]:
    """Steps after which something is further from holding than before."""
    assert isinstance(start.circuits, tuple)
    breakers: dict[str, Circuit] = {one.id: one for one in start.circuits}
    found = []
    for step, before, after in stopping_points(plan, start):
        then, now = (installation(world, start.id) for world in (before, after))
        enters = then.get(MODE) != "ocppNative" and now.get(MODE) == "ocppNative"
        was, is_now = (violations(one, breakers, owners=0) for one in (then, now))
        meant = "without balancing" if enters else "-"
        found += [
            f"{step.operation.value} {step.target_id}: {what} {was[what]:g} A, then {amount:g} A"
            for what, amount in is_now.items()
            if amount > was[what] and meant not in what
        ]
    return found


def check(count: int) -> tuple[int, int]:
    """Look at the sites; returns how many plans and steps there were."""
    plans = steps = 0
    for file, seen in islice(sites(count), 0, None, STRIDE):
        plan = plan_for(file, seen)
        plans += 1
        steps += len(plan.steps)
        assert worse(plan, seen) == [], (file.settings, file.chargers, seen)
    return plans, steps


@pytest.mark.parametrize("count", [2, 3] if ALL else [2])
def test_every_small_site_is_safe_in_every_order(count: int) -> None:
    """Stand-alone on and off, offline, another mode, limits up and down: nothing is ever worse than before."""
    plans, steps = check(count)

    assert plans > 1000
    assert steps > plans


def test_no_rules_can_run_in_a_circle() -> None:
    """Each rule makes a later phase wait for an earlier one, so some order always exists."""
    assert all(rule.earlier < rule.later for rule in RULES)
