"""The group that may be our own leaves last, and never a site that nobody could finish afterwards."""

from reconciler.model.desired import RemovalGate
from reconciler.model.plan import Plan
from reconciler.model.value import Observation
from tests.builders import (
    FORBIDDEN,
    charger,
    gone,
    has_access,
    live,
    permissions,
    person,
    plan_for,
    wants,
    wants_charger,
)

OURS = "userGroup:BSJG"


def plan(limit: Observation, *, leaves: str = OURS) -> Plan:
    file = wants(
        wants_charger("ZAP000001", maxCurrent=16.0),
        access=permissions(
            person("person:c-1", "user", "owner"), absent=[gone(leaves, gate=RemovalGate.OWNER_ACCEPTED)]
        ),
    )
    seen = live(
        charger("ZAP000001", maxCurrent=limit),
        access=[
            has_access("person:c-1", "user", "owner"),
            has_access("person:c-2", "user"),
            has_access(OURS, "owner", "service"),
        ],
        circuits={"c1": 25.0},
    )
    return plan_for(file, seen)


def leaving(made: Plan) -> list[str | None]:
    return [change.target.principal for change in made.changes if change.setting == "permissions"]


class TestHandOver:
    def test_a_site_in_order_is_handed_over(self) -> None:
        """Everything could be read and is so, and the owner has accepted."""
        assert leaving(plan(16.0)) == [OURS]

    def test_what_is_still_to_do_is_done_before(self) -> None:
        """The group leaves after the limit was set."""
        made = plan(0.0)

        assert leaving(made) == [OURS]
        assert made.steps[-1].after == (made.steps[0].id,)

    def test_a_charger_that_did_not_answer_keeps_the_group(self) -> None:
        """It may stand at 0 A, and once the group is gone nobody could set it."""
        made = plan(FORBIDDEN)

        assert leaving(made) == []
        assert [(one.target.principal, one.reason) for one in made.pending] == [
            (OURS, "keeps its access until everything that the file wants here could be read")
        ]

    def test_a_person_may_leave_all_the_same(self) -> None:
        """Who is no group does not finish anything for us."""
        assert leaving(plan(FORBIDDEN, leaves="person:c-2")) == ["person:c-2"]
