"""Our own user group: a slip in its key is told where the files are checked."""

from pathlib import Path

import pytest

from tests.loading.fleets import FLEET, HEAD, HERE, load, told

LEAVING = (
    HEAD + "permissions:\n  entries: [{user: 'person:a', roles: [owner]}]\n"
    "  absent: [{userGroup: BSJG, after: ownerAccepted}]\n"
)


def fleet_of(group: str) -> str:
    """fleet.yaml with that group."""
    return FLEET.replace("cloud: sandbox", f"cloud: sandbox, group: {group}", 1)


class TestAKeyThatNoFileNames:
    def test_one_that_is_nearly_that_of_the_files_is_a_warning(self, tmp_path: Path) -> None:
        """Plans would take the group that leaves for somebody else's."""
        loaded = load(tmp_path, {"fleet.yaml": fleet_of("BSJX"), HERE: LEAVING})

        (problem,) = loaded.problems
        assert (problem.code, problem.file.endswith("fleet.yaml")) == ("W234", True)
        assert "BSJG" in problem.remedy

    @pytest.mark.parametrize("group", ["BSJG", "bsjg", "HANS"], ids=["the same", "in other capitals", "quite another"])
    def test_one_that_is_the_same_or_quite_another_is_none(self, tmp_path: Path, group: str) -> None:
        """A fleet may well name other companies' groups only."""
        assert told(load(tmp_path, {"fleet.yaml": fleet_of(group), HERE: LEAVING})) == []
