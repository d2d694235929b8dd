"""Law 8 in small: any single fault at any call ends in an honest outcome. The full matrix comes with `make faults`."""

import json
from collections import Counter
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import CloudError
from reconciler.model.desired import Route
from reconciler.model.outcome import Outcome, OutcomeKind
from reconciler.model.plan import Operation, Plan, Step
from reconciler.model.value import Absent
from reconciler.sandbox.faults import fault
from reconciler.sandbox.operations import script_fault
from reconciler.sandbox.records import Fault
from tests.properties.machine import Machine, machines
from tests.properties.unlike import can_conflict, write_as_another

KINDS = (
    "too-many-requests",
    "error-before",
    "error-after",
    "lost-answer-before",
    "lost-answer-after",
    "timeout",
    "stale-read",
    "unauthorized",
    "revoked-access",
    "empty-answer",
    "changed-type",
)
CLAIMED = frozenset({OutcomeKind.DONE, OutcomeKind.ALREADY})


@dataclass(frozen=True)
class Trouble:
    """One fault during the apply, and perhaps another writer just before it.

    Attributes:
        place: Which read is hit, or which of the writes that the plan has.
        other_writer: Which change another writer contradicts; None for nobody.
    """

    kind: str
    on_write: bool
    place: int
    body: str
    other_writer: int | None = None


_bodies = st.sampled_from(("empty", "json", "html"))
_others = st.sampled_from((None, None, None, 0, 1, 2, 5))
_on_reads = st.builds(Trouble, st.sampled_from(KINDS), st.just(False), st.integers(0, 15), _bodies, _others)
_on_writes = st.builds(Trouble, st.sampled_from(KINDS), st.just(True), st.integers(0, 23), _bodies, _others)
_lost = st.builds(
    Trouble,
    st.sampled_from(("error-after", "lost-answer-after", "timeout")),
    st.just(True),
    st.integers(0, 23),
    _bodies,
)
troubles = _on_reads | _on_writes | _lost


def fault_of(trouble: Trouble, plan: Plan) -> Fault:
    """The fault where it belongs: on a read, or on one of the writes that the plan has."""
    methods = [method_of(plan, step) for step in plan.steps if step.route is not Route.PORTAL]
    if not (trouble.on_write and methods):
        return fault(trouble.kind, method="GET", after_n=trouble.place, body=trouble.body)
    number = trouble.place % len(methods)
    method = methods[number]
    earlier = methods[:number].count(method)
    path = "/api/*" if method == "POST" else "*"
    return fault(trouble.kind, method=method, path=path, after_n=earlier, body=trouble.body)


def method_of(plan: Plan, step: Step) -> str:
    """The method of a step's request; the sandbox's partner takes access away with DELETE, else it has PUT."""
    takes_away = isinstance(plan.change(step.change_ids[0]).after, Absent)
    access = (Operation.PARTNER_PERMISSION, Operation.PARTNER_CHARGER_PERMISSION)
    partner = "DELETE" if takes_away and step.operation in access else "PUT"
    return step.method or partner


def check_law_8(machine: Machine, trouble: Trouble) -> None:
    """Plan in peace, apply in trouble, then look in peace: what is claimed is so, and nothing was written twice."""
    plan = machine.plan()
    if not plan.changes:
        return
    contradicted = [one for one in plan.changes if can_conflict(one)]
    if trouble.other_writer is not None and contradicted:
        write_as_another(machine.world, contradicted[trouble.other_writer % len(contradicted)])
    script_fault(machine.world, fault_of(trouble, plan))
    try:
        outcomes, _ = machine.apply(plan)
    except CloudError:
        outcomes = tuple(machine.told)
    machine.world.data["faults"] = []

    machine.world.advance(60)
    _nothing_claimed_that_is_not(machine, plan, outcomes)
    twice = [what for what, times in Counter(_written(machine)).items() if times > 1]
    assert not twice, "a write took effect twice"


def _written(machine: Machine) -> list[tuple[str, str]]:
    """Where each write took effect: its path, and for access whom it named."""
    return [(path, _whom(body) if path.endswith("/permissions") else "") for _, path, body in machine.written]


def _whom(body: str) -> str:
    named = json.loads(body)
    return str(named.get("Email") or named.get("LookupKey") or named.get("ObjectId"))


def _nothing_claimed_that_is_not(machine: Machine, plan: Plan, outcomes: tuple[Outcome, ...]) -> None:
    assert {outcome.change_id for outcome in outcomes} == {change.id for change in plan.changes}
    fresh = machine.plan()
    open_places = {(change.target, change.setting) for change in fresh.changes}
    unread = {item.target.installation_id for item in fresh.unreadable}
    for outcome in outcomes:
        change = plan.change(outcome.change_id)
        if outcome.kind in CLAIMED and change.target.installation_id not in unread:
            assert (change.target, change.setting) not in open_places, f"claimed but not so: {outcome}"


@given(machines(), troubles)
def test_law_8_one_fault_ends_honestly(machine: Machine, trouble: Trouble) -> None:
    """Whatever breaks, nothing is reported done that is not, and nothing is written twice."""
    check_law_8(machine, trouble)
