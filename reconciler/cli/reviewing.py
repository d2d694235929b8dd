"""`apply --reviewed`: only changes that stood in plans which somebody reviewed; the rest is listed and left alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from reconciler.cli.output import Format, Render, say
from reconciler.cli.reviewed_accounts import of_known_accounts
from reconciler.loading.documents import read_plan
from reconciler.model.change import Change
from reconciler.model.desired import DesiredFleet
from reconciler.model.exit import Condition
from reconciler.model.needs import blocked_in
from reconciler.model.plan import Plan
from reconciler.model.words import before, counted, wish
from reconciler.planning.residual import residual_plan
from reconciler.planning.reviewed import Reviewed, overtaken, reviewed_of, reviewed_part, with_what_stops_it
from reconciler.report.blocked_words import first_of, needs_words
from reconciler.report.escape import for_markdown
from reconciler.report.plan_words import coverage_words

Renders = Mapping[Format, Render]

_SHOWN = 20
_NOTHING = "Nothing reviewed is to be applied."
_WAYS_OUT = (
    "Set it by hand as the files say, or take what is live into the files (`reconciler adopt`) in a pull request; "
    "then apply again"
)


def reviewed_in(places: Sequence[Path], desired: DesiredFleet, *, tell: Callable[[str], None]) -> Reviewed | None:
    """The changes in those plan documents that may be carried out; None when none was asked for.

    A folder stands for the plans in it; with none in it nothing was reviewed, and nothing is carried out.

    What was made for an account that is gone, or is at another cloud now, is told and left out.

    Raises:
        InvalidDocumentError: A file is no plan as we wrote it.
    """
    if not places:
        return None
    files = [file for place in places for file in (sorted(place.glob("*.json")) if place.is_dir() else [place])]
    return reviewed_of(of_known_accounts(read_plan(file), desired, file=file, tell=tell) for file in files)


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What an apply leaves as it is.

    Attributes:
        plan: The plan for it.
        overtaken: The part that reviewers decided about, seeing something else than what is so now.
        reviewed: Ids of what they saw just so.
    """

    plan: Plan
    overtaken: tuple[Change, ...]
    reviewed: frozenset[str]

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What holds after the apply: a merge that is not carried out whole is not done."""
        return (Condition.CONFLICT,) if self.overtaken else ()


def split(plan: Plan, reviewed: Reviewed | None) -> tuple[Plan, Left | None]:
    """The part that was reviewed, and the rest; without reviewed plans everything and nothing."""
    if reviewed is None:
        return plan, None
    kept = reviewed_part(plan, reviewed.ids)
    rest = frozenset(change.id for change in plan.changes) - kept
    part = with_what_stops_it(residual_plan(plan, kept, now=plan.created_at), plan, reviewed)
    if not part.changes:
        part = replace(part, accounts=plan.accounts)  # all of them were looked at
    if not rest:
        return part, None
    left = residual_plan(plan, rest, now=plan.created_at)
    return part, Left(plan=left, overtaken=overtaken(left, reviewed), reviewed=reviewed.ids)


def tell_left(left: Left, shown: str) -> None:
    """Say what stays as it is because nobody reviewed it, and what although somebody did."""
    for line in _left_lines(left, shown):
        say(line)


def with_left(renders: Renders, left: Left | None, *, plan: Plan, shown: str | None) -> Renders:
    """The result of an apply as it is shown, with what stays as it is; a part without changes is no match."""
    if left is None or shown is None:
        return renders
    markdown = renders[Format.MARKDOWN]
    lines = _left_lines(left, shown)
    told = "".join(f"- {for_markdown(line.strip())}\n" for line in lines)
    if not (plan.changes or plan.refusals or plan.unreadable):
        words = f"{_NOTHING} {coverage_words(plan)}"
        return {
            **renders,
            Format.TEXT: lambda: f"{words}\n{lines[0]}\n",
            Format.MARKDOWN: lambda: f"### Apply: {_NOTHING}\n\n{for_markdown(coverage_words(plan))}\n\n{told}",
        }
    return {**renders, Format.MARKDOWN: lambda: f"{markdown()}\n{told}"}


def _left_lines(left: Left, shown: str) -> list[str]:
    changes = left.plan.changes
    others = [change for change in changes if change not in left.overtaken]
    blocked = blocked_in(left.plan, left.overtaken, decided=left.reviewed)
    needs = {one.change.id: f"it needs {needs_words(one)}" for one in blocked}
    more = max(0, len(others) - _SHOWN) + max(0, len(left.overtaken) - _SHOWN)
    return [
        f"{counted(len(changes), 'change')} not reviewed, so not applied; the plan of what was left is {shown}",
        *(
            f"  not as reviewed: {change.installation_name}: {wish(change)} ({_why(change, left.reviewed, needs)})"
            for change in left.overtaken[:_SHOWN]
        ),
        *(f"  not reviewed: {change.installation_name}: {wish(change)}" for change in others[:_SHOWN]),
        *([f"  and {more} more"] if more else []),
        *([f"What was merged is not done. {first_of(blocked) or _WAYS_OUT}"] if left.overtaken else []),
    ]


def _why(change: Change, reviewed: frozenset[str], needs: Mapping[str, str]) -> str:
    lacks = needs.get(change.id, "")
    if change.id in reviewed:
        return lacks or "it needs something that nobody reviewed"
    return f"it is {before(change)} now, which no reviewer saw{f'; {lacks}' if lacks else ''}"
