"""The files of a hand-over: new ones, patches that keep what people wrote, and the record in released/."""

from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.loading.handover_drafts import HandoverDrafts
from reconciler.loading.handover_files import begun, released_files
from reconciler.loading.handover_release import Releases
from reconciler.loading.origins import ReadFleet
from reconciler.model.desired import DesiredInstallation, RemovalGate
from reconciler.model.handover import FileDraft, Wanted
from reconciler.model.observed import ObservedInstallation
from tests.builders import charger, live
from tests.loading.fleets import HEAD, HERE, ID, OTHER, OTHER_ID, load, site_of, write

FLEET = """\
version: 1
accounts:
  main: {cloud: sandbox, group: BSJG}
allowedHosts: [ocpp.backend-b.example]
"""
PROFILE = """\
authentication: {mode: native, authorizationRequired: false}
chargerDefaults: {standAlone: false, maxCurrent: 16}
permissions:
  absent:
    - {userGroup: BSJG, after: ownerAccepted}
"""
OURS = "userGroup:BSJG"
OWNER = "person:c-1"
SERIAL = "ZAP000001"
WANTED = Wanted(
    serial=SERIAL, serials=(SERIAL,), current_a=16.0, owner=OWNER, group=OURS, wave=None, waits_for_idle=False
)
THERE = "installations/there.yaml"


def fleet_of(root: Path, *, here: str = HEAD, profile: str | None = PROFILE, **files: str) -> ReadFleet:
    """A fleet of two installations, read."""
    texts = {"fleet.yaml": FLEET, HERE: here, THERE: OTHER, **files}
    if profile is not None:
        texts["profiles/handover.yaml"] = profile
    fleet = load(root, texts).origins.fleet
    assert fleet is not None
    return fleet


def patched(root: Path, here: str, wanted: Wanted = WANTED) -> FileDraft:
    """The draft of a file that is there."""
    draft = HandoverDrafts(fleet_of(root, here=here), [OURS]).patch(ID, wanted)
    assert isinstance(draft, FileDraft), draft
    return draft


def meaning(root: Path, draft: FileDraft, *more: FileDraft) -> DesiredInstallation:
    """What the fleet wants there once the drafts are written."""
    fleet = root / "fleet"
    for one in (draft, *more):
        path = fleet / one.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(one.after)
    return site_of(load(root, {"fleet.yaml": FLEET}), ID)


def is_handed_over(site: DesiredInstallation) -> bool:
    """Whether it wants all that a hand-over wants."""
    box = next(one for one in site.chargers if one.serial == SERIAL)
    permissions = site.permissions
    assert permissions is not None
    gates = {one.principal: one.gate for one in permissions.absent}
    roles = {one.principal: one.roles for one in permissions.entries}
    return (
        site.get("authentication.mode") == "native"
        and site.get("authentication.authorizationRequired") is False
        and box.get("standAlone") is False
        and box.get("maxCurrent") == 16.0
        and gates.get(OURS) is RemovalGate.OWNER_ACCEPTED
        and roles.get(OWNER) == ("user", "owner")
        and OURS not in roles
    )


BEFORE = {
    "nothing": HEAD,
    "another mode": HEAD
    + "authentication:\n  mode: ocppCloud   # ours\n  ocppCloud: {url: 'wss://ocpp.backend-b.example/cp/{deviceId}'}\n",
    "the charger at 0 A": HEAD
    + f"chargers:\n  {SERIAL}: {{maxCurrent: 0, disabled: {{reason: unpaid, until: 2030-01-01}}}}\n",
    "stand-alone on": HEAD + f"chargers:\n  {SERIAL}:\n    standAlone: true\n    maxCurrent: 10\n",
    "we stay": HEAD + "permissions:\n  entries:\n    - {userGroup: BSJG, roles: [owner, service]}\n",
    "we leave at once": HEAD + "permissions:\n  absent:\n    - {userGroup: BSJG}\n",
    "unmanaged": HEAD + "profiles: [handover]\nunmanaged: [permissions, authentication]\n",
    "another profile": HEAD + "profiles: [handover]   # begun by hand\n",
}


class TestPatches:
    @pytest.mark.parametrize("before", sorted(BEFORE))
    def test_whatever_stood_there_the_file_hands_over(self, tmp_path: Path, before: str) -> None:
        """The profile alone is not enough where the file says otherwise."""
        assert is_handed_over(meaning(tmp_path, patched(tmp_path, BEFORE[before])))

    @pytest.mark.parametrize("before", sorted(BEFORE))
    def test_a_second_start_changes_nothing(self, tmp_path: Path, before: str) -> None:
        """Byte for byte."""
        first = patched(tmp_path, BEFORE[before])

        again = patched(tmp_path, first.after)

        assert again.before == again.after == first.after

    def test_comments_stay(self, tmp_path: Path) -> None:
        """Somebody wrote them for a reason."""
        text = "# the fuse is behind the door\n" + HEAD + f"chargers:\n  # left one\n  {SERIAL}: {{maxCurrent: 6}}\n"

        after = patched(tmp_path, text).after

        assert "# the fuse is behind the door\n" in after
        assert "# left one\n" in after

    def test_a_profile_that_wants_something_else_is_overruled(self, tmp_path: Path) -> None:
        """The file says itself what the profile does not."""
        fleet = fleet_of(tmp_path, profile="authentication: {mode: native, authorizationRequired: true}\n")
        draft = HandoverDrafts(fleet, [OURS]).patch(ID, WANTED)

        assert isinstance(draft, FileDraft)
        assert is_handed_over(meaning(tmp_path, draft))

    def test_the_other_charger_of_the_customer_works_as_well(self, tmp_path: Path) -> None:
        """Stand-alone off; its own limit stays."""
        other = "ZAP000002"
        text = HEAD + f"chargers:\n  {SERIAL}: {{}}\n  {other}: {{maxCurrent: 10, standAlone: true}}\n"

        site = meaning(tmp_path, patched(tmp_path, text, replace(WANTED, serials=(SERIAL, other))))

        found = next(one for one in site.chargers if one.serial == other)
        assert (found.get("standAlone"), found.get("maxCurrent")) == (False, 10.0)

    def test_other_people_stay(self, tmp_path: Path) -> None:
        """Whoever must go is said by a person."""
        text = HEAD + "permissions:\n  entries:\n    - {user: 'person:c-9', roles: [user]}\n"

        permissions = meaning(tmp_path, patched(tmp_path, text)).permissions

        assert permissions is not None
        assert {one.principal for one in permissions.entries} == {OWNER, "person:c-9"}

    def test_what_a_rule_forbids_is_told_and_not_written(self, tmp_path: Path) -> None:
        """A bound of fleet.yaml lies below the wish."""
        bound = FLEET + "final: {chargers.maxCurrent: {max: 10}}\n"

        draft = HandoverDrafts(fleet_of(tmp_path, **{"fleet.yaml": bound}), [OURS]).patch(ID, WANTED)

        assert isinstance(draft, str)
        assert draft

    def test_a_mode_that_has_to_change_waits_unless_the_file_says_how_long(self, tmp_path: Path) -> None:
        """What a person wrote of it stays."""
        waits = replace(WANTED, waits_for_idle=True)
        own = HEAD + "switch: {when: idle, giveUpAfterHours: 8}\n"

        assert "giveUpAfterHours: 72" in patched(tmp_path, HEAD, waits).after
        assert "72" not in patched(tmp_path, own, waits).after

    def test_the_wave_becomes_a_label(self, tmp_path: Path) -> None:
        """So that a wave can be planned and applied alone."""
        site = meaning(tmp_path, patched(tmp_path, HEAD, replace(WANTED, wave="w-1")))

        assert dict(site.labels) == {"wave": "w-1"}


class TestTheOrderOfTheGuide:
    def test_at_first_nobody_is_invited_and_nobody_leaves(self, tmp_path: Path) -> None:
        """The file says nothing about permissions."""
        site = meaning(tmp_path, patched(tmp_path, HEAD, replace(WANTED, owner=None)))

        assert site.permissions is None
        assert site.get("authentication.mode") == "native"

    def test_the_second_start_invites(self, tmp_path: Path) -> None:
        """And then it is the same as any other hand-over."""
        first = patched(tmp_path, HEAD, replace(WANTED, owner=None))

        assert is_handed_over(meaning(tmp_path, patched(tmp_path, first.after)))

    def test_the_files_tell_that_it_has_begun(self, tmp_path: Path) -> None:
        """Status shows it before anybody is invited."""
        draft = patched(tmp_path, HEAD, replace(WANTED, owner=None))
        meaning(tmp_path, draft)
        loaded = load(tmp_path, {"fleet.yaml": FLEET})

        assert loaded.desired is not None
        assert loaded.origins.fleet is not None
        assert {one: under.uninvited for one, under in begun(loaded.desired, loaded.origins.fleet).items()} == {
            ID: True
        }


def home(name: str = "Storgata 1", identity: str = ID) -> ObservedInstallation:
    """A live home without a file."""
    return live(charger(SERIAL, maxCurrent=0.0), site=identity, name=name)


class TestNewFiles:
    def test_a_new_file_and_the_profile_it_needs(self, tmp_path: Path) -> None:
        """The fleet had neither."""
        fleet = load(tmp_path, {"fleet.yaml": FLEET, THERE: OTHER}).origins.fleet
        assert fleet is not None
        drafts = HandoverDrafts(fleet, [OURS])

        draft = drafts.new(home(), WANTED)

        assert isinstance(draft, FileDraft)
        assert drafts.profile is not None
        assert (draft.path, drafts.profile.path) == ("installations/storgata-1.yaml", "profiles/handover.yaml")
        assert is_handed_over(meaning(tmp_path, draft, drafts.profile))

    def test_with_two_groups_the_profile_names_none(self, tmp_path: Path) -> None:
        """Each file names its own."""
        fleet = load(tmp_path, {"fleet.yaml": FLEET, THERE: OTHER}).origins.fleet
        assert fleet is not None
        drafts = HandoverDrafts(fleet, [OURS, "userGroup:HANS"])
        draft = drafts.new(home(), WANTED)

        assert drafts.profile is not None
        assert "userGroup" not in drafts.profile.after
        assert isinstance(draft, FileDraft)
        assert is_handed_over(meaning(tmp_path, draft, drafts.profile))

    @pytest.mark.parametrize("name", ["../../etc/cron.d/x", "CON", "\x1b[2J", "kari@house.example", "", "x" * 10_000])
    def test_a_name_that_somebody_chose_to_do_harm_is_only_a_name(self, tmp_path: Path, name: str) -> None:
        """The file lies in installations/, whatever it is called."""
        draft = HandoverDrafts(fleet_of(tmp_path), [OURS]).new(home(name, OTHER_ID[:-1] + "9"), WANTED)

        assert isinstance(draft, FileDraft)
        assert draft.path.startswith("installations/")
        assert ".." not in draft.path
        assert "\x1b" not in draft.after
        assert "kari" not in draft.after + draft.path

    def test_a_name_that_is_taken_gets_the_id(self, tmp_path: Path) -> None:
        """Two streets may have the same name."""
        draft = HandoverDrafts(fleet_of(tmp_path), [OURS]).new(home("Here", OTHER_ID[:-1] + "9"), WANTED)

        assert isinstance(draft, FileDraft)
        assert draft.path == f"installations/here-{OTHER_ID[:8]}.yaml"


class TestReleased:
    def test_the_record_is_the_file_with_the_way_to_its_schema(self, tmp_path: Path) -> None:
        """Editors find the schema from the new place."""
        head = "# yaml-language-server: $schema=../../../schemas/installation.schema.json\n"
        text = head + "# kept\n" + HEAD
        fleet = load(tmp_path, {"fleet.yaml": FLEET, "installations/homes/here.yaml": text}).origins.fleet
        loaded = load(tmp_path, {"fleet.yaml": FLEET})
        assert fleet is not None
        assert loaded.desired is not None

        draft = Releases(fleet, loaded.desired).released(ID)

        assert isinstance(draft, FileDraft)
        assert draft.path == "released/here.yaml"
        assert draft.after == text.replace("../../../", "../../")
        assert draft.instead_of == ("installations/homes/here.yaml", text)

    def test_an_exception_about_it_must_go_first(self, tmp_path: Path) -> None:
        """Otherwise the next validate would fail."""
        exception = (
            f"version: 1\nexceptions:\n  - {{installation: {ID}, setting: maxCurrent, ignore: true, "
            "until: 2026-06-01, owner: AB, reason: works}\n"
        )
        loaded = load(tmp_path, {"fleet.yaml": FLEET, HERE: HEAD, THERE: OTHER, "exceptions.yaml": exception})
        assert loaded.desired is not None, loaded.problems
        assert loaded.origins.fleet is not None

        draft = Releases(loaded.origins.fleet, loaded.desired).released(ID)

        assert isinstance(draft, str)
        assert "exceptions.yaml" in draft

    def test_another_file_of_that_name_is_kept(self, tmp_path: Path) -> None:
        """A record is never overwritten."""
        write(tmp_path, {"fleet.yaml": FLEET, "released/here.yaml": OTHER})
        loaded = load(tmp_path, {"fleet.yaml": FLEET, HERE: HEAD})
        assert loaded.desired is not None
        assert loaded.origins.fleet is not None

        draft = Releases(loaded.origins.fleet, loaded.desired).released(ID)

        assert isinstance(draft, FileDraft)
        assert draft.path == f"released/here-{ID[:8]}.yaml"

    def test_what_was_handed_over_is_known_by_serial_and_owner(self, tmp_path: Path) -> None:
        """So that a list can be run again."""
        entries = f"permissions:\n  entries:\n    - {{user: '{OWNER}', roles: [user, owner]}}\n"
        text = f"{HEAD}chargers:\n  {SERIAL}: {{}}\n{entries}"
        write(tmp_path, {"fleet.yaml": FLEET, "released/here.yaml": text, "released/broken.yaml": "a: [\n"})
        fleet = load(tmp_path, {"fleet.yaml": FLEET, THERE: OTHER}).origins.fleet
        assert fleet is not None

        (found,) = released_files(fleet.folder)

        assert (found.serials, found.owners, found.installation_id) == (frozenset({SERIAL}), frozenset({OWNER}), ID)
