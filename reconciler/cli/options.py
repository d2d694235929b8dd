"""Options that several commands share. Global ones work before and after the command."""

import math
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import click

from reconciler.records import dataclass

F = TypeVar("F", bound=Callable[..., Any])

_META = "reconciler.globals"


class NumberRange(click.FloatRange):
    """A number between two; `nan` is none, though it is neither below the one nor above the other."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number.

        Raises:
            click.BadParameter: It is out of range, or none.
        """
        number = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{value!r} is not a number.", param, ctx)
        return number


class ColorChoice(StrEnum):
    """When to colour."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Globals:
    """The global options of this run.

    Attributes:
        fleet: The fleet folder; `.reconciler/` lies beside it.
        accounts: Only these accounts; empty for all.
        concurrency: Most requests in flight per account.
        verbosity: 0, 1 (requests) or 2 (details of our own bugs).
    """

    fleet: Path = Path("fleet")
    accounts: tuple[str, ...] = ()
    concurrency: int = 16
    color: ColorChoice = ColorChoice.AUTO
    verbosity: int = 0

    @property
    def root(self) -> Path:
        """The folder that holds the fleet; `.reconciler/` lies there too."""
        return self.fleet.absolute().parent

    def chooses(self, account: str) -> bool:
        """Whether the options leave that account in."""
        return not self.accounts or account in self.accounts


def _remember(ctx: click.Context, parameter: click.Parameter, value: object) -> None:
    """Keep a global option; one given after the command wins over one before it, both over the environment."""
    store = ctx.find_root().meta.setdefault(_META, {})
    source = ctx.get_parameter_source(parameter.name or "")
    if source is click.core.ParameterSource.COMMANDLINE or parameter.name not in store:
        store[parameter.name] = value


def _global(*names: str, **attributes: Any) -> Callable[[F], F]:
    return click.option(*names, expose_value=False, callback=_remember, **attributes)


_GLOBAL_OPTIONS = (
    _global(
        "--fleet",
        type=click.Path(path_type=Path, readable=False),
        default=Path("fleet"),
        show_default=True,
        envvar="RECONCILER_FLEET",
        metavar="DIR",
        help="The fleet folder.",
    ),
    _global(
        "--account",
        multiple=True,
        envvar="RECONCILER_ACCOUNT",
        metavar="NAME",
        help="Only this account of fleet.yaml. May be given several times.",
    ),
    _global(
        "--concurrency",
        type=click.IntRange(1, 64),
        default=16,
        show_default=True,
        envvar="RECONCILER_CONCURRENCY",
        help="Most requests in flight per account.",
    ),
    _global(
        "--color",
        type=click.Choice([choice.value for choice in ColorChoice]),
        default=ColorChoice.AUTO.value,
        show_default=True,
        envvar="RECONCILER_COLOR",
        help="Colour the output.",
    ),
    _global("-v", "--verbose", count=True, envvar="RECONCILER_VERBOSE", help="Show requests; -vv shows more."),
)


def global_options(command: F) -> F:
    """Add --fleet, --account, --concurrency, --color and -v."""
    for option in reversed(_GLOBAL_OPTIONS):
        command = option(command)
    return command


def current_globals() -> Globals:
    """The global options as given so far."""
    store = click.get_current_context().find_root().meta.get(_META, {})
    return Globals(
        fleet=store.get("fleet", Path("fleet")),
        accounts=tuple(store.get("account", ())),
        concurrency=store.get("concurrency", 16),
        color=ColorChoice(store.get("color", "auto")),
        verbosity=store.get("verbose", 0),
    )
