"""Reviewed plans whose accounts are gone by now: what they decided about has no files any more, and is left out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from reconciler.cli.output import Format, Render, say
from reconciler.model.desired import DesiredFleet
from reconciler.model.plan import Plan
from reconciler.model.words import counted
from reconciler.report.escape import for_markdown


def of_known_accounts(plan: Plan, desired: DesiredFleet, *, file: Path, tell: Callable[[str], None]) -> Plan:
    """The plan without what it wants of accounts that the files do not have, or have at another cloud.

    One renamed account must not stop every later apply.

    Args:
        plan: It was reviewed.
        desired: The files of this moment.
        file: Its name is told.
        tell: Called once for each such account.
    """
    ours = {(account.name, account.cloud) for account in desired.accounts}
    clouds = {one.name: one.cloud for one in plan.accounts}
    known = {name for name, cloud in clouds.items() if (name, cloud) in ours}
    named = clouds.keys() | {one.target.account for one in plan.changes}
    foreign = {name: clouds[name].value if name in clouds else "unknown" for name in named - known}
    changes = tuple(one for one in plan.changes if one.target.account in known)
    for name, cloud in sorted(foreign.items()):
        number = sum(one.target.account == name for one in plan.changes)
        tell(
            f"left out: {file.name} was made for account {name} at the cloud {cloud}, which fleet.yaml does not have "
            f"any more ({counted(number, 'change')})"
        )
    return replace(plan, changes=changes, withdrawn=tuple(one for one in plan.withdrawn if one.target.account in known))


def noted(notes: list[str]) -> Callable[[str], None]:
    """Says a note now, and keeps it for the reports."""

    def tell(note: str) -> None:
        say(f"note: {note}")
        notes.append(note)

    return tell


def with_notes(renders: Mapping[Format, Render], notes: Sequence[str]) -> Mapping[Format, Render]:
    """The result as it is shown, with what was left out."""
    if not notes:
        return renders
    markdown = renders[Format.MARKDOWN]
    told = "".join(f"- {for_markdown(note)}\n" for note in notes)
    return {**renders, Format.MARKDOWN: lambda: f"{markdown()}\n{told}"}
