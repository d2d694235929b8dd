"""What a pull request brings and its merge cannot carry out, in words: what it needs first, and the way out."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from reconciler.model.change import Change
from reconciler.model.needs import Blocked, blocked_of
from reconciler.model.plan import Plan
from reconciler.model.words import counted, wish
from reconciler.report.marks import name, prose, span

BLOCKED_WAY_OUT = (
    "have that done first (`reconciler apply` of this installation by hand, with the files of the base), then plan "
    "again from a new snapshot"
)
_SHOWN = 3


def needs_words(one: Blocked) -> str:
    """`ZPR2 Stand-alone mode on → off first, which nobody reviewed`, not escaped."""
    return f"{_joined([wish(need) for need in one.needs])} first, which nobody reviewed"


def first_of(blocked: Sequence[Blocked]) -> str:
    """What to do about changes that an apply has left because they need others; empty when there are none."""
    lacking = {need.id: f"{need.installation_name}: {wish(need)}" for one in blocked for need in one.needs}
    if not lacking:
        return ""
    return (
        f"Have done first what it needs ({_joined([*lacking.values()])}), and set nothing by hand before that: "
        "`reconciler apply` of the installation by hand does both in safe order; then apply again"
    )


def blocked_words(one: Blocked) -> str:
    """`Solbakken: ZPR1 Maximum current 16 A → 20 A needs ZPR2 Maximum current 32 A → 16 A (drift) first, …`."""
    return f"{one.change.installation_name}: {wish(one.change)} needs {_listed(one, wish)}"


def blocked_lines(plan: Plan) -> list[str]:
    """One line per change, in Markdown, with the way out."""
    return [
        f"**Cannot be applied:** {name(one.change.installation_name)}: {span(wish(one.change))} needs "
        f"{_listed(one, lambda need: span(wish(need)))}. Way out: {prose(BLOCKED_WAY_OUT)}"
        for one in blocked_of(plan)
    ]


def blocked_note(plan: Plan) -> str:
    """`1 change of this pull request cannot be applied, see above`; empty when all of them can."""
    number = len(blocked_of(plan))
    return f"{counted(number, 'change')} of this pull request cannot be applied, see above" if number else ""


def without_blocked(plan: Plan) -> Plan:
    """The plan with steps for those changes only that can be carried out."""
    stuck = {one.change.id for one in blocked_of(plan)}
    if not stuck:
        return plan
    cut = (replace(one, change_ids=tuple(each for each in one.change_ids if each not in stuck)) for one in plan.steps)
    return replace(plan, steps=tuple(step for step in cut if step.change_ids))


def _listed(one: Blocked, shown: Callable[[Change], str]) -> str:
    return f"{_joined([f'{shown(need)} ({need.cause.value})' for need in one.needs])} first, which nobody reviews here"


def _joined(named: Sequence[str]) -> str:
    more = [f"{len(named) - _SHOWN} more"] if len(named) > _SHOWN else []
    return ", ".join([*named[:_SHOWN], *more])
