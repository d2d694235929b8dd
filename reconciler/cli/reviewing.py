"""`apply --reviewed`: only changes that stood in plans which somebody reviewed; the rest is listed and left alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from reconciler.cli.output import Format, Render, say
from reconciler.cli.reviewed_accounts import of_known_accounts
from reconciler.loading.documents import kind_of, read_owed, read_plan
from reconciler.model.change import Change
from reconciler.model.desired import DesiredFleet
from reconciler.model.exit import Condition
from reconciler.model.needs import blocked_in
from reconciler.model.outcome import RunResult
from reconciler.model.plan import Plan
from reconciler.model.plan_origin import Owed
from reconciler.model.words import before, counted, wish
from reconciler.planning.owed import wishes_in
from reconciler.planning.residual import residual_plan
from reconciler.planning.reviewed import Reviewed, overtaken, reviewed_of, reviewed_part, with_what_stops_it
from reconciler.records import dataclass
from reconciler.report.blocked_words import first_of, needs_words
from reconciler.report.escape import for_markdown, for_terminal
from reconciler.report.owed_words import owed_lines, still_owed_words
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

    A folder stands for the plans in it, and what is owed from earlier ones; with none in it nothing was reviewed, and
    nothing is carried out.

    What was made for an account that is gone, or is at another cloud now, is told and left out.

    Raises:
        InvalidDocumentError: A file is no plan as we wrote it.
    """
    if not places:
        return None
    files = [file for place in places for file in (sorted(place.glob("*.json")) if place.is_dir() else [place])]
    plans: list[Plan] = []
    owed: list[Owed] = []
    for file in files:
        if kind_of(file) == "owed":
            owed += read_owed(file)
        else:
            plans.append(of_known_accounts(read_plan(file), desired, file=file, tell=tell))
    return reviewed_of(plans, owed)


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


def split(
    plan: Plan, reviewed: Reviewed | None, *, desired: DesiredFleet, part_of: DesiredFleet
) -> tuple[Plan, Left | None]:
    """The part that was reviewed, and the rest; without reviewed plans everything and nothing.

    Args:
        plan: A fresh plan, or a saved one that is still good.
        reviewed: What reviewers answer for.
        desired: All files.
        part_of: What was selected of them.
    """
    if reviewed is None:
        return plan, None
    wishes = wishes_in(desired, today=plan.created_at.date())
    reviewed = reviewed.wanted_by(wishes)
    looked_at = frozenset((site.account, site.id) for site in part_of.installations)
    ids = reviewed.ids(plan)
    kept = reviewed_part(plan, ids)
    rest = frozenset(change.id for change in plan.changes) - kept
    part = residual_plan(plan, kept, now=plan.created_at)
    part = with_what_stops_it(part, plan, reviewed, wishes=wishes, looked_at=looked_at)
    if not part.changes:
        part = replace(part, accounts=plan.accounts)  # all of them were looked at
    if not rest:
        return part, None
    left = residual_plan(plan, rest, now=plan.created_at)
    return part, Left(plan=left, overtaken=overtaken(left, reviewed), reviewed=ids)


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
    if not (plan.changes or plan.refusals or plan.unreadable or plan.pending or plan.waiting):
        words = f"{_NOTHING} {coverage_words(plan)}"
        return {
            **renders,
            Format.TEXT: lambda: f"{words}\n{lines[0]}\n",
            Format.MARKDOWN: lambda: f"### Apply: {_NOTHING}\n\n{for_markdown(coverage_words(plan))}\n\n{told}",
        }
    return {**renders, Format.MARKDOWN: lambda: f"{markdown()}\n{told}"}


def with_owed(renders: Renders, result: RunResult) -> Renders:
    """A plan that is shown instead of a result, with what stays owed."""
    if not result.owed:
        return renders
    words, lines = still_owed_words(result.owed), owed_lines(result.owed)
    plain, marked = renders[Format.TEXT], renders[Format.MARKDOWN]
    shown = "".join(f"  {for_terminal(line)}\n" for line in lines)
    listed = "".join(f"- {for_markdown(line)}\n" for line in lines)
    return {
        **renders,
        Format.TEXT: lambda: f"{plain()}{words}\n{shown}",
        Format.MARKDOWN: lambda: f"{marked()}\n**Owed:** {words}\n\n{listed}",
    }


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
