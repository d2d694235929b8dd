"""Documents of shards that do not fit together are refused; what is said about one of them only is not said of all."""

from dataclasses import replace

import pytest

from reconciler.errors import InvalidDocumentError
from reconciler.loading.select import select
from reconciler.model.desired import DesiredFleet, GuardLimits
from reconciler.model.plan import Plan, Rollback
from reconciler.model.plan_origin import BaseReference, SnapshotReference
from reconciler.model.shard import ReadingTime
from reconciler.planning.joined_plans import joined_plan
from reconciler.planning.make import make_plan
from reconciler.planning.packing import packed
from reconciler.planning.reading_time import reading_times
from reconciler.workflows.touched import touched
from tests.builders import NOW, FixedOrigins, account, charger, cloud, fleet, live, policy, wants, wants_charger

SITES = {"north": "aaaaaaaa-0000-4000-8000-000000000001", "south": "bbbbbbbb-0000-4000-8000-000000000002"}
SERIALS = {"north": "ZAP000001", "south": "ZAP000002"}
LIFTED = "changed-installations:fleet"


def files(limit: int = 25) -> DesiredFleet:
    """A site with a charger in each of two accounts."""
    sites = [
        wants(wants_charger(SERIALS[name], maxCurrent=10.0), site=site, account_name=name)
        for name, site in SITES.items()
    ]
    limits = GuardLimits(max_changed_installations=limit)
    return fleet(*sites, accounts=[account(name=name) for name in SITES], limits=limits)


def shard(name: str, *, limit: int = 25, accepted: tuple[str, ...] = ()) -> Plan:
    """The plan of one account."""
    part = select(files(limit), selectors=(), exclude=(), accounts=(name,))
    seen = replace(live(charger(SERIALS[name], maxCurrent=16.0), account_name=name), id=SITES[name])
    return make_plan(part, cloud(seen), policy(accepted=accepted), FixedOrigins())


def joined(*plans: Plan) -> Plan:
    """With a file each."""
    return joined_plan([(f"{place}.json", plan) for place, plan in enumerate(plans)])


def why_not(*plans: Plan) -> str:
    """Why they are not joined."""
    with pytest.raises(InvalidDocumentError) as caught:
        joined(*plans)
    return str(caught.value)


class TestRefused:
    def test_other_versions_of_the_program(self) -> None:
        """One may see what the other does not."""
        told = why_not(shard("north"), replace(shard("south"), tool_version="2.0"))

        assert "made by different versions of the program" in told
        assert "0.json, 1.json" in told

    def test_other_commits(self) -> None:
        """Even if the files say the same: somebody looked at something else."""
        south = shard("south")
        moved = replace(south, desired=replace(south.desired, commit="a" * 40))

        assert "made from different files" in why_not(shard("north"), moved)

    def test_other_limits(self) -> None:
        """They are part of the files."""
        assert "made from different files" in why_not(shard("north"), shard("south", limit=3))

    def test_an_installation_in_two_accounts(self) -> None:
        """It has one file."""
        south = shard("south")
        (change,) = south.changes
        stolen = replace(change, target=replace(change.target, installation_id=SITES["north"]))

        told = why_not(shard("north"), replace(south, changes=(stolen,), steps=()))

        assert f"installation {SITES['north']} is in more than one of them" in told

    def test_changes_of_an_account_that_it_is_not_about(self) -> None:
        """Somebody put them there."""
        north, south = shard("north"), shard("south")

        assert "contradicts itself" in why_not(north, replace(south, changes=(*south.changes, *north.changes)))

    def test_an_account_that_the_fleet_does_not_have(self) -> None:
        """As well."""
        (one,) = shard("south").accounts
        strange = replace(shard("south"), accounts=(one, replace(one, name="elsewhere")))

        assert "contradicts itself" in why_not(shard("north"), strange)

    def test_less_than_the_files_have(self) -> None:
        """All accounts are here, and a site is not."""
        south = shard("south")
        none = replace(south.coverage.installations, desired=0, compared=0)

        told = why_not(shard("north"), replace(south, coverage=replace(south.coverage, installations=none)))

        assert "together they are about 1 installations" in told

    def test_plans_of_pull_requests_and_ways_back(self) -> None:
        """A pull request is planned once, from the joined snapshot; a way back is about a run."""
        based = replace(shard("south"), base=BaseReference(commit="a" * 40))
        back = replace(shard("south"), rollback=Rollback(run_id="20261121T063000Z-3f2a"))

        assert "was compared with a base" in why_not(shard("north"), based)
        assert "takes a run back" in why_not(shard("north"), back)

    def test_one_from_a_snapshot_and_one_from_the_live_cloud(self) -> None:
        """They are not of one moment."""
        taken = replace(shard("south"), snapshot=SnapshotReference(taken_at=NOW, digest="sha256:" + "1" * 64))

        assert "some were made from a snapshot" in why_not(shard("north"), taken)


class TestGuards:
    def test_a_guard_of_the_fleet_that_one_shard_lifted_stands(self) -> None:
        """Whoever accepted it saw that shard and not the others."""
        one = joined(shard("north", limit=1, accepted=(LIFTED,)), shard("south", limit=1))
        both = joined(shard("north", limit=1, accepted=(LIFTED,)), shard("south", limit=1, accepted=(LIFTED,)))

        assert ([refusal.guard for refusal in one.refusals], one.accepted) == (["changed-installations"], ())
        assert (both.refusals, both.accepted) == ((), (LIFTED,))

    def test_a_guard_of_a_site_is_lifted_by_its_shard(self) -> None:
        """The other one has no such site."""
        lifted = f"last-owner:{SITES['north']}"

        assert joined(shard("north", accepted=(lifted,)), shard("south")).accepted == (lifted,)

    def test_each_within_the_budget_is_not_all_within_it(self) -> None:
        """The blast of a fleet counts over all of it."""
        parts = [shard(name, limit=1) for name in SITES]

        found = joined(*parts)

        assert [part.refused_whole for part in parts] == [False, False]
        assert found.refused_whole
        assert [refusal.measured for refusal in found.refusals] == ["2 installations"]


class TestTimes:
    def test_the_oldest_decides_how_long_it_may_be_used(self) -> None:
        """One of them saw the cloud then."""
        north, south = shard("north"), shard("south")
        old = replace(south, created_at=NOW.replace(year=2020), valid_until=NOW.replace(year=2021))

        found = joined(north, old)

        assert (found.created_at, found.valid_until) == (old.created_at, old.valid_until)

    def test_two_snapshots_are_as_old_as_the_older(self) -> None:
        """Each of its own account, so that together they leave nothing out."""
        plans = [
            replace(
                shard(name),
                snapshot=SnapshotReference(
                    taken_at=NOW.replace(year=year), digest=f"sha256:{year:064d}", selection=f"account {name}"
                ),
            )
            for name, year in (("north", 2021), ("south", 2020))
        ]

        found = joined(*plans).snapshot

        assert found is not None
        assert (found.taken_at.year, found.selection) == (2020, None)


class TestShards:
    def test_what_a_run_touched_of_a_shard_is_no_shard(self) -> None:
        """Reading it again costs what those sites cost, and says nothing about the rest of the account."""
        part = select(files(), selectors=(), exclude=(), accounts=("north",))

        found = touched(part, shard("north").changes)

        assert (part.has_whole_accounts, found.has_whole_accounts) == (True, False)
        assert [site.id for site in found.installations] == [SITES["north"]]

    def test_reading_time_is_told_from_files(self) -> None:
        """Two lists and a state for each charger; a snapshot reads circuits and permissions too."""
        first, second = reading_times(files())

        assert (first.account, first.plan_requests, first.snapshot_requests) == ("north", 3, 4)
        assert (second.account, second.plan_minutes) == ("south", 3 / 5 / 60)

    def test_the_longest_are_put_apart(self) -> None:
        """Whatever order they come in, and no runner is left without work."""
        times = [
            ReadingTime(account=name, installations=1, chargers=1, rate=1.0, plan_requests=size, snapshot_requests=size)
            for name, size in (("a", 10), ("b", 90), ("c", 50), ("d", 40))
        ]

        names = [[one.account for one in found.accounts] for found in packed(times, most=2)]

        assert names == [["a", "b"], ["c", "d"]]
        assert packed(times[::-1], most=2) == packed(times, most=2)
        assert [found.name for found in packed(times, most=9)] == ["a", "b", "c", "d"]
        assert [found.snapshot_minutes * 60 for found in packed(times, most=2)] == [90, 50]
        assert packed([], most=3) == ()
