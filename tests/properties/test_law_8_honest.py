"""Law 8 in small: any single fault at any call ends in an honest outcome. The full matrix comes with `make faults`."""

from collections import Counter
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import CloudError
from reconciler.model.outcome import Outcome, OutcomeKind
from reconciler.model.plan import Plan
from reconciler.sandbox.faults import fault
from reconciler.sandbox.operations import script_fault
from tests.properties.machine import Machine, machines

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
    """One fault during the apply: what, on which calls, after how many of them."""

    kind: str
    method: str
    after_n: int
    body: str


_bodies = st.sampled_from(("empty", "json", "html"))
_on_reads = st.builds(Trouble, st.sampled_from(KINDS), st.just("GET"), st.integers(0, 15), _bodies)
_on_writes = st.builds(Trouble, st.sampled_from(KINDS), st.sampled_from(("POST", "PUT")), st.integers(0, 3), _bodies)
_lost = st.builds(
    Trouble,
    st.sampled_from(("error-after", "lost-answer-after", "timeout")),
    st.sampled_from(("POST", "PUT")),
    st.integers(0, 1),
    _bodies,
)
troubles = _on_reads | _on_writes | _lost


def check_law_8(machine: Machine, trouble: Trouble) -> None:
    """Plan in peace, apply in trouble, then look in peace: what is claimed is so, and nothing was written twice."""
    plan = machine.plan()
    if not plan.changes:
        return
    seen = len(machine.world.log)
    one = fault(trouble.kind, method=trouble.method, after_n=trouble.after_n, body=trouble.body)
    script_fault(machine.world, one)
    try:
        outcomes, _ = machine.apply(plan)
    except CloudError:
        outcomes = tuple(machine.told)
    machine.world.data["faults"] = []
    written = Counter(entry["path"] for entry in machine.world.log[seen:] if entry["effect"])

    machine.world.advance(60)
    _nothing_claimed_that_is_not(machine, plan, outcomes)
    people = Counter(change.target.installation_id for change in plan.changes if change.target.principal)
    for path, times in written.items():
        may = people[path.split("/")[-2]] if path.endswith("/permissions") else 1
        assert times <= may, "a write took effect twice"


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
