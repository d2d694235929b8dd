"""The result of an apply as text for a terminal: what happened to each change, and the proof."""

from collections.abc import Sequence

from reconciler.model.change import Change
from reconciler.model.outcome import LEFT, Outcome, OutcomeKind, Receipt, RunResult
from reconciler.model.plan import Plan
from reconciler.report import wording
from reconciler.report.blocks import reading_order
from reconciler.report.escape import for_terminal, name
from reconciler.report.owed_words import owed_lines
from reconciler.report.page import Look, Page, Tone
from reconciler.report.plan_words import open_words
from reconciler.report.rollback_words import headline
from reconciler.report.stream import Color, Glyphs
from reconciler.report.terminal_blocks import show_lost
from reconciler.report.wave_words import wave_words

_SIGNS = {
    OutcomeKind.DONE: ("✓", Tone.GOOD),
    OutcomeKind.ALREADY: ("=", Tone.GOOD),
    OutcomeKind.PENDING: ("…", Tone.OPEN),
    OutcomeKind.WAITING: ("…", Tone.OPEN),
    OutcomeKind.CONFLICT: ("!", Tone.BAD),
    OutcomeKind.REFUSED: ("!", Tone.BAD),
    OutcomeKind.FAILED: ("!", Tone.BAD),
    OutcomeKind.UNCERTAIN: ("?", Tone.BAD),
    OutcomeKind.NOT_REACHED: ("·", Tone.QUIET),
}

_SETTLED = frozenset({OutcomeKind.DONE, OutcomeKind.ALREADY})
_ASIDE = frozenset({OutcomeKind.WAITING, OutcomeKind.PENDING})


def result_text(result: RunResult, plan: Plan, *, width: int, color: Color, glyphs: Glyphs = Glyphs.UNICODE) -> str:
    """Outcomes per installation, counts, receipt and what to do next."""
    page = Page(Look(width=max(40, width), color=color, glyphs=glyphs))
    accounts = wording.listed(list(result.accounts))
    page.line((f"Run {result.run_id}", Tone.STRONG), f", account {accounts}, plan {result.plan_digest[:17]}")
    if plan.rollback is not None:
        page.line(headline(plan, plan.rollback))
    for site, pairs in sites_of(result, plan):
        page.blank()
        page.line((name(site), Tone.STRONG))
        for change, outcome in pairs:
            _outcome(page, change, outcome)
    if plan.rollback is not None:
        show_lost(page, plan.rollback)
    page.blank()
    page.rule()
    _counts(page, result)
    for label, words in wave_words(result.waves):
        page.labelled((label, Tone.STRONG), words, cells=len(label) + 2)
    _receipt(page, result.receipt)
    if words := open_words(plan):
        page.labelled(("Open", Tone.STRONG), (f"beside this run: {words}", Tone.OPEN), cells=10)
    for line in owed_lines(result.owed):
        page.labelled(("Owed", Tone.STRONG), (for_terminal(line), Tone.OPEN), cells=10)
    if result.not_reviewed is not None:
        page.labelled(("Not seen", Tone.STRONG), f"not reviewed, so not applied: {result.not_reviewed}", cells=10)
    if result.rollback is not None:
        page.labelled(("Way back", Tone.STRONG), f"reconciler apply {result.rollback}", cells=10)
    _left(page, result, plan)
    return str(page)


Pair = tuple[Change, Outcome]


def sites_of(result: RunResult, plan: Plan) -> list[tuple[str, list[Pair]]]:
    """Outcomes with their changes by installation name, in reading order; unknown changes are left out."""
    changes = {change.id: change for change in plan.changes}
    sites: dict[tuple[str, str], list[Pair]] = {}
    for outcome in result.outcomes:
        if change := changes.get(outcome.change_id):
            key = (change.installation_name, change.target.installation_id)
            sites.setdefault(key, []).append((change, outcome))
    by_name = sorted(sites.items(), key=lambda item: (item[0][0].casefold(), item[0][1]))
    return [(key[0], sorted(pairs, key=lambda pair: reading_order(pair[0]))) for key, pairs in by_name]


def _outcome(page: Page, change: Change, outcome: Outcome) -> None:
    sign, tone = _SIGNS[outcome.kind]
    subject = wording.setting(change.target, change.setting)
    values = f"{wording.before(change)} → {wording.after(change)}"
    detail = f"; {outcome.detail}" if outcome.detail else ""
    word = wording.OUTCOMES[outcome.kind]
    grid_label = (f"{sign} {word}", tone)
    page.labelled(grid_label, f"{subject}: ", values, (detail, Tone.QUIET), cells=14, indent=2)


def _counts(page: Page, result: RunResult) -> None:
    words = [f"{number} {wording.OUTCOMES[kind]}" for kind in OutcomeKind if (number := result.count(kind))]
    page.labelled(("Outcomes", Tone.STRONG), ", ".join(words) or "no change was due", cells=10)
    for kind in OutcomeKind:
        if result.count(kind) and kind not in {OutcomeKind.DONE, OutcomeKind.ALREADY}:
            page.line((f"{wording.OUTCOMES[kind]}: {wording.OUTCOME_MEANINGS[kind]}", Tone.QUIET), indent=10)


def _receipt(page: Page, receipt: Receipt | None) -> None:
    if receipt is None:
        page.labelled(("Receipt", Tone.STRONG), ("none: there was no second plan", Tone.BAD), cells=10)
        return
    page.labelled(("Receipt", Tone.STRONG), *receipt_words(receipt), cells=10)
    page.line((f"files {receipt.desired_digest[:17]}, read back {receipt.observed_digest[:17]}", Tone.QUIET), indent=10)


def receipt_words(receipt: Receipt) -> Sequence[tuple[str, Tone]]:
    """What the second plan said, and what the run cost."""
    seconds = (receipt.finished_at - receipt.started_at).total_seconds()
    proof = (
        ("converged: the second plan over what was touched has nothing left for a machine", Tone.GOOD)
        if receipt.converged
        else (f"not converged: {_why_not(receipt)}", Tone.BAD)
    )
    reads = wording.counted(receipt.requests_read, "read")
    writes = wording.counted(receipt.requests_write, "write")
    return (proof, (f"; {reads} for the proof, {writes}, {wording.duration(seconds)}", Tone.PLAIN))


def _why_not(receipt: Receipt) -> str:
    left = wording.counted(receipt.second_plan_changes, "change")
    still = (f"the second plan still holds {left} for a machine",) if receipt.second_plan_changes else ()
    return "; ".join((*still, *receipt.open_reasons)) or "not all that was sent is seen to hold"


def _left(page: Page, result: RunResult, plan: Plan) -> None:
    if result.worksheet is not None:
        page.labelled(("Portal", Tone.STRONG), f"steps for a person: {result.worksheet}", cells=10)
    page.labelled(("Next", Tone.STRONG), _next(result, plan), cells=10)


def _next(result: RunResult, plan: Plan) -> str:
    kinds = {outcome.kind for outcome in result.outcomes}
    if result.residual_plan is not None and (result.was_interrupted or plan.rollback is not None):
        return _rest_of_either(result)
    if kinds <= _SETTLED | _ASIDE and kinds & _ASIDE:
        return "`reconciler plan`, once people and devices have acted"
    if result.residual_plan is not None:
        return f"what is left: reconciler apply {result.residual_plan}"
    if result.receipt is not None and result.receipt.converged:
        return _after_all(result, plan)
    goes_on = f"`reconciler apply --resume {result.run_id}` goes on; " if OutcomeKind.NOT_REACHED in kinds else ""
    return f"{goes_on}`reconciler plan` shows what is left"


def _after_all(result: RunResult, plan: Plan) -> str:
    """What comes after a run with which nothing is left for a machine."""
    if any(outcome.detail == LEFT for outcome in result.outcomes):
        return "`reconciler handover finish` files away what was handed over"
    if open_words(plan):
        return "`reconciler plan` tells what is open beside this run"
    return "nothing; `reconciler plan` confirms it at any time"


def _rest_of_either(result: RunResult) -> str:
    """What is left of an interrupted run, or of a way back: no plan of the files wants former values."""
    apply_rest = f"reconciler apply {result.residual_plan}"
    if result.was_interrupted:
        return f"`reconciler apply --resume {result.run_id}` goes on; or what is left as a run of its own: {apply_rest}"
    return f"what is left, also once people and devices have acted: {apply_rest}"
