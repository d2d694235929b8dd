"""The worksheet: what a person does in the Portal, in order; for paper, for a phone, for a machine."""

import hashlib
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

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
from reconciler.report.portal_words import Instruction, SpanKind

AFTERWARDS = "Run reconciler plan when everything is ticked: it reads back what can be read."
ATTEST = "Permissions cannot be read back on this route: confirm them with reconciler attest FILE --by INITIALS."


@dataclass(frozen=True, slots=True, kw_only=True)
class WorksheetStep:
    """One thing to set and save.

    Attributes:
        number: Inside the installation, from 1.
        role: Portal role that may do it.
        first: What must be seen before; empty when nothing.
        check: What to see afterwards.
        changes: What it carries out, in the order of the instructions.
        gate: What must be seen before, for machines; `first` says it in words.
    """

    number: int
    title: str
    role: str
    first: str
    instructions: tuple[Instruction, ...]
    check: str
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


def worksheet(plan: Plan, change_ids: frozenset[str]) -> Worksheet:
    """The worksheet for those changes of a plan; changes on other routes are left out."""
    changes = {change.id: change for change in plan.changes if change.id in change_ids and change.route is Route.PORTAL}
    steps: dict[tuple[str, str], list[Step]] = {}
    for step in plan.steps:
        if any(change_id in changes for change_id in step.change_ids):
            steps.setdefault((step.account, step.installation_id), []).append(step)
    sites = [_site(plan, members, changes) for members in steps.values()]
    ordered = sorted(sites, key=lambda site: (site.account, site.name.casefold(), site.installation_id))
    return Worksheet(plan_digest=plan.digest, created_at=plan.created_at, sites=tuple(ordered))


def _site(plan: Plan, steps: list[Step], changes: dict[str, Change]) -> WorksheetSite:
    installation_id = steps[0].installation_id
    numbers = {step.id: number for number, step in enumerate(steps, start=1)}
    first = next(changes[change_id] for change_id in steps[0].change_ids if change_id in changes)
    serials = {change.target.charger for change in plan.changes if change.target.installation_id == installation_id}
    serial = min((one for one in serials if one is not None), default=None)
    return WorksheetSite(
        account=steps[0].account,
        installation_id=installation_id,
        name=first.installation_name,
        opening=portal_words.open_installation(serial, first.installation_name),
        steps=tuple(_step(plan, step, changes, numbers) for step in steps),
    )


_SETTING_ORDER = {"authentication.mode": 0, "authentication.authorizationRequired": 1, "maxCurrent": 0}


def _step(plan: Plan, step: Step, changes: dict[str, Change], numbers: dict[str, int]) -> WorksheetStep:
    members = [changes[change_id] for change_id in step.change_ids if change_id in changes]
    members.sort(key=lambda change: (change.target.sort_key, _SETTING_ORDER.get(change.setting, 2), change.setting))
    return WorksheetStep(
        number=numbers[step.id],
        title=portal_words.title_of(members),
        role=members[0].row.needs_role,
        first=_first(plan, step, numbers),
        gate=step.gate,
        instructions=portal_words.clicks_for(members),
        check=portal_words.check_for(members),
        changes=tuple(members),
    )


def _first(plan: Plan, step: Step, numbers: dict[str, int]) -> str:
    here = [str(numbers[other]) for other in step.after if other in numbers]
    elsewhere = [other for other in plan.steps if other.id in step.after and other.id not in numbers]
    settings = [plan.change(change_id) for other in elsewhere for change_id in other.change_ids]
    named = [f"{wording.setting(one.target, one.setting)} is {wording.after(one)}" for one in settings]
    parts = [
        f"after step {wording.listed(here)}" if here else "",
        f"only when {wording.listed(named)} (apply does that)" if named else "",
        wording.gate(step.gate),
    ]
    return "; ".join(part for part in parts if part)


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
            lines += [f"**First:** {escaped(step.first)}.", ""] if step.first else []
            lines += [*_numbered(step.instructions), "", f"- [ ] **Check:** {escaped(cut(step.check, 400))}"]
        lines.append("")
    lines += ["## When everything is done", "", *(f"- {escaped(note)}" for note in sheet.notes)]
    return "\n".join(lines) + "\n"


def summary_of(sheet: Worksheet) -> str:
    """How many steps at how many installations, and after which plan."""
    steps = wording.counted(sheet.step_count, "step")
    sites = wording.counted(len(sheet.sites), "installation")
    return f"{steps} at {sites}, in this order. Plan {sheet.plan_digest[:17]} of {wording.time(sheet.created_at)}."


def _name(text: str) -> str:
    return escaped(cut(visible(text.strip()))) or "(no name)"


def _numbered(instructions: tuple[Instruction, ...]) -> list[str]:
    return [f"{number}. [ ] {_markdown(one)}" for number, one in enumerate(instructions, start=1)]


def _markdown(instruction: Instruction) -> str:
    forms = {SpanKind.TEXT: "{}", SpanKind.PORTAL: "**{}**"}
    return "".join(
        code(cut(span.text, 400)) if span.kind is SpanKind.VALUE else forms[span.kind].format(escaped(span.text))
        for span in instruction
    )


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
    environment.filters["shown"] = lambda text: cut(visible(text), 400)
    environment.filters["name"] = lambda text: cut(visible(text)) or "(no name)"
    return environment
