"""Defaults, profiles, file: what the merged file says."""

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.loading.fingerprint import desired_digest
from reconciler.loading.merge import effective_charger, merge, merged
from reconciler.model.desired import (
    Acknowledgement,
    DesiredCharger,
    DesiredInstallation,
    DesiredPermissions,
    DesiredRemoval,
    RemovalGate,
    SwitchPolicy,
)
from tests.loading.fleets import FLEET, HEAD, HERE, OTHER_ID, TODAY, load, site_of, told


class TestMaps:
    def test_the_file_wins_over_profiles_and_those_over_defaults(self) -> None:
        """The nearer to the installation, the stronger."""
        layers = [{"labels": {"a": "1", "b": "1", "c": "1"}}, {"labels": {"b": "2", "c": "2"}}, {"labels": {"c": "3"}}]

        assert merged(layers) == {"labels": {"a": "1", "b": "2", "c": "3"}}

    def test_lists_replace(self) -> None:
        """Acknowledgements of a profile do not add up with those of the file."""
        assert merge({"acknowledge": [{"guard": "a"}]}, {"acknowledge": []}) == {"acknowledge": []}

    def test_merging_changes_neither_side(self) -> None:
        """A profile is merged once and used by thousands of files."""
        base: dict[str, Any] = {"permissions": {"absent": {"userGroup:A": {"userGroup": "A"}}}, "labels": {"a": "1"}}
        layer: dict[str, Any] = {
            "permissions": {"entries": [{"userGroup": "A", "roles": ["owner"]}]},
            "labels": {"b": "2"},
        }

        merge(base, layer)

        assert base == {"permissions": {"absent": {"userGroup:A": {"userGroup": "A"}}}, "labels": {"a": "1"}}
        assert layer["permissions"] == {"entries": [{"userGroup": "A", "roles": ["owner"]}]}

    def test_a_secret_reference_is_taken_whole(self) -> None:
        """The variable of the profile and the file of the installation must not mix."""
        base = {"authentication": {"ocppCloud": {"initialPassword": {"secretRef": {"env": "FLEET_SECRET_A"}}}}}
        layer = {"authentication": {"ocppCloud": {"initialPassword": {"secretRef": {"file": "a"}}}}}

        assert merge(base, layer) == layer


class TestChargers:
    def test_they_merge_by_serial(self) -> None:
        """What a profile says about one charger and the file about the same one belongs together."""
        base = {"chargers": {"ZAP000001": {"maxCurrent": 16}}}
        layer = {"chargers": {"ZAP000001": {"standAlone": False}, "ZAP000002": {}}}

        assert merge(base, layer)["chargers"] == {
            "ZAP000001": {"maxCurrent": 16, "standAlone": False},
            "ZAP000002": {},
        }

    def test_defaults_apply_to_listed_chargers_only(self, tmp_path: Path) -> None:
        """An installation without a list of chargers has none that we manage."""
        files = {HERE: HEAD + "chargerDefaults: {maxCurrent: 16}\n"}

        assert site_of(load(tmp_path, files)).chargers == ()

    def test_a_charger_can_leave_a_default_alone(self) -> None:
        """Its own `unmanaged` takes back what the defaults say."""
        charger = effective_charger({"maxCurrent": 16, "standAlone": False}, {"unmanaged": ["maxCurrent"]})

        assert charger == {"standAlone": False}

    def test_the_reason_for_0_a_goes_with_the_0_a(self) -> None:
        """A site that is switched off by default may have one charger that runs."""
        defaults = {"maxCurrent": 0, "disabled": {"reason": "winter", "until": "2035-01-01"}}

        assert effective_charger(defaults, {}) == defaults
        assert effective_charger(defaults, {"maxCurrent": 16}) == {"maxCurrent": 16}


class TestPermissions:
    def test_entries_merge_by_person_or_group(self, tmp_path: Path) -> None:
        """The installation changes the roles of one and keeps the other."""
        files = {
            "profiles/p.yaml": (
                "permissions:\n  entries: [{userGroup: A, roles: [service]}, {userGroup: B, roles: [owner]}]\n"
            ),
            HERE: HEAD + "profiles: [p]\npermissions: {entries: [{userGroup: A, roles: [owner, user]}]}\n",
        }

        permissions = site_of(load(tmp_path, files)).permissions

        assert permissions is not None
        assert {entry.principal: entry.roles for entry in permissions.entries} == {
            "userGroup:A": ("user", "owner"),
            "userGroup:B": ("owner",),
        }

    def test_removals_are_inherited(self, tmp_path: Path) -> None:
        """The hand-over profile takes our group away, the file names the owner."""
        files = {
            "profiles/p.yaml": "permissions: {absent: [{userGroup: A, after: ownerAccepted}]}\n",
            HERE: HEAD + "profiles: [p]\npermissions: {entries: [{user: 'person:x', roles: [owner]}]}\n",
        }

        permissions = site_of(load(tmp_path, files)).permissions

        assert permissions is not None
        assert permissions.absent == (DesiredRemoval(principal="userGroup:A", gate=RemovalGate.OWNER_ACCEPTED),)

    @pytest.mark.parametrize(
        ("below", "above", "kept"),
        [
            ({"absent": [{"userGroup": "A"}]}, {"entries": [{"userGroup": "A", "roles": ["owner"]}]}, "entries"),
            ({"entries": [{"userGroup": "A", "roles": ["owner"]}]}, {"absent": [{"userGroup": "A"}]}, "absent"),
        ],
    )
    def test_the_later_of_two_opposite_wishes_holds(
        self, below: dict[str, Any], above: dict[str, Any], kept: str
    ) -> None:
        """Wanted and unwanted at once would be planned for ever."""
        permissions = merged([{"permissions": below}, {"permissions": above}])["permissions"]

        assert {key: list(value) for key, value in permissions.items() if value} == {kept: ["userGroup:A"]}

    def test_an_empty_list_is_not_the_same_as_none(self, tmp_path: Path) -> None:
        """Empty means nobody, left out means unmanaged."""
        nobody = site_of(load(tmp_path / "a", {HERE: HEAD + "permissions: {entries: []}\n"}))
        unmanaged = site_of(load(tmp_path / "b", {HERE: HEAD}))

        assert nobody.permissions is not None
        assert nobody.permissions.entries == ()
        assert unmanaged.permissions is None


class TestTakingBack:
    @pytest.mark.parametrize(
        ("names", "left"),
        [
            (["authentication"], ["chargers.maxCurrent", "chargers.standAlone", "permissions"]),
            (["authentication.authorizationRequired"], None),
            (["chargers.maxCurrent"], ["authentication", "chargers.standAlone", "permissions"]),
            (["chargers"], ["authentication", "permissions"]),
            (["permissions"], ["authentication", "chargers.maxCurrent", "chargers.standAlone"]),
        ],
    )
    def test_a_name_takes_everything_below_it(self, names: list[str], left: list[str] | None) -> None:
        """`authentication` takes the mode and all its configuration."""
        base = {
            "authentication": {"mode": "native", "authorizationRequired": True},
            "chargerDefaults": {"maxCurrent": 16, "standAlone": False},
            "permissions": {"absent": {"userGroup:A": {"userGroup": "A"}}},
        }

        tree = merge(base, {"unmanaged": names})

        found = [key for key in ("authentication", "permissions") if key in tree]
        found += [f"chargers.{key}" for key in tree.get("chargerDefaults", {})]
        if left is None:
            assert tree["authentication"] == {"mode": "native"}
        else:
            assert sorted(found) == sorted(left)

    def test_the_settings_of_the_same_file_stay(self) -> None:
        """Taking back comes first, so a file can start afresh."""
        base = {"authentication": {"mode": "native", "authorizationRequired": True}}
        layer = {"unmanaged": ["authentication"], "authentication": {"mode": "native"}}

        assert merge(base, layer) == {"authentication": {"mode": "native"}}

    def test_what_a_profile_says_about_one_charger_goes_too(self) -> None:
        """`chargers.maxCurrent` means every place where a charger's current can stand."""
        base = {"chargers": {"ZAP000001": {"maxCurrent": 16, "standAlone": False}}}

        assert merge(base, {"unmanaged": ["chargers.maxCurrent"]}) == {"chargers": {"ZAP000001": {"standAlone": False}}}


class TestAnotherMode:
    def test_the_former_configuration_does_not_follow(self) -> None:
        """The URL of the former backend would do nothing, and would be wrong when somebody switches back."""
        base = {
            "authentication": {"mode": "ocppCloud", "ocppCloud": {"url": "wss://ocpp.backend-b.example/{deviceId}"}}
        }

        assert merge(base, {"authentication": {"mode": "native"}}) == {"authentication": {"mode": "native"}}

    def test_the_new_mode_still_needs_its_url(self, tmp_path: Path) -> None:
        """Switching without a new URL is an error, not a guess."""
        files = {
            "profiles/p.yaml": "authentication: {mode: ocppCloud, ocppCloud: {url: wss://ocpp.backend-b.example/c}}\n",
            HERE: HEAD + "profiles: [p]\nauthentication: {mode: ocppNative}\n",
        }

        assert told(load(tmp_path, files)) == [f"{HERE}:5:24 E225"]

    def test_authorisation_of_a_native_profile_does_not_follow(self, tmp_path: Path) -> None:
        """It belongs to mode native."""
        files = {
            "profiles/p.yaml": "authentication: {mode: native, authorizationRequired: true}\n",
            HERE: HEAD
            + "profiles: [p]\nauthentication: {mode: ocppNative, ocppNative: {url: wss://ocpp.backend-b.example/c}}\n",
        }

        assert dict(site_of(load(tmp_path, files)).settings) == {
            "authentication.mode": "ocppNative",
            "authentication.ocppNative.url": "wss://ocpp.backend-b.example/c",
        }

    def test_saying_the_same_mode_again_keeps_it(self) -> None:
        """Only another mode starts afresh."""
        base = {"authentication": {"mode": "native", "authorizationRequired": True}}

        assert merge(base, {"authentication": {"mode": "native"}}) == base


class TestValues:
    def test_amperes_are_numbers_with_a_tenth(self, tmp_path: Path) -> None:
        """As they are compared."""
        files = {HERE: HEAD + "maxCurrent: 63\nchargers: {ZAP012345: {maxCurrent: 16.10}}\n"}

        site = site_of(load(tmp_path, files))

        assert site.get("maxCurrent") == 63.0
        assert isinstance(site.get("maxCurrent"), float)
        assert site.chargers[0].settings == (("maxCurrent", 16.1),)

    def test_labels_are_text(self, tmp_path: Path) -> None:
        """`country: NO` is Norway, and `wave: 3` can be selected."""
        files = {HERE: HEAD + "labels: {country: NO, wave: 3, pilot: true}\n"}

        assert dict(site_of(load(tmp_path, files)).labels) == {"country": "NO", "wave": "3", "pilot": "true"}

    def test_the_only_account_is_filled_in(self, tmp_path: Path) -> None:
        """A file need not name it."""
        assert site_of(load(tmp_path, {HERE: HEAD})).account == "main"

    def test_the_name_of_the_portal_becomes_ours(self, tmp_path: Path) -> None:
        """With a warning, in files, profiles and defaults."""
        files = {
            "fleet.yaml": FLEET + "defaults: {authentication: {mode: OCPP 1.6J Cloud}}\n",
            "profiles/p.yaml": "authentication: {mode: Native}\n",
            HERE: HEAD + "profiles: [p]\n",
        }

        loaded = load(tmp_path, files)

        assert told(loaded) == ["fleet.yaml:5:35 W201", "profiles/p.yaml:1:24 W201"]
        assert site_of(loaded).get("authentication.mode") == "native"

    def test_secrets_are_known_by_reference_only(self, tmp_path: Path) -> None:
        """A plan says which variable or file, never what it holds."""
        text = (
            "authentication:\n  mode: webhooks\n  webhooks:\n    sessionStartUrl: https://hooks.paycharge.example/s\n"
            "    sessionEndUrl: https://hooks.paycharge.example/e\n    authPayload: {secretRef: {file: hooks/havnen}}\n"
        )

        site = site_of(load(tmp_path, {HERE: HEAD + text}))

        assert site.get("authentication.webhooks.authPayload") == "file:hooks/havnen"

    def test_waiting_for_idle_is_a_choice(self, tmp_path: Path) -> None:
        """Left out, a busy site is refused; `switch: {}` waits for the usual 72 hours."""
        waits = site_of(load(tmp_path / "a", {HERE: HEAD + "switch: {}\n"}))
        refuses = site_of(load(tmp_path / "b", {HERE: HEAD}))

        assert waits.switch is not None
        assert waits.switch.give_up_after_h == 72
        assert refuses.switch is None


VARIATIONS: dict[str, object] = {
    "id": OTHER_ID,
    "name": "There",
    "account": "south",
    "labels": (("a", "b"),),
    "settings": (("maxCurrent", 63.0),),
    "chargers": (DesiredCharger(serial="ZAP000001"),),
    "permissions": DesiredPermissions(),
    "acknowledgements": (Acknowledgement(guard="g", by="KL", reason="r", until=TODAY),),
    "switch": SwitchPolicy(),
}
CHARGER_VARIATIONS: dict[str, object] = {
    "serial": "ZAP000002",
    "settings": (("maxCurrent", 16.0),),
    "disabled_reason": "wet",
    "disabled_until": TODAY,
    "permissions": DesiredPermissions(),
}


class TestDigest:
    @pytest.mark.parametrize("field", [field.name for field in fields(DesiredInstallation) if field.name != "file"])
    def test_no_field_of_an_installation_is_forgotten(self, tmp_path: Path, field: str) -> None:
        """All but the name of the file, also those that will be added one day."""
        fleet = load(tmp_path, {HERE: HEAD}).desired
        assert fleet is not None
        changed = replace(fleet.installations[0], **{field: VARIATIONS[field]})  # type: ignore[arg-type]  # one of each

        assert desired_digest(replace(fleet, installations=(changed,))) != fleet.digest

    @pytest.mark.parametrize("field", [field.name for field in fields(DesiredCharger)])
    def test_no_field_of_a_charger_is_forgotten(self, tmp_path: Path, field: str) -> None:
        """Chargers are listed by hand there, for speed."""
        fleet = load(tmp_path, {HERE: HEAD + "chargers: {ZAP000001: {}}\n"}).desired
        assert fleet is not None
        site = fleet.installations[0]
        charger = replace(site.chargers[0], **{field: CHARGER_VARIATIONS[field]})  # type: ignore[arg-type]  # as above

        assert desired_digest(replace(fleet, installations=(replace(site, chargers=(charger,)),))) != fleet.digest

    BODY = "chargers: {ZAP012345: {maxCurrent: 16}, ZAP012346: {maxCurrent: 10}}\nlabels: {a: x, b: y}\n"

    def digest(self, tmp_path: Path, files: dict[str, str | bytes]) -> str:
        desired = load(tmp_path, files).desired
        assert desired is not None
        return desired.digest

    def test_it_is_independent_of_how_the_files_are_written(self, tmp_path: Path) -> None:
        """File names, order of keys, comments, style and layers are for people."""
        other = (
            "# the same\nname: Here\nlabels:\n  b: y\n  a: x\n"
            f"chargers:\n  ZAP012346: {{}}\n  ZAP012345: {{maxCurrent: 16.0}}\nprofiles: [p]\n{HEAD.splitlines()[1]}\n"
            "version: 1\n"
        )

        first = self.digest(tmp_path / "a", {HERE: HEAD + self.BODY})
        second = self.digest(
            tmp_path / "b",
            {"installations/deep/er.yaml": other, "profiles/p.yaml": "chargerDefaults: {maxCurrent: 10}\n"},
        )

        assert first == second

    @pytest.mark.parametrize(
        ("what", "instead"),
        [
            ("maxCurrent: 16", "maxCurrent: 17"),
            ("ZAP012346", "ZAP012347"),
            ("name: Here", "name: There"),
            ("a: x", "a: z"),
            ("labels", "maxCurrent: 63\nlabels"),
            ("labels", "authentication: {mode: native}\nlabels"),
            ("labels", "permissions: {entries: []}\nlabels"),
            ("labels", "switch: {}\nlabels"),
            ("{maxCurrent: 10}", "{maxCurrent: 10, standAlone: false}"),
        ],
    )
    def test_every_effective_value_changes_it(self, tmp_path: Path, what: str, instead: str) -> None:
        """A reviewed plan is bound to exactly what the files said."""
        text = HEAD + self.BODY

        assert self.digest(tmp_path / "a", {HERE: text}) != self.digest(
            tmp_path / "b", {HERE: text.replace(what, instead)}
        )


def test_minus_zero_is_zero(tmp_path: Path) -> None:
    """The same wish has the same digest, however it is written."""
    digests = set()
    for number in ("0", "0.0", "-0.0"):
        off = f"{{maxCurrent: {number}, disabled: {{reason: water, until: 2035-01-01}}}}"
        loaded = load(tmp_path, {HERE: HEAD + f"chargers: {{ZAP012345: {off}}}\n"})
        assert loaded.desired is not None
        digests.add(loaded.desired.digest)

    assert len(digests) == 1


def test_a_whole_number_with_a_fraction_is_a_whole_number(tmp_path: Path) -> None:
    """72.0 hours are 72 hours."""
    digests = set()
    for number in ("72", "72.0"):
        loaded = load(tmp_path, {HERE: HEAD + f"switch: {{giveUpAfterHours: {number}}}\n"})
        assert loaded.desired is not None
        digests.add(loaded.desired.digest)

    assert len(digests) == 1
