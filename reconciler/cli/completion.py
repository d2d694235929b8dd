"""The `completion` command."""

import click
from click.shell_completion import get_completion_class

from reconciler.cli.options import global_options
from reconciler.cli.output import show
from reconciler.model.exit import ExitCode

SHELLS = ("bash", "zsh", "fish")


@click.command("completion")
@click.argument("shell", type=click.Choice(SHELLS))
@global_options
def command(shell: str) -> int:
    """Print the script that lets SHELL complete commands and options.

    bash: eval "$(reconciler completion bash)" in ~/.bashrc; zsh the same in ~/.zshrc; fish: reconciler completion
    fish > ~/.config/fish/completions/reconciler.fish
    """
    from reconciler.cli.main import cli

    made = get_completion_class(shell)
    if made is None:
        raise RuntimeError(f"click completes {shell} no more")
    script = made(cli, {}, "reconciler", "_RECONCILER_COMPLETE")
    show(script.source_template % script.source_vars() + "\n")
    return ExitCode.DONE
