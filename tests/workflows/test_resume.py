"""The plug may be pulled at any moment: a resume ends where an undisturbed run ends, and writes nothing twice."""

import contextlib
from collections import Counter

from hypothesis import assume, given
from hypothesis import strategies as st

from reconciler.model.plan import Plan
from tests.properties.machine import Machine, machines
from tests.workflows.killed import Killed, KilledMachine, Moment, kinds, twin


def offline_paths(machine: Machine) -> set[str]:
    """Where a repeated value cannot have been visible: chargers that were offline all the time."""
    return {
        f"/api/chargers/{charger['id']}/update"
        for charger in machine.world.data["chargers"].values()
        if not charger["online"]
    }


def killed_at(machine: KilledMachine, plan: Plan, moment: int) -> None:
    """Apply until the plug is pulled."""
    machine.moment = Moment(at=moment)
    with contextlib.suppress(Killed):  # what carries partner adapters catches whatever they raise
        machine.apply(plan)
    machine.moment = Moment()


def check_resume(machine: Machine, where: float) -> None:
    """Kill once, resume, and compare with a run that nobody disturbed."""
    plan = machine.plan()
    assume(plan.changes)
    undisturbed, killed = twin(machine), twin(machine)
    _, proof = undisturbed.apply(plan)

    killed_at(killed, plan, int(where * (undisturbed.moment.count - 1)))
    _, again = killed.apply(plan)

    assert kinds(plan, again.outcomes) == kinds(plan, proof.outcomes)
    assert again.receipt.converged == proof.receipt.converged
    twice = [path for (_, path, _), times in Counter(killed.written).items() if times > 1]
    assert set(twice) <= offline_paths(killed), "a value that could be seen was written again"


@given(machines(), st.floats(0, 1))
def test_a_resume_ends_where_an_undisturbed_run_ends(machine: Machine, where: float) -> None:
    """Whatever the site and the moment: the same outcomes, the same receipt, each write once."""
    check_resume(machine, where)
