"""The command line: one entry point, commands loaded only when they are called."""

import gc
import importlib
import io
import os
import signal
import sys
from collections.abc import Sequence

import click

from reconciler import __version__
from reconciler.cli.options import global_options

COMMANDS: dict[str, str] = {
    "validate": "Check the files; no network, no credentials.",
    "fmt": "Bring the files into their canonical layout; comments and meaning stay.",
    "plan": "Compare the files with the live cloud and show the smallest set of changes.",
    "drift": "Say where reality has left the files, since when, how bad it is and what to do.",
    "show": "Render a saved plan, result, drift report or snapshot; offline.",
    "apply": "Carry out a plan in safe order and prove it by reading back.",
    "snapshot": "Write the redacted live state to a file, for planning offline.",
    "shards": "List the shards of the fleet for a CI system: whole accounts, with how long reading takes.",
    "merge": "Join the documents of shards into the one of the whole fleet; offline.",
    "adopt": "Write the live state into files, so that the plan becomes empty.",
    "onboard": "Ask the owner of an installation for access by a link, and end with its file.",
    "github": "Steps of the workflows on GitHub: comment, issue, ledger, reviewed plans.",
    "explain": "Tell where a value comes from, or what a code means.",
    "handover": "Give chargers to their owners: start, status, finish, letter.",
    "attest": "Confirm that permissions were set in the Portal.",
    "init": "Start a fleet repository whose plan is empty.",
    "doctor": "Look for what would stop a run: credentials, clock, roles, people, pins.",
    "completion": "Print the completion script of a shell.",
    "sandbox": "The simulated cloud: serve, reset, set, carry-out, consent, advance, log …",
    "demo": "The whole story on the sandbox, in a temporary folder.",
}
"""Name and one-line help, so that `--help` imports no command."""

_COLLECT_AFTER = (100_000, 50, 1_000)
"""A fleet is objects that stay and hold no cycles; looking for them as often as usual took a quarter of a plan."""


class LazyGroup(click.Group):
    """Finds a command in `reconciler.cli.<name>` when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        """All names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  click's signature
        """Import one command; None for an unknown name."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"reconciler.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the nearest command on a typing mistake."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            raise click.UsageError(_with_nearest(str(error), args[0], list(COMMANDS)), ctx) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  as above
        """List names and one-line helps without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _with_nearest(message: str, word: str, known: list[str]) -> str:
    import difflib

    near = difflib.get_close_matches(word, known, n=1)
    return f"{message} Did you mean {near[0]!r}?" if near and "Did you mean" not in message else message


@click.group(
    cls=LazyGroup,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "auto_envvar_prefix": "RECONCILER",
        "max_content_width": 100,
    },
)
@global_options
@click.version_option(__version__, prog_name="reconciler")
def cli() -> None:
    """GitOps for fleets of Zaptec EV chargers.

    The files say what should be, `plan` shows the difference, `apply` carries it out in safe order and proves it.

    Exit codes: 0 done, 1 error, 2 differences (--detailed-exitcode), 3 files are wrong, 4 partial, 5 refused,
    6 login failed, 7 locked, 64 usage, 130 interrupted.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit the process with its code. SIGTERM ends it like Ctrl-C, unless it is ignored."""
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    # httpx brings a command line of its own where rich is installed; without it, half of its import is saved.
    sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]  # None says that there is no such module
    gc.set_threshold(*_COLLECT_AFTER)
    code = run(arguments)
    gc.freeze()  # everything goes away now; looking for cycles in it once more took a sixth of a short command
    sys.exit(code)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; errors become a message on stderr and an exit code, never a traceback."""
    _prepare_streams()
    try:
        code = cli.main(
            args=None if arguments is None else list(arguments), prog_name="reconciler", standalone_mode=False
        )
        sys.stdout.flush()
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except SystemExit as stop:  # click ends so when whoever reads its output has gone
        return stop.code if isinstance(stop.code, int) else 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except BaseException as error:  # noqa: BLE001  the one place where every failure becomes an exit code
        from reconciler.cli.failures import report_failure

        return report_failure(error)
    finally:
        gc.unfreeze()  # a process that runs more than one command needs no more of this one
    return code if isinstance(code, int) else 0


def _prepare_streams() -> None:
    """A process may start without standard streams, or with an old encoding; neither must look like our bug."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115  lives as long as the process


if __name__ == "__main__":
    main()
