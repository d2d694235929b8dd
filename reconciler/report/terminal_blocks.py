"""The blocks of a plan in a terminal: one per installation, its changes in columns, then what stands open."""

from collections.abc import Sequence
from dataclasses import replace

from reconciler.model.change import Cause
from reconciler.model.plan import Plan, Refusal, Rollback
from reconciler.report import wording
from reconciler.report.blocks import Block, Row
from reconciler.report.escape import name
from reconciler.report.origin_words import CAUSES, REFUSED_BY
from reconciler.report.page import Look, Page, Piece, Text, Tone
from reconciler.report.rollback_words import lost_by_site

_TONES = {"+": Tone.GOOD, "-": Tone.BAD, "~": Tone.CHANGE, "↑": Tone.CHANGE, "↓": Tone.LESS}
_BODY = 7  # cells before the words of a row: two, the step, a space, the marker, a space
_ROUTE = max(map(len, wording.ROUTES.values()))
_GAP = 2
_LABEL = 12  # cells of `or lift it` and the like
_VALUES = 16  # cells that a narrow terminal keeps for values: `not set → 15.5 A`
_SHORT = 32
_WIDE = 120  # from here on, what must come before stands beside a change instead of below it


def show_changes(page: Page, blocks: Sequence[Block], plan: Plan) -> None:
    """Every installation that the plan says anything about."""
    columns = _Columns.of(page.look, blocks)
    for block in blocks:
        page.blank()
        _block(page, block, plan, columns)


class _Columns:
    """Widths shared by all blocks, so that values and routes stand below each other.

    A subject that is too long for its column stands alone, with the values below it.
    """

    def __init__(self, *, subject: int, values: int, beside: int) -> None:
        self.subject = subject
        self.values = values
        self.beside = beside

    @classmethod
    def of(cls, look: Look, blocks: Sequence[Block]) -> "_Columns":
        rows = [row for block in blocks for row in block.rows]
        room = look.width - _BODY - _GAP - _GAP - _ROUTE
        beside = 0
        if look.width >= _WIDE:
            beside = min(44, max((len(row.notes) for row in rows), default=0))
            room -= beside + _GAP
        most = room * 55 // 100 if look.width >= 80 else room - _VALUES
        short = [(cells, row) for row in rows if (cells := look.text(subject_of(row)).cell_len) <= most]
        subject = max((cells for cells, _ in short), default=0)
        fitting = [cells for _, row in short if (cells := look.text(values_of(row)).cell_len) <= room - subject]
        return cls(subject=subject, values=max(fitting, default=max(0, room - subject)), beside=beside)


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
    for words, rows in rows_by_cause(block, plan):
        if words:
            page.line((words, Tone.STRONG), indent=2)
        for row in rows:
            if page.look.text(subject_of(row)).cell_len <= columns.subject:
                _row(page, row, columns)
            else:
                _tall_row(page, row)
    for refusal in block.refusals:
        show_refusal(page, refusal)
    _open_items(page, block, plan)


def rows_by_cause(block: Block, plan: Plan) -> list[tuple[str, Sequence[Row]]]:
    """The rows under their cause, the pull request's first; without headings where nothing was compared."""
    if plan.base is None:
        return [("", block.rows)]
    parts: list[tuple[str, Sequence[Row]]] = []
    for cause in (Cause.PULL_REQUEST, Cause.BASE, Cause.DRIFT):
        rows = [row for row in block.rows if row.change.cause is cause]
        numbers = [row.number for row in rows]
        # A step may carry out changes of several causes: each part tells its number.
        leading = [replace(row, leads=row.leads or row.number not in numbers[:at]) for at, row in enumerate(rows)]
        parts += [(f"{CAUSES[cause].lower()}:", leading)] if rows else []
    return parts


def _row(page: Page, row: Row, columns: _Columns) -> None:
    text = page.look.text
    values = text(values_of(row))
    long = values.cell_len > columns.values
    cells = [
        (text(subject_of(row)), columns.subject + _GAP),
        (text("") if long else values, columns.values + _GAP),
        (_route(page, row), _ROUTE + _GAP),
    ]
    if columns.beside:
        used = _BODY + sum(size for _, size in cells)
        cells.append((text((row.notes, Tone.OPEN)), page.look.width - used))
    _line(page, row, cells)
    if long:
        _before_and_after(page, row)
    _first(page, row, notes="" if columns.beside else row.notes)


def _tall_row(page: Page, row: Row) -> None:
    """Subject on one line, values and route below it."""
    room = page.look.width - _BODY
    values = page.look.text(values_of(row))
    _line(page, row, [(page.look.text(subject_of(row)), room)])
    if values.cell_len + _GAP + _ROUTE > room:
        _before_and_after(page, row)
        page.show(_route(page, row), indent=_BODY)
    else:
        page.show(values + " " * _GAP + _route(page, row), indent=_BODY)
    _first(page, row, notes=row.notes)


def _line(page: Page, row: Row, cells: Sequence[tuple[Text, int]]) -> None:
    """Number and marker, then cells with their widths."""
    sign = wording.marker(row.change)
    number = str(row.number) if row.number is not None and row.leads else ""
    page.columns([(page.look.text(f"{number:>3} "), 4), (page.look.text((sign, _TONES[sign])), 3), *cells])


def _route(page: Page, row: Row) -> Text:
    return page.look.text((wording.ROUTES[row.change.route], Tone.QUIET))


def _before_and_after(page: Page, row: Row) -> None:
    """Short values beside each other, long ones below each other, where they compare best."""
    if page.look.text(values_of(row)).cell_len <= _SHORT:
        page.line(values_of(row), indent=_BODY)
        return
    page.labelled(("before", Tone.QUIET), wording.before(row.change), cells=8, indent=_BODY)
    page.labelled(("after", Tone.QUIET), wording.after(row.change), cells=8, indent=_BODY)


def _first(page: Page, row: Row, *, notes: str) -> None:
    """What must come before and why: on one line where it fits, else below each other."""
    together = row.notes_and_reason
    if notes and row.reason and len(together) <= page.look.width - _BODY:
        page.line((notes, Tone.OPEN), (together.removeprefix(notes), Tone.QUIET), indent=_BODY)
        return
    if notes:
        page.line((notes, Tone.OPEN), indent=_BODY)
    if row.reason:
        page.line((f"because {row.reason}", Tone.QUIET), indent=_BODY)


def show_lost(page: Page, rollback: Rollback) -> None:
    """What nobody can take back, and why."""
    for site, lines in lost_by_site(rollback):
        page.blank()
        page.line((name(site), Tone.STRONG))
        for subject, reason in lines:
            page.labelled(
                ("!", Tone.BAD), ("cannot be taken back: ", Tone.BAD), f"{subject}: {reason}", cells=3, indent=4
            )


def show_refusal(page: Page, refusal: Refusal) -> None:
    """What was refused and why, what it holds back, and the ways out."""
    message, cause = f"{wording.refused(refusal)} ", REFUSED_BY[refusal.cause]
    told = f"refused {cause}: " if cause else "refused: "
    _item(page, "!", Tone.BAD, (told, Tone.BAD), message, (f"({refusal.guard}, {refusal.code})", Tone.QUIET))
    lines = [("found", f"{refusal.measured}; allowed {refusal.limit}")]
    lines += [("holds back" if first == 0 else "", held) for first, held in enumerate(wording.held_back(refusal))]
    lines += [("way out", refusal.remedy)]
    for label, text in lines:
        _labelled(page, label, text)
    _lift(page, refusal)


def _lift(page: Page, refusal: Refusal) -> None:
    """How to lift it; the text for the command line stays in one piece, so that it can be copied."""
    if refusal.accept is None:
        _labelled(page, "", "nothing lifts this guard")
        return
    accept = f"--accept {refusal.accept}"
    if page.look.text(accept).cell_len <= page.look.width - _BODY - _LABEL:
        _labelled(page, "or lift it", accept)
        indent = _BODY + _LABEL
    else:
        page.line(("or lift it", Tone.QUIET), indent=_BODY)
        page.whole(accept, indent=_BODY)
        indent = _BODY
    if in_file := wording.in_the_file(refusal):
        page.line(f"or {in_file}", indent=indent)


def _labelled(page: Page, label: str, text: str) -> None:
    page.labelled((label, Tone.QUIET), text, cells=_LABEL, indent=_BODY)


def _open_items(page: Page, block: Block, plan: Plan) -> None:
    for pending in block.pending:
        row = wording.row_of(pending.target, pending.setting)
        values = f"{wording.value(row, pending.before)} → {wording.value(row, pending.after)}" if pending.after else ""
        subject = f"{wording.setting(pending.target, pending.setting)} {values}".rstrip()
        since = wording.age(pending.since, plan.created_at)
        _item(page, "…", Tone.OPEN, ("pending: ", Tone.OPEN), f"{subject}; {pending.reason}", _quiet(since))
    for waiting in block.waiting:
        subject = wording.setting(waiting.target, waiting.setting)
        since = wording.waited(waiting.since, plan.created_at)
        _item(page, "…", Tone.OPEN, ("waiting: ", Tone.OPEN), f"{subject}: {waiting.reason}", _quiet(since))
    for gap in block.unreadable:
        who = f"{gap.target.subject} {gap.what}".strip()
        detail = f" ({gap.unreadable.detail})" if gap.unreadable.detail else ""
        reason = wording.REASONS[gap.unreadable.reason]
        _item(page, "?", Tone.BAD, ("not readable: ", Tone.BAD), f"{who}: {reason}{detail}")
    for note in block.unverifiable:
        _item(page, "?", Tone.OPEN, ("not verifiable: ", Tone.OPEN), f"{note.subject}: {note.reason}")
    for warning in block.warnings:
        _item(page, "i", Tone.QUIET, ("note: ", Tone.STRONG), f"{warning.message} ", (f"({warning.code})", Tone.QUIET))


def _quiet(since: str) -> Piece:
    return (f" ({since})" if since else "", Tone.QUIET)


def _item(page: Page, sign: str, tone: Tone, *pieces: Piece) -> None:
    page.labelled((sign, tone), *pieces, cells=3, indent=_BODY - 3)
