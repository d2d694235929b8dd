"""Which chargers of an installation are meant: by --serial, by what stands on the box, or picked in the terminal."""

import re
import sys
from collections.abc import Callable, Sequence

import click

from reconciler.cli.output import is_terminal, screen, show_beside
from reconciler.errors import UsageProblemError
from reconciler.model.observed import ObservedCharger, ObservedInstallation
from reconciler.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Chooser:
    """Which chargers of an installation its file lists.

    Attributes:
        choose: From an installation to serials. Raises UsageProblemError when nothing can be chosen.
        proves: Whether what was said beforehand names a charger of it, which only who has the box can know; a choice
            from a list proves nothing.
    """

    choose: Callable[[ObservedInstallation], tuple[str, ...]]
    proves: Callable[[ObservedInstallation], bool]


_NUMBER = re.compile(r"[0-9]{1,4}")


def chooser_of(serials: Sequence[str]) -> Chooser:
    """The chargers that --serial names; without any the only one, or what a person at the terminal picks."""
    named = tuple(dict.fromkeys(one.strip().upper() for one in serials))
    return Chooser(
        choose=lambda site: _named(site, named) if named else _picked(site),
        proves=lambda site: any(site.charger(one) is not None for one in named),
    )


def match_typed(site: ObservedInstallation, typed: str) -> tuple[str, ...]:
    """The charger whose serial somebody typed from the box; none when nothing was typed, also where there is but one.

    Whoever knows an installation's id need not have its box in front of him.
    """
    serial = re.sub(r"[^A-Z0-9]", "", typed.upper())
    return (serial,) if site.charger(serial) is not None else ()


def _named(site: ObservedInstallation, serials: tuple[str, ...]) -> tuple[str, ...]:
    strange = [one for one in serials if site.charger(one) is None]
    if strange:
        raise UsageProblemError(
            f"{', '.join(strange)} is not in this installation",
            where="--serial",
            remedy=f"it has {', '.join(one.serial for one in site.chargers[:20]) or 'no chargers'}",
        )
    return serials


def _picked(site: ObservedInstallation) -> tuple[str, ...]:
    if not site.chargers:
        raise UsageProblemError(
            "this installation has no charger that we see",
            where=site.id,
            remedy="wait until the charger is installed, then accept the same address again",
        )
    if len(site.chargers) == 1:
        return (site.chargers[0].serial,)
    if not is_terminal(sys.stdin):
        raise UsageProblemError(
            f"this installation has {len(site.chargers)} chargers, and there is no terminal to pick in",
            where="--serial",
            remedy="accept the same address again with --serial, as often as needed",
        )
    return _asked(site)


def _asked(site: ObservedInstallation) -> tuple[str, ...]:
    from reconciler.report.onboard_chargers import chargers_text

    show_beside(chargers_text(site, **screen()))
    while True:
        answer = click.prompt("Which ones? Numbers or serials, or all", err=True, prompt_suffix=": ")
        chosen = chosen_by(site.chargers, answer)
        if chosen:
            return chosen
        click.echo("None of the list is called so.", err=True)


def chosen_by(chargers: Sequence[ObservedCharger], answer: str) -> tuple[str, ...]:
    """The serials that an answer names, in its order; empty as soon as one word of it names none."""
    words = re.split(r"[\s,;]+", answer.strip())
    if [word.lower() for word in words] == ["all"]:
        return tuple(one.serial for one in chargers)
    serials = {one.serial for one in chargers}
    numbers = {str(number): one.serial for number, one in enumerate(chargers, start=1)}
    found = [numbers.get(word.lstrip("0")) if _NUMBER.fullmatch(word) else word.upper() for word in words]
    chosen = [one for one in found if one in serials]
    return tuple(dict.fromkeys(one for one in chosen if one)) if len(chosen) == len(words) else ()
