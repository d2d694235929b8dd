"""The fleet that comes with the tool."""

from datetime import date
from pathlib import Path

import pytest

from reconciler.loading.load import load_fleet
from reconciler.model.desired import Cloud, Route

FLEET = Path(__file__).parents[2] / "fleet"

INSTALLATIONS = {
    "Elveveien 12": ("2f0c6f0e-8f4b-4d0e-9a51-3b1f6f0a1c01", 1),
    "Fjellveien 3": ("2f0c6f0e-8f4b-4d0e-9a51-3b1f6f0a1c02", 1),
    "Bakkegata 7": ("2f0c6f0e-8f4b-4d0e-9a51-3b1f6f0a1c03", 1),
    "Nabolaget 5": ("2f0c6f0e-8f4b-4d0e-9a51-3b1f6f0a1c04", 1),
    "Solbakken borettslag": ("5a7d0d52-0b5e-4a3c-8f11-7a9e4c2d1b02", 34),
    "Furulia sameie": ("5a7d0d52-0b5e-4a3c-8f11-7a9e4c2d1b06", 2),
    "Kaia P-hus": ("91c2b6f4-6a0d-4c1e-b7a3-0d5e8f2a4c03", 12),
    "Verkstedgata 4": ("c04f3a7e-2d18-4b6b-9e70-5b8a1f6d2e04", 3),
    "Havnen kontor": ("e7b1d9c0-5f32-4a8d-8c46-2f9b3e7a5d05", 2),
    "Lufthavn P1": ("7d3e0a44-9c15-4f0b-a1d2-6b8e5c7f9a10", 2),
}


@pytest.mark.parametrize("day", [date(2025, 1, 1), date(2026, 5, 4), date(2035, 11, 30)])
def test_it_loads_without_any_problem(day: date) -> None:
    """Neither errors nor warnings, whatever the date."""
    loaded = load_fleet(FLEET, today=day)

    assert [str(problem) for problem in loaded.problems] == []
    assert loaded.files == 10


def test_it_holds_the_ten_installations() -> None:
    """With their ids and as many chargers as their files list."""
    desired = load_fleet(FLEET, today=date(2026, 5, 4)).desired

    assert desired is not None
    assert {site.name: (site.id, len(site.chargers)) for site in desired.installations} == INSTALLATIONS
    assert desired.fleet_size == (10, 59)


def test_its_account_is_the_sandbox() -> None:
    """Nothing in the fleet that comes with the tool reaches a real cloud."""
    desired = load_fleet(FLEET, today=date(2026, 5, 4)).desired

    assert desired is not None
    (account,) = desired.accounts
    assert account.cloud is Cloud.SANDBOX
    assert [account.route_for(key) for key in ("authentication", "standAlone", "permissions")] == [
        Route.PARTNER,
        Route.PORTAL,
        Route.PARTNER,
    ]


def test_the_housing_coop_mixes_defaults_and_exceptions_to_them() -> None:
    """32 A by profile, 16 A and 20 A where the file says so, never stand-alone."""
    desired = load_fleet(FLEET, today=date(2026, 5, 4)).desired

    assert desired is not None
    coop = next(site for site in desired.installations if site.name == "Solbakken borettslag")
    currents = {charger.serial: charger.get("maxCurrent") for charger in coop.chargers}
    lower = {serial: current for serial, current in currents.items() if current != 32.0}
    assert lower == {
        "ZPR081003": 16.0,
        "ZPR081029": 16.0,
        "ZPR081030": 16.0,
        "ZPR081031": 20.0,
        "ZPR081032": 16.0,
        "ZPR081033": 16.0,
        "ZPR081034": 16.0,
    }
    assert {charger.get("standAlone") for charger in coop.chargers} == {False}


@pytest.mark.parametrize("file", sorted(FLEET.rglob("*.yaml")), ids=lambda file: file.name)
def test_every_file_names_its_schema_for_the_editor(file: Path) -> None:
    """The path in the first line leads to a schema, so that completion and hover text work."""
    line = file.read_text().splitlines()[0]

    _, _, schema = line.partition("# yaml-language-server: $schema=")
    assert (file.parent / schema).resolve().is_file(), line
