"""What the receipt of a run says about changes that did not work."""

from dataclasses import replace

import pytest

from reconciler.model.outcome import Outcome, OutcomeKind
from reconciler.model.plan import PendingItem, Plan
from reconciler.workflows.verify import broken_and_pending
from tests.builders import NOW
from tests.workflows.test_waves import street


def failed(homes: int) -> tuple[Plan, tuple[Outcome, ...], Plan]:
    """A plan, its failed changes, and a second plan in which each of them waits for its device."""
    plan = street(homes=homes).plan()
    outcomes = tuple(
        Outcome(change_id=change.id, step_id="", kind=OutcomeKind.FAILED, detail="", at=NOW) for change in plan.changes
    )
    items = tuple(
        PendingItem(
            target=change.target,
            installation_name=change.installation_name,
            setting=change.setting,
            before=32.0,
            after=16.0,
            reason="the charger is offline",
        )
        for change in plan.changes
    )
    return plan, outcomes, replace(plan, changes=(), steps=(), pending=items)


class TestBrokenAndPending:
    @pytest.mark.parametrize(
        ("homes", "words"), [(1, "1 change did not work and waits"), (2, "2 changes did not work and wait")]
    )
    def test_the_verb_agrees_with_the_number(self, homes: int, words: str) -> None:
        """One waits, two wait."""
        assert broken_and_pending(*failed(homes)) == (f"{words} for a device now",)

    def test_what_works_is_not_told(self) -> None:
        """A value on its way to an offline charger is what was wanted."""
        plan, outcomes, second = failed(2)
        sent = tuple(replace(outcome, kind=OutcomeKind.PENDING) for outcome in outcomes)

        assert broken_and_pending(plan, sent, second) == ()
