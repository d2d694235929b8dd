"""The plan as a whole: what it counts, how long it holds, and that the same input gives the same plan."""

from dataclasses import replace
from datetime import timedelta

from reconciler.model.desired import Cloud, Route
from reconciler.model.plan import Counts, DesiredReference, PlanAccount, Requests
from reconciler.planning.explanations import EXPLANATIONS
from reconciler.planning.guards import FLEET_GUARDS, GUARDS
from reconciler.planning.make import make_plan
from tests.builders import (
    FORBIDDEN,
    MAIN,
    NOW,
    OTHER_SITE,
    FixedOrigins,
    account,
    charger,
    cloud,
    fleet,
    live,
    plan_for,
    policy,
    wants,
    wants_charger,
)


class TestHeader:
    def test_it_says_from_what_it_was_made(self) -> None:
        """Version, files, accounts in use, and 24 hours to apply it."""
        files = fleet(wants(), accounts=[account(), account(name="unused")])

        plan = plan_for(files, live())

        assert plan.tool_version == "1.0"
        assert plan.created_at == NOW
        assert plan.valid_until == NOW + timedelta(hours=24)
        assert plan.desired == DesiredReference(path="fleet", commit=None, digest="sha256:" + "0" * 64)
        assert plan.accounts == (PlanAccount(name=MAIN, cloud=Cloud.SANDBOX, rate=5.0),)

    def test_an_empty_plan_has_a_digest(self) -> None:
        """Nothing to do is a statement, too."""
        assert plan_for(wants(), live()).digest.startswith("sha256:")


class TestCoverage:
    def test_everything_declared_is_compared_or_unreadable(self) -> None:
        """Unreadable ones are counted apart; what no file lists is unmanaged."""
        files = fleet(
            wants(wants_charger("ZAP000001", maxCurrent=16.0), wants_charger("ZAP000002", maxCurrent=16.0)),
            wants(wants_charger("ZAP000003"), site=OTHER_SITE),
        )
        seen = live(
            charger("ZAP000001", maxCurrent=16.0), charger("ZAP000002", maxCurrent=FORBIDDEN), charger("ZAP000008")
        )
        stranger = live(charger("ZAP000009"), site="99999999-0000-4000-8000-000000000000", name="Testveien 1")

        plan = plan_for(files, seen, stranger)

        assert plan.coverage.installations == Counts(desired=2, compared=1, unreadable=1, unmanaged=1)
        assert plan.coverage.chargers == Counts(desired=3, compared=1, unreadable=2, unmanaged=2)

    def test_of_a_selection_only_its_own_sites_are_judged(self) -> None:
        """Other sites may well have a file; it was not looked at."""
        files = fleet(wants(), selection="Solbakken")

        plan = plan_for(files, live(charger("ZAP000008")), live(charger("ZAP000009"), site=OTHER_SITE))

        assert plan.coverage.installations.unmanaged == 0
        assert plan.coverage.chargers.unmanaged == 1
        assert plan.selection == "Solbakken"

    def test_an_unreadable_setting_makes_its_installation_unreadable(self) -> None:
        """An installation that was compared in part was not compared."""
        plan = plan_for(wants(settings={"maxCurrent": 63.0}), live(settings={"maxCurrent": FORBIDDEN}))

        assert plan.coverage.installations == Counts(desired=1, compared=0, unreadable=1, unmanaged=0)


class TestRequests:
    def test_reads_floor_and_writes_are_told(self) -> None:
        """Portal steps are no requests."""
        site = wants(wants_charger("ZAP000001", maxCurrent=10.0, standAlone=False))
        seen = live(charger("ZAP000001", maxCurrent=16.0, standAlone=True))

        plan = plan_for(site, seen, accounts=[account(stand_alone=Route.PORTAL)])

        assert plan.requests == Requests(read=2, write=1, read_floor=3)


class TestDeterminism:
    def test_the_order_of_files_and_answers_does_not_matter(self) -> None:
        """Reversed lists give the same plan, not just the same digest."""
        files = fleet(
            wants(wants_charger("ZAP000001", maxCurrent=10.0), wants_charger("ZAP000002", maxCurrent=10.0)),
            wants(settings={"maxCurrent": 50.0}, site=OTHER_SITE),
        )
        snapshot = cloud(
            live(charger("ZAP000001", maxCurrent=16.0), charger("ZAP000002", maxCurrent=16.0)), live(site=OTHER_SITE)
        )
        turned = replace(
            snapshot,
            installations=tuple(
                replace(one, chargers=one.chargers[::-1], values=one.values[::-1])
                for one in snapshot.installations[::-1]
            ),
        )

        first = make_plan(files, snapshot, policy(), FixedOrigins())
        second = make_plan(replace(files, installations=files.installations[::-1]), turned, policy(), FixedOrigins())

        assert first == second
        assert len(first.changes) == 3


class TestExplanations:
    def test_every_guard_is_explained(self) -> None:
        """`explain` knows each code that a refusal can carry, and names the guard."""
        explained = {one.code: one.title for one in EXPLANATIONS}

        guards = [(guard.id, guard.code) for guard in (*GUARDS, *FLEET_GUARDS)]
        assert all(explained[code].startswith(f"{guard}: ") for guard, code in guards)

    def test_codes_are_unique(self) -> None:
        """One code, one meaning; one guard, one code."""
        codes = [one.code for one in EXPLANATIONS]
        guards = [guard.code for guard in (*GUARDS, *FLEET_GUARDS)]

        assert len(set(codes)) == len(codes)
        assert len(set(guards)) == len(guards)
