"""The `init` command."""

from pathlib import Path

import click

from reconciler.cli.options import global_options
from reconciler.cli.output import say
from reconciler.loading.packaged import packaged_workflows, starter_files
from reconciler.model.exit import ExitCode
from reconciler.store.new_files import write_new_files


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path(), metavar="[DIR]")
@global_options
def command(folder: Path) -> int:
    """Start a fleet repository in DIR (left out: here) whose plan is empty, against the sandbox.

    Writes the fleet with one example, schemas for editors, the GitHub workflows, CODEOWNERS, pre-commit configuration
    and a README. Refuses to overwrite anything; writes all of it or nothing.
    """
    files = starter_files()
    written = write_new_files(folder, files)
    for path in written:
        click.echo(str(path))
    if not packaged_workflows():
        say("this version ships no GitHub workflows")
    here = "" if folder == Path() else f"cd {folder} && "
    say(f"next: {here}reconciler validate && reconciler plan --detailed-exitcode; then read README.md")
    return ExitCode.DONE
