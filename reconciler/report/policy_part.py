"""Changes of policy where not all of them fit: some of every kind, the worst first, and how many are left out."""

from collections import Counter
from collections.abc import Iterable

from reconciler.model.plan import Plan
from reconciler.model.plan_origin import PolicyChange, PolicyKind
from reconciler.report import wording
from reconciler.report.marks import text
from reconciler.report.origin_words import policy_kinds, policy_words


def policy_line(change: PolicyChange) -> str:
    """One of a list in Markdown."""
    return f"- {text(policy_words(change))}"


def in_turns(changes: Iterable[PolicyChange]) -> tuple[PolicyChange, ...]:
    """The first of every kind, then the second of every kind: however many there are of one, the others are seen."""
    seen: Counter[PolicyKind] = Counter()
    turns = []
    for change in sorted(changes, key=lambda one: one.sort_key):
        turns.append((seen[change.kind], change))
        seen[change.kind] += 1
    return tuple(change for _, change in sorted(turns, key=lambda pair: (pair[0], pair[1].sort_key)))


def gone_words(plan: Plan) -> str:
    """`1 installation no longer managed; `, the beginning of a title; nothing when the files take none away."""
    gone = () if plan.base is None else plan.base.no_longer_managed
    return f"{wording.counted(len(gone), 'installation')} no longer managed; " if gone else ""


def policy_within(changes: Iterable[PolicyChange], room: int) -> str:
    """As many as fit into so many bytes, in turns; and how many of each kind do not."""
    turns = in_turns(changes)
    kept = 0
    for change in turns:
        room -= len(policy_line(change).encode()) + 1
        if room < 0:
            break
        kept += 1
    lines = [policy_line(change) for change in sorted(turns[:kept], key=lambda one: one.sort_key)]
    left = [f"- **Left out here:** {text(policy_kinds(turns[kept:]))}"] if kept < len(turns) else []
    return "\n".join([*lines, *left])
