"""How much of the readers the fixed part of the fuzzing reaches: every branch counts."""

import contextlib
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

import coverage

ROOT = Path(__file__).parents[2]
CASES = 20_000
SEED = 1
PARSERS = (
    "wire",
    "rows",
    "members",
    "paging",
    "refusal",
    "login",
    "available",
    "partner_call",
    "partner_route",
    "routes/sandbox_partner",
)
MEASURED = ("reconciler/loading/*", *(f"reconciler/live/{name}.py" for name in PARSERS))
READ_NOTHING = ("reconciler/loading/side_by_side.py",)
"""It shares out among our own processes what others read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Branches of one module; lines of one without branches."""

    module: str
    reached: int
    all: int
    missing: tuple[str, ...]

    @property
    def percent(self) -> float:
        """Of its branches; a module without any counts as reached."""
        return 100.0 * self.reached / self.all if self.all else 100.0


def measured(cases: int = CASES) -> tuple[Reach, ...]:
    """Run seeds, regressions and the first cases of seed 1 under coverage.

    Nothing of the package may have been imported before, or the lines of its modules themselves would be missed.
    """
    watch = coverage.Coverage(
        branch=True, include=[str(ROOT / pattern) for pattern in MEASURED], data_file=None, config_file=False
    )
    with tempfile.TemporaryDirectory() as folder:
        watch.start()
        try:
            _run(Path(folder), cases)
        finally:
            watch.stop()
        report = Path(folder) / "coverage.json"
        with contextlib.redirect_stdout(None):
            watch.json_report(outfile=str(report))
        files = json.loads(report.read_text())["files"]
    return tuple(_reach(name, part) for name, part in sorted(files.items()) if not name.endswith(READ_NOTHING))


def _run(folder: Path, cases: int) -> None:
    from tests.fuzz import harmful_files
    from tests.fuzz.runner import Runner

    runner = Runner(folder, seed=SEED)
    found = [*runner.regressions(), *runner.run(cases)]
    if found:
        raise SystemExit("\n".join(f"{one.target} {one.number}: {one.what}\n  {one.case}" for one in found))
    harmful_files.check_all(folder)


def _reach(name: str, part: dict[str, dict[str, int]]) -> Reach:
    summary = part["summary"]
    missing = tuple(f"{start}->{end}" for start, end in part["missing_branches"])  # type: ignore[misc]  # theirs
    module = name.removeprefix(f"{ROOT}/").removeprefix("reconciler/")
    return Reach(module=module, reached=summary["covered_branches"], all=summary["num_branches"], missing=missing)
