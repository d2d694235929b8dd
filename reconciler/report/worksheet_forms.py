"""A worksheet for machines, as Markdown, and the sentences that its forms share."""

from typing import assert_never

from reconciler.model.change import Change
from reconciler.model.ticks import Sight, Tick
from reconciler.model.value import state_of
from reconciler.report import json_parts, wording
from reconciler.report.escape import code, cut, visible
from reconciler.report.escape import for_markdown as escaped
from reconciler.report.json_document import FORMAT_VERSION
from reconciler.report.json_parts import Json
from reconciler.report.portal_words import Instruction, Span, SpanKind
from reconciler.report.worksheet import Worksheet, WorksheetStep

VALUE_CELLS = 2000
"""Of one value; longer than any URL that a file may hold."""


def worksheet_document(sheet: Worksheet) -> Json:
    """For machines: every setting in the order in which to set it (`sandbox carry-out` does so)."""
    return {
        "kind": "worksheet",
        "format_version": FORMAT_VERSION,
        "created_at": json_parts.moment(sheet.created_at),
        "plan_digest": sheet.plan_digest,
        "looked_at": json_parts.moment(sheet.looked_at),
        "tasks": [_task(step, change) for site in sheet.sites for step in site.steps for change in step.changes],
    }


def _task(step: WorksheetStep, change: Change) -> Json:
    return {
        "number": step.number,
        "change": change.id,
        "account": change.target.account,
        "installation": change.target.installation_id,
        "name": change.installation_name,
        "charger": change.target.charger,
        "principal": change.target.principal,
        "setting": change.setting,
        "before": json_parts.value(change.before),
        "before_state": state_of(change.before).value,
        "after": json_parts.value(change.after),
        "unit": change.unit,
        "role": step.role,
        "gate": step.gate.value,
        **({"owners": list(step.owners)} if step.owners else {}),
        "asked_at": json_parts.moment(step.asked_at.get(change.id)),
        "seen": _seen(step.ticks.get(change.id)),
    }


def _seen(tick: Tick | None) -> Json | None:
    return None if tick is None else {"at": json_parts.moment(tick.at), "how": tick.sight.value}


def worksheet_markdown(sheet: Worksheet) -> str:
    """Numbered steps with boxes to tick."""
    lines = ["# Portal worksheet", "", escaped(summary_of(sheet)), ""]
    for site in sheet.sites:
        lines += [
            f"## {_name(site.name)}",
            "",
            f"Installation {code(site.installation_id)}, account {escaped(site.account)}",
        ]
        lines += ["", "### Open the installation", "", *_numbered(site.opening, box=_OPEN)]
        for step in site.steps:
            lines += ["", f"### Step {step.number}: {escaped(cut(step.title, 120))}", ""]
            box = _DONE if step.is_done else _OPEN
            waits = waits_of(step, sheet)
            lines += [f"Needs the role **{escaped(step.role)}**.{f' {escaped(waits)}.' if waits else ''}", ""]
            lines += [f"**First:** {escaped(step.first)}.{_why(step)}", ""] if step.first else []
            lines += [*_numbered(step.instructions, box=box), "", f"- {box} **Check:** {_markdown(step.check)}"]
            lines.append(f"- {box} **Seen:** {escaped(seen_of(step))}")
        lines.append("")
    lines += ["## When everything is done", "", *(f"- {escaped(note)}" for note in sheet.notes)]
    return "\n".join(lines) + "\n"


def summary_of(sheet: Worksheet) -> str:
    """How many steps at how many installations, and after which plan."""
    steps = wording.counted(sheet.step_count, "step")
    sites = wording.counted(len(sheet.sites), "installation")
    order = ", in this order" if sheet.step_count > 1 else ""
    done = "" if sheet.looked_at is None else f" {done_of(sheet)}"
    return f"{steps} at {sites}{order}. Plan {sheet.plan_digest[:17]} of {wording.time(sheet.created_at)}.{done}"


def done_of(sheet: Worksheet) -> str:
    """`3 of 7 steps were seen done, last looked 2026-01-15 06:00 UTC.`; empty when nobody has looked."""
    if sheet.looked_at is None:
        return ""
    number = wording.counted(sheet.step_count, "step")
    return f"{sheet.done_count} of {number} seen done, last looked {wording.time(sheet.looked_at)}."


_SIGHTS = {
    Sight.READ: "read back",
    Sight.INVITED: "read back; the person has still to accept the invitation",
    Sight.ATTESTED: "attested",
}


def seen_of(step: WorksheetStep) -> str:
    """How and when a step was seen done, how much of it, or who will see it."""
    told = sorted({f"{_SIGHTS[tick.sight]} {wording.time(tick.at)}" for tick in step.ticks.values()})
    if step.is_done:
        return f"{wording.listed(told)}."
    if told:
        parts = [wording.setting(one.target, one.setting) for one in step.changes if one.id in step.ticks]
        return f"only {wording.listed(parts)} so far ({wording.listed(told)})."
    if step.is_readable:
        return "not yet; the next plan reads it back."
    return "not yet; no documented call reads it back, an attestation ticks it."


def waits_of(step: WorksheetStep, sheet: Worksheet) -> str:
    """`Asked for 9 days: remind`; empty when it is done, is new, or must wait for something itself."""
    now = sheet.looked_at or sheet.created_at
    since = min((at for one, at in step.asked_at.items() if one not in step.ticks), default=None)
    if since is None or step.first or (now - since).days < 1:
        return ""
    return f"Asked {wording.waited(since, now)}"


_OPEN, _DONE = "[ ]", "[x]"


def _why(step: WorksheetStep) -> str:
    return f" Why: {escaped(step.why)}." if step.why else ""


def _name(text: str) -> str:
    return escaped(cut(visible(text.strip()))) or "(no name)"


def _numbered(instructions: tuple[Instruction, ...], *, box: str) -> list[str]:
    return [f"{number}. {box} {_markdown(one)}" for number, one in enumerate(instructions, start=1)]


def _markdown(instruction: Instruction) -> str:
    return "".join(map(_span, instruction))


def _span(span: Span) -> str:
    match span.kind:
        case SpanKind.TEXT:
            return escaped(span.text)
        case SpanKind.PORTAL:
            return f"**{escaped(span.text)}**"
        case SpanKind.VALUE | SpanKind.COPY:
            return code(cut(span.text, VALUE_CELLS))
        case _:
            assert_never(span.kind)
