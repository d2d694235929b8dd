"""Synthetic fleets from `sandbox seed --generate`: the commands find exactly what the generator says."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from reconciler.loading.generation import read_generation
from reconciler.loading.load import load_fleet
from reconciler.sandbox.generating.fleet import fewest_reads
from reconciler.sandbox.generating.folder import write_shared, written
from reconciler.sandbox.generating.parameters import PRESETS, Parameters, parameters_of, preset_file
from reconciler.sandbox.generating.sites import generated_sites
from tests.acceptance.conftest import Ended, Shop


def preset(name: str, drift_percent: float) -> Parameters:
    """A preset with another share of drift."""
    return parameters_of(read_generation(preset_file(name), under=preset_file("mixed")), drift_percent=drift_percent)


def seeded(shop: Shop, source: str, *further: str) -> Ended:
    """The world and the files in the folder `made`."""
    return shop.run(
        "--fleet", "made/fleet", "sandbox", "seed", "--generate", source, "--installations", *further, "--files", "made"
    )


def differing(shop: Shop) -> set[tuple[str, str | None, str]]:
    """The truth that lies beside the files."""
    truth = json.loads((shop.folder / "made" / "drift.json").read_text())
    return {(one["installation"], one["serial"], one["setting"]) for one in truth}


def planned(document: dict[str, Any]) -> set[tuple[str, str | None, str]]:
    """What a plan would change."""
    return {(one["installation"], one["charger"], one["setting"]) for one in document["changes"]}


class TestTruth:
    def test_a_plan_of_300_installations_names_exactly_the_injected_drift(self, shop: Shop) -> None:
        """Setting by setting; nothing is refused, and the reads are the fewest that the generator counts."""
        seeded(shop, "mixed", "300", "--drift", "30")

        document = shop.run("--fleet", "made/fleet", "plan", report=True).document

        truth = differing(shop)
        assert len(truth) > 100
        assert planned(document) == truth
        assert document["refusals"] == []
        fewest = fewest_reads(generated_sites(preset("mixed", 30), 300, seed=1))
        assert document["summary"]["requests"]["read"] == document["summary"]["requests"]["read_floor"] == fewest

    @pytest.mark.parametrize("name", PRESETS)
    @pytest.mark.parametrize("seed", ["2", "3"])
    def test_every_preset_tells_the_truth(self, shop: Shop, name: str, seed: str) -> None:
        """With many drifting installations."""
        seeded(shop, name, "15", "--seed", seed, "--drift", "80")

        document = shop.run("--fleet", "made/fleet", "plan", report=True).document

        assert planned(document) == differing(shop) != set()
        assert document["refusals"] == []

    @pytest.mark.parametrize("name", PRESETS)
    def test_without_drift_a_plan_is_empty(self, shop: Shop, name: str) -> None:
        """And nothing drifts."""
        seeded(shop, name, "20", "--drift", "0")

        document = shop.run("--fleet", "made/fleet", "plan", report=True).document

        assert differing(shop) == planned(document) == set()
        assert document["refusals"] == []

    def test_drift_names_each_of_them_too(self, shop: Shop) -> None:
        """The nightly report finds what the plan finds."""
        seeded(shop, "property", "12", "--drift", "60")

        document = shop.run("--fleet", "made/fleet", "drift", report=True).document

        found = {(one["installation"], one["charger"], one["setting"]) for one in document["findings"]}
        assert differing(shop) <= found
        assert differing(shop)


@pytest.fixture(params=PRESETS)
def parameters(request: pytest.FixtureRequest) -> Iterator[Parameters]:
    """Each preset."""
    return preset(request.param, 10)


class TestFiles:
    @pytest.mark.parametrize("seed", range(3))
    def test_they_are_valid(self, parameters: Parameters, seed: int, tmp_path: Path) -> None:
        """Without an error or a warning, whatever was drawn."""
        fleet = tmp_path / "fleet"
        write_shared(fleet, parameters)
        sites = list(written(fleet, generated_sites(parameters, 400, seed=seed)))

        loaded = load_fleet(fleet, today=date(2026, 1, 15))

        assert loaded.problems == ()
        assert loaded.files == len(sites) == 400

    def test_nothing_is_ever_overwritten(self, shop: Shop) -> None:
        """A generated fleet never replaces one that somebody keeps."""
        before = (shop.folder / "fleet" / "fleet.yaml").read_text()

        ended = shop.run("sandbox", "seed", "--generate", "mixed", "--installations", "10", "--files", ".")

        assert ended.code == 64
        assert "--files" in ended.err
        assert (shop.folder / "fleet" / "fleet.yaml").read_text() == before


class TestCommand:
    def test_parameters_of_ones_own(self, shop: Shop) -> None:
        """A file instead of a preset."""
        (shop.folder / "mine.yaml").write_text("version: 1\ndrift: {share: 100, burst: 0, causes: {owner: 1}}\n")

        ended = seeded(shop, "mine.yaml", "12")

        assert ended.code == 0
        assert "12 installations" in ended.err
        assert len(differing(shop)) >= 10

    def test_wrong_parameters_leave_the_world_as_it_is(self, shop: Shop) -> None:
        """With file, line, reason and remedy."""
        (shop.folder / "mine.yaml").write_text("version: 1\ndrift: {share: 200, burst: 0, causes: {owner: 1}}\n")
        shop.plan()
        before = set(shop.world().data["installations"])

        ended = seeded(shop, "mine.yaml", "12")

        assert ended.code == 3
        assert "mine.yaml:2:" in ended.err
        assert set(shop.world().data["installations"]) == before
        assert not (shop.folder / "made").exists()

    @pytest.mark.parametrize(
        "options",
        [("--generate", "mixed", "--chargers", "9"), ("--drift", "5", "--chargers", "9"), ()],
    )
    def test_options_that_do_not_go_together(self, shop: Shop, options: tuple[str, ...]) -> None:
        """The size of a realistic fleet follows from its parameters."""
        ended = shop.run("sandbox", "seed", "--installations", "3", *options)

        assert ended.code == 64
        assert "--generate" in ended.err

    def test_a_served_world_can_be_replaced_too(self, served: tuple[Shop, str]) -> None:
        """The server draws the same world."""
        shop, _ = served

        ended = shop.run("sandbox", "seed", "--generate", "homeCpo", "--installations", "15")

        assert ended.code == 0
        assert "15 installations" in ended.err


def test_the_example_of_the_how_to_page_makes_what_it_shows(shop: Shop) -> None:
    """Word by word, and the plan behind it names as many changes."""
    page = (Path(__file__).parents[2] / "docs/how-to/rehearse-on-the-sandbox.md").read_text()
    section = page.split("## A fleet of any size")[1]
    command, said, plan = section.split("```console\n")[1].split("```")[0].splitlines()

    seeded_by_page = shop.run(*command.removeprefix("$ reconciler ").split())
    planned_by_page = shop.run(*plan.removeprefix("$ reconciler ").split(), report=True)

    assert said in seeded_by_page.err
    assert f"; {len(planned_by_page.document['changes'])} settings differ" in said
