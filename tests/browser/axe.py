"""axe-core, when somebody has it: AXE_CORE names the file axe.min.js, or the package axe-core-python brings one."""

import json
import os
from importlib.util import find_spec
from pathlib import Path

from tests.browser.chromium import Tab


def found() -> Path | None:
    """Where it is."""
    if named := os.environ.get("AXE_CORE"):
        return Path(named)
    package = find_spec("axe_core_python")
    places = [] if package is None else [Path(one) for one in package.submodule_search_locations or ()]
    return next((one / "axe.min.js" for one in places if (one / "axe.min.js").is_file()), None)


def violations(tab: Tab, script: Path) -> list[str]:
    """What it finds wrong with the page as it is now, a line each."""
    tab.run(script.read_text(encoding="utf-8") + ";0")
    said = tab.run("axe.run(document, {resultTypes: ['violations']}).then((one) => JSON.stringify(one.violations))")
    return [
        f"{one['id']}: {node['html'][:120]} {node['failureSummary']}"
        for one in json.loads(said)
        for node in one["nodes"]
    ]
