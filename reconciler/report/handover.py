"""What `handover start` and `handover finish` do to files: for people, and as a JSON document."""

from collections import Counter
from difflib import unified_diff

from reconciler.model.handover import Action, Batch, FileDraft, Remark, Row, Tense, Weight
from reconciler.model.handover_stage import Stage
from reconciler.model.words import counted
from reconciler.report.escape import code, for_markdown, for_terminal, name
from reconciler.report.handover_status import STAGES
from reconciler.report.json_document import head
from reconciler.report.json_parts import Json
from reconciler.report.page import Look, Page, Tone
from reconciler.report.stream import Color, Glyphs

_ACTIONS = {
    Action.NEW: "new file",
    Action.PATCHED: "patched",
    Action.UNCHANGED: "stays as it is",
    Action.RELEASED: "handed over",
    Action.REFUSED: "stays out",
}
_WOULD = {
    Action.NEW: "would be a new file",
    Action.PATCHED: "would be patched",
    Action.RELEASED: "would be handed over",
}
_IN_ORDER = [word for action in Action for word in (_ACTIONS[action], _WOULD.get(action, "")) if word]
_TONES = {"+": Tone.GOOD, "-": Tone.BAD, "@": Tone.QUIET}
_WEIGHTS = {Weight.REFUSAL: ("refused: ", Tone.BAD), Weight.WARNING: ("warning: ", Tone.CHANGE)}


def batch_text(
    batch: Batch, *, width: int, color: Color, glyphs: Glyphs = Glyphs.UNICODE, tense: Tense = Tense.DONE
) -> str:
    """The files with their differences, each charger with what was found, refusals last; then one line of counts."""
    page = Page(Look(width=width, color=color, glyphs=glyphs))
    for draft in batch.drafts:
        _show_draft(page, draft, tense)
    for row in sorted(batch.rows, key=lambda one: one.action is Action.REFUSED):
        _show_row(page, row, _words(row, batch, tense))
    page.line(counts_of(batch, tense))
    return str(page)


def _words(row: Row, batch: Batch, tense: Tense) -> str:
    """What became of a charger, or would; what an earlier run did is so in any case."""
    drafted = any(draft.file == row.file for draft in batch.drafts)
    would = _WOULD.get(row.action) if tense is Tense.WOULD and drafted else None
    return would or _ACTIONS[row.action]


def _show_draft(page: Page, draft: FileDraft, tense: Tense) -> None:
    for line in difference(draft):
        page.unbroken(page.look.text((for_terminal(line), _TONES.get(line[:1], Tone.PLAIN))))
    if draft.instead_of is not None:
        moves = "moves to" if tense is Tense.DONE else "would move to"
        page.line(f"{draft.instead_of[0]} {moves} {draft.path}")
    page.blank()


def difference(draft: FileDraft) -> tuple[str, ...]:
    """The unified difference of one file, a line each; empty for one that moves or stays."""
    if draft.instead_of is not None:
        return ()
    old = "/dev/null" if draft.before is None else f"a/{draft.file}"
    lines = unified_diff(
        (draft.before or "").splitlines(), draft.after.splitlines(), old, f"b/{draft.file}", lineterm=""
    )
    return tuple(lines)


def _show_row(page: Page, row: Row, what: str) -> None:
    where = "" if row.origin is None else f"{row.origin}  "
    page.line((f"{where}{row.serial}", Tone.STRONG), f"  {name(row.name)}  {what}  {row.file}")
    for remark in row.remarks:
        label, tone = _WEIGHTS[remark.weight]
        page.line((label, tone), f"{remark.message} ({remark.code}). {_sentence(remark.remedy)}", indent=2)
    if row.next_step and row.action is not Action.REFUSED:
        page.line(("next: ", Tone.QUIET), row.next_step, indent=2)


def batch_markdown(batch: Batch, tense: Tense = Tense.DONE) -> str:
    """The same for a pull request or an issue; without the differences, which a pull request shows itself."""
    lines = [
        f"**{for_markdown(counts_of(batch, tense))}**",
        "",
        "| charger | installation | what | found |",
        "|---|---|---|---|",
    ]
    for row in batch.rows:
        found = "; ".join(
            f"{remark.weight.value}: {remark.message}. {_sentence(remark.remedy)}" for remark in row.remarks
        )
        what = f"{_words(row, batch, tense)} {code(row.file) if row.file else ''}".strip()
        lines.append(f"| {code(row.serial)} | {for_markdown(row.name)} | {what} | {for_markdown(found)} |")
    return "\n".join(lines) + "\n"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def counts_of(batch: Batch, tense: Tense = Tense.DONE) -> str:
    """`2 new files, 1 patched, 1 left out`, and what is still open; nothing that is none."""
    found = Counter(_words(row, batch, tense) for row in batch.rows)
    words = {
        _ACTIONS[Action.NEW]: counted(found[_ACTIONS[Action.NEW]], "new file"),
        _ACTIONS[Action.UNCHANGED]: f"{found[_ACTIONS[Action.UNCHANGED]]} unchanged",
        _ACTIONS[Action.REFUSED]: f"{found[_ACTIONS[Action.REFUSED]]} left out",
        _WOULD[Action.NEW]: f"{found[_WOULD[Action.NEW]]} would be new",
    }
    parts = [words.get(one, f"{found[one]} {one}") for one in _IN_ORDER if found[one]]
    none = "nothing is written" if tense is Tense.WOULD else ""
    return ", ".join([*parts, *([none] if none and parts else []), *_still_open(batch)]) or "nothing to do"


def _still_open(batch: Batch) -> list[str]:
    """`2 still open: 1 to apply, 1 access lost`; nothing where none is."""
    found = Counter(batch.still_open)
    each = ", ".join(f"{found[stage]} {STAGES[stage]}" for stage in Stage if found[stage])
    return [f"{len(batch.still_open)} still open: {each}; see `reconciler handover status`"] if each else []


def batch_document(batch: Batch, tense: Tense = Tense.DONE) -> Json:
    """Everything a batch holds; its schema is schemas/handover.schema.json."""
    return {
        **head("handover", batch.conditions),
        "tool": {"name": "reconciler", "version": batch.tool_version},
        "created_at": batch.created_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "written": tense is Tense.DONE,
        "summary": {action.value: batch.count(action) for action in Action},
        "files": [
            {
                "file": draft.file,
                "moved_from": None if draft.instead_of is None else draft.instead_of[0],
                "diff": "".join(f"{line}\n" for line in difference(draft)),
            }
            for draft in batch.drafts
        ],
        "rows": [_row_part(row) for row in batch.rows],
    }


def _row_part(row: Row) -> Json:
    return {
        "serial": row.serial,
        "person": row.owner,
        "installation": row.installation_id,
        "name": row.name,
        "file": row.file or None,
        "action": row.action.value,
        "list": None if row.origin is None else {"file": row.origin.file, "line": row.origin.line},
        "remarks": [_remark_part(remark) for remark in row.remarks],
        "next": row.next_step,
    }


def _remark_part(remark: Remark) -> Json:
    return {
        "code": remark.code,
        "weight": remark.weight.value,
        "message": remark.message,
        "remedy": remark.remedy,
    }
