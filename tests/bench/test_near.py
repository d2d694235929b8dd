"""Fleets are measured in memory where there is room for them, and on the disk otherwise."""

from pathlib import Path

import pytest

from tests.bench import near
from tests.bench.near import in_memory, lies_in_memory
from tests.bench.prepared import Prepared


@pytest.fixture
def fleet(tmp_path: Path) -> Prepared:
    """One file and a snapshot."""
    (tmp_path / "disk" / "fleet").mkdir(parents=True)
    (tmp_path / "disk" / "fleet" / "fleet.yaml").write_text("version: 1\n")
    (tmp_path / "disk" / "snapshot.json").write_text("{}\n")
    return Prepared(
        folder=tmp_path / "disk", installations=1, chargers=0, drifted=0, fewest_reads=1, three=(), three_reads=0
    )


def test_the_same_files_lie_in_memory_and_are_gone_afterwards(
    fleet: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody wants them to stay there."""
    memory = tmp_path / "memory"
    memory.mkdir()
    monkeypatch.setattr(near, "MEMORY", memory)

    with in_memory(fleet) as found:
        assert lies_in_memory(found)
        assert (found.fleet / "fleet.yaml").read_text() == "version: 1\n"
        assert found.snapshot.read_text() == "{}\n"
        assert found.installations == fleet.installations

    assert list(memory.iterdir()) == []


@pytest.mark.parametrize("spare", [10**18, None], ids=["no room", "no such place"])
def test_without_room_the_disk_must_do(
    fleet: Prepared, spare: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table then says so."""
    if spare is None:
        monkeypatch.setattr(near, "MEMORY", tmp_path / "none")
    else:
        monkeypatch.setattr(near, "SPARE", spare)

    with in_memory(fleet) as found:
        assert found == fleet
        assert not lies_in_memory(found)
