"""A saved result is shown with the plan whose outcomes it tells, and with no other."""

import json
import shutil
from pathlib import Path

from tests.acceptance.conftest import Shop

KAIA = "Kaia*"


def saved_result(shop: Shop, place: Path) -> Path:
    """The report of an apply, in a folder of its own."""
    place.mkdir()
    shop.apply(KAIA, "--yes", "--report", f"json={place / 'result.json'}")
    return place / "result.json"


class TestShowResult:
    def test_wherever_it_lies_its_plan_is_found(self, shop: Shop, tmp_path: Path) -> None:
        """The names of the installations stand in the plan, which the folder of the run holds."""
        result = saved_result(shop, tmp_path / "kept")

        ended = shop.run("show", str(result))

        assert ended.code == 0
        assert "Kaia P-hus" in ended.out

    def test_a_plan_that_only_lies_beside_it_is_not_its_own(self, shop: Shop, tmp_path: Path) -> None:
        """Outcomes beside the changes of another plan would tell nothing true."""
        result = saved_result(shop, tmp_path / "kept")
        shop.plan("Solbakken*", "--out", str(result.parent / "plan.json"))

        assert "Kaia P-hus" in shop.run("show", str(result)).out

    def test_without_its_plan_it_says_what_is_missing(self, shop: Shop, tmp_path: Path) -> None:
        """Not that some file cannot be read, nor a table without names."""
        result = saved_result(shop, tmp_path / "kept")
        run_id = json.loads(result.read_text())["run_id"]
        shutil.rmtree(shop.folder / ".reconciler" / "runs")

        ended = shop.run("show", str(result))

        assert ended.code == 3
        assert f"neither beside it nor in the folder of its run ({run_id})" in ended.err
        assert "put the plan.json of that run beside it" in " ".join(ended.err.split())
