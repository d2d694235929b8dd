"""A plan as text for a terminal; the other texts are in `terminal_run.py` and `terminal_files.py`."""

from rich.table import Table

from reconciler.model.plan import Plan, Refusal
from reconciler.report import wording
from reconciler.report.blocks import Block, Row, blocks_of
from reconciler.report.escape import name
from reconciler.report.page import Color, Glyphs, Look, Page, Piece, Tone
from reconciler.report.plan_words import (
    accounts_words,
    coverage_words,
    legend,
    next_words,
    open_words,
    summary_lines,
    what_and_where,
)
from reconciler.report.terminal_files import effective_text, explanation_text, validation_text
from reconciler.report.terminal_run import result_text

__all__ = ["effective_text", "explanation_text", "plan_text", "result_text", "validation_text"]

_TONES = {"+": Tone.GOOD, "-": Tone.BAD, "~": Tone.CHANGE, "↑": Tone.CHANGE, "↓": Tone.LESS}
_BODY = 7  # cells before the words of a row: two, the step, a space, the marker, a space
_WIDE = 120  # from here on, what must come before stands beside a change instead of below it


def plan_text(plan: Plan, *, width: int, color: Color, glyphs: Glyphs = Glyphs.UNICODE) -> str:
    """The plan for people. Everything that differs is in it at any width; colour only repeats what words say."""
    page = Page(Look(width=max(40, width), color=color, glyphs=glyphs))
    blocks = blocks_of(plan)
    if not blocks and not plan.refusals:
        _empty(page, plan)
        return str(page)
    _header(page, plan)
    for refusal in plan.refusals:
        if refusal.installation_id is None:
            page.blank()
            _refusal(page, refusal)
    columns = _Columns.of(page.look, blocks)
    for block in blocks:
        page.blank()
        _block(page, block, plan, columns)
    page.blank()
    _summary(page, plan)
    return str(page)


def _empty(page: Page, plan: Plan) -> None:
    page.line(
        ("No changes. ", Tone.GOOD), f"{plan.desired.path} matches {accounts_words(plan)}. {coverage_words(plan)}"
    )
    _partial(page, plan)


def _header(page: Page, plan: Plan) -> None:
    page.line(("Plan for ", Tone.STRONG), (what_and_where(plan), Tone.STRONG))
    _partial(page, plan)
    page.line(coverage_words(plan))
    if plan.accepted:
        page.line(f"Lifted on the command line: {', '.join(plan.accepted)}")


def _partial(page: Page, plan: Plan) -> None:
    if plan.selection is not None:
        page.line(("PARTIAL: ", Tone.BAD), f"only {name(plan.selection)} was selected")


class _Columns:
    """Widths shared by all blocks, so that values and routes stand below each other."""

    def __init__(self, *, subject: int, values: int, beside: int) -> None:
        self.subject = subject
        self.values = values
        self.beside = beside

    @classmethod
    def of(cls, look: Look, blocks: tuple[Block, ...]) -> "_Columns":
        rows = [row for block in blocks for row in block.rows]
        room = look.width - _BODY - 2 - 2 - max(map(len, wording.ROUTES.values()))
        beside = 0
        if look.width >= _WIDE:
            beside = min(44, max((len(row.notes) for row in rows), default=0))
            room -= beside + 2
        longest = max((look.text(subject_of(row)).cell_len for row in rows), default=10)
        subject = min(longest, room * 55 // 100)
        fitting = [cells for row in rows if (cells := look.text(values_of(row)).cell_len) <= room - subject]
        return cls(subject=subject, values=max(fitting, default=room - subject), beside=beside)


def subject_of(row: Row) -> str:
    """What a change is about."""
    return wording.setting(row.change.target, row.change.setting)


def values_of(row: Row) -> str:
    """`16 A → 32 A`."""
    return f"{wording.before(row.change)} → {wording.after(row.change)}"


def _block(page: Page, block: Block, plan: Plan, columns: _Columns) -> None:
    account = f"account {block.account} · " if len(plan.accounts) > 1 else ""
    page.apart([(name(block.name), Tone.STRONG)], [(account + block.installation_id, Tone.QUIET)])
    for origin in block.origins:
        page.line((origin, Tone.QUIET), indent=2)
    for row in block.rows:
        _row(page, row, columns)
    for refusal in block.refusals:
        _refusal(page, refusal)
    _open_items(page, block, plan)


def _row(page: Page, row: Row, columns: _Columns) -> None:
    text = page.look.text
    values = text(values_of(row))
    long = values.cell_len > columns.values
    sign = wording.marker(row.change)
    grid = Table.grid(padding=0)
    for size in (4, 1, 2, columns.subject + 2, columns.values + 2, 9):
        grid.add_column(width=size, overflow="fold")
    if columns.beside:
        grid.add_column(overflow="fold")
    number = str(row.number) if row.number is not None and row.leads else ""
    cells = [text(f"{number:>3} "), text((sign, _TONES[sign])), text(""), text(subject_of(row))]
    cells += [text("") if long else values, text((wording.ROUTES[row.change.route], Tone.QUIET))]
    grid.add_row(*cells, *([text((row.notes, Tone.OPEN))] if columns.beside else []))
    page.show(grid)
    if long:
        page.labelled(("before", Tone.QUIET), wording.before(row.change), cells=8, indent=_BODY)
        page.labelled(("after", Tone.QUIET), wording.after(row.change), cells=8, indent=_BODY)
    if row.notes and not columns.beside:
        page.line((row.notes, Tone.OPEN), indent=_BODY)


def _refusal(page: Page, refusal: Refusal) -> None:
    message = f"{wording.refused(refusal)} "
    _item(page, "!", Tone.BAD, ("refused: ", Tone.BAD), message, (f"({refusal.guard}, {refusal.code})", Tone.QUIET))
    lines = [("found", f"{refusal.measured}; allowed {refusal.limit}")]
    lines += [("holds back" if first == 0 else "", held) for first, held in enumerate(wording.held_back(refusal))]
    lines += [("way out", refusal.remedy), ("or lift it" if refusal.liftable else "", wording.how_to_lift(refusal))]
    for label, text in lines:
        page.labelled((label, Tone.QUIET), text, cells=12, indent=_BODY)


def _open_items(page: Page, block: Block, plan: Plan) -> None:
    for pending in block.pending:
        row = wording.row_of(pending.target, pending.setting)
        values = f"{wording.value(row, pending.before)} → {wording.value(row, pending.after)}" if pending.after else ""
        subject = f"{wording.setting(pending.target, pending.setting)} {values}".rstrip()
        since = wording.age(pending.since, plan.created_at)
        _item(page, "…", Tone.OPEN, ("pending: ", Tone.OPEN), f"{subject}; {pending.reason}", _quiet(since))
    for waiting in block.waiting:
        subject = wording.setting(waiting.target, waiting.setting)
        since = wording.age(waiting.since, plan.created_at)
        _item(page, "…", Tone.OPEN, ("waiting: ", Tone.OPEN), f"{subject}: {waiting.reason}", _quiet(since))
    for gap in block.unreadable:
        who = f"{gap.target.charger or gap.target.principal or ''} {gap.what}".strip()
        detail = f" ({gap.unreadable.detail})" if gap.unreadable.detail else ""
        reason = wording.REASONS[gap.unreadable.reason]
        _item(page, "?", Tone.BAD, ("not readable: ", Tone.BAD), f"{who}: {reason}{detail}")
    for item in block.unverifiable:
        subject = wording.setting(item.target, item.setting)
        _item(page, "?", Tone.OPEN, ("not verifiable: ", Tone.OPEN), f"{subject}: {item.reason}")
    for warning in block.warnings:
        _item(page, "i", Tone.QUIET, ("note: ", Tone.STRONG), f"{warning.message} ", (f"({warning.code})", Tone.QUIET))


def _quiet(since: str) -> Piece:
    return (f" ({since})" if since else "", Tone.QUIET)


def _item(page: Page, sign: str, tone: Tone, *pieces: Piece) -> None:
    page.labelled((sign, tone), *pieces, cells=3, indent=_BODY - 3)


def _summary(page: Page, plan: Plan) -> None:
    page.rule()
    for label, words in summary_lines(plan):
        page.labelled((label, Tone.STRONG), words, cells=10)
    if words := open_words(plan):
        page.labelled(("Open", Tone.STRONG), (words, Tone.OPEN), cells=10)
    page.labelled(("Next", Tone.STRONG), next_words(plan), cells=10)
    if signs := legend(plan):
        page.line((signs, Tone.QUIET))
