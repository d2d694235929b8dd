"""Drift says of every world what its plan says, each thing once."""

from hypothesis import given

from reconciler.model.finding import FindingKind
from reconciler.planning.drift import findings_of
from reconciler.planning.lookup import Lookup
from tests.builders import FixedOrigins
from tests.properties.strategies import PURE, Case, cases, plan_of


@PURE
@given(cases())
def test_every_change_of_a_plan_is_a_finding_and_none_stands_twice(case: Case) -> None:
    """A converged world has therefore no difference, and a fingerprint names one thing."""
    plan = plan_of(case)
    lookup = Lookup(desired=case.desired, observed=case.world.observed, policy=case.policy, origins=FixedOrigins())

    found = findings_of(lookup, plan)

    differing = {(one.target, one.setting) for one in found}
    changed = {one.change_id for one in found if one.kind is FindingKind.CHANGED}
    assert {(change.target, change.setting) for change in plan.changes} <= differing
    assert changed <= {change.id for change in plan.changes}
    assert len({one.fingerprint for one in found}) == len(found)
