"""Law 9: `adopt` lists what it may not declare; the rest plans to zero."""

import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from reconciler.loading.beginning import without_installations
from reconciler.loading.drafts import FleetDrafts
from reconciler.loading.load import LoadedFleet, load_fleet
from reconciler.model.adoption import Adoption
from reconciler.model.observed import ObservedFleet
from reconciler.model.plan import Plan
from reconciler.planning.make import Policy, make_plan
from reconciler.workflows.adopt import Takeover, adopt
from tests.builders import NOW, FixedOrigins
from tests.properties.strategies import Case, cases

FLEET = """\
version: 1
accounts:
  main: {cloud: sandbox, routes: {permissions: partner, chargerPermissions: partner}, agreement: ours}
allowedHosts: [%s]
defaults: {chargerDefaults: {%s}}
"""
HOSTS = st.sampled_from(["a.example, b.example", "a.example"])
DEFAULTS = st.sampled_from(["", "standAlone: false", "standAlone: true, maxCurrent: 16", "maxCurrent: 10"])


def loaded(root: Path) -> LoadedFleet:
    """The fleet on disk, which must have no error once it holds an installation."""
    return load_fleet(root, today=NOW.date())


def adopted(root: Path, observed: ObservedFleet, policy: Policy) -> Adoption:
    """Adopt everything that is live and write it down."""
    found = loaded(root)
    assert found.origins.fleet is not None
    base = found.desired or without_installations(found, "fleet")
    assert base is not None
    files = base.installations
    known = {site.id for site in files}
    takeover = Takeover(
        desired=replace(base, installations=files, selection="adopt"),
        observed=observed,
        fresh=tuple(site for site in observed.installations if site.id not in known),
        serials={},
        elsewhere={},
    )
    adoption = adopt(takeover, FleetDrafts(found.origins.fleet), policy=policy, origins=FixedOrigins())
    for one in adoption.to_write:
        path = root / one.draft.path
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(one.draft.after.encode())
    return adoption


def unexplained(plan: Plan, adoption: Adoption) -> list[object]:
    """Changes of a plan that the adoption did not list."""
    listed = {(item.target, item.setting) for item in adoption.left}
    return [change for change in plan.changes if (change.target, change.setting) not in listed]


def plan_of(root: Path, observed: ObservedFleet, policy: Policy) -> Plan:
    """The plan of what is on disk now."""
    found = loaded(root)
    assert found.desired is not None, [str(problem) for problem in found.problems]
    return make_plan(found.desired, observed, policy, FixedOrigins())


@given(cases(), HOSTS, DEFAULTS)
def test_new_files_plan_to_zero(case: Case, hosts: str, defaults: str) -> None:
    """Whatever is live: the files are valid, their plan is empty and complete, and what is missing is listed."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "fleet"
        root.mkdir()
        (root / "fleet.yaml").write_text(FLEET % (hosts, defaults))
        policy = replace(case.policy, queued=())

        adoption = adopted(root, case.world.observed, policy)
        plan = plan_of(root, case.world.observed, policy)

    assert plan.changes == ()
    assert plan.unreadable == ()
    for site in case.world.observed.installations:
        for charger in site.chargers:
            assert covers(adoption, site.id, charger.serial, dict(charger.values))


def covers(adoption: Adoption, installation_id: str, serial: str, values: dict[str, object]) -> bool:
    """Every setting of a charger is either in the file or listed as left out."""
    (one,) = [one for one in adoption.files if one.installation_id == installation_id]
    left = {item.setting for item in one.left if item.target.charger == serial}
    wanted = next((file for file in one.draft.desired.chargers if file.serial == serial), None)
    said = {name for name, _ in wanted.settings} if wanted else set()
    return all(name in left or name in said for name in values)


@given(cases(), cases(), HOSTS, DEFAULTS)
def test_patched_files_plan_to_zero(first: Case, then: Case, hosts: str, defaults: str) -> None:
    """Files of one day, adopted on another: what still differs is listed, everything else is in the files."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "fleet"
        root.mkdir()
        (root / "fleet.yaml").write_text(FLEET % (hosts, defaults))
        policy = replace(then.policy, queued=())
        adopted(root, first.world.observed, policy)

        adoption = adopted(root, then.world.observed, policy)
        plan = plan_of(root, then.world.observed, policy)
        again = adopted(root, then.world.observed, policy)

    assert unexplained(plan, adoption) == []
    assert not again.to_write


@given(cases(), cases())
def test_a_raised_limit_is_never_silent(first: Case, then: Case) -> None:
    """More amperes than the file allowed are marked as such."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "fleet"
        root.mkdir()
        (root / "fleet.yaml").write_text(FLEET % ("a.example, b.example", ""))
        policy = replace(then.policy, queued=())
        adopted(root, first.world.observed, policy)
        before = loaded(root)
        adoption = adopted(root, then.world.observed, policy)
        after = loaded(root)

    assert before.desired is not None
    assert after.desired is not None
    old = {charger.serial: charger for site in before.desired.installations for charger in site.chargers}
    marked = {item.target.charger for one in adoption.files for item in one.adopted if item.raises_limit}
    for site in after.desired.installations:
        for charger in site.chargers:
            was = old[charger.serial].get("maxCurrent") if charger.serial in old else None
            now = charger.get("maxCurrent")
            if isinstance(was, float) and isinstance(now, float) and now > was:
                assert charger.serial in marked
