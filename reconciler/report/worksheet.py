"""The worksheet: what a person does in the Portal, in order; for paper, for a phone, for a machine."""

import hashlib
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import assert_never

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from reconciler.model.change import Change
from reconciler.model.desired import Route
from reconciler.model.plan import Gate, Plan, Step
from reconciler.model.value import state_of
from reconciler.report import json_parts, portal_words, wording
from reconciler.report.escape import code, cut, visible
from reconciler.report.escape import for_markdown as escaped
from reconciler.report.json_document import FORMAT_VERSION
from reconciler.report.json_parts import Json
from reconciler.report.portal_words import Instruction, Span, SpanKind, View

_VALUE_CELLS = 2000  # longer than any URL that a file may hold
AFTERWARDS = "Run reconciler plan when everything is ticked: it reads back what can be read."
ATTEST = "Permissions cannot be read back on this route: confirm them with reconciler attest FILE --by INITIALS."


@dataclass(frozen=True, slots=True, kw_only=True)
class WorksheetStep:
    """One thing to set and save.

    Attributes:
        number: Inside the installation, from 1.
        role: Portal role that may do it.
        first: What must be seen before; empty when nothing.
        why: Why other steps come before this one; empty when none does.
        check: What to see afterwards.
        changes: What it carries out, in the order of the instructions.
        gate: What must be seen before, for machines; `first` says it in words.
    """

    number: int
    title: str
    role: str
    first: str
    why: str
    instructions: tuple[Instruction, ...]
    check: Instruction
    changes: tuple[Change, ...]
    gate: Gate = Gate.NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class WorksheetSite:
    """One installation; `opening` leads to it from the Portal's front page."""

    account: str
    installation_id: str
    name: str
    opening: tuple[Instruction, ...]
    steps: tuple[WorksheetStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Worksheet:
    """Everything a person must set in the Portal after one plan, by account and installation name."""

    plan_digest: str
    created_at: datetime
    sites: tuple[WorksheetSite, ...]

    @property
    def step_count(self) -> int:
        """Steps over all installations."""
        return sum(len(site.steps) for site in self.sites)

    @property
    def notes(self) -> tuple[str, ...]:
        """What to do when all is done."""
        people = any(change.target.principal for site in self.sites for step in site.steps for change in step.changes)
        return (AFTERWARDS, ATTEST) if people else (AFTERWARDS,)


def worksheet(plan: Plan, change_ids: frozenset[str], *, done: frozenset[str] = frozenset()) -> Worksheet:
    """The worksheet for those changes of a plan; changes on other routes are left out.

    Nothing waits for what is `done` already, also by ids of changes.
    """
    changes = {change.id: change for change in plan.changes if change.id in change_ids and change.route is Route.PORTAL}
    steps: dict[tuple[str, str], list[Step]] = {}
    for step in plan.steps:
        if any(change_id in changes for change_id in step.change_ids):
            steps.setdefault((step.account, step.installation_id), []).append(step)
    sites = [_site(plan, members, changes, done=done) for members in steps.values()]
    ordered = sorted(sites, key=lambda site: (site.account, site.name.casefold(), site.installation_id))
    return Worksheet(plan_digest=plan.digest, created_at=plan.created_at, sites=tuple(ordered))


def _site(plan: Plan, steps: list[Step], changes: dict[str, Change], *, done: frozenset[str]) -> WorksheetSite:
    installation_id = steps[0].installation_id
    context = _Context(
        plan=plan, numbers={step.id: number for number, step in enumerate(steps, start=1)}, changes=changes, done=done
    )
    name = next(changes[change_id] for change_id in steps[0].change_ids if change_id in changes).installation_name
    opened, made = View.INSTALLATION, []
    for step in steps:
        made.append(_step(step, context, opened=opened))
        opened = portal_words.view_after(made[-1].changes)
    return WorksheetSite(
        account=steps[0].account,
        installation_id=installation_id,
        name=name,
        opening=portal_words.open_installation(_serial(plan, installation_id), name),
        steps=tuple(made),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Context:
    """What a step needs to know of the others: `numbers` holds those on this sheet by step id."""

    plan: Plan
    numbers: dict[str, int]
    changes: dict[str, Change]
    done: frozenset[str]


def _serial(plan: Plan, installation_id: str) -> str | None:
    """A charger by which the installation can be found, as Zaptec's guide does; None when the plan names none."""
    for targets in ([change.target for change in plan.changes], [item.target for item in plan.pending]):
        here = [target.charger for target in targets if target.installation_id == installation_id]
        if serials := [serial for serial in here if serial is not None]:
            return min(serials)
    return None


_SETTING_ORDER = {"authentication.mode": 0, "authentication.authorizationRequired": 1, "maxCurrent": 0}


def _step(step: Step, context: _Context, *, opened: View) -> WorksheetStep:
    members = [context.changes[change_id] for change_id in step.change_ids if change_id in context.changes]
    members.sort(key=lambda change: (change.target.sort_key, _SETTING_ORDER.get(change.setting, 2), change.setting))
    before = _before(step, context)
    return WorksheetStep(
        number=context.numbers[step.id],
        title=portal_words.title_of(members),
        role=members[0].row.needs_role,
        first="; ".join([*before, *([wording.gate(step.gate)] if step.gate is not Gate.NOTHING else [])]),
        why="; ".join(step.because) if before else "",
        gate=step.gate,
        instructions=portal_words.clicks_for(members, opened=opened),
        check=portal_words.check_for(members),
        changes=tuple(members),
    )


def _before(step: Step, context: _Context) -> list[str]:
    """Steps on this sheet, and changes of others, that are not done yet."""
    plan, numbers = context.plan, context.numbers
    here = [str(numbers[other]) for other in step.after if other in numbers]
    elsewhere = [other for other in plan.steps if other.id in step.after and other.id not in numbers]
    ids = [one for other in elsewhere for one in other.change_ids if one not in context.done]
    named = [_condition(plan.change(one)) for one in ids]
    parts = (
        f"after step {wording.listed(here)}" if here else "",
        f"only when {wording.listed(named)}" if named else "",
    )
    return [part for part in parts if part]


def _condition(change: Change) -> str:
    by_us = "" if change.route is Route.PORTAL else " (apply does that)"
    return f"{wording.setting(change.target, change.setting)} is {wording.after(change)}{by_us}"


def worksheet_document(sheet: Worksheet) -> Json:
    """For machines: every setting in the order in which to set it (`sandbox carry-out` does so)."""
    return {
        "kind": "worksheet",
        "format_version": FORMAT_VERSION,
        "created_at": json_parts.moment(sheet.created_at),
        "plan_digest": sheet.plan_digest,
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
    }


def worksheet_markdown(sheet: Worksheet) -> str:
    """Numbered steps with boxes to tick."""
    lines = ["# Portal worksheet", "", escaped(summary_of(sheet)), ""]
    for site in sheet.sites:
        lines += [
            f"## {_name(site.name)}",
            "",
            f"Installation {code(site.installation_id)}, account {escaped(site.account)}",
        ]
        lines += ["", "### Open the installation", "", *_numbered(site.opening)]
        for step in site.steps:
            lines += ["", f"### Step {step.number}: {escaped(cut(step.title, 120))}", ""]
            lines += [f"Needs the role **{escaped(step.role)}**.", ""]
            lines += [f"**First:** {escaped(step.first)}.{_why(step)}", ""] if step.first else []
            lines += [*_numbered(step.instructions), "", f"- [ ] **Check:** {_markdown(step.check)}"]
        lines.append("")
    lines += ["## When everything is done", "", *(f"- {escaped(note)}" for note in sheet.notes)]
    return "\n".join(lines) + "\n"


def summary_of(sheet: Worksheet) -> str:
    """How many steps at how many installations, and after which plan."""
    steps = wording.counted(sheet.step_count, "step")
    sites = wording.counted(len(sheet.sites), "installation")
    order = ", in this order" if sheet.step_count > 1 else ""
    return f"{steps} at {sites}{order}. Plan {sheet.plan_digest[:17]} of {wording.time(sheet.created_at)}."


def _why(step: WorksheetStep) -> str:
    return f" Why: {escaped(step.why)}." if step.why else ""


def _name(text: str) -> str:
    return escaped(cut(visible(text.strip()))) or "(no name)"


def _numbered(instructions: tuple[Instruction, ...]) -> list[str]:
    return [f"{number}. [ ] {_markdown(one)}" for number, one in enumerate(instructions, start=1)]


def _markdown(instruction: Instruction) -> str:
    return "".join(map(_span, instruction))


def _span(span: Span) -> str:
    match span.kind:
        case SpanKind.TEXT:
            return escaped(span.text)
        case SpanKind.PORTAL:
            return f"**{escaped(span.text)}**"
        case SpanKind.VALUE:
            return code(cut(span.text, _VALUE_CELLS))
        case _:
            assert_never(span.kind)


def worksheet_html(sheet: Worksheet) -> str:
    """One page without scripts or anything loaded from elsewhere; light, dark, narrow and on paper."""
    templates = _templates()
    style = templates.get_template("worksheet.css").render()
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    page = templates.get_template("worksheet.html.j2")
    return page.render(sheet=sheet, summary=summary_of(sheet), style=style, style_digest=digest)


@lru_cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("reconciler.report"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["shown"] = lambda text: cut(visible(text), _VALUE_CELLS)
    environment.filters["name"] = lambda text: cut(visible(text)) or "(no name)"
    return environment
