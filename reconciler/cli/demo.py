"""The `demo` command: the whole story on the sandbox, told by the real commands, checked by their JSON."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from reconciler.cli import demo_expectations as expected
from reconciler.cli.options import global_options
from reconciler.errors import ReconcilerError
from reconciler.model.exit import ExitCode
from reconciler.records import dataclass

_SECRETS = {
    "FLEET_SECRET_KAIA_PASSWORD": "example-password",
    "FLEET_SECRET_HAVNEN_PAYLOAD": "user=example&password=example",
}
_LATER = 300


@click.command("demo")
@click.option(
    "--keep", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Play in DIR and leave it there."
)
@global_options
def command(keep: Path | None) -> int:
    """Tell the whole story on the sandbox: validate, plan, apply, the proof, and what a person must do.

    Each act runs the real command in a temporary folder and checks what it reported; exits with 1 when one is not as
    it should be.
    """
    if keep is not None:
        _play(keep)
    else:
        with tempfile.TemporaryDirectory(prefix="reconciler-demo-") as folder:
            _play(Path(folder))
    return ExitCode.DONE


def example_fleet() -> Path:
    """The shipped fleet: beside the package in a checkout, inside it when installed."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "fleet"
    return inside if inside.is_dir() else package.parent / "fleet"


def _play(folder: Path) -> None:
    if (folder / "fleet").exists():
        raise ReconcilerError("there is a fleet already", where=str(folder), remedy="give an empty folder to --keep")
    shutil.copytree(example_fleet(), folder / "fleet")
    stage = Stage(folder)
    for act in (_validate, _plan, _apply, _second_plan, _worksheet, _after_the_portal):
        act(stage)
    click.echo("")
    click.secho("The demo ended as it should: every command reported what was expected.", bold=True)


@dataclass(frozen=True, slots=True)
class Stage:
    """The folder in which the demo plays."""

    folder: Path

    def act(self, title: str) -> None:
        """Announce the next act."""
        click.echo("")
        click.secho(f"== {title}", bold=True)

    def run(self, *arguments: str, report: str | None = None, codes: Sequence[int] = (0,)) -> dict[str, Any]:
        """Run one real command, show what it prints, and return its JSON report.

        Raises:
            ReconcilerError: It ended with another exit code.
        """
        click.secho(f"$ reconciler {' '.join(arguments)}", fg="cyan")
        extra = ["--report", f"json={report}"] if report else []
        color = ["--color", "always"] if sys.stdout.isatty() and "NO_COLOR" not in os.environ else []
        ended = subprocess.run(  # noqa: S603  our own command line
            [sys.executable, "-m", "reconciler", *arguments, *extra, *color],
            cwd=self.folder,
            env=_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        click.echo(ended.stdout + ended.stderr, nl=False)
        _check(ended.returncode in codes, f"exit code {ended.returncode}, expected {' or '.join(map(str, codes))}")
        return self.read(report) if report else {}

    def read(self, name: str) -> dict[str, Any]:
        """Read a JSON document of the folder."""
        document: dict[str, Any] = json.loads((self.folder / name).read_text(encoding="utf-8"))
        return document


def _environment() -> dict[str, str]:
    """Ours without anything that could lead the demo to a real cloud, plus its made-up secrets."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("RECONCILER_", "FLEET_", "ZAPTEC"))
    }
    width = str(shutil.get_terminal_size((100, 24)).columns)
    return {**kept, "COLUMNS": width, **_SECRETS}


def _check(holds: bool, what: str) -> None:  # noqa: FBT001  a plain assertion
    if not holds:
        raise ReconcilerError(
            f"the demo went wrong: {what}", where="reconciler demo", remedy="this is a bug; report it"
        )


def _same(found: set[Any], wanted: set[Any], what: str) -> None:
    missing, extra = sorted(wanted - found, key=repr), sorted(found - wanted, key=repr)
    _check(not missing and not extra, f"{what}: missing {missing}, unexpected {extra}")
    click.secho(f"   checked: {len(wanted)} {what}", fg="green")


def _validate(stage: Stage) -> None:
    stage.act("1. The files are right")
    document = stage.run("validate", report="validation.json")
    _check(document["problems"] == [], "the shipped files have problems")


def _plan(stage: Stage) -> None:
    stage.act("2. What differs from the live cloud")
    document = stage.run("plan", "--out", "plan.json", report="first.json", codes=(4,))
    _same(_places(document["changes"], "route"), expected.CHANGES, "changes with their routes")
    _same({(one["name"], one["guard"]) for one in document["refusals"]}, expected.REFUSALS, "refusals")
    _same({_place(one) for one in document["pending"]}, expected.PENDING, "pending")
    _same({(one["name"], one["principal"]) for one in document["waiting"]}, expected.WAITING, "waiting")
    _same({(one["name"], one["charger"]) for one in document["unreadable"]}, expected.UNREADABLE, "unreadable")


def _apply(stage: Stage) -> None:
    stage.act("3. Carry out exactly that plan")
    document = stage.run("apply", "plan.json", report="result.json", codes=(4,))
    outcomes = {one["change"]: one["outcome"] for one in document["outcomes"]}
    changes = stage.read("plan.json")["changes"]
    found = {(*_place(change), outcomes[change["id"]]) for change in changes}
    _same(found, expected.OUTCOMES, "outcomes")
    receipt = document["receipt"]
    _check(bool(receipt and receipt["converged"]), "the second plan was not empty")
    click.secho("   checked: the receipt says that everything a machine can do is done", fg="green")


def _second_plan(stage: Stage) -> None:
    stage.act("4. Plan again: nothing is left for a machine")
    document = stage.run("plan", report="second.json", codes=(4,))
    _same(_places(document["changes"], "route"), expected.SECOND_PLAN, "changes left, all behind a person")


def _worksheet(stage: Stage) -> None:
    stage.act("5. What a person must do: the worksheet")
    sheet = stage.folder / stage.read("result.json")["worksheet"]
    click.echo(sheet.read_text(encoding="utf-8"), nl=False)
    click.echo("")
    stage.run("sandbox", "carry-out", str(sheet.relative_to(stage.folder)))
    stage.run("sandbox", "set", "ZPR081020", "online=true")
    stage.run("sandbox", "accept-invitation", "person:b-31")
    stage.run("sandbox", "advance", f"{_LATER}s")


def _after_the_portal(stage: Stage) -> None:
    stage.act("6. The next plan sees what people did, and goes on")
    stage.run("apply", "--yes", report="last.json", codes=(4,))
    document = stage.run("plan", report="third.json", codes=(4,))
    _same(_places(document["changes"], "route"), set(), "changes left")
    _same(
        {(one["name"], one["principal"]) for one in document["waiting"]}, expected.STILL_WAITING, "waiting for people"
    )


def _place(one: dict[str, Any]) -> tuple[str, str | None, str]:
    return (one["name"], one["charger"] or one["principal"], one["setting"])


def _places(items: Sequence[dict[str, Any]], key: str) -> set[tuple[Any, ...]]:
    return {(*_place(one), one[key]) for one in items}
