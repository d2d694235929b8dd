"""octoDNS plans as many records as we plan installations and chargers, from as many YAML files to others."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

from reconciler.sandbox.generating.sites import generated_sites
from tests.bench.offline import plan_offline
from tests.bench.prepared import CACHE, SEED, mixed, prepared
from tests.bench.processes import PYTHON, Spent, ended_well, in_turns, peak_mib, spent_by
from tests.bench.results import Figure, told

VERSION = "1.22.0"
HOME = CACHE / "octodns"
BINARY = HOME / "bin" / "octodns-sync"
SITES_OF_A_ZONE = 1_000
ONE_DIFFERS_OF = 333
REPEATS = 3
MOST = 10_000
LONGEST_S = 300


def against(size: int) -> Iterator[Figure]:
    """Our plan against theirs; without octoDNS a row that says so."""
    what = "`plan --snapshot` ÷ octoDNS"
    if size > MOST:
        yield told(f"{what}: left out, it would take too long", f"{size} objects", 0.0)
        return
    missing = _installed()
    if missing:
        yield told(f"{what}: not measured, {missing}", f"{size} objects", 0.0)
        return
    fleet, zones = prepared(size), _zones(size)
    pair = in_turns(lambda: plan_offline(fleet), lambda: _plan(zones), repeats=REPEATS)
    objects = size + fleet.chargers
    seconds = {"ours_s": pair.ours_s, "octodns_s": pair.peer_s}
    peaks = {"ours_mib": peak_mib(pair.ours), "octodns_mib": peak_mib(pair.peer)}
    yield told(f"{what} {VERSION}", f"{size} files, {objects} objects", pair.ratio, detail={**seconds, **peaks})


def _installed() -> str:
    """Why it cannot be used, empty when it can; it lives in an environment of its own."""
    if BINARY.exists():
        return ""
    try:
        subprocess.run([PYTHON, "-m", "venv", str(HOME)], check=True, capture_output=True, timeout=LONGEST_S)
        pip = [str(HOME / "bin" / "python"), "-m", "pip", "install", "--quiet", f"octodns=={VERSION}"]
        subprocess.run(pip, check=True, capture_output=True, timeout=LONGEST_S)
    except (subprocess.SubprocessError, OSError):
        return "it cannot be installed here"
    return "" if BINARY.exists() else "it has no octodns-sync"


def _plan(zones: Path) -> Spent:
    command = [str(BINARY), "--config-file", "config.yaml", "--quiet"]
    return ended_well(spent_by(command, folder=zones))


def _zones(size: int) -> Path:
    folder = CACHE / f"octodns-zones-{size}"
    done = folder / "config.yaml"
    if not done.exists():
        for site in generated_sites(mixed(), size, seed=SEED):
            for side in ("source", "target"):
                differs = side == "target" and site.number % ONE_DIFFERS_OF == 0
                _write(folder / side, site.number, records=1 + len(site.chargers), address=2 if differs else 1)
        done.write_text(json.dumps(_config(-(-size // SITES_OF_A_ZONE))))
    return folder


def _write(folder: Path, number: int, *, records: int, address: int) -> None:
    zone = folder / f"{_zone(number // SITES_OF_A_ZONE)}"
    zone.mkdir(parents=True, exist_ok=True)
    name = f"site-{number:06d}"
    names = [name, *(f"charger-{one}.{name}" for one in range(1, records))]
    lines = [f"{one}:\n  ttl: 3600\n  type: A\n  value: 192.0.2.{address}\n" for one in sorted(names)]
    (zone / f"{name}.yaml").write_text("".join(["---\n", *lines]))


def _zone(number: int) -> str:
    return f"zone-{number}.example."


def _config(zones: int) -> dict[str, object]:
    provider = {"class": "octodns.provider.yaml.YamlProvider", "split_extension": ".", "enforce_order": False}
    return {
        "manager": {"max_workers": 2},
        "providers": {side: {**provider, "directory": f"./{side}"} for side in ("source", "target")},
        "zones": {_zone(number): {"sources": ["source"], "targets": ["target"]} for number in range(zones)},
    }
