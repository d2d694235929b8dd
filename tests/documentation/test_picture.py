"""The picture in the README is what the tool prints for the example fleet."""

import os
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from reconciler.live.account import Access
from reconciler.loading.load import load_fleet
from reconciler.loading.select import select
from reconciler.planning.make import make_plan
from reconciler.report.svg import plan_svg
from reconciler.sandbox.seed import fixture_world
from reconciler.workflows.plan import observe_fleet
from tests.properties.machine import Machine

CHECKOUT = Path(__file__).resolve().parents[2]
PICTURE = CHECKOUT / "docs" / "plan.svg"
SITES = ("Bakkegata 7", "Solbakken borettslag", "Nabolaget 5")


def drawn(monkeypatch: pytest.MonkeyPatch) -> str:
    """A real plan of three example sites against the first world, at its own time."""
    monkeypatch.chdir(CHECKOUT)
    loaded = load_fleet(Path("fleet"), today=date(2026, 1, 15))
    assert loaded.desired is not None
    desired = select(loaded.desired, selectors=SITES, exclude=())
    machine = Machine(world=fixture_world(), desired=desired)
    with closing(machine.open(Access.READ_ONLY)) as live:
        observed = observe_fleet(desired, {"main": live.observer})
        plan = make_plan(desired, observed, machine.policy(machine.clock().now()), loaded.origins)
    return plan_svg(plan, width=96, title="reconciler plan")


def test_the_picture_is_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    """RECONCILER_WRITE_GOLDEN=1 draws it anew."""
    svg = drawn(monkeypatch)
    if os.environ.get("RECONCILER_WRITE_GOLDEN"):
        PICTURE.write_text(svg)

    assert PICTURE.read_text() == svg
