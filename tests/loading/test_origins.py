"""Where a desired value was written."""

from pathlib import Path

import pytest

from reconciler.errors import UsageProblemError
from reconciler.loading.load import load_fleet
from tests.loading.fleets import FLEET, HEAD, HERE, ID, OTHER, TODAY, load, write

FILES: dict[str, str | bytes] = {
    "fleet.yaml": FLEET + "defaults:\n  chargerDefaults:\n    standAlone: false\n",
    "profiles/p.yaml": (
        "authentication:\n  mode: native\n  authorizationRequired: true\n"
        "chargerDefaults: {maxCurrent: 16}\n"
        "permissions:\n  absent:\n    - {userGroup: BSJG, after: ownerAccepted}\n"
    ),
    HERE: HEAD
    + "profiles: [p]\n"
    + "authentication:\n  authorizationRequired: false\n"
    + "chargers:\n  ZAP012345: {}\n  ZAP012346:\n    maxCurrent: 10\n"
    + "permissions:\n  entries:\n    - {userGroup: X, roles: [service]}\n"
    + "    - user: person:c-1\n      roles: [owner, user]\n",
}


class TestFind:
    @pytest.mark.parametrize(
        ("path", "place"),
        [
            (("authentication", "mode"), "fleet/profiles/p.yaml:2"),
            (("authentication.mode",), "fleet/profiles/p.yaml:2"),
            (("authentication", "authorizationRequired"), "fleet/installations/here.yaml:6"),
            (("chargers", "ZAP012345", "maxCurrent"), "fleet/profiles/p.yaml:4"),
            (("chargers", "ZAP012346", "maxCurrent"), "fleet/installations/here.yaml:10"),
            (("chargers", "ZAP012346", "standAlone"), "fleet/fleet.yaml:7"),
            (("chargers", "ZAP012345"), "fleet/installations/here.yaml:8"),
            (("permissions", "entries", "person:c-1"), "fleet/installations/here.yaml:14"),
            (("permissions", "entries", "person:c-1", "roles"), "fleet/installations/here.yaml:15"),
            (("permissions", "absent", "userGroup:BSJG"), "fleet/profiles/p.yaml:7"),
            (("permissions", "entries", "person:nobody"), "fleet/installations/here.yaml:12"),
            (("maxCurrent",), "fleet/installations/here.yaml:1"),
        ],
    )
    def test_the_last_layer_that_names_it_is_told(self, tmp_path: Path, path: tuple[str, ...], place: str) -> None:
        """Or the nearest key around it."""
        origins = load(tmp_path, FILES).origins

        assert str(origins.find(ID, path)) == place

    def test_a_file_that_changed_meanwhile_has_no_lines_any_more(self, tmp_path: Path) -> None:
        """A wrong line would be worse than none."""
        loaded = load(tmp_path, FILES)

        write(tmp_path, {**FILES, HERE: HEAD})

        assert str(loaded.origins.find(ID, ("authentication", "mode"))) == "fleet/installations/here.yaml"

    def test_an_installation_of_nobody(self, tmp_path: Path) -> None:
        """No file, no line."""
        origins = load(tmp_path, FILES).origins

        assert str(origins.find("11111111-0000-4000-8000-00000000000f", ("maxCurrent",))) == ""


class TestExplain:
    def test_every_effective_value_comes_with_its_place(self, tmp_path: Path) -> None:
        """What `reconciler explain FILE` shows."""
        values = load(tmp_path, FILES).effective(tmp_path / "fleet" / HERE, None)

        told = {value.path: (value.value, str(value.origin).removeprefix("fleet/")) for value in values}
        assert told == {
            "authentication.authorizationRequired": (False, f"{HERE}:6"),
            "authentication.mode": ("native", "profiles/p.yaml:2"),
            "chargers.ZAP012345.maxCurrent": (16, "profiles/p.yaml:4"),
            "chargers.ZAP012345.standAlone": (False, "fleet.yaml:7"),
            "chargers.ZAP012346.maxCurrent": (10, f"{HERE}:10"),
            "chargers.ZAP012346.standAlone": (False, "fleet.yaml:7"),
            "id": (ID, f"{HERE}:2"),
            "name": ("Here", f"{HERE}:3"),
            "permissions.absent.userGroup:BSJG": ("ownerAccepted", "profiles/p.yaml:7"),
            "permissions.entries.person:c-1": (("user", "owner"), f"{HERE}:14"),
            "permissions.entries.userGroup:X": (("service",), f"{HERE}:13"),
        }

    @pytest.mark.parametrize(
        ("way", "shown"), [("value: 13", 13), ("ignore: true", "(whatever is live until 2035-12-31)")]
    )
    def test_a_value_that_an_exception_decides_comes_from_there(
        self, tmp_path: Path, way: str, shown: float | str
    ) -> None:
        """Whoever looks into the installation's file would look in vain."""
        exception = (
            f"version: 1\nexceptions:\n  - installation: {ID}\n    charger: ZAP012346\n    setting: maxCurrent\n"
            f"    {way}\n    until: 2035-12-31\n    owner: operations\n    reason: antenna\n"
        )

        values = load(tmp_path, {**FILES, "exceptions.yaml": exception}).effective(Path(HERE), "chargers")

        told = {value.path: (value.value, str(value.origin)) for value in values}
        assert told["chargers.ZAP012346.maxCurrent"] == (shown, "fleet/exceptions.yaml:7")
        assert told["chargers.ZAP012345.maxCurrent"] == (16, "fleet/profiles/p.yaml:4")

    def test_a_plan_knows_the_line_of_an_exception_and_the_digest_does_not(self, tmp_path: Path) -> None:
        """A comment above it moves it and changes nothing."""
        entry = (
            f"  - installation: {ID}\n    charger: ZAP012346\n    setting: maxCurrent\n"
            "    value: 13\n    until: 2035-12-31\n    owner: operations\n    reason: antenna\n"
        )
        texts = [f"version: 1\n{comment}exceptions:\n{entry}" for comment in ("", "# why\n")]

        first, second = (
            load(tmp_path / str(number), {**FILES, "exceptions.yaml": text}).desired
            for number, text in enumerate(texts)
        )

        assert first is not None
        assert second is not None
        assert [str(one.origin) for one in first.deviations] == ["fleet/exceptions.yaml:7"]
        assert [str(one.origin) for one in second.deviations] == ["fleet/exceptions.yaml:8"]
        assert first.digest == second.digest

    def test_a_path_narrows_it_down(self, tmp_path: Path) -> None:
        """To a value and what lies below it."""
        loaded = load(tmp_path, FILES)

        values = loaded.effective(Path(HERE), "chargers.ZAP012346")

        assert [value.path for value in values] == ["chargers.ZAP012346.maxCurrent", "chargers.ZAP012346.standAlone"]

    def test_a_value_that_nothing_declares_is_unmanaged(self, tmp_path: Path) -> None:
        """And the answer says so."""
        loaded = load(tmp_path, FILES)

        with pytest.raises(UsageProblemError, match="unmanaged"):
            loaded.effective(Path(HERE), "maxCurrent")

    @pytest.mark.parametrize(
        ("asked", "meant"),
        [
            ("chargers.ZAP012346.maxCurent", "chargers.ZAP012346.maxCurrent"),
            ("chargers.ZAP012364", "chargers.ZAP012346"),
            ("authentication.mod", "authentication.mode"),
            ("permision", "permissions"),
        ],
    )
    def test_a_misspelt_path_gets_the_nearest_one(self, tmp_path: Path, asked: str, meant: str) -> None:
        """It is no setting that nobody manages."""
        loaded = load(tmp_path, FILES)

        with pytest.raises(UsageProblemError) as caught:
            loaded.effective(Path(HERE), asked)

        assert caught.value.remedy == f"did you mean {meant}?"
        assert "unmanaged" not in caught.value.what

    def test_a_path_like_nothing_else(self, tmp_path: Path) -> None:
        """A wild guess would help nobody."""
        loaded = load(tmp_path, FILES)

        with pytest.raises(UsageProblemError, match="no such value") as caught:
            loaded.effective(Path(HERE), "xyzzy")

        assert caught.value.remedy == "leave the path away to see every value"

    @pytest.mark.parametrize("asked", ["fleet/installations/heer.yaml", "heer.yaml", "installations/old/here.yaml"])
    def test_a_file_that_is_not_there_gets_the_nearest_one(self, tmp_path: Path, asked: str) -> None:
        """Whatever folder it was looked for in."""
        loaded = load(tmp_path, FILES)

        with pytest.raises(UsageProblemError, match="there is no such file") as caught:
            loaded.effective(Path(asked), None)

        assert caught.value.remedy == f"did you mean fleet/{HERE}?"

    def test_a_file_like_no_other(self, tmp_path: Path) -> None:
        """The way out is named instead."""
        loaded = load(tmp_path, FILES)

        with pytest.raises(UsageProblemError, match="there is no such file") as caught:
            loaded.effective(Path("nosuch.yaml"), None)

        assert "below installations/" in caught.value.remedy

    def test_a_file_of_which_nothing_can_be_read(self, tmp_path: Path) -> None:
        """It is there, so the way out is to repair it."""
        loaded = load(tmp_path, {**FILES, "installations/zz.yaml": "labels: {\n"})

        with pytest.raises(UsageProblemError, match="nothing of this file can be read") as caught:
            loaded.effective(Path("installations/zz.yaml"), None)

        assert "reconciler validate" in caught.value.remedy

    def test_without_a_fleet_there_is_nothing_to_explain(self, tmp_path: Path) -> None:
        """The problem of the fleet says why, not one of the file."""
        loaded = load_fleet(tmp_path / "flete", today=TODAY)

        assert loaded.effective(Path(HERE), None) == ()
        assert [problem.code for problem in loaded.problems] == ["E019"]

    def test_a_file_outside_the_fleet_is_not_read(self, tmp_path: Path) -> None:
        """Whatever it holds."""
        loaded = load(tmp_path, FILES)
        (tmp_path / "elsewhere.yaml").write_text(HEAD)

        with pytest.raises(UsageProblemError, match="no installation file of the fleet"):
            loaded.effective(tmp_path / "elsewhere.yaml", None)

    def test_it_works_while_another_file_is_broken(self, tmp_path: Path) -> None:
        """Explaining is what one does when something is wrong."""
        loaded = load(tmp_path, {**FILES, "installations/zz.yaml": OTHER + "nonsense: 1\n"})

        assert loaded.desired is None
        assert [value.value for value in loaded.effective(Path(HERE), "name")] == ["Here"]


def test_a_file_without_any_value_has_none_to_show(tmp_path: Path) -> None:
    """Neither a traceback nor an empty line."""
    loaded = load(tmp_path, {HERE: "{}\n"})

    with pytest.raises(UsageProblemError, match="no such value"):
        loaded.effective(tmp_path / "fleet" / HERE, "maxCurrent")
