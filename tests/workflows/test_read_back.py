"""Reading back waits until whatever the cloud keeps must be gone."""

import pytest

from reconciler.model.outcome import OutcomeKind
from reconciler.sandbox.portal import set_value
from reconciler.sandbox.settling import change_charger
from tests.builders import SITE, wants, wants_charger
from tests.workflows.test_other_writers import machine, world


@pytest.mark.parametrize("tenths", range(0, 150, 5))
def test_two_writes_to_one_charger_are_both_seen(tenths: int) -> None:
    """The cloud keeps a charger's state for 15 s after any write, so the first of two counts from the second.

    The limit is already on its way from a run that was killed, so that it is seen before stand-alone mode is. What the
    cloud keeps was read at any time before, so that it ends at any moment of the read-back.
    """
    file = wants(wants_charger("ZPR080001", maxCurrent=16.0, standAlone=False), site=SITE)
    mine = machine(world(10.0), file)
    set_value(mine.world, "ZPR080001", setting="standAlone", value=True)
    plan = mine.plan()
    mine.world.advance(tenths / 10)
    charger = mine.world.charger_by_serial("ZPR080001")
    assert charger is not None
    change_charger(mine.world, charger, {"510": "16.000"})

    outcomes, _ = mine.apply(plan)

    assert OutcomeKind.UNCERTAIN not in {one.kind for one in outcomes}
