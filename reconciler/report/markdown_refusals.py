"""Refusals in Markdown: those of a pull request in full view, with the way out; the others say that they are older."""

from reconciler.model.change import Cause
from reconciler.model.plan import Plan, Refusal
from reconciler.report import wording
from reconciler.report.blocked_words import blocked_lines
from reconciler.report.escape import code
from reconciler.report.marks import name, prose, span, text
from reconciler.report.origin_words import REFUSED_BY


def refused_in_view(plan: Plan) -> list[str]:
    """What refuses the whole run, and what is refused because of the pull request; its own first; what it lacks."""
    shown = [one for one in plan.refusals if one.installation_id is None or one.cause is Cause.PULL_REQUEST]
    ordered = sorted(shown, key=lambda one: one.cause is not Cause.PULL_REQUEST)
    return [*(f"> **{refused_by(one)}:** {refusal_line(one)}" for one in ordered), *_lacking(plan)]


def _lacking(plan: Plan) -> list[str]:
    return [f"> {line}" for line in blocked_lines(plan)]


def refused_by(item: Refusal) -> str:
    """`Refused because of this pull request`; without a comparison only that it is."""
    return f"Refused {REFUSED_BY[item.cause]}".rstrip()


def whose(item: Refusal) -> str:
    """A remark that it is older than the pull request; empty where nothing was compared."""
    return f" _({REFUSED_BY[item.cause]})_" if REFUSED_BY[item.cause] else ""


def refusal_line(item: Refusal) -> str:
    """One guard that said no, with the place and the way out."""
    place = f"{name(item.installation_name)}: " if item.installation_id is not None else ""
    guard = f"{code(item.guard)}, {code(item.code)}"
    found = f"found {text(item.measured)}; allowed {text(item.limit)}"
    lift = f"or lift it: {span(f'--accept {item.accept}')}" if item.accept else "nothing lifts this guard"
    held = f" Holds back: {text('; '.join(wording.held_back(item)))}." if item.held_back else ""
    return f"{place}{text(wording.refused(item))} ({guard}; {found}).{held} Way out: {prose(item.remedy)}; {lift}"
