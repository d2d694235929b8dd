"""A plan as one comment: inside the limit of GitHub, in four steps from everything to totals, worst things first."""

from collections.abc import Callable, Iterable, Sequence

from reconciler.model.blast import SiteBlast, blast_of
from reconciler.model.change import Cause
from reconciler.model.plan import Plan, Refusal
from reconciler.records import dataclass
from reconciler.report import wording
from reconciler.report.blocked_words import blocked_lines
from reconciler.report.blocks import Block, blocks_of
from reconciler.report.escape import code
from reconciler.report.markdown import (
    about,
    causes_of,
    changes_part,
    plan_head,
    plan_markdown,
)
from reconciler.report.markdown_origin import policy_lines, withdrawn
from reconciler.report.markdown_refusals import refusal_line, refused_by
from reconciler.report.marks import folded, name, prose, text
from reconciler.report.origin_words import CAUSES, OWN, own_part
from reconciler.report.plan_words import next_words, summary_lines, what_and_where
from reconciler.report.policy_part import policy_within

MARKER = "<!-- reconciler:plan -->"
"""First line of the comment, by which it is found again; no name can hold it, because names are escaped."""

BUDGET = 60_000
"""Bytes. GitHub takes 65,536 characters; whatever is put around the text must fit as well."""

_ARTEFACT = "the plan in the artefacts of this run"
_HEAD_SHARE = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One installation in one line, and how much it wants to be noticed."""

    line: str
    weight: tuple[int, int, float, int, str]


def plan_comment(plan: Plan, *, artefact: str = _ARTEFACT, budget: int = BUDGET) -> str:
    """The plan with the marker, at most `budget` bytes of UTF-8.

    Args:
        plan: Any plan.
        artefact: Where the whole plan is, in words.
        budget: Bytes, at least 10,000.
    """
    return f"{MARKER}\n{fitted(plan, artefact=artefact, budget=budget - len(MARKER) - 1)}"


def fitted(plan: Plan, *, artefact: str = _ARTEFACT, budget: int) -> str:
    """The first of four renderings that fits: everything, the own part, installations, totals."""
    steps: tuple[Callable[[], str], ...] = (
        lambda: plan_markdown(plan),
        lambda: _own_in_full(plan, artefact),
        lambda: _units_only(plan, artefact),
    )
    for render in steps:
        shown = render()
        if _size(shown) <= budget:
            return shown
    return _totals(plan, artefact, budget=budget)


def _own_in_full(plan: Plan, artefact: str) -> str:
    """The changes of the pull request as they are; the others one line per installation, folded."""
    blocks = blocks_of(plan)
    parts = [*_lead(plan)]
    for cause in causes_of(plan):
        if cause in (None, Cause.PULL_REQUEST):
            parts += changes_part(plan, blocks, cause)
        else:
            parts += _folded_units(plan, blocks, cause)
    return _joined([*parts, *withdrawn(plan), *_foot(plan, artefact)])


def _units_only(plan: Plan, artefact: str) -> str:
    """One line per installation, the weightiest first."""
    blocks = blocks_of(plan)
    parts = [*_lead(plan)]
    for cause in causes_of(plan):
        lines = [unit.line for unit in _units(plan, blocks, cause)]
        if cause is None or cause is Cause.PULL_REQUEST:
            parts.append("\n".join(f"- {line}" for line in lines))
        elif lines:
            parts.append(f"**{CAUSES[cause]}:** {wording.counted(len(lines), 'installation')}")
    return _joined([*parts, *_foot(plan, artefact)])


def _totals(plan: Plan, artefact: str, *, budget: int) -> str:
    """What matters most as far as it fits, and how much there is besides; every list says what it leaves out."""
    blocks = blocks_of(plan)
    share = int(budget * _HEAD_SHARE)
    own, others = _refusal_lines(plan)
    cause = None if plan.base is None else Cause.PULL_REQUEST
    foot = [*_counts(plan), *_foot(plan, artefact)]
    lead = [
        _within(plan_head(plan), share // 2, between="\n\n"),
        policy_within(plan.policy_changes, share),
        _within(about(plan), share),
        _within([*own, *others], share),
    ]
    room = budget - _size(_joined([*lead, *foot])) - 200
    units = _within([f"- {unit.line}" for unit in _units(plan, blocks, cause)], max(0, room))
    shown = _joined([*lead, units, *foot])
    return shown if _size(shown) <= budget else _joined([_within(plan_head(plan), share // 2, between="\n\n"), *foot])


def _lead(plan: Plan) -> list[str]:
    """What a reviewer must see whatever else fits: policy, refusals, blast radius."""
    own, others = _refusal_lines(plan)
    policy = "\n".join(policy_lines(plan))
    older = folded(f"{len(others)} refused on base already", [line.removeprefix("- ") for line in others])
    parts = (*plan_head(plan), policy, *about(plan), "\n".join(own), older if others else "")
    return [part for part in parts if part]


def _refusal_lines(plan: Plan) -> tuple[list[str], list[str]]:
    """Those of the pull request (all where nothing was compared) with what it lacks, and those from before."""
    ordered = sorted(plan.refusals, key=lambda one: one.installation_id is not None)
    lines = [(one.cause in OWN, f"- **{refused_by(one)}:** {refusal_line(one)}") for one in ordered]
    own = [line for mine, line in lines if mine] + [f"- {line}" for line in blocked_lines(plan)]
    return own, [line for mine, line in lines if not mine]


def _folded_units(plan: Plan, blocks: Sequence[Block], cause: Cause) -> list[str]:
    lines = [unit.line for unit in _units(plan, blocks, cause)]
    return [folded(f"{CAUSES[cause]}: {wording.counted(len(lines), 'installation')}", lines)] if lines else []


def _units(plan: Plan, blocks: Sequence[Block], cause: Cause | None) -> list[Unit]:
    """Installations with changes of that cause: refused ones first, then who cannot charge, then raises."""
    part = own_part(plan) if cause is Cause.PULL_REQUEST else plan
    blast = {(site.account, site.installation_id): site for site in blast_of(part).sites}
    found = []
    for block in blocks:
        number = sum(cause in (None, row.change.cause) for row in block.rows)
        if number:
            found.append(_unit(block, number, blast.get((block.account, block.installation_id))))
    return sorted(found, key=lambda unit: unit.weight)


def _unit(block: Block, number: int, site: SiteBlast | None) -> Unit:
    refused = _guards(block.refusals)
    words = [wording.counted(number, "change")]
    idle = raised = 0.0
    if site is not None:
        idle, raised = len(site.idle), site.raised_a
        words += [f"+{wording.amperes(site.raised_a)}"] if site.raised_a else []
        words += [f"-{wording.amperes(site.lowered_a)}"] if site.lowered_a else []
        words += [f"{wording.counted(len(site.idle), 'charger')} will not charge"] if site.idle else []
        words += [f"access of {len(site.access)}"] if site.access else []
    said = f"{name(block.name)}: {', '.join(words)}"
    line = f"{said}; refused: {', '.join(map(code, refused))}" if refused else said
    return Unit(line=line, weight=(-len(refused), -int(idle), -raised, -number, block.installation_id))


def _guards(refusals: Iterable[Refusal]) -> list[str]:
    return sorted({item.guard for item in refusals})


def _counts(plan: Plan) -> list[str]:
    guards = [item.guard for item in plan.refusals]
    told = [f"{code(guard)} {guards.count(guard)}" for guard in sorted({*guards})]
    return [f"**Refused:** {', '.join(told)}"] if told else []


def _foot(plan: Plan, artefact: str) -> list[str]:
    lines = [f"- {f'**{label}:** ' if label else ''}{text(words)}" for label, words in summary_lines(plan)]
    lines.append(f"- **Next:** {prose(next_words(plan))}")
    gone = [f"- **Withdrawn:** {wording.counted(len(plan.withdrawn), 'change')}"] if plan.withdrawn else []
    where = f"This is shortened; everything is in {text(artefact)}."
    return ["\n".join([*lines, *gone]), where, f"Plan {code(plan.digest)}, {text(what_and_where(plan))}"]


def _within(lines: Sequence[str], room: int, *, between: str = "\n") -> str:
    """As many lines as fit, and how many do not."""
    kept: list[str] = []
    used = 0
    for line in lines:
        used += _size(line) + len(between)
        if used > room:
            break
        kept.append(line)
    left = len(lines) - len(kept)
    return between.join([*kept, *([f"- and {left} more"] if left else [])])


def _joined(parts: Iterable[str]) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"


def _size(shown: str) -> int:
    return len(shown.encode())
