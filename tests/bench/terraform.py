"""terraform plans as many `terraform_data` resources as we plan installations, when it is on the machine.

Its plan starts from an empty state, so that it compares nothing and only says what it would make: to bring as many into
a state first would take it many minutes.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

from reconciler.sandbox.generating.sites import generated_sites
from tests.bench.offline import plan_offline
from tests.bench.prepared import CACHE, SEED, mixed, prepared
from tests.bench.processes import Spent, ended_well, environment, in_turns, peak_mib, spent_by
from tests.bench.results import Figure, told

MOST = 1_000
REPEATS = 1


def against(size: int) -> Iterator[Figure]:
    """Our plan against its plan; without terraform a row that says so."""
    what, at = "`plan --snapshot` ÷ `terraform plan`", f"{size} objects"
    if shutil.which("terraform") is None:
        yield told(f"{what}: not measured, terraform is not here", at, 0.0)
        return
    if size > MOST:
        yield told(f"{what}: left out, it would take too long", at, 0.0)
        return
    fleet, folder = prepared(size), _configuration(size)
    pair = in_turns(lambda: plan_offline(fleet), lambda: _plan(folder), repeats=REPEATS)
    detail = {
        "ours_s": pair.ours_s,
        "terraform_s": pair.peer_s,
        "ours_mib": peak_mib(pair.ours),
        "terraform_mib": peak_mib(pair.peer),
    }
    yield told(what, at, pair.ratio, detail=detail)


def _plan(folder: Path) -> Spent:
    env = environment(CHECKPOINT_DISABLE="1", TF_IN_AUTOMATION="1")
    return ended_well(spent_by(["terraform", "plan", "-input=false", "-no-color"], folder=folder, env=env))


def _configuration(size: int) -> Path:
    """One resource for each installation, which holds what its file says."""
    folder = CACHE / f"terraform-{size}"
    done = folder / "main.tf.json"
    if not done.exists():
        folder.mkdir(parents=True, exist_ok=True)
        sites = generated_sites(mixed(), size, seed=SEED)
        resources = {f"site{site.number}": {"input": site.document} for site in sites}
        text = json.dumps({"resource": {"terraform_data": resources}})
        done.write_text(text.replace("${", "$${").replace("%{", "%%{"))
    return folder
