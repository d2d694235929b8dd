"""Plan, result and validation as Markdown for pull requests; everything in it is escaped."""

from collections.abc import Iterable, Sequence

from reconciler.model.change import Change
from reconciler.model.outcome import OutcomeKind, RunResult
from reconciler.model.plan import Plan, Refusal
from reconciler.model.problem import Problem, Severity
from reconciler.model.value import Absent, Observation, Unreadable
from reconciler.report import wording
from reconciler.report.blast_words import blast_lines
from reconciler.report.blocks import Block, Row, blocks_of
from reconciler.report.escape import code, cut
from reconciler.report.escape import for_markdown as escaped
from reconciler.report.plan_words import (
    accounts_words,
    coverage_words,
    held_back,
    next_words,
    open_words,
    summary_lines,
    what_and_where,
)
from reconciler.report.rollback_words import headline, lost_by_site
from reconciler.report.terminal_run import receipt_words, sites_of
from reconciler.report.wave_words import wave_words


def plan_markdown(plan: Plan) -> str:
    """A heading with the outcome, what is open, one table of changes, and the rest folded."""
    blocks = blocks_of(plan)
    compared = [] if plan.rollback is not None else [_text(coverage_words(plan))]
    parts = [_title(plan), *_partial(plan), *compared, *_blast(plan), *_lost(plan)]
    parts += [f"> **Refused:** {_refusal(item)}" for item in plan.refusals if item.installation_id is None]
    parts += _table(blocks)
    parts += _open(blocks)
    parts += [_summary(plan)] if blocks or plan.refusals else []
    parts.append(f"Plan {code(plan.digest)}, {_text(what_and_where(plan))}")
    return "\n\n".join(parts) + "\n"


def _title(plan: Plan) -> str:
    if plan.rollback is not None:
        return f"### {_text(headline(plan, plan.rollback))}"
    if not plan.changes:
        words = f"{accounts_words(plan)}: no changes"
    else:
        sites = len({change.target.installation_id for change in plan.changes})
        total = wording.counted(len(plan.changes), "change")
        held = f", {held_back(plan)} held back" if held_back(plan) else ""
        words = f"{total} at {wording.counted(sites, 'installation')}{held}"
    still_open = open_words(plan)
    return f"### Plan: {_text(words)}" + (f" ({_text(still_open)})" if still_open else "")


def _lost(plan: Plan) -> list[str]:
    """What nobody can take back; in full view, because it is what the reader must do otherwise."""
    if plan.rollback is None or not plan.rollback.lost:
        return []
    lines = [
        f"- {_name(site)}: {_text(subject)}: {_text(reason)}"
        for site, group in lost_by_site(plan.rollback)
        for subject, reason in group
    ]
    return ["\n".join(["**Cannot be taken back**", "", *lines])]


def _text(text: str) -> str:
    return escaped(cut(text, 400))


def _name(text: str) -> str:
    return escaped(cut(text.strip())) or "(no name)"


def _code(text: str) -> str:
    return code(cut(text, 200))


def _partial(plan: Plan) -> list[str]:
    return [] if plan.selection is None else [f"**PARTIAL:** only {_name(plan.selection)} was selected"]


_BLAST_CELLS = 2000  # names are cut where the words are made


def _blast(plan: Plan) -> list[str]:
    """What the plan does, in terms of an electrician, before any detail."""
    lines = [f"- **{line.label}:** {escaped(cut(line.words, _BLAST_CELLS))}" for line in blast_lines(plan)]
    return ["\n".join(lines)] if lines else []


def _table(blocks: Sequence[Block]) -> list[str]:
    rows = [_row(block, row) for block in blocks for row in block.rows]
    if not rows:
        return []
    head = ["| Installation | Step | Setting | Before | After | By | First |", "|---|---:|---|---|---|---|---|"]
    return ["\n".join([*head, *rows])]


def _row(block: Block, row: Row) -> str:
    change = row.change
    number = "" if row.number is None else str(row.number)
    sign = escaped(wording.marker(change))
    cells = [
        _name(block.name) if row is block.rows[0] else "",
        number if row.leads else "",
        f"{sign} {_subject(row)}",
        _before(change),
        f"**{_after(change)}**",
        wording.ROUTES[change.route],
        _text(row.notes_and_reason),
    ]
    return f"| {' | '.join(cells)} |"


def _subject(row: Row) -> str:
    target = row.change.target
    label = escaped(row.change.row.label)
    if target.charger is not None:
        return f"{_code(target.charger)} {label}"
    return label if target.principal is None else f"Access of {_code(target.principal)}"


def _before(change: Change) -> str:
    return _value(wording.before(change), change.before)


def _after(change: Change) -> str:
    return _value(wording.after(change), change.after)


_VALUE_CELLS = 2000  # longer than any URL that a file may hold


def _value(text: str, observation: Observation) -> str:
    """A value that people compare and copy, exactly; or in words why there is none."""
    none = isinstance(observation, Absent | Unreadable)
    return _text(text) if none else code(cut(text, _VALUE_CELLS))


def _open(blocks: Sequence[Block]) -> list[str]:
    sections = (
        ("{number} refused", [f"{_name(block.name)}: {_refusal(item)}" for block in blocks for item in block.refusals]),
        ("{number} pending, a device must still act", [_pending(block) for block in blocks]),
        ("{number} waiting, a person must still act", [_waiting(block) for block in blocks]),
        ("{number} not readable", [_unreadable(block) for block in blocks]),
        ("{number} not verifiable", [_unverifiable(block) for block in blocks]),
        ("Notes: {number}", [_warnings(block) for block in blocks]),
    )
    parts = []
    for title, groups in sections:
        lines = [line for group in groups for line in ([group] if isinstance(group, str) else group)]
        if lines:
            parts.append(_folded(title.format(number=len(lines)), lines))
    files = [f"{_name(block.name)}: {', '.join(map(_code, block.origins))}" for block in blocks if block.origins]
    return [*parts, _folded("Files and lines", files)] if files else parts


def _folded(title: str, lines: Iterable[str]) -> str:
    items = "\n".join(f"- {line}" for line in lines)
    return f"<details><summary>{title}</summary>\n\n{items}\n\n</details>"


def _refusal(item: Refusal) -> str:
    guard = f"{code(item.guard)}, {code(item.code)}"
    found = f"found {_text(item.measured)}; allowed {_text(item.limit)}"
    lift = f"or lift it: {_code(f'--accept {item.accept}')}" if item.accept else "nothing lifts this guard"
    held = f" Holds back: {_text('; '.join(wording.held_back(item)))}." if item.held_back else ""
    return f"{_text(wording.refused(item))} ({guard}; {found}).{held} Way out: {_text(item.remedy)}; {lift}"


def _pending(block: Block) -> list[str]:
    return [
        f"{_name(block.name)}: {_text(wording.setting(item.target, item.setting))}: {_text(item.reason)}"
        for item in block.pending
    ]


def _waiting(block: Block) -> list[str]:
    lines = []
    for item in block.waiting:
        since = f" (since {wording.time(item.since)})" if item.since else ""
        subject = _text(wording.setting(item.target, item.setting))
        lines.append(f"{_name(block.name)}: {subject}: {_text(item.reason)}{escaped(since)}")
    return lines


def _unreadable(block: Block) -> list[str]:
    lines = []
    for item in block.unreadable:
        who = item.target.charger or item.target.principal
        reason = wording.REASONS[item.unreadable.reason]
        detail = f" ({_text(item.unreadable.detail)})" if item.unreadable.detail else ""
        lines.append(f"{_name(block.name)}: {f'{_code(who)} ' if who else ''}{_text(item.what)}: {reason}{detail}")
    return lines


def _unverifiable(block: Block) -> list[str]:
    return [f"{_name(block.name)}: {_text(note.subject)}: {_text(note.reason)}" for note in block.unverifiable]


def _warnings(block: Block) -> list[str]:
    return [f"{_name(block.name)}: {_text(item.message)} ({code(item.code)})" for item in block.warnings]


def _summary(plan: Plan) -> str:
    lines = [f"- {f'**{label}:** ' if label else ''}{_text(words)}" for label, words in summary_lines(plan)]
    return "\n".join([*lines, f"- **Next:** {_text(next_words(plan))}"])


def result_markdown(result: RunResult, plan: Plan) -> str:
    """Counts, receipt, every change that is not simply done, and all outcomes folded."""
    counts = [f"{number} {wording.OUTCOMES[kind]}" for kind in OutcomeKind if (number := result.count(kind))]
    parts = [f"### Apply: {', '.join(counts) or 'no change was due'}", f"Run {_code(result.run_id)}"]
    if plan.rollback is not None:
        parts += [f"{_text(headline(plan, plan.rollback))}", *_lost(plan)]
    if result.waves:
        parts.append("\n".join(f"- **{label}:** {_text(words)}" for label, words in wave_words(result.waves)))
    if result.receipt is not None:
        parts.append(_text("".join(words for words, _ in receipt_words(result.receipt))))
    else:
        parts.append("**No receipt:** there was no second plan")
    fine = {OutcomeKind.DONE, OutcomeKind.ALREADY}
    parts += _outcomes("not done", result, plan, kinds=set(OutcomeKind) - fine)
    parts += _outcomes("done", result, plan, kinds=fine)
    if result.worksheet is not None:
        parts.append(f"Steps for a person in the Portal: {_code(result.worksheet)}")
    if result.was_interrupted:
        parts.append(f"To go on with it: {_code(f'reconciler apply --resume {result.run_id}')}")
    if result.residual_plan is not None:
        parts.append(f"What is left: {_code(result.residual_plan)}")
    if result.rollback is not None:
        parts.append(f"To take it back: {_code(f'reconciler apply {result.rollback}')}")
    return "\n\n".join(parts) + "\n"


def _outcomes(title: str, result: RunResult, plan: Plan, *, kinds: set[OutcomeKind]) -> list[str]:
    rows = []
    for site, pairs in sites_of(result, plan):
        for change, outcome in pairs:
            if outcome.kind not in kinds:
                continue
            setting = _text(wording.setting(change.target, change.setting))
            values = f"{_before(change)} → {_after(change)}"
            cells = [_name(site), setting, values, wording.OUTCOMES[outcome.kind], _text(outcome.detail)]
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
    path = _code(problem.path) if problem.path else ""
    cells = [_code(place), code(problem.code), path, _text(what), _text(problem.remedy)]
    return f"| {' | '.join(cells)} |"
