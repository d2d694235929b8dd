"""How far hand-overs are: a table for people, Markdown, and a JSON document."""

from rich.table import Table

from reconciler.model.handover import HandoverStatus, Standing
from reconciler.model.handover_stage import Stage
from reconciler.model.waiting import due
from reconciler.report import wording
from reconciler.report.escape import code, for_markdown, name
from reconciler.report.json_document import head
from reconciler.report.json_parts import Json
from reconciler.report.page import Look, Page, Tone
from reconciler.report.stream import Color, Glyphs

STAGES = {
    Stage.SETTINGS: "to apply",
    Stage.INVITE: "to invite",
    Stage.WAITING: "waits for the owner",
    Stage.LEAVING: "accepted, we leave",
    Stage.DONE: "done",
    Stage.PENDING: "waits for the charger",
    Stage.BLOCKED: "blocked",
    Stage.LOST: "access lost",
}
_TONES = {Stage.DONE: Tone.GOOD, Stage.WAITING: Tone.OPEN, Stage.BLOCKED: Tone.BAD, Stage.LOST: Tone.BAD}


def status_text(status: HandoverStatus, *, width: int, color: Color, glyphs: Glyphs = Glyphs.UNICODE) -> str:
    """A table, then for each hand-over that is not over what blocks it and who does what next."""
    page = Page(Look(width=width, color=color, glyphs=glyphs))
    if status.standings:
        page.show(_table(page, status))
        page.blank()
    for one in status.standings:
        _details(page, one)
    page.line(counts_of(status))
    return str(page)


def _table(page: Page, status: HandoverStatus) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="")
    for title in ("installation", "charger", "owner", "invited", "age", "stage", "reminder"):
        table.add_column(page.look.text((title, Tone.QUIET)), overflow="fold")
    for one in status.standings:
        cells = (
            (name(one.name), Tone.STRONG),
            ", ".join(one.serials),
            owners_of(one),
            invited_of(one),
            age_of(one),
            (STAGES[one.stage], _TONES.get(one.stage, Tone.CHANGE)),
            due(one.reminders),
        )
        table.add_row(*(page.look.text(cell) for cell in cells))
    return table


def _details(page: Page, one: Standing) -> None:
    wave = f"  wave {name(one.wave)}" if one.wave else ""
    page.line((name(one.name), Tone.STRONG), f"  {one.file}{wave}")
    for block in one.blocks:
        page.line(("blocked: ", Tone.BAD), block, indent=2)
    page.line(("next: ", Tone.QUIET), one.next_step, indent=2)
    if one.owner_step:
        page.line(("the owner: ", Tone.QUIET), one.owner_step, indent=2)
    page.blank()


def status_markdown(status: HandoverStatus) -> str:
    """The same for an issue or a wiki page."""
    lines = [
        f"**{for_markdown(counts_of(status))}**",
        "",
        "| installation | charger | owner | invited | age | stage | reminder | next |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in status.standings:
        words = (invited_of(one), age_of(one), STAGES[one.stage], due(one.reminders))
        told = " | ".join(for_markdown(word) for word in words)
        next_step = for_markdown("; ".join((*one.blocks, one.next_step)))
        chargers = ", ".join(code(serial) for serial in one.serials)
        lines.append(
            f"| {for_markdown(one.name)} | {chargers} | {for_markdown(owners_of(one))} | {told} | {next_step} |"
        )
    return "\n".join(lines) + "\n"


def owners_of(one: Standing) -> str:
    """People, and who of them has accepted."""
    return (
        ", ".join(f"{owner} (accepted)" if owner in one.accepted else owner for owner in one.owners) or "not yet said"
    )


def invited_of(one: Standing) -> str:
    """The day of the invitation; in the Portal only that on which a worksheet asked for it is known."""
    if one.invited_at is not None:
        return f"{one.invited_at:%Y-%m-%d}"
    return "" if one.asked_at is None else f"asked {one.asked_at:%Y-%m-%d}"


def age_of(one: Standing) -> str:
    """`9 days`."""
    return "" if one.age_days is None else wording.counted(one.age_days, "day")


def counts_of(status: HandoverStatus) -> str:
    """`3 hand-overs under way: 1 to apply, 2 wait for the owner; 12 handed over`."""
    found = ", ".join(f"{count} {_of_many(stage, count)}" for stage in Stage if (count := status.count(stage)))
    under_way = f"{wording.counted(len(status.standings), 'hand-over')} under way"
    return f"{under_way}{': ' if found else ''}{found}; {status.released} handed over"


def _of_many(stage: Stage, count: int) -> str:
    words = STAGES[stage]
    return words if count == 1 else words.replace("waits", "wait", 1)


def status_document(status: HandoverStatus) -> Json:
    """Everything; its schema is schemas/handover-status.schema.json."""
    return {
        **head("handover-status", status.conditions),
        "tool": {"name": "reconciler", "version": status.tool_version},
        "created_at": status.created_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "summary": {**{stage.value: status.count(stage) for stage in Stage}, "released": status.released},
        "handovers": [_part(one) for one in status.standings],
    }


def _part(one: Standing) -> Json:
    return {
        "installation": one.installation_id,
        "name": one.name,
        "account": one.account,
        "file": one.file,
        "wave": one.wave or None,
        "chargers": [*one.serials],
        "owners": [*one.owners],
        "accepted": [*one.accepted],
        "stage": one.stage.value,
        "invited_at": None if one.invited_at is None else one.invited_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "asked_at": None if one.asked_at is None else one.asked_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "age_days": one.age_days,
        "reminders_due": one.reminders,
        "blocks": [*one.blocks],
        "next": one.next_step,
        "owner_next": one.owner_step or None,
    }
