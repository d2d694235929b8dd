"""A plan of a few files leaves the others alone, and says what it says when all of them are read."""

import time
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.conftest import Shop

SITE = "fleet/installations/homes/elveveien-12.yaml"
OTHER = "installations/homes/bakkegata-7.yaml"
TIMES = ("created_at", "valid_until")


@pytest.fixture
def settled(shop: Shop) -> Shop:
    """A fleet that nobody has touched for longer than the slowest file system needs to tell."""
    shop.run("plan")
    time.sleep(2.1)
    return shop


def index_of(shop: Shop) -> Path:
    """The only file of the cache."""
    (path,) = (shop.folder / ".reconciler" / "cache").iterdir()
    return path


def known(shop: Shop) -> dict[str, list[str]]:
    """What is remembered, by file name."""
    records = index_of(shop).read_text().split("\n", 2)[2].split("\x1e")
    return {Path(record.partition("\x1f")[0]).name: record.split("\x1f") for record in records}


def planned(shop: Shop, *selectors: str) -> dict[str, Any]:
    """The plan without its times."""
    document = shop.plan(*selectors).document
    return {key: value for key, value in document.items() if key not in TIMES}


class TestSelectedFiles:
    def test_the_second_plan_says_what_the_first_said(self, settled: Shop) -> None:
        """Whether files were read or remembered cannot be seen."""
        first = planned(settled, SITE, "region=oslo")

        assert "bakkegata-7.yaml" in known(settled)
        assert planned(settled, SITE, "region=oslo") == first

    def test_what_is_wrong_elsewhere_is_told_as_ever(self, settled: Shop) -> None:
        """A file that was touched since is read again, and then all of them are."""
        planned(settled, SITE)
        settled.edit(OTHER, "^id: .*$", f"id: {known(settled)['elveveien-12.yaml'][3]}")

        ended, whole = settled.plan(SITE), settled.run("validate")

        assert (ended.code, whole.code) == (3, 3)
        assert "bakkegata-7.yaml" in ended.err
        assert "E006" in ended.err
        assert "E006" in whole.out

    def test_a_mistake_in_the_selection_still_knows_every_name(self, settled: Shop) -> None:
        """The nearest one may be in a file that was left alone."""
        planned(settled, SITE)

        ended = settled.plan(SITE, "bakegata-7")

        assert ended.code == 64
        assert "did you mean bakkegata-7?" in ended.err

    def test_a_person_elsewhere_who_is_in_no_directory_is_still_told(self, settled: Shop) -> None:
        """Though the file that names her is not read for this plan."""
        planned(settled, SITE)
        (settled.folder / "people.csv").write_text("id,email\nc-88121,k@people.example\n")

        ended = settled.plan(SITE, env={"FLEET_PEOPLE": "people.csv"})

        assert ended.code == 3
        assert "fjellveien-3.yaml" in ended.err

    def test_a_damaged_index_is_made_again(self, settled: Shop) -> None:
        """It only saves work."""
        first = planned(settled, SITE)
        whole = index_of(settled).read_bytes()
        index_of(settled).write_bytes(whole[: len(whole) // 2])

        assert planned(settled, SITE) == first
        assert index_of(settled).read_bytes() == whole

    def test_files_that_were_just_written_are_not_remembered(self, shop: Shop) -> None:
        """Another change could have the same time."""
        planned(shop, SITE)

        assert not (shop.folder / ".reconciler" / "cache").exists()

    def test_apply_reads_everything(self, settled: Shop) -> None:
        """And leaves no index, because it believes none."""
        settled.apply(SITE, "--yes")

        assert not (settled.folder / ".reconciler" / "cache").exists()
