"""The random cases are rich enough for the laws to mean something."""

from collections import Counter

from hypothesis import Phase, given, settings

from tests.properties.strategies import SHARE, Case, cases, plan_of

EXAMPLES = 300


def shares() -> Counter[str]:
    """How many of the drawn cases have what the laws are about."""
    seen: Counter[str] = Counter()

    @settings(max_examples=EXAMPLES, derandomize=True, phases=[Phase.generate], database=None)
    @given(cases())
    def count(case: Case) -> None:
        plan = plan_of(case)
        seen.update(
            {
                "cases": 1,
                "several chargers": case.several_chargers,
                "pending": bool(plan.pending),
                "unreadable": bool(plan.unreadable),
                "steps": bool(plan.steps),
                "order": any(step.after for step in plan.steps),
                "waiting": bool(plan.waiting),
                "refusals": bool(plan.refusals),
            }
        )

    count()
    return seen


def test_every_kind_of_case_is_common() -> None:
    """Several chargers, pending and unreadable parts are each in at least a fifth of the cases; so are real plans."""
    seen = shares()

    rare = {
        kind: f"{seen[kind] / seen['cases']:.0%}"
        for kind in ("several chargers", "pending", "unreadable", "steps")
        if seen[kind] < SHARE * seen["cases"]
    }
    assert not rare
    assert seen["order"] > 0.05 * seen["cases"]
    assert seen["waiting"]
    assert seen["refusals"] < 0.6 * seen["cases"]
