"""The fleets that are measured are what they claim to be."""

from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.main import run
from reconciler.report.json_snapshot import snapshot_document
from reconciler.sandbox.generating.fleet import generated_fleet
from reconciler.sandbox.store import SandboxFile
from tests.bench import prepared
from tests.bench.processes import document
from tests.bench.snapshots import snapshot_of

SITES = 60
PARAMETERS = prepared.mixed(drift_percent=20)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A generated fleet with everything that belongs to it."""
    for name in ("RECONCILER_SANDBOX_URL", "FLEET_PEOPLE"):
        monkeypatch.delenv(name, raising=False)
    prepared.make(tmp_path, SITES, PARAMETERS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_its_snapshot_is_the_one_that_the_command_would_take(folder: Path) -> None:
    """Installation by installation; only why something could not be read is told in fewer words."""
    made = generated_fleet(PARAMETERS, SITES, seed=prepared.SEED)
    with SandboxFile(folder / ".reconciler" / "sandbox.json", first=lambda: made.world).hold():
        pass

    run(["snapshot", "--out", "taken.json"])

    taken, written = (document(folder / name)["installations"] for name in ("taken.json", "snapshot.json"))
    assert [one["id"] for one in taken] == [one["id"] for one in written]
    readable = [(a, b) for a, b in zip(taken, written, strict=True) if isinstance(a["circuits"], list)]
    assert len(readable) >= SITES - 2
    assert all(a == b for a, b in readable)


def test_its_facts_are_counted(folder: Path) -> None:
    """Chargers, what drifts, and the reads that three files need: here four lists, and the states of four chargers."""
    facts = document(folder / "facts.json")
    made = generated_fleet(PARAMETERS, SITES, seed=prepared.SEED)

    assert facts["chargers"] == sum(len(site.chargers) for site in made.sites)
    assert facts["drifted"] == len(made.drifted)
    assert all((folder / name).is_file() for name in facts["three"])
    assert facts["three_reads"] == 4 + 4


def test_a_plan_from_the_snapshot_finds_what_drifted(folder: Path) -> None:
    """Otherwise the comparison that is measured would compare nothing."""
    run(["plan", "--snapshot", "snapshot.json", "--report", "json=plan.json"])

    plan = document(folder / "plan.json")
    assert plan["coverage"]["installations"]["desired"] == SITES
    assert len(plan["changes"]) > 5
    assert len(plan["changes"]) == document(folder / "facts.json")["drifted"]


def test_the_snapshot_needs_no_world_in_memory() -> None:
    """Each installation may be forgotten once it has passed."""
    made = generated_fleet(PARAMETERS, 5)

    written: dict[str, Any] = snapshot_document(snapshot_of(made.world, iter(made.sites), rate=5.0))

    assert written["coverage"]["installations"] == {"visible": 5, "unreadable": 0}
