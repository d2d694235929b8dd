"""Small fleets on disk: a good one, and whatever a test puts in its place."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from reconciler.loading.load import LoadedFleet, load_fleet
from reconciler.model.desired import DesiredInstallation

TODAY = date(2026, 5, 4)
ID = "11111111-0000-4000-8000-000000000001"
OTHER_ID = "11111111-0000-4000-8000-000000000002"

FLEET = """\
version: 1
accounts:
  main: {cloud: sandbox}
allowedHosts: [ocpp.backend-b.example, hooks.paycharge.example]
"""
HEAD = f"version: 1\nid: {ID}\nname: Here\n"
"""Three lines; what a test adds begins in line 4."""
OTHER = f"version: 1\nid: {OTHER_ID}\nname: There\n"

HERE = "installations/here.yaml"


def write(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files into a fleet folder; fleet.yaml is the small one unless the files bring their own."""
    fleet = root / "fleet"
    for name, content in {"fleet.yaml": FLEET, **files}.items():
        path = fleet / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return fleet


def load(root: Path, files: Mapping[str, str | bytes]) -> LoadedFleet:
    """Load a fleet of these files."""
    return load_fleet(write(root, files), today=TODAY)


def told(loaded: LoadedFleet) -> list[str]:
    """`file:line:col CODE` of every problem, the file inside the fleet folder."""
    return [
        f"{problem.file.removeprefix('fleet/')}:{problem.line}:{problem.column} {problem.code}"
        for problem in loaded.problems
    ]


def site_of(loaded: LoadedFleet, identity: str = ID) -> DesiredInstallation:
    """One desired installation of a fleet that must be without errors."""
    assert loaded.desired is not None, [str(problem) for problem in loaded.problems]
    return next(site for site in loaded.desired.installations if site.id == identity)
