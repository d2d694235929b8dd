"""`apply --reviewed`: only changes that stood in plans which somebody reviewed; the rest is listed and left alone."""

from collections.abc import Sequence
from pathlib import Path

from reconciler.cli.output import say
from reconciler.cli.saved_plan import accounts_in
from reconciler.loading.documents import read_plan
from reconciler.model.desired import DesiredFleet
from reconciler.model.plan import Plan
from reconciler.model.words import counted, wish
from reconciler.planning.residual import residual_plan
from reconciler.planning.reviewed import Reviewed, reviewed_of, reviewed_part, with_what_stops_it

_SHOWN = 20


def reviewed_in(places: Sequence[Path], desired: DesiredFleet) -> Reviewed | None:
    """The changes in those plan documents that may be carried out; None when none was asked for.

    A folder stands for the plans in it; with none in it nothing was reviewed, and nothing is carried out.

    Raises:
        InvalidDocumentError: A file is no plan as we wrote it, or was made for another cloud.
    """
    if not places:
        return None
    files = [file for place in places for file in (sorted(place.glob("*.json")) if place.is_dir() else [place])]
    plans = [read_plan(file) for file in files]
    for file, plan in zip(files, plans, strict=True):
        accounts_in(plan, desired, where=str(file))
    return reviewed_of(plans)


def split(plan: Plan, reviewed: Reviewed | None) -> tuple[Plan, Plan | None]:
    """The part that was reviewed, and the rest; without reviewed plans everything and nothing."""
    if reviewed is None:
        return plan, None
    kept = reviewed_part(plan, reviewed.ids)
    rest = frozenset(change.id for change in plan.changes) - kept
    left = residual_plan(plan, rest, now=plan.created_at) if rest else None
    part = residual_plan(plan, kept, now=plan.created_at)
    return with_what_stops_it(part, plan, reviewed), left


def tell_left(left: Plan, shown: str) -> None:
    """Say what stays as it is because nobody reviewed it."""
    say(f"{counted(len(left.changes), 'change')} not reviewed, left as it is; the plan for it is {shown}")
    for change in left.changes[:_SHOWN]:
        say(f"  not reviewed: {change.installation_name}: {wish(change)}")
    if len(left.changes) > _SHOWN:
        say(f"  and {len(left.changes) - _SHOWN} more")
