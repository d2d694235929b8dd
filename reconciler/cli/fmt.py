"""The `fmt` command."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from reconciler.cli.options import current_globals, global_options
from reconciler.cli.output import say
from reconciler.errors import UsageProblemError
from reconciler.loading.files import FleetFile, FleetFolder, fleet_folder, read_source
from reconciler.loading.findings import Source
from reconciler.loading.formatting import NotFormattedError, formatted
from reconciler.loading.modelines import kind_of_file
from reconciler.model.exit import ExitCode
from reconciler.report.escape import for_terminal
from reconciler.store.fleet_files import write_fleet_file

_FOLDERS = ("installations", "profiles", "attestations", "released")
_TOP = ("fleet.yaml", "exceptions.yaml")


@click.command("fmt")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option("--check", is_flag=True, help="Write nothing; exit with 2 when a file would change.")
@global_options
def command(paths: tuple[Path, ...], check: bool) -> int:  # noqa: FBT001  click hands flags over as booleans
    """Bring files into their canonical layout: schema line, no space at line ends, one line end at the end.

    Comments, order, alignment and the space inside lines stay, and so does everything that a file says. PATHs are files
    or folders of the fleet; left out: all of it. Prints the files that change.
    Exits with 3 when a file cannot be read as YAML.
    """
    folder = fleet_folder(current_globals().fleet)
    if not isinstance(folder, FleetFolder):
        raise UsageProblemError(folder.what, where=folder.file, remedy="name the fleet folder with --fleet")
    files = _chosen(folder, paths)
    changed = wrong = 0
    for file in files:
        outcome = _one(folder, file, check=check)
        changed += outcome is ExitCode.DIFFERENT
        wrong += outcome is ExitCode.INVALID_FILES
    say(f"{len(files)} files read, {changed} {'would change' if check else 'changed'}")
    if wrong:
        return ExitCode.INVALID_FILES
    return ExitCode.DIFFERENT if check and changed else ExitCode.DONE


def _one(folder: FleetFolder, file: FleetFile, *, check: bool) -> ExitCode:
    source = read_source(folder, file)
    relative = Path(file.path).relative_to(folder.root).as_posix()
    if not isinstance(source, Source):
        say(f"{file.shown}: {source.what} {source.remedy}")
        return ExitCode.INVALID_FILES
    try:
        text = source.data.decode()
        after = formatted(text, relative)
    except (NotFormattedError, UnicodeDecodeError) as error:
        why = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
        say(f"{file.shown}: {why}; see `reconciler validate`")
        return ExitCode.INVALID_FILES
    if after == text:
        return ExitCode.DONE
    if not check:
        write_fleet_file(Path(folder.root), relative, before=text, after=after)
    click.echo(for_terminal(file.shown))
    return ExitCode.DIFFERENT


def _every(folder: FleetFolder) -> Iterator[FleetFile]:
    yield from (folder.file(name) for name in _TOP if folder.exists(name))
    for name in _FOLDERS:
        yield from folder.below(name)[0]


def _chosen(folder: FleetFolder, paths: Iterable[Path]) -> list[FleetFile]:
    """The files that the paths name.

    Raises:
        UsageProblemError: A path names no file of the fleet.
    """
    every = [file for file in _every(folder) if kind_of_file(Path(file.path).relative_to(folder.root).as_posix())]
    chosen: dict[str, FleetFile] = {}
    for path in paths:
        real = path if path.exists() else Path(folder.root) / path
        found = [file for file in every if Path(file.path).is_relative_to(real.absolute().resolve())]
        if not found:
            raise UsageProblemError(
                f"{path} is no file of the fleet", where="fmt", remedy=f"name files or folders below {folder.root}"
            )
        chosen |= {file.path: file for file in found}
    return sorted(chosen.values(), key=lambda file: file.name) if chosen else every
