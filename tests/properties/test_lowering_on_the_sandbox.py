"""Lowering an installation with a real apply: what the plan knew, the second look knows as well."""

from dataclasses import replace

from reconciler.model.outcome import OutcomeKind
from reconciler.sandbox.generated import generated_world
from reconciler.sandbox.portal import set_value
from tests.builders import account, fleet, wants, wants_charger
from tests.properties.machine import Machine


def home(*, listed: int) -> Machine:
    """A home with two chargers in order; its limit stands at 31 A and shall be that of its circuit, 25 A."""
    made = generated_world(1, 2, drift=0.0)
    (site,) = made.desired
    set_value(made.world, site["id"], setting="maxCurrent", value=31)
    chargers = [
        wants_charger(serial, maxCurrent=wish["maxCurrent"]) for serial, wish in list(site["chargers"].items())[:listed]
    ]
    file = wants(*chargers, settings={"maxCurrent": 25.0}, site=site["id"], name=site["name"])
    return Machine(world=made.world, desired=replace(fleet(file, accounts=(account(),)), selection=None))


def test_chargers_in_order_do_not_hold_it() -> None:
    """Their limits are read again although nothing about them changes."""
    machine = home(listed=2)
    plan = machine.plan()
    assert not plan.refusals

    outcomes, proof = machine.apply(plan)

    assert [outcome.kind for outcome in outcomes] == [OutcomeKind.DONE]
    assert proof.receipt.converged


def test_a_charger_that_no_file_lists_holds_it() -> None:
    """It may stand at 32 A, above the installation."""
    plan = home(listed=1).plan()

    assert [one.guard for one in plan.refusals] == ["lower-installation-unreadable"]
    assert not plan.changes
