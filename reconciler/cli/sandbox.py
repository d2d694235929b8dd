"""The `sandbox` command: the simulated cloud, its world, and what people and devices do in it."""

import os
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from reconciler.cli.clouds import sandbox_failed, sandbox_path, world_held
from reconciler.cli.options import NumberRange, current_globals, global_options
from reconciler.cli.output import compact, say
from reconciler.errors import UsageProblemError
from reconciler.model.exit import ExitCode
from reconciler.model.words import counted
from reconciler.report.escape import cut, for_terminal
from reconciler.sandbox.errors import CallerError, SandboxError, WorldHeld
from reconciler.sandbox.faults import BodyForm, Kind
from reconciler.sandbox.generating.parameters import PRESETS
from reconciler.sandbox.portal import SECRETS
from reconciler.sandbox.store import SandboxFile
from reconciler.store.layout import run_ids, runs_folder

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(s|m|h|d)?")
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_READABLE = (".json", ".md", ".html")


def _file() -> SandboxFile:
    return SandboxFile(sandbox_path(current_globals().root))


def _do(name: str, **arguments: Any) -> dict[str, Any]:
    """Carry out an operation here, or where the world is being served.

    Raises:
        LockedError: A process that serves nothing has the world.
        UsageProblemError: What the caller asked for does not fit.
        ReconcilerError: The world is broken or cannot be reached.
    """
    try:
        return _file().operate(name, arguments)
    except WorldHeld as held:
        raise world_held(held) from held
    except CallerError as error:
        raise UsageProblemError(str(error), where=f"sandbox {name}", remedy=error.remedy) from error
    except SandboxError as error:
        raise sandbox_failed(error) from error


@click.group("sandbox")
@global_options
def command() -> None:
    """The simulated cloud. It needs no account and no network; its world is kept in .reconciler/sandbox.json."""


@command.command("serve")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 takes a free one.")
@click.option(
    "--time-scale",
    type=NumberRange(0.001, 100_000),
    default=1.0,
    show_default=True,
    help="World seconds per second.",
)
@global_options
def serve(port: int, time_scale: float) -> int:
    """Offer the world over HTTP on loopback until Ctrl-C; login owner@sandbox.example / sandbox."""
    from reconciler.sandbox import server

    try:
        server.serve(_file(), port=port, time_scale=time_scale, started=_started)
    except WorldHeld as held:
        raise world_held(held) from held
    except OSError as error:
        raise UsageProblemError(
            f"port {port} cannot be used: {os.strerror(error.errno or 0)}",
            where="--port",
            remedy="choose another, or 0 for a free one",
        ) from error
    except SandboxError as error:
        raise sandbox_failed(error) from error
    return ExitCode.DONE


def _started(url: str) -> None:
    click.echo(f"serving the sandbox at {url} (Ctrl-C stops)")
    click.echo(f"use it with: export RECONCILER_SANDBOX_URL={url}")
    sys.stdout.flush()


@command.command("reset")
@global_options
def reset() -> int:
    """Put the first world back, traps and all."""
    _do("reset")
    say("the sandbox is as at first")
    return ExitCode.DONE


@command.command("seed")
@click.option("--installations", type=click.IntRange(1, 100_000), required=True)
@click.option("--chargers", type=click.IntRange(1, 1_000_000), help="How many; with --generate the parameters decide.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same number makes the same world.")
@click.option("--generate", metavar="PRESET|FILE", help=f"A realistic fleet: {', '.join(PRESETS)}, or parameters.")
@click.option("--drift", type=NumberRange(0, 100), metavar="PERCENT", help="Installations unlike their files.")
@click.option("--files", type=click.Path(path_type=Path), metavar="DIR", help="Write its fleet folder and drift.json.")
@global_options
def seed(installations: int, chargers: int | None, seed: int, generate: str | None, **further: Any) -> int:
    """Replace the world by a generated one; with --generate also write its files, and what differs from them."""
    if generate is not None and chargers is None:
        from reconciler.cli.generating import Wanted, generated

        wanted = Wanted(source=generate, installations=installations, seed=seed, **further)
        say(generated(_do, wanted))
        return ExitCode.DONE
    if generate is not None or chargers is None or any(value is not None for value in further.values()):
        raise UsageProblemError(
            "these options do not go together",
            where="sandbox seed",
            remedy="give --chargers, or --generate, which alone can have --drift and --files",
        )
    _do("seed", installations=installations, chargers=chargers, seed=seed)
    say(f"the sandbox has {installations} installations and {chargers} chargers")
    return ExitCode.DONE


@command.command("set")
@click.argument("target", metavar="SERIAL|INSTALLATION")
@click.argument("assignments", nargs=-1, required=True, metavar="SETTING=VALUE...")
@global_options
def set_(target: str, assignments: tuple[str, ...]) -> int:
    """Change live values as another writer would, for instance `set ZAP012345 maxCurrent=10 online=off`."""
    for name, text in [_parted(assignment) for assignment in assignments]:
        _do("set", target=target, setting=name, value=text)
        shown = "set" if name in SECRETS else text
        say(for_terminal(f"{target}: {name} is now {shown}"))
    return ExitCode.DONE


def _parted(assignment: str) -> tuple[str, str]:
    name, sign, text = assignment.partition("=")
    if not sign:
        raise UsageProblemError(f"{assignment!r} has no =", where="sandbox set", remedy="write SETTING=VALUE")
    return name, text


@command.command("carry-out")
@click.argument("worksheets", type=click.Path(path_type=Path), nargs=-1, required=True, metavar="WORKSHEET...")
@global_options
def carry_out(worksheets: tuple[Path, ...]) -> int:
    """Do the Portal steps of each WORKSHEET (its .json, or the .md or .html beside it) as a person would.

    Exits with 4 when a step could not be done.
    """
    from reconciler.loading.documents import read_worksheet_steps

    files = [_with_steps(path) for path in worksheets]
    steps = [step for file in files for step in read_worksheet_steps(file)]
    ends = _do("carry-out", steps=steps)["steps"]
    for step, end in zip(steps, ends, strict=True):
        subject = step["charger"] or step["principal"] or "installation"
        outcome = "done" if end["done"] else f"not done: {end['detail']}"
        click.echo(for_terminal(f"{cut(step['name'])}: {subject} {step['setting']}: {outcome}"))
    return ExitCode.DONE if all(end["done"] for end in ends) else ExitCode.PARTIAL


def _with_steps(path: Path) -> Path:
    """The JSON form of a worksheet, which lies beside the forms that people read.

    Raises:
        UsageProblemError: There is no such file, or it is something else.
    """
    if not os.path.isfile(path):  # Path.is_file raises where it may not look
        what = "this is a folder" if os.path.isdir(path) else "this worksheet does not exist"
        raise _no_worksheet(what, path)
    if path.suffix not in _READABLE:
        raise _no_worksheet("this is not a worksheet", path)
    steps = path.with_suffix(".json")
    if not os.path.isfile(steps):
        raise _no_worksheet(f"{steps.name}, which belongs to this worksheet, is not beside it", path)
    return steps


def _no_worksheet(what: str, path: Path) -> UsageProblemError:
    root = current_globals().root
    sheets = [runs_folder(root) / run / "worksheet.md" for run in run_ids(root)]
    newest = [sheet for sheet in sheets if sheet.is_file()][-1:]
    remedy = (
        f"the newest is {os.path.relpath(newest[0])}" if newest else "`reconciler apply` writes them and says where"
    )
    return UsageProblemError(what, where=str(path), remedy=remedy)


@command.command("accept-invitation")
@click.argument("person", metavar="PERSON")
@click.option("--installation", metavar="ID|NAME", help="Only there; otherwise everywhere.")
@global_options
def accept_invitation(person: str, installation: str | None) -> int:
    """PERSON (person:<id> or an address) accepts what they were invited to."""
    count = _do("accept-invitation", who=person, installation=installation)["accepted"]
    say(f"accepted at {counted(count, 'installation')}")
    return ExitCode.DONE


@command.command("consent")
@click.argument("link", metavar="LINK|LOOKUPKEY")
@click.option("--person", "who", required=True, metavar="PERSON", help="person:<id>, or an address.")
@click.option("--installation", metavar="ID|NAME", help="Left out: the only one that the page offers.")
@click.option("--deny", is_flag=True, help="Deny instead of approving.")
@global_options
def consent(link: str, who: str, installation: str | None, *, deny: bool) -> int:
    """PERSON approves (or denies) an access request without a browser; prints the address it would be sent to."""
    if deny:
        click.echo(_do("deny-consent", link=link, who=who)["address"])
        say("denied")
        return ExitCode.DONE
    done = _do("approve-consent", link=link, who=who, installation=installation)
    click.echo(done["address"])
    say(f"approved at {done['name']}")
    return ExitCode.DONE


@command.command("advance")
@click.argument("duration", metavar="DURATION")
@global_options
def advance(duration: str) -> int:
    """Move world time on by DURATION, for instance 90s, 15m, 2h or 7d."""
    match = _DURATION.fullmatch(duration)
    if match is None:
        raise UsageProblemError(
            f"{duration!r} is not a duration", where="sandbox advance", remedy="write 90s, 15m, 2h or 7d"
        )
    now = _do("advance", seconds=float(match[1]) * _SECONDS[match[2] or "s"])["now"]
    say(f"it is {datetime.fromtimestamp(now, UTC):%Y-%m-%dT%H:%M:%SZ} in the sandbox")
    return ExitCode.DONE


@command.command("fault")
@click.argument("kind", type=click.Choice([*(kind.value for kind in Kind), "clear"]), metavar="KIND|clear")
@click.option("--method", default="*", show_default=True)
@click.option("--path", default="*", show_default=True, help="* matches anything, also slashes.")
@click.option("--times", type=click.IntRange(1), default=1, show_default=True, help="How often it strikes.")
@click.option("--after", "after_n", type=click.IntRange(0), default=0, help="How many matching requests pass before.")
@click.option("--status", type=click.IntRange(500, 599), default=500, show_default=True)
@click.option("--body", type=click.Choice([form.value for form in BodyForm]), default="empty", show_default=True)
@global_options
def fault(kind: str, **arguments: Any) -> int:
    """Script a failure of KIND, or clear them all. Kinds: see `reconciler sandbox fault --help`."""
    if kind == "clear":
        _do("clear-faults")
        say("no failures are scripted")
        return ExitCode.DONE
    _do("fault", kind=kind, **arguments)
    say(f"scripted: {kind} on {arguments['method']} {arguments['path']}, {counted(arguments['times'], 'time')}")
    return ExitCode.DONE


fault.help = f"Script a failure, or `clear` them all. KIND is one of {', '.join(kind.value for kind in Kind)}."


@command.command("log")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
@global_options
def log(format_: str) -> int:
    """Print every request that the sandbox answered: time, method, path, status, and whether it changed something."""
    entries = _do("log")["log"]
    if format_ == "json":
        click.echo(compact(entries), nl=False)
        return ExitCode.DONE
    if not entries:
        say("the sandbox has answered no request yet")
    for entry in entries:
        at = datetime.fromtimestamp(entry["at"], UTC)
        effect = "  changed something" if entry["effect"] else ""
        line = f"{at:%Y-%m-%dT%H:%M:%S}Z {entry['method']:<6} {entry['status'] or 'lost':<4} {entry['path']}{effect}"
        click.echo(for_terminal(line))
    return ExitCode.DONE


@command.command("outbox")
@global_options
def outbox() -> int:
    """Print the mails that the simulated cloud would have sent; people as person:<id>, never an address."""
    from reconciler.sandbox.people import people

    ids = {email: id_ for id_, email, _, _ in people()}
    letters = _do("outbox")["outbox"]
    if not letters:
        say("the sandbox has sent no mail yet")
    for letter in letters:
        at = datetime.fromtimestamp(letter["at"], UTC)
        person = f"person:{ids[letter['to']]}" if letter["to"] in ids else "somebody who is not in the directory"
        charger = f"charger {letter['charger']} of " if "charger" in letter else ""
        place = for_terminal(charger + cut(letter["installation"]))
        click.echo(f"{at:%Y-%m-%dT%H:%M:%S}Z  invitation to {place} for {person}")
    return ExitCode.DONE
