"""Factoring out what new files share changes no value: it is the same fleet in fewer lines."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from hypothesis import event, given
from hypothesis import strategies as st

from reconciler.loading.beginning import without_installations
from reconciler.loading.drafts import FleetDrafts
from reconciler.loading.load import LoadedFleet, load_fleet
from reconciler.model.adoption import Adoption
from reconciler.model.desired import DesiredFleet
from reconciler.model.factoring import Layout
from reconciler.model.observed import ObservedFleet, ObservedInstallation
from reconciler.model.value import Observation, Reason, Unreadable
from reconciler.planning.make import make_plan
from reconciler.workflows.adopt import Takeover, adopt
from reconciler.workflows.factoring import adopt_shared
from tests.builders import NOW, FixedOrigins, charger, cloud, has_access, live, policy

HEAD = """\
version: 1
accounts:
  main: {cloud: sandbox, routes: {permissions: partner, chargerPermissions: partner}, agreement: ours}
allowedHosts: [a.example]
"""
DEFAULTS = (
    "",
    "defaults:\n  chargerDefaults: {standAlone: false}   # the cloud stays in charge\n",
    "defaults: {chargerDefaults: {maxCurrent: 16}}\n",
    "defaults: {authentication: {mode: ocppNative, ocppNative: {url: 'wss://a.example/default'}}}\n",
    "defaults: {permissions: {entries: [{userGroup: BSJG, roles: [owner]}]}}\n",
)
OLD = "version: 1\nid: 99999999-0000-4000-8000-000000000001\nname: Old\nprofiles: [adopted-home]\n"
OLD_PROFILE = "authentication: {mode: native, authorizationRequired: true}\n"
HOOKS = "authentication.webhooks."
AUTHENTICATION: tuple[Mapping[str, Observation], ...] = (
    {"authentication.mode": "native", "authentication.authorizationRequired": True},
    {"authentication.mode": "native", "authentication.authorizationRequired": False},
    {"authentication.mode": "ocppNative", "authentication.ocppNative.url": "wss://a.example/cp"},
    {"authentication.mode": "ocppNative", "authentication.ocppNative.url": "wss://forbidden.example/cp"},
    {
        "authentication.mode": "ocppCloud",
        "authentication.ocppCloud.url": "wss://a.example/{deviceId}",
        "authentication.ocppCloud.urlVersion": "ocpp16Compliant",
        "authentication.ocppCloud.initialPassword": "set",
    },
    {
        "authentication.mode": "webhooks",
        f"{HOOKS}authUrl": "https://a.example/" + "long" * 30,
        f"{HOOKS}sessionStartUrl": "https://a.example/start",
    },
    {"authentication.mode": Unreadable(reason=Reason.FORBIDDEN)},
)
PEOPLE = ("person:c-1", "person:c-2")
ROLES = (("owner",), ("user", "owner"))


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What installations of a world may have, and whether anybody can read who has access."""

    authentication: tuple[Mapping[str, Observation], ...]
    has_access: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """A fleet before anything is adopted, and what is live."""

    files: Mapping[str, str]
    observed: ObservedFleet


@st.composite
def sites(draw: st.DrawFn, number: int, world: World) -> ObservedInstallation:
    """Drawn from so few values that many installations have something in common."""
    groups = [has_access("userGroup:BSJG", *draw(st.sampled_from(ROLES)))] if draw(st.integers(0, 3)) else []
    people = [has_access(one, "user", "owner") for one in PEOPLE if draw(st.integers(0, 3)) == 0]
    is_readable = world.has_access and draw(st.integers(0, 4)) > 0
    currents = [draw(st.sampled_from((16.0, 32.0))) for _ in range(draw(st.integers(1, 2)))]
    return live(
        *(
            charger(f"ZPR{number:03d}{place:03d}", access=(), maxCurrent=current, standAlone=False)
            for place, current in enumerate(currents)
        ),
        settings=draw(st.sampled_from(world.authentication)),
        access=(*groups, *people) if is_readable else Unreadable(reason=Reason.NO_DOCUMENTED_CALL),
        site=f"{number:08x}-0000-4000-8000-000000000001",
        name=draw(st.sampled_from(("Storgata 1", "Størgata 1", "Storgata 2", "🏠"))),
        pro=draw(st.sampled_from((True, True, True, False, None))),
    )


@st.composite
def beginnings(draw: st.DrawFn) -> Beginning:
    """Mostly a fleet without any file; sometimes one with a file and a profile that has a name of ours."""
    files = {"fleet.yaml": HEAD + draw(st.sampled_from(DEFAULTS))}
    if draw(st.integers(0, 2)) == 0:
        files |= {"installations/old.yaml": OLD, "profiles/adopted-home.yaml": OLD_PROFILE}
    modes = draw(st.lists(st.sampled_from(AUTHENTICATION), min_size=1, max_size=4, unique_by=repr))
    world = World(authentication=tuple(modes), has_access=draw(st.booleans()))
    found = [draw(sites(number, world)) for number in range(draw(st.integers(1, 14)))]
    return Beginning(files=files, observed=cloud(*found))


def loaded(root: Path) -> LoadedFleet:
    """The fleet on disk."""
    return load_fleet(root, today=NOW.date())


def written(root: Path, start: Beginning, layout: Layout, observed: ObservedFleet | None = None) -> Adoption:
    """Adopt everything that has no file, and write all files down."""
    for name, text in start.files.items():
        put(root / name, text)
    found = loaded(root)
    desired = found.desired or without_installations(found, "fleet")
    assert desired is not None
    assert found.origins.fleet is not None
    seen = observed or start.observed
    takeover = Takeover(
        desired=replace(desired, installations=(), selection="adopt"),
        observed=seen,
        fresh=seen.installations,
        serials={},
        elsewhere={},
    )
    drafts = FleetDrafts(found.origins.fleet)
    made = (adopt_shared if layout is Layout.SHARED else adopt)(
        takeover, drafts, policy=policy(), origins=FixedOrigins()
    )
    for one in made.writes:
        put(root / one.path, one.after)
    return made


def put(path: Path, text: str) -> None:
    """Write one file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def wanted(root: Path) -> DesiredFleet:
    """What the files want now; they must be without any error."""
    found = loaded(root)
    assert found.desired is not None, [str(problem) for problem in found.problems]
    return found.desired


def lines(root: Path) -> int:
    """Of all files together."""
    return sum(path.read_text().count("\n") for path in root.rglob("*.yaml"))


@given(beginnings())
def test_effective_values_are_the_same_with_and_without(start: Beginning) -> None:
    """Installations want the same, the plan stays empty, and the lines saved are those that are told."""
    with tempfile.TemporaryDirectory() as folder:
        apart, together = Path(folder) / "apart" / "fleet", Path(folder) / "together" / "fleet"
        alone = written(apart, start, Layout.FILES)
        adoption = written(together, start, Layout.SHARED)
        without, with_layers = wanted(apart), wanted(together)
        saved = lines(apart) - lines(together)
    new = replace(with_layers, installations=tuple(one for one in with_layers.installations if one.name != "Old"))
    plan = make_plan(new, start.observed, policy(), FixedOrigins())

    event("default" if any(not one.profile for one in adoption.shared) else f"{len(adoption.shared)} profiles")
    assert with_layers.installations == without.installations
    assert saved == adoption.lines_saved
    assert (saved > 0) is bool(adoption.shared)
    assert [(one.draft.path, one.left) for one in adoption.files] == [(one.draft.path, one.left) for one in alone.files]
    told = {(item.target, item.setting) for item in adoption.left}
    assert [one for one in plan.changes if (one.target, one.setting) not in told] == []


@given(beginnings(), st.randoms(use_true_random=False))
def test_the_order_of_a_list_changes_no_byte(start: Beginning, dice: object) -> None:
    """Not a name, not a profile, not a line."""
    shuffled = [*start.observed.installations]
    dice.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis does not say what it hands over
    with tempfile.TemporaryDirectory() as folder:
        first = written(Path(folder) / "a" / "fleet", start, Layout.SHARED)
        second = written(
            Path(folder) / "b" / "fleet",
            start,
            Layout.SHARED,
            replace(start.observed, installations=tuple(shuffled)),
        )

    assert [(one.path, one.after) for one in first.writes] == [(one.path, one.after) for one in second.writes]


@given(beginnings())
def test_nothing_that_is_there_changes(start: Beginning) -> None:
    """Only a fleet without files gets a default, and no profile is ever rewritten."""
    with tempfile.TemporaryDirectory() as folder:
        adoption = written(Path(folder) / "fleet", start, Layout.SHARED)

    patched = [one.path for one in adoption.writes if one.before is not None]
    assert patched in ([], ["fleet.yaml"])
    assert not (patched and "installations/old.yaml" in start.files)
