"""Generated fleets on disk, made once for each size and kept in `.bench/` until the generator changes.

`python -m tests.bench.prepared FOLDER INSTALLATIONS` makes one; the bench does that in a process of its own,
whose memory is gone before anything is measured.
"""

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconciler import __version__
from reconciler.loading.generation import read_generation
from reconciler.report.json_snapshot import snapshot_json
from reconciler.sandbox.builders import empty_world
from reconciler.sandbox.generating.access import prepared as with_groups
from reconciler.sandbox.generating.fleet import PAGE, fewest_reads, generated_fleet
from reconciler.sandbox.generating.folder import file_name, write_shared, written
from reconciler.sandbox.generating.parameters import Parameters, parameters_of, preset_file
from reconciler.sandbox.generating.site import GeneratedSite
from reconciler.sandbox.generating.sites import generated_sites, sites_in
from reconciler.sandbox.world import World
from tests.bench.processes import PYTHON, ROOT, environment
from tests.bench.snapshots import snapshot_of

CACHE = ROOT / ".bench"
SEED = 1
DRIFT_PERCENT = 0.3
RATE = 9.8
MOST_SERVED = 20_000
"""Installations of which a whole world is kept too; larger ones would need many GiB."""
SOURCES = ("reconciler/sandbox/generating", "tests/bench/prepared.py", "tests/bench/snapshots.py", "reconciler/report")
FACTS = "facts.json"
SELECTED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A fleet folder with its snapshot and, unless it is too large, its world."""

    folder: Path
    installations: int
    chargers: int
    drifted: int
    fewest_reads: int
    three: tuple[str, ...]
    three_reads: int

    @property
    def fleet(self) -> Path:
        """Where the files lie; `.reconciler/` lies beside them."""
        return self.folder / "fleet"

    @property
    def snapshot(self) -> Path:
        """Everything that the account shows."""
        return self.folder / "snapshot.json"

    @property
    def world(self) -> Path:
        """The sandbox's world, with its limiter lifted."""
        return self.folder / "world.json"


def prepared(installations: int) -> Prepared:
    """A fleet of this size, made now unless it is there."""
    folder = CACHE / f"mixed-{installations}-{_fingerprint()}"
    if not (folder / FACTS).exists():
        for stale in CACHE.glob(f"mixed-{installations}-*"):
            shutil.rmtree(stale)
        command = [PYTHON, "-m", "tests.bench.prepared", str(folder), str(installations)]
        subprocess.run(command, cwd=ROOT, env=environment(), check=True)
    return described(folder, installations)


def described(folder: Path, installations: int) -> Prepared:
    """What lies in a folder that `make` has filled."""
    facts = json.loads((folder / FACTS).read_text())
    return Prepared(folder=folder, installations=installations, **{**facts, "three": tuple(facts["three"])})


def _fingerprint() -> str:
    paths = [path for source in SOURCES for path in sorted([*(ROOT / source).rglob("*.*"), ROOT / source])]
    texts = b"".join(path.read_bytes() for path in paths if path.suffix in {".py", ".yaml"})
    return hashlib.sha256(texts + __version__.encode()).hexdigest()[:12]


def mixed(drift_percent: float = DRIFT_PERCENT) -> Parameters:
    """The parameters of every fleet that is measured."""
    return parameters_of(read_generation(preset_file("mixed"), under=preset_file("mixed")), drift_percent=drift_percent)


def make(folder: Path, installations: int, parameters: Parameters) -> None:
    """Write everything; `facts.json` comes last, so that half a fleet is never measured."""
    write_shared(folder / "fleet", parameters, rate=RATE)
    if installations <= MOST_SERVED:
        world = generated_fleet(parameters, installations, seed=SEED).world
        world.data["rate_limited"] = False
        (folder / "world.json").write_text(world.to_json(), encoding="utf-8")
    scratch = with_groups(empty_world(seed=SEED))
    sites = written(folder / "fleet", sites_in(scratch, parameters, installations, seed=SEED))
    snapshot = snapshot_of(scratch, _forgotten(scratch, sites), rate=RATE)
    (folder / "snapshot.json").write_text(snapshot_json(snapshot), encoding="utf-8")
    (folder / FACTS).write_text(json.dumps(_facts(parameters, installations)))


def _forgotten(world: World, sites: Iterable[GeneratedSite]) -> Iterator[GeneratedSite]:
    for site in sites:
        yield site
        world.data["installations"].clear()
        world.data["chargers"].clear()
        world.memory.index = None


def _facts(parameters: Parameters, installations: int) -> dict[str, object]:
    """From another pass over the same installations, so that none of them has to be kept."""
    counts = {"chargers": 0, "drifted": 0}
    three: list[GeneratedSite] = []

    def passing() -> Iterator[GeneratedSite]:
        for site in generated_sites(parameters, installations, seed=SEED):
            counts["chargers"] += len(site.chargers)
            counts["drifted"] += len(site.drifted)
            if len(three) < SELECTED and site.is_visible and not site.drifted:
                three.append(site)
            yield site

    fewest = fewest_reads(passing())
    # Each is asked for by itself, its detail and its chargers, unless the lists of all are fewer; then come the states.
    lists = -(-installations // PAGE) - (-counts["chargers"] // PAGE)
    three_reads = min(lists, 2 * len(three)) + sum(len(site.reads_state_of) for site in three)
    names = [f"fleet/installations/{file_name(site)}" for site in three]
    return {**counts, "fewest_reads": fewest, "three": names, "three_reads": three_reads}


def main(arguments: Sequence[str]) -> int:
    """Make one fleet."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.prepared", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("installations", type=int)
    options = parser.parse_args(arguments)
    make(options.folder, options.installations, mixed())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
