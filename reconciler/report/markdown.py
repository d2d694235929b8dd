"""Plan, result and validation as Markdown for pull requests; everything in it is escaped."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from reconciler.model.change import Cause, Change
from reconciler.model.outcome import OutcomeKind, RunResult
from reconciler.model.plan import Plan
from reconciler.model.problem import Problem, Severity
from reconciler.model.value import Absent, Observation, Unreadable
from reconciler.report import wording
from reconciler.report.blast_words import blast_lines
from reconciler.report.blocks import Block, Row, blocks_of
from reconciler.report.escape import code, cut
from reconciler.report.escape import for_markdown as escaped
from reconciler.report.markdown_origin import gone_head, origin_lines, policy_head, policy_part, title_words, withdrawn
from reconciler.report.markdown_owed import decided_part, owed_part
from reconciler.report.markdown_refusals import refusal_line, refused_in_view, whose
from reconciler.report.marks import folded, name, prose, span, text
from reconciler.report.origin_words import CAUSES, of_cause, own_part
from reconciler.report.plan_words import (
    accounts_words,
    coverage_words,
    held_back,
    next_words,
    open_words,
    summary_lines,
    what_and_where,
)
from reconciler.report.policy_part import gone_words
from reconciler.report.rollback_words import headline, lost_by_site
from reconciler.report.terminal_run import receipt_words, sites_of
from reconciler.report.wave_words import wave_words


def plan_markdown(plan: Plan) -> str:
    """A heading with the outcome, what is open, the changes (by cause if it was compared), and the rest folded."""
    blocks = blocks_of(plan)
    parts = [*plan_head(plan), *policy_part(plan), *about(plan), *_lost(plan)]
    parts += refused_in_view(plan)
    parts += [part for cause in causes_of(plan) for part in changes_part(plan, blocks, cause)]
    parts += [*withdrawn(plan), *_open(plan, blocks)]
    parts += [_summary(plan)] if blocks or plan.refusals else []
    parts.append(f"Plan {code(plan.digest)}, {text(what_and_where(plan))}")
    return "\n\n".join(parts) + "\n"


def plan_head(plan: Plan) -> list[str]:
    """The heading, and above everything else that policy changes."""
    return [_title(plan), *gone_head(plan), *policy_head(plan)]


def about(plan: Plan) -> list[str]:
    """What was selected and compared, where it comes from, and what the plan (of a pull request: its own part) does."""
    compared = [] if plan.rollback is not None else [text(coverage_words(plan))]
    return [*_partial(plan), *compared, *origin_lines(plan), *_blast(own_part(plan)), *decided_part(plan)]


def causes_of(plan: Plan) -> tuple[Cause | None, ...]:
    """The parts in which the changes are shown; None is all of them in one."""
    return (None,) if plan.base is None else (Cause.PULL_REQUEST, Cause.BASE, Cause.DRIFT)


def changes_part(plan: Plan, blocks: Sequence[Block], cause: Cause | None) -> list[str]:
    """The table of one cause under its heading; nothing when it has no changes."""
    table = _table(blocks, cause)
    if cause is None or not table:
        return table
    number = wording.counted(len(of_cause(plan, cause)), "change")
    return [f"#### {CAUSES[cause]}: {number}", *table]


def _title(plan: Plan) -> str:
    if plan.rollback is not None:
        return f"### {text(headline(plan, plan.rollback))}"
    if plan.base is not None:
        words = f"{gone_words(plan)}{title_words(plan)}"
    elif not plan.changes:
        words = f"{accounts_words(plan)}: no changes"
    else:
        sites = len({change.target.installation_id for change in plan.changes})
        total = wording.counted(len(plan.changes), "change")
        held = f", {held_back(plan)} held back" if held_back(plan) else ""
        words = f"{total} at {wording.counted(sites, 'installation')}{held}"
    still_open = open_words(plan if plan.base is None else replace(plan, refusals=()))
    return f"### Plan: {text(words)}" + (f" ({text(still_open)})" if still_open else "")


def _lost(plan: Plan) -> list[str]:
    """What nobody can take back; in full view, because it is what the reader must do otherwise."""
    if plan.rollback is None or not plan.rollback.lost:
        return []
    lines = [
        f"- {name(site)}: {text(subject)}: {text(reason)}"
        for site, group in lost_by_site(plan.rollback)
        for subject, reason in group
    ]
    return ["\n".join(["**Cannot be taken back**", "", *lines])]


def _partial(plan: Plan) -> list[str]:
    return [] if plan.selection is None else [f"**PARTIAL:** only {name(plan.selection)} was selected"]


_BLAST_CELLS = 2000  # names are cut where the words are made


def _blast(plan: Plan) -> list[str]:
    """What the plan does, in terms of an electrician, before any detail."""
    lines = [f"- **{line.label}:** {escaped(cut(line.words, _BLAST_CELLS))}" for line in blast_lines(plan)]
    return ["\n".join(lines)] if lines else []


def _table(blocks: Sequence[Block], cause: Cause | None) -> list[str]:
    kept = [(block, [row for row in block.rows if cause in (None, row.change.cause)]) for block in blocks]
    rows = [_row(block, row, first=row is chosen[0]) for block, chosen in kept for row in chosen]
    if not rows:
        return []
    head = ["| Installation | Step | Setting | Before | After | By | First |", "|---|---:|---|---|---|---|---|"]
    return ["\n".join([*head, *rows])]


def _row(block: Block, row: Row, *, first: bool) -> str:
    change = row.change
    number = "" if row.number is None else str(row.number)
    sign = escaped(wording.marker(change))
    cells = [
        name(block.name) if first else "",
        number if row.leads or first else "",
        f"{sign} {_subject(row)}",
        _before(change),
        f"**{_after(change)}**",
        wording.ROUTES[change.route],
        text(row.notes_and_reason),
    ]
    return f"| {' | '.join(cells)} |"


def _subject(row: Row) -> str:
    target = row.change.target
    label = escaped(row.change.row.label)
    charger = "" if target.charger is None else f"{span(target.charger)} "
    return f"{charger}{label if target.principal is None else f'Access of {span(target.principal)}'}"


def _before(change: Change) -> str:
    return _value(wording.before(change), change.before)


def _after(change: Change) -> str:
    return _value(wording.after(change), change.after)


_VALUE_CELLS = 2000  # longer than any URL that a file may hold


def _value(words: str, observation: Observation) -> str:
    """A value that people compare and copy, exactly; or in words why there is none."""
    none = isinstance(observation, Absent | Unreadable)
    return text(words) if none else code(cut(words, _VALUE_CELLS))


def _open(plan: Plan, blocks: Sequence[Block]) -> list[str]:
    compared = plan.base is not None
    sections = (
        (
            "{number} refused on base already" if compared else "{number} refused",
            [_refusals(block) for block in blocks],
        ),
        ("{number} pending, a device must still act", [_pending(block) for block in blocks]),
        ("{number} waiting, a person must still act", [_waiting(block, plan.created_at) for block in blocks]),
        ("{number} not readable", [_unreadable(block) for block in blocks]),
        ("{number} not verifiable", [_unverifiable(block) for block in blocks]),
        ("Notes: {number}", [_warnings(block) for block in blocks]),
    )
    parts = []
    for title, groups in sections:
        lines = [line for group in groups for line in group]
        if lines:
            parts.append(folded(title.format(number=len(lines)), lines))
    files = [f"{name(block.name)}: {', '.join(map(span, block.origins))}" for block in blocks if block.origins]
    return [*parts, folded("Files and lines", files)] if files else parts


def _refusals(block: Block) -> list[str]:
    """Those of the pull request stand in full view."""
    return [f"{refusal_line(item)}{whose(item)}" for item in block.refusals if item.cause is not Cause.PULL_REQUEST]


def _pending(block: Block) -> list[str]:
    return [
        f"{name(block.name)}: {text(wording.setting(item.target, item.setting))}: {prose(item.reason)}"
        for item in block.pending
    ]


def _waiting(block: Block, now: datetime) -> list[str]:
    lines = []
    for item in block.waiting:
        since = f" (since {wording.time(item.since)}, {wording.waited(item.since, now)})" if item.since else ""
        subject = text(wording.setting(item.target, item.setting))
        lines.append(f"{name(block.name)}: {subject}: {prose(item.reason)}{escaped(since)}")
    return lines


def _unreadable(block: Block) -> list[str]:
    lines = []
    for item in block.unreadable:
        who = item.target.subject
        reason = wording.REASONS[item.unreadable.reason]
        detail = f" ({text(item.unreadable.detail)})" if item.unreadable.detail else ""
        lines.append(f"{name(block.name)}: {f'{span(who)} ' if who else ''}{text(item.what)}: {reason}{detail}")
    return lines


def _unverifiable(block: Block) -> list[str]:
    return [f"{name(block.name)}: {text(note.subject)}: {prose(note.reason)}" for note in block.unverifiable]


def _warnings(block: Block) -> list[str]:
    return [f"{name(block.name)}: {prose(item.message)} ({code(item.code)})" for item in block.warnings]


def _summary(plan: Plan) -> str:
    lines = [f"- {f'**{label}:** ' if label else ''}{text(words)}" for label, words in summary_lines(plan)]
    return "\n".join([*lines, f"- **Next:** {prose(next_words(plan))}"])


def result_markdown(result: RunResult, plan: Plan) -> str:
    """Counts, receipt, every change that is not simply done, and all outcomes folded."""
    counts = [f"{number} {wording.OUTCOMES[kind]}" for kind in OutcomeKind if (number := result.count(kind))]
    parts = [f"### Apply: {', '.join(counts) or 'no change was due'}", f"Run {span(result.run_id)}"]
    if plan.rollback is not None:
        parts += [f"{text(headline(plan, plan.rollback))}", *_lost(plan)]
    if result.waves:
        parts.append("\n".join(f"- **{label}:** {text(words)}" for label, words in wave_words(result.waves)))
    if result.receipt is not None:
        parts.append(text("".join(words for words, _ in receipt_words(result.receipt))))
    else:
        parts.append("**No receipt:** there was no second plan")
    if words := open_words(plan):
        parts.append(f"Open beside this run: {text(words)}")
    fine = {OutcomeKind.DONE, OutcomeKind.ALREADY}
    parts += _outcomes("not done", result, plan, kinds=set(OutcomeKind) - fine)
    parts += _outcomes("done", result, plan, kinds=fine)
    if result.worksheet is not None:
        parts.append(f"Steps for a person in the Portal: {span(result.worksheet)}")
    if result.was_interrupted:
        parts.append(f"To go on with it: {span(f'reconciler apply --resume {result.run_id}')}")
    parts += owed_part(result.owed)
    if result.residual_plan is not None:
        parts.append(f"What is left: {span(result.residual_plan)}")
    if result.not_reviewed is not None:
        parts.append(f"Not reviewed, so not applied: {span(result.not_reviewed)}")
    if result.rollback is not None:
        parts.append(f"To take it back: {span(f'reconciler apply {result.rollback}')}")
    return "\n\n".join(parts) + "\n"


def _outcomes(title: str, result: RunResult, plan: Plan, *, kinds: set[OutcomeKind]) -> list[str]:
    rows = []
    for site, pairs in sites_of(result, plan):
        for change, outcome in pairs:
            if outcome.kind not in kinds:
                continue
            setting = text(wording.setting(change.target, change.setting))
            values = f"{_before(change)} → {_after(change)}"
            cells = [name(site), setting, values, wording.OUTCOMES[outcome.kind], text(outcome.detail)]
            rows.append(f"| {' | '.join(cells)} |")
    if not rows:
        return []
    table = "\n".join(["| Installation | Setting | Change | Outcome | Why |", "|---|---|---|---|---|", *rows])
    if title == "done":
        return [f"<details><summary>{len(rows)} {title}</summary>\n\n{table}\n\n</details>"]
    return [table]


def validation_markdown(problems: Sequence[Problem], *, files: int) -> str:
    """All problems by file and place in one table."""
    ordered = sorted(problems, key=lambda problem: problem.sort_key)
    errors = sum(problem.severity is Severity.ERROR for problem in ordered)
    notes = f", {wording.counted(len(ordered) - errors, 'warning')}" if len(ordered) > errors else ""
    title = f"### Files: {wording.counted(errors, 'error') if errors else 'valid'}{notes}"
    parts = [f"{title} in {wording.counted(files, 'file')}"]
    if ordered:
        head = ["| Where | Code | Setting | What is wrong | Repair |", "|---|---|---|---|---|"]
        parts.append("\n".join([*head, *map(_problem, ordered)]))
    return "\n\n".join(parts) + "\n"


def _problem(problem: Problem) -> str:
    place = f"{problem.file}:{problem.line}" if problem.line else problem.file
    what = " ".join(part for part in (problem.what, problem.why) if part)
    path = span(problem.path) if problem.path else ""
    cells = [span(place), code(problem.code), path, prose(what), prose(problem.remedy)]
    return f"| {' | '.join(cells)} |"
