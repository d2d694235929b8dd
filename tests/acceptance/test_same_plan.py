"""The same fleet and the same world give the same plan, however it is read."""

import random
import shutil

import pytest

from tests.acceptance.conftest import Shop


def test_over_http_and_in_process_the_digest_is_the_same(shop: Shop, request: pytest.FixtureRequest) -> None:
    """The sandbox in process stands for a real server."""
    in_process = shop.plan().document
    _, url = request.getfixturevalue("served")

    over_http = shop.plan(env={"RECONCILER_SANDBOX_URL": url}).document

    assert len(in_process["changes"]) > 10
    assert over_http["digest"] == in_process["digest"]


def test_one_request_at_a_time_or_64_makes_no_difference(shop: Shop) -> None:
    """Threads may finish in any order."""
    one = shop.plan("--concurrency", "1").document
    many = shop.plan("--concurrency", "64").document

    for document in (one, many):
        for name in ("created_at", "valid_until"):
            del document[name]
    assert one == many


def test_the_order_of_files_makes_no_difference(shop: Shop) -> None:
    """Names and folders of files are free."""
    before = shop.plan().document["digest"]
    files = sorted((shop.folder / "fleet" / "installations").rglob("*.yaml"))
    numbers = [*range(len(files))]
    random.Random(7).shuffle(numbers)
    for number, file in zip(numbers, files, strict=True):
        shutil.move(file, file.parents[1] / f"{number:02d}-{file.name}")

    assert shop.plan().document["digest"] == before
