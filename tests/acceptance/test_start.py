"""What a command does not need it does not load: starting would take longer than small fleets do."""

import subprocess
import sys

import pytest

from tests.acceptance.conftest import CHECKOUT, Shop

LIVE = frozenset({"httpx", "httpcore", "h11", "tenacity", "filelock", "reconciler.live", "reconciler.workflows"})
"""What only speaks with a cloud."""
WRITES = frozenset({"reconciler.live.executor", "reconciler.workflows.apply", "reconciler.workflows.context"})
SANDBOX = frozenset({"werkzeug", "reconciler.sandbox"})
MESSAGES = frozenset({"jsonschema", "referencing", "rpds", "jsonschema_specifications"})
"""What only tells of a mistake."""
DRAWS = frozenset({"rich.table", "rich.progress"})
"""What only tables and bars need."""
BREAKS = frozenset({"rich.console", "rich.text", "rich.style"})
"""What only lines need that are too long for the page."""
PAGES = DRAWS | BREAKS | {"jinja2", "html", "csv"}
"""What only makes pages."""
REST = frozenset({"ssl", "socket", "http", "asyncio", "email", "xml", "concurrent", "logging"})
"""What others bring along, deepdiff most of it; msgspec brings decimal and uuid, which are small."""
SELDOM = frozenset(
    {
        "tenacity",
        "importlib.metadata",
        "pickle",
        "multiprocessing",
        "reconciler.loading.people",
        "reconciler.cli.departing",
        "reconciler.live.partner_route",
    }
)
"""For repeats, agreements, many files, a directory of people and hand-overs."""
AS_WANTED = "fleet/installations/homes/elveveien-12.yaml"

_LISTED = """
import atexit, sys
from reconciler.cli.main import main
atexit.register(lambda: print("\\n".join(sys.modules), file=sys.stderr))
main(sys.argv[1:])
"""


def loaded_by(shop: Shop, *arguments: str) -> frozenset[str]:
    """Every module that is loaded when a command ends, in a process of its own, and the packages around it."""
    done = subprocess.run(
        [sys.executable, "-c", _LISTED, *arguments],
        cwd=shop.folder,
        env={"PYTHONPATH": str(CHECKOUT), "PATH": "/usr/bin:/bin", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 4), done.stderr
    return frozenset(done.stderr.split())


@pytest.fixture
def offline(shop: Shop) -> Shop:
    """A fleet with its snapshot; a few things differ."""
    assert shop.run("snapshot", "--out", "snapshot.json").code in (0, 4)
    return shop


def test_a_plan_from_a_snapshot_loads_nothing_live(offline: Shop) -> None:
    """No network is used, and right files need no words about mistakes."""
    loaded = loaded_by(offline, "plan", "--snapshot", "snapshot.json", "--format", "json")

    assert "reconciler.planning.make" in loaded
    assert "deepdiff" in loaded
    assert loaded & (LIVE | SANDBOX | MESSAGES | PAGES) == frozenset()


@pytest.mark.parametrize("color", ["never", "always"])
def test_a_plan_for_people_is_written_without_what_draws(offline: Shop, color: str) -> None:
    """A plan is lines of text, with colours or without; no tables and no page of the web."""
    loaded = loaded_by(offline, "--color", color, "plan", "--snapshot", "snapshot.json")

    assert "reconciler.report.page" in loaded
    assert loaded & (LIVE | SANDBOX | MESSAGES | PAGES) <= BREAKS


def test_what_is_as_wanted_is_not_compared_in_detail(offline: Shop) -> None:
    """Looking for differences loads much that speaks with networks; where both sides are equal nobody looks."""
    loaded = loaded_by(offline, "plan", "--snapshot", "snapshot.json", "--format", "json", AS_WANTED)

    assert loaded & (LIVE | SANDBOX | MESSAGES | PAGES | REST | {"deepdiff"}) == frozenset()


def test_checking_files_loads_neither_plans_nor_clouds(shop: Shop) -> None:
    """An editor or a hook calls it for every commit."""
    loaded = loaded_by(shop, "validate", "--format", "json")

    assert "reconciler.loading.load" in loaded
    assert "reconciler.planning.make" not in loaded
    assert loaded & (LIVE | SANDBOX | MESSAGES | PAGES | REST | {"deepdiff"}) == frozenset()


def test_a_live_plan_does_not_even_load_what_writes(shop: Shop) -> None:
    """Planning never writes, and where nobody looks no progress is drawn."""
    loaded = loaded_by(shop, "plan")

    assert "reconciler.live.observer" in loaded
    assert loaded & (WRITES | DRAWS) == frozenset()


def test_a_live_plan_of_one_file_loads_nothing_for_other_cases(shop: Shop) -> None:
    """Most answers come at once, most installations stay ours, and most accounts have no agreement."""
    shop.edit("fleet.yaml", r"^    routes:.*\n(?:      .*\n)+", "")
    shop.edit("fleet.yaml", r"^    agreement:.*\n", "")

    loaded = loaded_by(shop, "plan", AS_WANTED)

    assert "reconciler.live.observer" in loaded
    assert loaded & (SELDOM | MESSAGES | DRAWS | BREAKS | {"deepdiff"}) == frozenset()
