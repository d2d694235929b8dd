"""Synthetic fleets for the sandbox: the world, the files that match it, and the truth about what differs."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from reconciler.errors import UsageProblemError
from reconciler.loading.generation import read_generation
from reconciler.model.words import counted
from reconciler.records import dataclass
from reconciler.sandbox.generating.folder import write_shared, written
from reconciler.sandbox.generating.parameters import PRESETS, Parameters, parameters_of, preset_file
from reconciler.sandbox.generating.sites import generated_sites
from reconciler.store.files import unwritable, write_atomically

Do = Callable[..., dict[str, Any]]
TRUTH = "drift.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What was asked for.

    Attributes:
        source: A preset, or the path of a parameter file.
        drift: Percent of installations that differ from their files; None leaves it to the parameters.
        files: Folder to be made, which will hold `fleet/` and `drift.json`.
    """

    source: str
    installations: int
    seed: int
    drift: float | None
    files: Path | None


def generated(do: Do, wanted: Wanted) -> str:
    """Seed the sandbox and write the files; a sentence about what was made.

    Raises:
        InvalidFilesError: The parameters cannot be used; carries every problem.
        UsageProblemError: There is something already where the files shall go.
        ReconcilerError: The disk or the sandbox said no.
    """
    tree = read_generation(_file(wanted.source), under=preset_file("mixed"))
    if wanted.files is not None:
        _write(wanted.files, parameters_of(tree, drift_percent=wanted.drift), wanted)
    made = do(
        "generate",
        installations=wanted.installations,
        parameters=tree,
        seed=wanted.seed,
        drift_percent=wanted.drift,
    )
    sizes = f"{counted(wanted.installations, 'installation')} and {counted(made['chargers'], 'charger')}"
    return f"the sandbox has {sizes}; {counted(made['drifted'], 'setting')} differ from the files"


def _file(source: str) -> Path:
    return preset_file(source) if source in PRESETS else Path(source)


def _write(folder: Path, parameters: Parameters, wanted: Wanted) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageProblemError(
            "there is something already, and a generated fleet replaces nothing",
            where=f"--files {folder}",
            remedy="name a folder that does not exist, or an empty one",
        )
    fleet = folder / "fleet"
    try:
        write_shared(fleet, parameters)
        sites = written(fleet, generated_sites(parameters, wanted.installations, seed=wanted.seed))
        truth = [asdict(one) for site in sites for one in site.drifted]
    except OSError as error:
        raise unwritable(folder, error) from error
    write_atomically(folder / TRUTH, "".join(_lines(truth)))


def _lines(truth: list[dict[str, Any]]) -> Iterator[str]:
    yield "[\n"
    yield ",\n".join(json.dumps(one, ensure_ascii=False, sort_keys=True) for one in truth)
    yield "\n]\n"
