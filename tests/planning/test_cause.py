"""Whose doing a refusal is: the pull request's own are never told as somebody else's."""

from dataclasses import replace

from reconciler.model.change import Cause
from reconciler.model.desired import Route
from reconciler.model.plan import GuardScope, Plan, Refusal
from reconciler.model.plan_origin import BaseReference
from reconciler.planning.cause import with_causes
from tests.report.samples import FIXTURE, change

SITE = ("11111111-0000-4000-8000-000000000001", "Elveveien 12")
NOTHING = replace(FIXTURE, changes=(), steps=(), refusals=(), pending=(), waiting=())
LIMIT = change(SITE, "maxCurrent", before=16.0, after=32.0, route=Route.API, charger="ZAP1", file="a.yaml")
HELD = "ZAP1 Maximum current 16 A → 32 A"


def refusal(*, measured: str = "32 A", held: tuple[str, ...] = (HELD,), line: int = 4) -> Refusal:
    return Refusal(
        code="P318",
        guard="above-circuit",
        scope=GuardScope.INSTALLATION,
        account="main",
        installation_id=SITE[0],
        installation_name=SITE[1],
        charger="ZAP1",
        measured=measured,
        limit="25 A",
        message="above its circuit",
        remedy="lower it",
        liftable=False,
        held_back=held,
        file="a.yaml",
        line=line,
    )


def fleet_refusal(measured: str) -> Refusal:
    return replace(
        refusal(measured=measured, held=()),
        guard="changed-installations",
        scope=GuardScope.FLEET,
        account=None,
        installation_id=None,
        charger=None,
    )


def refused(*refusals: Refusal, changes: bool = False) -> Plan:
    return replace(NOTHING, refusals=refusals, changes=(LIMIT,) if changes else ())


def cause_of(head: Plan, base: Plan, applied: Plan | None = None) -> list[Cause]:
    made = with_causes(head, base=base, applied=applied, reference=BaseReference(commit="a" * 40))
    return [one.cause for one in made.refusals]


def test_what_the_base_is_not_refused_is_of_the_pull_request() -> None:
    """Whatever else is refused there."""
    assert cause_of(refused(refusal()), refused()) == [Cause.PULL_REQUEST]
    assert cause_of(refused(refusal(measured="40 A")), refused(refusal())) == [Cause.PULL_REQUEST]


def test_what_the_base_is_refused_too_is_the_bases() -> None:
    """A line more above it in the file makes it no other refusal."""
    assert cause_of(refused(refusal(line=9)), refused(refusal())) == [Cause.BASE]


def test_what_was_applied_and_is_refused_now_is_drift() -> None:
    """No file changed since; something at the site did."""
    assert cause_of(refused(refusal()), refused(refusal()), refused(refusal())) == [Cause.DRIFT]
    assert cause_of(refused(refusal()), refused(refusal()), refused()) == [Cause.BASE]


def test_an_old_refusal_that_holds_back_more_is_of_the_pull_request() -> None:
    """What it brings to a refused site would not be carried out either."""
    more = refusal(held=(HELD, "ZAP1 Stand-alone mode on → off"))

    assert cause_of(refused(more), refused(refusal())) == [Cause.PULL_REQUEST]


def test_a_fleet_guard_is_of_whoever_moves_its_number() -> None:
    """A pull request that only takes wishes away has not made the run too big."""
    big, bigger = fleet_refusal("30"), fleet_refusal("31")

    assert cause_of(refused(bigger, changes=True), refused(big)) == [Cause.PULL_REQUEST]
    assert cause_of(refused(big), refused(bigger)) == [Cause.BASE]
    assert cause_of(refused(big, changes=True), refused(big)) == [Cause.BASE]


def test_what_the_pull_request_gets_refused_is_not_withdrawn() -> None:
    """The files still want it; the refusal holds it back."""
    reference = BaseReference(commit="a" * 40)

    made = with_causes(refused(refusal()), base=refused(changes=True), applied=None, reference=reference)

    assert made.withdrawn == ()
    gone = with_causes(refused(), base=refused(changes=True), applied=None, reference=reference)
    assert [one.target for one in gone.withdrawn] == [LIMIT.target]
