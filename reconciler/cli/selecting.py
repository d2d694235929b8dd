"""Which part of the fleet a command is asked for."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from reconciler.cli.options import current_globals
from reconciler.loading.select import select
from reconciler.model.desired import Account, DesiredFleet
from reconciler.records import dataclass

F = TypeVar("F", bound=Callable[..., Any])


def selection_options(command: F) -> F:
    """Add SELECTOR... and --exclude."""
    command = click.option("--exclude", multiple=True, metavar="SELECTOR", help="Leave these out.")(command)
    return click.argument("selectors", nargs=-1, metavar="[SELECTOR]...")(command)


def chosen(desired: DesiredFleet, *, selectors: Sequence[str], exclude: Sequence[str]) -> DesiredFleet:
    """The part of the fleet that the options choose; where only that was loaded, it is all there is."""
    if desired.selection is not None:
        return desired
    return select(desired, selectors=selectors, exclude=exclude, accounts=current_globals().accounts)


def accounts_of(part: DesiredFleet) -> list[Account]:
    """The accounts that the chosen installations use."""
    return [part.account(name) for name in sorted({site.account for site in part.installations})]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a plan is asked for: which part, and which guards are lifted."""

    selectors: Sequence[str]
    exclude: Sequence[str]
    accepted: Sequence[str] = ()
