"""exceptions.yaml and attestations."""

from datetime import date
from pathlib import Path

import pytest

from reconciler.model.attest import permissions_digest
from reconciler.model.desired import Attestation, Deviation
from tests.loading.fleets import HEAD, HERE, ID, OTHER_ID, load, site_of, told

CHARGER = "chargers: {ZAP012345: {maxCurrent: 16}}\n"


def entry(**changes: str) -> str:
    """One exception; a change of None leaves a key out."""
    words = {
        "installation": ID,
        "setting": "authentication.mode",
        "ignore": "true",
        "until": "2026-12-31",
        "owner": "KL",
        "reason": "we wait for the electrician",
    } | changes
    lines = "".join(f"    {key}: {value}\n" for key, value in words.items() if value)
    return "version: 1\nexceptions:\n  -\n" + lines


class TestExceptions:
    def test_one_charger_may_have_another_current_for_a_while(self, tmp_path: Path) -> None:
        """The live value that is tolerated comes normalised, as all currents."""
        text = entry(setting="maxCurrent", charger="ZAP012345", value="10", ignore="")

        desired = load(tmp_path, {HERE: HEAD + CHARGER, "exceptions.yaml": text}).desired

        assert desired is not None
        assert desired.deviations == (
            Deviation(
                installation_id=ID,
                setting="maxCurrent",
                charger="ZAP012345",
                value=10.0,
                until=date(2026, 12, 31),
                owner="KL",
                reason="we wait for the electrician",
            ),
        )

    def test_ignoring_has_no_value(self, tmp_path: Path) -> None:
        """Whatever is live is tolerated."""
        desired = load(tmp_path, {HERE: HEAD, "exceptions.yaml": entry()}).desired

        assert desired is not None
        assert [deviation.value for deviation in desired.deviations] == [None]

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"until": "2026-05-03"}, "7:12 E240"),
            ({"setting": "maxCurrent", "ignore": "", "value": "16.04"}, "9:12 E105"),
            ({"until": "2026-05-04"}, "7:12 W242"),
            ({"until": "2026-05-18"}, "7:12 W242"),
            ({"until": "2026-02-30"}, "7:12 E017"),
            ({"installation": OTHER_ID}, "4:19 E243"),
            ({"setting": "maxCurrent", "charger": "ZAP099999"}, "10:14 E243"),
            ({"setting": "standAlone"}, "5:14 E244"),
            ({"setting": "authentication.mod"}, "5:14 E244"),
            ({"value": "native"}, "4:5 E017"),
            ({"ignore": ""}, "4:5 E017"),
            ({"ignore": "false"}, "6:13 E016"),
            ({"ignore": "", "value": "16"}, "9:12 E244"),
            ({"reason": ""}, "4:5 E015"),
            ({"owner": "kl@people.example"}, "8:12 E230"),
        ],
    )
    def test_what_is_wrong_with_an_exception(self, tmp_path: Path, changes: dict[str, str], expected: str) -> None:
        """Each must name an owner, a reason, an end, and something that exists."""
        files = {HERE: HEAD + CHARGER, "exceptions.yaml": entry(**changes)}

        assert told(load(tmp_path, files)) == [f"exceptions.yaml:{expected}"]

    def test_a_setting_has_one_exception(self, tmp_path: Path) -> None:
        """Of two, a reviewer would see one and the plan obey the other; another charger is another thing."""
        charger = entry(setting="maxCurrent", charger="ZAP012345")
        more = [text.split("exceptions:\n")[1] for text in (entry(), charger, entry(until="2029-12-31"), charger)]
        here = HEAD + "chargers: {ZAP012345: {maxCurrent: 16}}\n"

        found = told(load(tmp_path, {HERE: here, "exceptions.yaml": f"version: 1\nexceptions:\n{''.join(more)}"}))

        assert found == ["exceptions.yaml:19:5 E247", "exceptions.yaml:26:5 E247"]

    def test_a_fortnight_before_the_end_nothing_is_said(self, tmp_path: Path) -> None:
        """The reminder comes 14 days before, not 15."""
        files = {HERE: HEAD, "exceptions.yaml": entry(until="2026-05-19")}

        assert told(load(tmp_path, files)) == []


class TestAttestations:
    NAME = f"attestations/{ID}.yaml"
    TEXT = (
        f'version: 1\ninstallation: {ID}\ndigest: "sha256:{"0" * 64}"\nattestedOn: 2026-01-02\n'
        'validUntil: 2026-07-01\nby: "KL"\nevidence: "seen on the page\\nPermissions"\n'
    )

    def test_all_are_handed_on_even_void_ones(self, tmp_path: Path) -> None:
        """Whether one still holds is decided where the plan is made."""
        desired = load(tmp_path, {HERE: HEAD, self.NAME: self.TEXT}).desired

        assert desired is not None
        assert desired.attestations == (
            Attestation(
                installation_id=ID,
                digest="sha256:" + "0" * 64,
                attested_on=date(2026, 1, 2),
                valid_until=date(2026, 7, 1),
                by="KL",
                evidence="seen on the page\nPermissions",
            ),
        )

    def test_the_name_of_the_file_is_the_installation(self, tmp_path: Path) -> None:
        """So that there is one for each."""
        files = {HERE: HEAD, f"attestations/{OTHER_ID}.yaml": self.TEXT}

        assert told(load(tmp_path, files)) == [f"attestations/{OTHER_ID}.yaml:2:15 E245"]

    def test_an_installation_has_one_attestation(self, tmp_path: Path) -> None:
        """Also when the second lies in a folder below."""
        files = {HERE: HEAD, self.NAME: self.TEXT, f"attestations/more/{ID}.yaml": self.TEXT.replace("KL", "Eve")}

        assert told(load(tmp_path, files)) == [f"attestations/more/{ID}.yaml:2:15 E247"]

    def test_a_day_that_does_not_exist(self, tmp_path: Path) -> None:
        """Nobody can say when it ends."""
        files = {HERE: HEAD, self.NAME: self.TEXT.replace("2026-07-01", "2026-06-31")}

        assert told(load(tmp_path, files)) == [f"{self.NAME}:5:13 E017"]

    @pytest.mark.parametrize(
        ("what", "instead"),
        [
            ("roles: [owner]", "roles: [owner, user]"),
            ("'person:a'", "'person:b'"),
            ("mode: additive", "mode: exclusive"),
            (", after: ownerAccepted", ""),
            ("userGroup: BSJG", "userGroup: HANS"),
        ],
    )
    def test_any_change_of_permissions_changes_their_digest(self, tmp_path: Path, what: str, instead: str) -> None:
        """And so makes the attestation void."""
        text = (
            "permissions:\n  mode: additive\n  entries: [{user: 'person:a', roles: [owner]}]\n"
            "  absent: [{userGroup: BSJG, after: ownerAccepted}]\n"
        )
        before = site_of(load(tmp_path / "a", {HERE: HEAD + text}))
        after = site_of(load(tmp_path / "b", {HERE: HEAD + text.replace(what, instead)}))

        assert permissions_digest(before) != permissions_digest(after)
