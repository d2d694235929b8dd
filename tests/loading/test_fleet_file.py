"""fleet.yaml: accounts, routes, guards, hosts, bounds."""

from pathlib import Path

import pytest

from reconciler.loading.load import load_fleet
from reconciler.model.desired import GuardLimits, Route
from tests.loading.fleets import FLEET, HEAD, HERE, TODAY, load, told


class TestMissing:
    def test_a_folder_that_is_not_there(self, tmp_path: Path) -> None:
        """A typo in --fleet must not look like a fleet without work."""
        loaded = load_fleet(tmp_path / "flete", today=TODAY)

        (problem,) = loaded.problems
        assert str(problem).startswith(f"{tmp_path}/flete E019 there is no such folder (looked at {tmp_path}/flete). ")
        assert "--fleet" in problem.remedy
        assert "reconciler demo --keep DIR" in problem.remedy
        assert loaded.desired is None

    def test_a_relative_folder_says_where_it_was_looked_for(self, tmp_path: Path) -> None:
        """Usually people stand in the wrong folder."""
        (problem,) = load_fleet(Path("fleet"), today=TODAY).problems

        assert problem.file == "fleet"
        assert f"(looked at {tmp_path}/fleet)" in problem.what

    def test_a_file_instead_of_the_folder(self, tmp_path: Path) -> None:
        """fleet.yaml is easily named instead of the folder around it."""
        load(tmp_path, {HERE: HEAD})

        (problem,) = load_fleet(Path("fleet/fleet.yaml"), today=TODAY).problems

        assert problem.what.startswith("this is a file, not a folder")

    def test_a_folder_without_anything(self, tmp_path: Path) -> None:
        """Neither fleet.yaml nor installations."""
        loaded = load_fleet(tmp_path, today=TODAY)

        assert [problem.code for problem in loaded.problems] == ["E019", "E019"]
        assert loaded.desired is None

    def test_a_fleet_without_an_installation(self, tmp_path: Path) -> None:
        """A moved folder would otherwise plan nothing and say that all is well."""
        loaded = load(tmp_path, {})

        assert told(loaded) == ["installations:0:0 E019"]
        assert loaded.desired is None


class TestAccounts:
    def test_what_is_left_out_has_its_usual_value(self, tmp_path: Path) -> None:
        """Portal for every route, five requests a second."""
        desired = load(tmp_path, {HERE: HEAD}).desired

        assert desired is not None
        assert desired.accounts[0].route_for("authentication") is Route.PORTAL
        assert desired.accounts[0].rate == 5.0
        assert desired.limits == GuardLimits()

    @pytest.mark.parametrize(
        ("account", "place"),
        [
            ("{cloud: sandbox, routes: {permissions: partner}}", "3:34 E023"),
            ("{cloud: zaptec, routes: {permissions: partner}, agreement: x}", "3:33 E023"),
            ("{cloud: zaptek}", "3:17 E016"),
            ("{}", "3:3 E015"),
            ("{cloud: zaptec, credentials: AWS}", "3:38 E017"),
            ("{cloud: zaptec, rate: 50}", "3:31 E017"),
            ("{cloud: zaptec, rate: 0}", "3:31 E017"),
            ("{cloud: zaptec, host: api.evil.example}", "3:25 E003"),
            ("{cloud: zaptec, routes: {permissions: api}}", "3:47 E016"),
        ],
    )
    def test_what_an_account_must_not_say(self, tmp_path: Path, account: str, place: str) -> None:
        """No other host, no other environment variables, no partner route without an agreement."""
        files = {"fleet.yaml": f"version: 1\naccounts:\n  main: {account}\n", HERE: HEAD}

        assert told(load(tmp_path, files)) == [f"fleet.yaml:{place}"]

    @pytest.mark.parametrize(
        ("hosts", "place"),
        [
            ("192.0.2.7", "3:16 E017"),
            ("'*.backend-b.example'", "3:16 E017"),
            ("OCPP.backend-b.example", "3:16 E017"),
            ("localhost", "3:16 E017"),
            ("ocpp.backend-b.example:443", "3:16 E017"),
        ],
    )
    def test_allowed_hosts_are_exact_names(self, tmp_path: Path, hosts: str, place: str) -> None:
        """No wildcard, no address in numbers, no port."""
        files = {
            "fleet.yaml": f"version: 1\naccounts: {{main: {{cloud: sandbox}}}}\nallowedHosts: [{hosts}]\n",
            HERE: HEAD,
        }

        assert told(load(tmp_path, files)) == [f"fleet.yaml:{place}"]


class TestFinal:
    def check(self, tmp_path: Path, final: str, text: str) -> list[str]:
        return told(load(tmp_path, {"fleet.yaml": FLEET + f"final: {{{final}}}\n", HERE: HEAD + text}))

    @pytest.mark.parametrize(
        ("final", "text", "place"),
        [
            ("chargers.maxCurrent: {max: 25}", "chargers: {ZAP012345: {maxCurrent: 32}}\n", "4:36"),
            ("chargers.maxCurrent: {min: 10}", "chargers: {ZAP012345: {maxCurrent: 6}}\n", "4:36"),
            ("chargers.standAlone: {value: false}", "chargers: {ZAP012345: {standAlone: true}}\n", "4:36"),
            ("authentication.mode: {value: native}", "authentication: {mode: ocppCloud}\n", "4:24"),
            ("maxCurrent: {max: 63}", "maxCurrent: 80\n", "4:13"),
        ],
    )
    def test_lower_layers_stay_inside_the_bounds(self, tmp_path: Path, final: str, text: str, place: str) -> None:
        """Whoever owns fleet.yaml decides."""
        found = self.check(tmp_path, final, text)

        assert f"{HERE}:{place} E021" in found

    def test_at_the_bound_is_inside(self, tmp_path: Path) -> None:
        """25 A are allowed when 25 A are the most; what is not declared is not judged."""
        text = "chargers: {ZAP012345: {maxCurrent: 25}, ZAP012346: {}}\n"

        assert self.check(tmp_path, "chargers.maxCurrent: {max: 25}", text) == []

    def test_a_bound_of_an_unknown_setting_binds_nothing(self, tmp_path: Path) -> None:
        """So it is an error."""
        assert self.check(tmp_path, "chargers.maxCurent: {max: 25}", "") == ["fleet.yaml:5:9 E022"]
