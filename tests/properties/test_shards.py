"""Shards of a fleet, planned one by one and joined, say what the whole fleet says in one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from reconciler.errors import InvalidDocumentError
from reconciler.loading.select import select
from reconciler.model.desired import DesiredFleet, GuardLimits
from reconciler.model.finding import DriftReport
from reconciler.model.observed import AccountReads, ObservedFleet, ObservedInstallation
from reconciler.model.plan import Plan
from reconciler.planning.joined_drift import joined_drift
from reconciler.planning.joined_plans import joined_plan
from reconciler.planning.make import Policy, make_plan
from reconciler.report.json_document import plan_document, to_text
from reconciler.report.json_drift import drift_document
from reconciler.workflows.drift import DriftRun, drift_of
from tests.builders import FixedOrigins, account
from tests.properties.strategies import PURE, cases

NAMES = ("east", "main", "west")


@dataclass(frozen=True, kw_only=True)
class Split:
    """A fleet over several accounts, what these show, and how they are put into shards."""

    desired: DesiredFleet
    observed: ObservedFleet
    policy: Policy
    shards: tuple[tuple[str, ...], ...]

    def of(self, names: Iterable[str]) -> tuple[DesiredFleet, ObservedFleet, Policy]:
        """What one shard has: its files, what its accounts show, and what its runner remembers."""
        mine = {*names}
        part = select(self.desired, selectors=(), exclude=(), accounts=tuple(mine))
        observed = replace(
            self.observed,
            installations=tuple(site for site in self.observed.installations if site.account in mine),
            reads=tuple(one for one in self.observed.reads if one.account in mine),
        )
        queued = tuple(one for one in self.policy.queued if one.account in mine)
        return part, observed, replace(self.policy, queued=queued)


@st.composite
def splits(draw: st.DrawFn) -> Split:
    """Sites with an account each; some are shown by another one, some have no file, some chargers have moved."""
    case = draw(cases(sites=4).filter(lambda one: len(one.desired.installations) > 1))
    turn = draw(st.permutations(NAMES))
    owner = {site.id: turn[place % len(turn)] for place, site in enumerate(case.desired.installations)}
    files = [replace(site, account=owner[site.id]) for site in case.desired.installations]
    used = sorted({file.account for file in files})
    shown: list[ObservedInstallation] = []
    for site in draw(_with_moved_chargers(case.world.observed.installations)):
        others = [name for name in used if name != owner[site.id]]
        by = draw(st.sampled_from([[owner[site.id]], [owner[site.id]], [owner[site.id], *others], others]))
        shown += [replace(site, account=name) for name in sorted(by)]
    if len(files) > 2 and draw(st.integers(0, 2)) == 0:
        files = files[1:]
        used = sorted({file.account for file in files})
        shown = [site for site in shown if site.account in used]
    accounts = [account(name=name) for name in NAMES]
    return Split(
        desired=replace(
            case.desired,
            accounts=tuple(accounts),
            installations=tuple(files),
            limits=draw(_limits()),
            fleet_size=(3, 9),
        ),
        observed=replace(case.world.observed, installations=tuple(shown), reads=_reads(shown, used)),
        policy=replace(
            case.policy,
            queued=tuple(replace(one, account=owner[one.installation_id]) for one in case.policy.queued),
            accepted=draw(st.sampled_from([frozenset[str](), frozenset({"changed-installations:fleet"})])),
        ),
        shards=draw(_groups(used)),
    )


@st.composite
def _with_moved_chargers(draw: st.DrawFn, sites: Sequence[ObservedInstallation]) -> list[ObservedInstallation]:
    found = list(sites)
    if len(found) > 1 and found[0].chargers and draw(st.integers(0, 2)) == 0:
        moved, *left = found[0].chargers
        found[0] = replace(found[0], chargers=tuple(left))
        found[1] = replace(found[1], chargers=(*found[1].chargers, moved))
    return found


def _limits() -> st.SearchStrategy[GuardLimits]:
    return st.builds(
        GuardLimits,
        max_changed_installations=st.integers(0, 3),
        max_chargers_to_zero=st.integers(0, 2),
        max_raised_a=st.sampled_from((0.0, 10.0, 800.0)),
        max_access_removed=st.integers(0, 2),
    )


def _reads(shown: Sequence[ObservedInstallation], used: Sequence[str]) -> tuple[AccountReads, ...]:
    return tuple(
        AccountReads(
            account=name,
            visible_installations=sum(site.account == name for site in shown),
            visible_chargers=sum(len(site.chargers) for site in shown if site.account == name),
            requests=2 + number,
        )
        for number, name in enumerate(used)
    )


@st.composite
def _groups(draw: st.DrawFn, used: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Every account in one shard; in any order."""
    ordered = draw(st.permutations(used))
    groups = [tuple(sorted(ordered[:-1])), tuple(ordered[-1:])] if draw(st.booleans()) else [(one,) for one in ordered]
    return tuple(group for group in groups if group)


def plan_of(desired: DesiredFleet, observed: ObservedFleet, policy: Policy) -> Plan:
    """The plan of the core."""
    return make_plan(desired, observed, policy, FixedOrigins())


def report_of(desired: DesiredFleet, observed: ObservedFleet, policy: Policy) -> DriftReport:
    """The drift report of the core, without a ledger."""
    plan = plan_of(desired, observed, policy)
    run = DriftRun(desired=desired, observed=observed, seen=observed, plan=plan, policy=policy, origins=FixedOrigins())
    return drift_of(run, None).report


@PURE
@given(splits())
def test_joined_plans_are_the_plan_of_the_whole_fleet(split: Split) -> None:
    """To the byte: order, coverage, refusals of the whole fleet, digest."""
    event(f"{len(split.shards)} shards")
    whole = plan_of(split.desired, split.observed, split.policy)
    event(f"refused as a whole: {whole.refused_whole}")

    joined = joined_plan([(f"{place}.json", plan_of(*split.of(names))) for place, names in enumerate(split.shards)])

    assert to_text(plan_document(joined)) == to_text(plan_document(whole))


@PURE
@given(splits())
def test_joined_drift_reports_are_the_report_of_the_whole_fleet(split: Split) -> None:
    """Also of what one account shows and another one's file names."""
    whole = report_of(split.desired, split.observed, split.policy)

    joined = joined_drift([(f"{place}.json", report_of(*split.of(names))) for place, names in enumerate(split.shards)])

    assert to_text(drift_document(joined)) == to_text(drift_document(whole))


@PURE
@given(splits())
def test_a_missing_shard_is_never_overlooked(split: Split) -> None:
    """Not even when nothing differs there."""
    plans = [("a.json", plan_of(*split.of(names))) for names in split.shards[1:]]

    with pytest.raises(InvalidDocumentError, match="nothing is here of account"):
        joined_plan(plans)
