"""Where people stand when they call the tool: in the folder that holds the fleet."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _in_the_folder_of_the_fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
