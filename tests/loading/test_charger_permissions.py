"""Permissions on single chargers in a fleet file: the shape of the installation's, with two roles and no gate."""

from pathlib import Path

import pytest

from reconciler.loading.fingerprint import desired_digest
from reconciler.loading.people import unknown_people
from reconciler.model.desired import DesiredPermission, DesiredPermissions, DesiredRemoval, PermissionMode
from reconciler.model.people import People
from tests.loading.fleets import FLEET, HEAD, HERE, OTHER, load, site_of, told

SERIAL = "ZPR081101"
BOTH = """\
chargers:
  ZPR081101:
    permissions:
      mode: exclusive
      entries:
        - {user: "person:c-2", roles: [owner, user]}
        - {user: "person:c-1", roles: [user]}
      absent:
        - {userGroup: HANS}
"""
FROM_PROFILE = (
    'chargers: {ZPR081101: {standAlone: false, permissions: {entries: [{user: "person:c-1", roles: [user]}]}}}\n'
)
PROFILE = "profiles/residents.yaml"
LISTED = "profiles: [residents]\n"


def loaded_permissions(root: Path, files: dict[str, str]) -> DesiredPermissions | None:
    """What the merged file wants on the one charger."""
    return site_of(load(root, files)).chargers[0].permissions


class TestShape:
    def test_mode_entries_and_removals(self, tmp_path: Path) -> None:
        """As on the installation: sorted by principal, roles in one order."""
        assert loaded_permissions(tmp_path, {HERE: HEAD + BOTH}) == DesiredPermissions(
            mode=PermissionMode.EXCLUSIVE,
            entries=(
                DesiredPermission(principal="person:c-1", roles=("user",)),
                DesiredPermission(principal="person:c-2", roles=("user", "owner")),
            ),
            absent=(DesiredRemoval(principal="userGroup:HANS"),),
        )

    def test_left_out_is_unmanaged(self, tmp_path: Path) -> None:
        """And an empty list is not: it asks for nobody."""
        bare = loaded_permissions(tmp_path / "a", {HERE: HEAD + f"chargers: {{{SERIAL}: {{}}}}\n"})
        empty = loaded_permissions(
            tmp_path / "b", {HERE: HEAD + f"chargers: {{{SERIAL}: {{permissions: {{entries: []}}}}}}\n"}
        )

        assert (bare, empty) == (None, DesiredPermissions())

    def test_a_profile_and_the_file_merge_by_person(self, tmp_path: Path) -> None:
        """The later layer adds to the list and wins for the same person."""
        more = (
            f'chargers: {{{SERIAL}: {{permissions: {{entries: [{{user: "person:c-2", roles: [user]}}], '
            'absent: [{user: "person:c-1"}]}}}\n'
        )
        files = {PROFILE: FROM_PROFILE, HERE: HEAD + LISTED + more}

        found = loaded_permissions(tmp_path, files)

        assert found is not None
        assert [one.principal for one in found.entries] == ["person:c-2"]
        assert [one.principal for one in found.absent] == ["person:c-1"]

    @pytest.mark.parametrize("name", ["chargers.permissions", "chargers.permissions.entries"])
    def test_unmanaged_takes_those_of_a_profile_back(self, tmp_path: Path, name: str) -> None:
        """By the name that settings of chargers have."""
        files = {PROFILE: FROM_PROFILE, HERE: HEAD + LISTED + f"unmanaged: [{name}]\n"}

        assert loaded_permissions(tmp_path, files) is None

    def test_they_count_for_the_digest_of_the_files(self, tmp_path: Path) -> None:
        """Another role on a charger is another wish."""
        digests = set()
        for number, text in enumerate(
            [BOTH, BOTH.replace("[user]", "[owner]"), BOTH.replace("      mode: exclusive\n", "")]
        ):
            desired = load(tmp_path / str(number), {HERE: HEAD + text}).desired
            assert desired is not None
            digests.add(desired_digest(desired))

        assert len(digests) == 3

    def test_a_value_tells_its_line(self, tmp_path: Path) -> None:
        """A plan names the line of the one entry."""
        loaded = load(tmp_path, {HERE: HEAD + BOTH})
        identity = site_of(loaded).id

        lines = [
            loaded.origins.find(identity, ("chargers", SERIAL, "permissions", key, who)).line
            for key, who in (("entries", "person:c-1"), ("absent", "userGroup:HANS"))
        ]

        assert lines == [10, 12]

    def test_explain_shows_one_line_for_each_person(self, tmp_path: Path) -> None:
        """Path, roles and place."""
        fleet = load(tmp_path, {HERE: HEAD + BOTH})

        values = fleet.effective(tmp_path / "fleet" / HERE, f"chargers.{SERIAL}.permissions")

        assert [(one.path.removeprefix(f"chargers.{SERIAL}.permissions."), one.value) for one in values] == [
            ("absent.userGroup:HANS", "nothing"),
            ("entries.person:c-1", ("user",)),
            ("entries.person:c-2", ("user", "owner")),
            ("mode", "exclusive"),
        ]


def below(text: str) -> str:
    """A file with this under the permissions of its one charger; the first line of it is line 7."""
    return (
        HEAD + f"chargers:\n  {SERIAL}:\n    permissions:\n" + "".join(f"      {line}\n" for line in text.split("\n"))
    )


class TestProblems:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("entries: [{userGroup: HANS, roles: [service]}]", "7:43 E235"),
            ("entries: [{userGroup: HANS, roles: []}]", "7:42 E235"),
            ('absent: [{user: "person:c-1", after: ownerAccepted}]', "7:37 E003"),
            ("entries: [{roles: [user]}]", "7:17 E017"),
            ("entries: [{userGroup: A, roles: [user]}, {userGroup: A, roles: [owner]}]", "7:48 E237"),
            ("entries: [{userGroup: A, roles: [user]}]\nabsent: [{userGroup: A}]", "8:16 E238"),
            ("entries: [{user: ola@people.example, roles: [user]}]", "7:24 E230"),
            ("people: []", "7:7 E003"),
            ("mode: only", "7:13 E016"),
        ],
    )
    def test_what_does_not_fit_has_its_place_and_code(self, tmp_path: Path, text: str, expected: str) -> None:
        """The same codes as on the installation; Service and the gate do not exist on a charger."""
        assert told(load(tmp_path, {HERE: below(text)})) == [f"{HERE}:{expected}"]

    def test_the_file_alone_is_asked_who_is_meant(self, tmp_path: Path) -> None:
        """Exclusive without an owner locks nobody out of a charger: who owns the installation manages it."""
        assert told(load(tmp_path, {HERE: below("mode: exclusive\nentries: []")})) == []

    @pytest.mark.parametrize(
        ("file", "text", "expected"),
        [
            (HERE, HEAD + "chargerDefaults: {permissions: {entries: []}}\n", f"{HERE}:4:32 E239"),
            (PROFILE, "chargerDefaults: {permissions: {}}\n", f"{PROFILE}:1:32 E239"),
            ("fleet.yaml", FLEET + "defaults: {chargerDefaults: {permissions: {}}}\n", "fleet.yaml:5:43 E239"),
        ],
    )
    def test_nobody_gets_rights_on_every_charger_by_default(
        self, tmp_path: Path, file: str, text: str, expected: str
    ) -> None:
        """In no layer; the message says where they belong."""
        loaded = load(tmp_path, {HERE: HEAD, file: text})

        assert told(loaded) == [expected]
        assert "charger by charger" in str(loaded.problems[0])

    def test_the_words_known_under_defaults_do_not_offer_them(self, tmp_path: Path) -> None:
        """A list of what may stand there names what may."""
        loaded = load(tmp_path, {HERE: HEAD + "chargerDefaults: {xyz: 1}\n"})

        assert "permissions" not in str(loaded.problems[0])

    def test_somebody_who_is_not_in_the_directory(self, tmp_path: Path) -> None:
        """With the line of the entry."""
        loaded = load(tmp_path, {HERE: HEAD + BOTH})
        assert loaded.desired is not None

        problems = unknown_people(loaded.desired, People(entries=()), loaded.origins)

        assert [(problem.code, problem.line) for problem in problems] == [("E231", 9), ("E231", 10)]


class TestExceptions:
    def test_an_exception_may_tolerate_them(self, tmp_path: Path) -> None:
        """Named by the charger."""
        text = (
            f"version: 1\nexceptions:\n  - {{installation: {site_id()}, charger: {SERIAL}, setting: permissions, "
            "ignore: true, until: 2026-12-31, owner: KL, reason: moving}\n"
        )

        assert told(load(tmp_path, {HERE: HEAD + BOTH, "exceptions.yaml": text, "installations/o.yaml": OTHER})) == []


def site_id() -> str:
    return HEAD.split("id: ")[1].split("\n")[0]
