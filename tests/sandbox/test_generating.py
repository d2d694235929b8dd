"""Synthetic fleets: what is drawn, and that world and files agree wherever nothing is said to differ."""

import random
from collections import Counter

import pytest
import yaml

from reconciler.loading.generation import read_generation
from reconciler.loading.yaml_source import read_yaml
from reconciler.sandbox.generating.draft import drafted
from reconciler.sandbox.generating.fleet import GeneratedFleet, generated_fleet
from reconciler.sandbox.generating.folder import file_text
from reconciler.sandbox.generating.parameters import (
    PRESETS,
    LogNormal,
    Parameters,
    parameters_of,
    preset_file,
    weighted,
)
from reconciler.sandbox.generating.sites import generated_sites
from reconciler.sandbox.terms import Kind
from reconciler.sandbox.world import World


def preset(name: str, drift_percent: float | None = None) -> Parameters:
    """A preset, perhaps with another share of drift."""
    return parameters_of(read_generation(preset_file(name), under=preset_file("mixed")), drift_percent=drift_percent)


def ids(fleet: GeneratedFleet) -> list[str]:
    """Installations in their order."""
    return [site.installation["id"] for site in fleet.sites]


class TestSizes:
    @pytest.mark.parametrize("name", PRESETS)
    def test_it_has_as_many_installations_as_asked(self, name: str) -> None:
        """And every charger stands in one of them, with a serial of its own."""
        made = generated_fleet(preset(name), 50)
        serials = [charger["serial"] for site in made.sites for charger in site.chargers]

        assert len(made.world.data["installations"]) == len(set(ids(made))) == 50
        assert len(set(serials)) == len(serials) == len(made.world.data["chargers"])

    def test_a_large_mixed_fleet_has_the_sizes_that_its_page_tells(self) -> None:
        """10 000 installations have about 44 800 chargers: half of them one, the hundredth largest above 60."""
        sizes = sorted(drafted(preset("mixed"), seed=1, number=number).size for number in range(10_000))

        assert 41_000 < sum(sizes) < 50_000
        assert sizes[5_000] == 1
        assert 50 <= sizes[9_900] <= 90

    def test_a_property_manager_has_no_homes(self) -> None:
        """And an operator of home chargers hardly anything else."""
        segments = {
            name: Counter(drafted(preset(name), seed=1, number=number).segment.name for number in range(1000))
            for name in ("property", "homeCpo")
        }

        assert segments["property"]["home"] == 0
        assert segments["homeCpo"]["home"] > 950

    def test_no_installation_at_all_is_refused(self) -> None:
        """A fleet of nothing tests nothing."""
        with pytest.raises(ValueError, match="must be an installation"):
            generated_fleet(preset("mixed"), 0)


class TestRepeatable:
    def test_the_same_seed_gives_the_same_world_and_files(self) -> None:
        """And another seed another one."""
        first, again, other = (generated_fleet(preset("mixed"), 30, seed=seed) for seed in (3, 3, 4))

        assert first.world.to_json() == again.world.to_json()
        assert [site.document for site in first.sites] == [site.document for site in again.sites]
        assert first.world.to_json() != other.world.to_json()

    def test_a_larger_fleet_begins_with_the_smaller_one(self) -> None:
        """So that figures of several sizes are about the same installations."""
        assert ids(generated_fleet(preset("mixed"), 40))[:10] == ids(generated_fleet(preset("mixed"), 10))

    def test_one_after_the_other_they_are_the_same_as_all_at_once(self) -> None:
        """A fleet that no memory would hold is written from the former."""
        whole = generated_fleet(preset("mixed", 20), 60, seed=5)

        passing = list(generated_sites(preset("mixed", 20), 60, seed=5))

        assert [site.document for site in passing] == [site.document for site in whole.sites]
        assert [site.drifted for site in passing] == [site.drifted for site in whole.sites]


class TestTruth:
    def test_what_is_not_named_as_drift_agrees(self) -> None:
        """And everything that is named differs, charger by charger."""
        made = generated_fleet(preset("mixed", 30), 200)
        named = {one.serial for one in made.drifted if one.serial}

        differing = set()
        for site in made.sites:
            for serial, said in site.document["chargers"].items():
                charger = made.world.charger_by_serial(serial)
                assert charger is not None
                if "maxCurrent" in said and float(str(charger["values"]["510"])) != said["maxCurrent"]:
                    differing.add(serial)

        assert differing == {one.serial for one in made.drifted if one.serial and one.setting == "maxCurrent"}
        assert differing <= named

    def test_without_drift_nothing_differs(self) -> None:
        """A clean fleet."""
        assert generated_fleet(preset("mixed", 0), 300).drifted == ()

    @pytest.mark.parametrize("percent", [5, 50])
    def test_about_the_chosen_share_drifts(self, percent: float) -> None:
        """Counted in installations."""
        drifted = sum(bool(site.drifted) for site in generated_sites(preset("mixed", percent), 2000, seed=1))

        assert 0.75 * percent < drifted / 20 < 1.25 * percent

    def test_every_cause_has_its_settings(self) -> None:
        """Energy management, installers, owners and staff do different things."""
        settings: dict[str, set[str]] = {}
        for site in generated_sites(preset("mixed", 100), 600, seed=2):
            for one in site.drifted:
                settings.setdefault(one.cause, set()).add(one.setting)

        assert settings["energyManagement"] == {"maxCurrent"}
        assert {"maxCurrent", "authentication.mode"} <= settings["installer"]
        assert "authentication.authorizationRequired" in settings["owner"]
        assert {"authentication.ocppCloud.url", "authentication.ocppNative.url"} <= settings["staff"]

    def test_a_burst_hits_installations_side_by_side(self) -> None:
        """One wrong command to many at once, and nothing else."""
        tree = dict(read_generation(preset_file("mixed"), under=preset_file("mixed")))
        tree["drift"] = {**tree["drift"], "share": 0, "burst": 20}

        hit = [site.number for site in generated_sites(parameters_of(tree), 300, seed=1) if site.drifted]

        assert 15 <= len(hit) <= 20
        assert hit[-1] - hit[0] < 20


class TestWorld:
    def test_no_limit_is_above_the_one_that_feeds_it(self) -> None:
        """Chargers stay within their circuit and circuits within their installation, drift included."""
        made = generated_fleet(preset("mixed", 50), 300)

        for site in made.sites:
            limits = {circuit["id"]: circuit["max_current_a"] for circuit in site.installation["circuits"]}
            assert max(limits.values()) <= float(str(site.installation["fields"]["MaxCurrent"]))
            assert all(float(str(one["values"]["510"])) <= limits[one["circuit"]] for one in site.chargers)

    def test_go_and_home_keep_the_limits_of_their_type(self) -> None:
        """One circuit, at most 32 A and three chargers."""
        made = [site for site in generated_fleet(preset("mixed"), 300).sites if site.installation["kind"] == Kind.SMART]

        assert made
        assert all(len(site.installation["circuits"]) == 1 and len(site.chargers) <= 3 for site in made)
        assert all(site.installation["circuits"][0]["max_current_a"] <= 32 for site in made)

    def test_it_survives_being_saved(self) -> None:
        """Plain JSON, of the form that the sandbox reads."""
        world = generated_fleet(preset("mixed"), 20).world

        assert World.from_json(world.to_json()).data == world.data


class TestFiles:
    def test_the_text_says_what_the_document_holds(self) -> None:
        """Written by hand for speed, read by the strict reader here; names with quotes, blanks and emoji among them."""
        tree = dict(read_generation(preset_file("mixed"), under=preset_file("mixed")))
        odd = {"garage": 10, "empty": 10, "long": 10, "trailingBlank": 10, "emoji": 10, "slash": 10}
        tree |= {"names": odd, "declared": {"maxCurrent": 50, "permissions": 50}}

        sites = list(generated_sites(parameters_of(tree), 300, seed=1))

        for site in sites:
            assert read_yaml(file_text(site.document).encode()).value == site.document
        assert {"Garasje", "(uten navn)"} < {site.document["name"] for site in sites}

    def test_countries_are_never_taken_for_a_truth_value(self) -> None:
        """NO is Norway, also for readers that know YAML 1.1."""
        site = next(site for site in generated_sites(preset("mixed"), 50, seed=1) if site.country == "NO")

        assert yaml.safe_load(file_text(site.document))["labels"]["country"] == "NO"


class TestDrawing:
    def test_weights_decide_how_often_a_value_comes(self) -> None:
        """Three to one."""
        dice = random.Random(1)
        choice = weighted({"often": 3, "seldom": 1}, str)

        drawn = Counter(choice.draw(dice) for _ in range(4000))

        assert 2800 < drawn["often"] < 3200

    def test_a_log_normal_number_stays_within_its_ends(self) -> None:
        """Around its median."""
        dice = random.Random(1)
        sizes = sorted(LogNormal(median=16, sigma=0.9, least=3, most=400).draw(dice) for _ in range(2000))

        assert sizes[0] == 3
        assert sizes[-1] <= 400
        assert 14 <= sizes[1000] <= 18
