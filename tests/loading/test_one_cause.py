"""One mistake in a shared file is told there, and is no mistake of the files that depend on it."""

from pathlib import Path

import pytest

from reconciler.loading.load import load_fleet
from tests.loading.fleets import FLEET, HEAD, HERE, ID, OTHER, TODAY, load, told, write

NATIVE = "authentication: {mode: ocppNative, ocppNative: {url: wss://ocpp.backend-b.example/cp}}\n"
ACCOUNTS = "version: 1\naccounts:\n  main: {cloud: sandbox}\n"
HOSTS = "allowedHosts: [ocpp.backend-b.example]\n"


class TestFleetYaml:
    @pytest.mark.parametrize(
        ("text", "cause"),
        [
            (ACCOUNTS + "allowedHost: [ocpp.backend-b.example]\n", "4:1 E003"),
            (ACCOUNTS + "hosts: [ocpp.backend-b.example]\n", "4:1 E003"),
            (ACCOUNTS + "allowedHosts: [OCPP.backend-b.example]\n", "4:16 E017"),
            (ACCOUNTS + "allowedHosts: ocpp.backend-b.example\n", "4:15 E014"),
            (ACCOUNTS + "allowedHosts: null\n", "4:15 E013"),
            (ACCOUNTS + HOSTS + "allowedHosts: [other.example]\n", "5:1 E001"),
            (ACCOUNTS + HOSTS + "final: {\n", "6:1 E008"),
            ("version: 1\nacounts:\n  main: {cloud: sandbox}\n" + HOSTS, "1:1 E015,2:1 E003"),
            ("version: 1\naccounts:\n  Main: {cloud: sandbox}\n  other: {cloud: sandbox}\n" + HOSTS, "3:3 E017"),
        ],
    )
    def test_a_mistake_there_is_the_only_one_told(self, tmp_path: Path, text: str, cause: str) -> None:
        """Hosts and accounts that could not be read make no host and no account wrong."""
        files = {"fleet.yaml": text, HERE: HEAD + "account: main\n" + NATIVE, "profiles/p.yaml": NATIVE}

        assert told(load(tmp_path, files)) == [f"fleet.yaml:{place}" for place in cause.split(",")]

    def test_a_missing_one_is_the_only_thing_told(self, tmp_path: Path) -> None:
        """Without it nobody knows which hosts are allowed."""
        fleet = write(tmp_path, {HERE: HEAD + NATIVE})
        (fleet / "fleet.yaml").unlink()

        assert told(load_fleet(fleet, today=TODAY)) == ["fleet.yaml:0:0 E019"]

    def test_another_mistake_there_hides_nothing(self, tmp_path: Path) -> None:
        """A host that is not in a list that could be read is still wrong."""
        fleet = ACCOUNTS + "allowedHosts: [hooks.paycharge.example]\ngards: {}\n"

        loaded = load(tmp_path, {"fleet.yaml": fleet, HERE: HEAD + NATIVE})

        assert told(loaded) == ["fleet.yaml:5:1 E003", f"{HERE}:4:54 E216"]

    def test_a_misspelt_word_that_is_near_another_hides_nothing(self, tmp_path: Path) -> None:
        """`acounts` cannot have been meant as the list of hosts."""
        fleet = ACCOUNTS + "acounts: {}\n"

        loaded = load(tmp_path, {"fleet.yaml": fleet, HERE: HEAD + NATIVE})

        assert told(loaded) == ["fleet.yaml:4:1 E003", f"{HERE}:4:54 E216"]


class TestLayers:
    ZERO = "chargers: {ZAP012345: {maxCurrent: 0}}\n"

    @pytest.mark.parametrize(
        ("defaults", "cause"),
        [
            ("default: {chargerDefaults: {}}\n", "5:1 E003"),
            ("defaults:\n  chargerDefaults:\n    disable: {}\n", "7:5 E003"),
        ],
    )
    def test_what_the_defaults_may_say_is_not_missing(self, tmp_path: Path, defaults: str, cause: str) -> None:
        """The reason for 0 A may stand where the mistake is."""
        loaded = load(tmp_path, {"fleet.yaml": FLEET + defaults, HERE: HEAD + self.ZERO})

        assert told(loaded) == [f"fleet.yaml:{cause}"]

    @pytest.mark.parametrize("profile", ["labels: {\n", "chargerDefaults: {disable: {}}\n"])
    def test_nor_what_a_profile_may_say(self, tmp_path: Path, profile: str) -> None:
        """And no other file that uses the profile is wrong either."""
        text = "profiles: [p]\nunmanaged: [authentication]\n" + self.ZERO

        loaded = load(tmp_path, {"profiles/p.yaml": profile, HERE: HEAD + text})

        assert [line.partition(":")[0] for line in told(loaded)] == ["profiles/p.yaml"]

    def test_a_file_without_that_profile_is_still_judged(self, tmp_path: Path) -> None:
        """The mistake of one profile says nothing about others."""
        files = {"profiles/p.yaml": "labels: {\n", HERE: HEAD + self.ZERO}

        assert f"{HERE}:4:36 E103" in told(load(tmp_path, files))

    def test_a_wrong_value_is_still_told(self, tmp_path: Path) -> None:
        """What is wrong by itself does not wait for the profile."""
        text = "profiles: [p]\n" + NATIVE.replace("wss", "ws")

        loaded = load(tmp_path, {"profiles/p.yaml": "labels: {\n", HERE: HEAD + text})

        assert told(loaded) == [f"{HERE}:5:54 E215", "profiles/p.yaml:2:1 E008"]

    def test_a_profile_that_cannot_be_read_is_not_missing(self, tmp_path: Path) -> None:
        """It is there, it is only not a file."""
        (tmp_path / "fleet/profiles").mkdir(parents=True)
        (tmp_path / "fleet/profiles/p.yaml").symlink_to("nowhere.yaml")

        loaded = load(tmp_path, {HERE: HEAD + "profiles: [p]\n"})

        assert told(loaded) == ["profiles/p.yaml:0:0 E012"]


class TestInstallations:
    def test_an_exception_of_an_unreadable_file_is_not_wrong(self, tmp_path: Path) -> None:
        """The installation may be the one of that file."""
        exceptions = (
            f"version: 1\nexceptions:\n  - {{installation: {ID}, setting: maxCurrent, ignore: true, "
            "until: 2030-01-01, owner: KL, reason: x}\n"
        )

        loaded = load(
            tmp_path, {HERE: HEAD + "labels: {\n", "installations/b.yaml": OTHER, "exceptions.yaml": exceptions}
        )

        assert told(loaded) == [f"{HERE}:5:1 E008"]
