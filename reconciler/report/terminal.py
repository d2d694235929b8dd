"""A plan as text for a terminal; its blocks, and the other texts, are in the `terminal_*` files."""

from reconciler.model.needs import blocked_of
from reconciler.model.plan import Plan
from reconciler.report.blast_words import Weight, blast_lines
from reconciler.report.blocked_words import BLOCKED_WAY_OUT, blocked_words
from reconciler.report.blocks import blocks_of
from reconciler.report.escape import cut, for_terminal, name
from reconciler.report.origin_words import (
    POLICY_WARNING,
    base_words,
    own_part,
    policy_words,
    snapshot_warning,
    snapshot_words,
)
from reconciler.report.owed_words import owed_lines
from reconciler.report.page import Look, Page, Tone
from reconciler.report.plan_words import (
    Purpose,
    accounts_words,
    coverage_words,
    legend,
    next_words,
    open_words,
    summary_lines,
    what_and_where,
)
from reconciler.report.rollback_words import headline, made_when
from reconciler.report.stream import Color, Glyphs
from reconciler.report.terminal_blocks import show_changes, show_lost, show_refusal

_POLICY_CELLS = 400


def plan_text(
    plan: Plan,
    *,
    width: int,
    color: Color,
    glyphs: Glyphs = Glyphs.UNICODE,
    purpose: Purpose = Purpose.REVIEW,
) -> str:
    """The plan for people. Everything that differs is in it at any width; colour only repeats what words say.

    For `Purpose.CONFIRM` it does not say what to do next: the question does.
    """
    page = Page(Look(width=max(40, width), color=color, glyphs=glyphs))
    blocks = blocks_of(plan)
    if not blocks and not plan.refusals and plan.rollback is None:
        _empty(page, plan)
        return str(page)
    _header(page, plan)
    for refusal in plan.refusals:
        if refusal.installation_id is None:
            page.blank()
            show_refusal(page, refusal)
    show_changes(page, blocks, plan)
    _lacking(page, plan)
    if plan.rollback is not None:
        show_lost(page, plan.rollback)
    page.blank()
    _summary(page, plan, purpose)
    return str(page)


def _empty(page: Page, plan: Plan) -> None:
    page.line(
        ("No changes. ", Tone.GOOD), f"{plan.desired.path} matches {accounts_words(plan)}. {coverage_words(plan)}"
    )
    _origin(page, plan)
    _partial(page, plan)


def _header(page: Page, plan: Plan) -> None:
    if plan.rollback is None:
        page.line(("Plan for ", Tone.STRONG), (what_and_where(plan), Tone.STRONG))
        _origin(page, plan)
        _partial(page, plan)
        page.line(coverage_words(plan))
    else:
        page.line((headline(plan, plan.rollback), Tone.STRONG))
        _partial(page, plan)
        page.line(f"{made_when(plan.rollback)}: {what_and_where(plan)}")
    for line in blast_lines(own_part(plan)):
        tone = Tone.BAD if line.weight is Weight.GRAVE else Tone.PLAIN
        page.labelled((line.label, Tone.STRONG), (line.words, tone), cells=10)
    if plan.accepted:
        page.line(f"Lifted on the command line: {', '.join(plan.accepted)}")


def _origin(page: Page, plan: Plan) -> None:
    """Where the plan comes from, when that is not simply the live cloud."""
    for change in plan.policy_changes:
        page.labelled(("Policy", Tone.BAD), for_terminal(cut(policy_words(change), _POLICY_CELLS)), cells=10)
    if plan.policy_changes:
        page.line((f"This {POLICY_WARNING}", Tone.BAD))
    if plan.snapshot is not None:
        page.labelled(("Snapshot", Tone.STRONG), for_terminal(snapshot_words(plan)), cells=10)
    if words := snapshot_warning(plan):
        page.line((f"warning: {words}", Tone.BAD))
    if plan.base is not None:
        page.labelled(("Base", Tone.STRONG), base_words(plan), cells=10)
        for line in owed_lines(plan.owed):
            page.labelled(("Decides", Tone.STRONG), for_terminal(line), cells=10)


def _partial(page: Page, plan: Plan) -> None:
    if plan.selection is not None:
        page.line(("PARTIAL: ", Tone.BAD), f"only {name(plan.selection)} was selected")


def _lacking(page: Page, plan: Plan) -> None:
    """What the merge cannot carry out, and the way out, once."""
    blocked = blocked_of(plan)
    if blocked:
        page.blank()
    for one in blocked:
        page.labelled(("Cannot be applied", Tone.BAD), blocked_words(one), cells=19)
    if blocked:
        page.labelled(("way out", Tone.QUIET), BLOCKED_WAY_OUT, cells=19)


def _summary(page: Page, plan: Plan, purpose: Purpose) -> None:
    page.rule()
    for label, words in summary_lines(plan):
        page.labelled((label, Tone.STRONG), words, cells=10)
    if words := open_words(plan):
        page.labelled(("Open", Tone.STRONG), (words, Tone.OPEN), cells=10)
    if purpose is Purpose.REVIEW:
        page.labelled(("Next", Tone.STRONG), next_words(plan), cells=10)
    if signs := legend(plan):
        page.line((signs, Tone.QUIET))
