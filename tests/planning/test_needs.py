"""What a merge cannot carry out is known before it: the same as what an apply will leave."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.change import Cause
from reconciler.model.needs import blocked_in, blocked_of
from reconciler.model.plan import Plan
from reconciler.planning.reviewed import reviewed_part
from tests.report.samples import FIXTURE

IDS = sorted(change.id for change in FIXTURE.changes)


def brought(own: set[str]) -> Plan:
    """The fixture where a pull request brings some changes and the others are drift."""
    changes = (replace(one, cause=Cause.PULL_REQUEST if one.id in own else Cause.DRIFT) for one in FIXTURE.changes)
    return replace(FIXTURE, changes=tuple(changes))


@given(st.sets(st.sampled_from(IDS)))
def test_what_is_called_blocked_is_what_an_apply_leaves(own: set[str]) -> None:
    """Whatever was reviewed, and however the steps hang together."""
    plan = brought(own)

    blocked = {one.change.id for one in blocked_of(plan)}

    assert blocked == own - reviewed_part(plan, frozenset(own))


@given(st.sets(st.sampled_from(IDS)))
def test_what_it_needs_is_never_decided_with_it(own: set[str]) -> None:
    """With all of that decided too nothing is blocked any more."""
    plan = brought(own)
    blocked = blocked_of(plan)
    needs = {need.id for one in blocked for need in one.needs}

    assert needs.isdisjoint(own)
    assert blocked_in(plan, [one.change for one in blocked], decided=own | needs) == ()


def test_some_changes_of_the_fixture_do_need_others() -> None:
    """Else the two tests above would say nothing."""
    assert any(blocked_of(brought({one})) for one in IDS)


def test_without_a_base_everything_is_decided_together() -> None:
    """Nothing is somebody else's."""
    assert blocked_of(FIXTURE) == ()
