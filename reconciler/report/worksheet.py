"""The worksheet: what a person does in the Portal, in order; for paper, for a phone, for a machine."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import TypeVar

from reconciler.model.change import Change
from reconciler.model.desired import Route
from reconciler.model.plan import Gate, Plan, Step
from reconciler.model.ticks import Progress, Tick, all_ticked
from reconciler.model.value import Reason, Unreadable
from reconciler.records import dataclass
from reconciler.report import portal_words, wording
from reconciler.report.portal_words import Instruction, View

AFTERWARDS = (
    "Run reconciler plan when everything is done: it reads back what can be read, and ticks the boxes that begin with "
    "Seen."
)
ACCEPTED = (
    "An invitation is not yet an owner: attest again with --accepted once the Portal shows that the owner has "
    "accepted. Take your own group out only after that, and after reconciler plan has read the rest back: then nobody "
    "can look any more."
)
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
        owners: Each of whom must have accepted by then; empty: any owner.
        ticks: What was seen done of it, by id of the change.
        asked_at: When a person was first asked for each, by id of the change.
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
    owners: tuple[str, ...] = ()
    ticks: Mapping[str, Tick] = field(default_factory=dict)
    asked_at: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def is_done(self) -> bool:
        """Whether all of it was seen done."""
        return all_ticked((change.id for change in self.changes), self.ticks)

    @property
    def is_readable(self) -> bool:
        """Whether a documented call reads it back."""
        unread = Unreadable(reason=Reason.NO_DOCUMENTED_CALL)
        return not all(change.before == unread for change in self.changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorksheetSite:
    """One installation; `opening` leads to it from the Portal's front page."""

    account: str
    installation_id: str
    name: str
    opening: tuple[Instruction, ...]
    steps: tuple[WorksheetStep, ...]

    @property
    def done_count(self) -> int:
        """Steps that were seen done."""
        return sum(step.is_done for step in self.steps)

    @property
    def plan_command(self) -> str:
        """What reads this installation back."""
        return f"reconciler plan {self.installation_id}"

    @property
    def attest_command(self) -> str:
        """What confirms what cannot be read; empty when all can."""
        blind = any(not step.is_readable for step in self.steps)
        return f"reconciler attest {self.installation_id} --by INITIALS" if blind else ""

    @property
    def accepted_command(self) -> str:
        """What confirms that the owner has accepted; empty when nothing waits for that or a call tells it."""
        waits = any(step.gate is Gate.OWNER_ACCEPTED and not step.is_readable for step in self.steps)
        return f"{self.attest_command} --accepted" if waits else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worksheet:
    """Everything a person must set in the Portal after one plan, by account and installation name.

    Attributes:
        looked_at: When it was last looked what is done; None when nobody has yet.
    """

    plan_digest: str
    created_at: datetime
    sites: tuple[WorksheetSite, ...]
    looked_at: datetime | None = None

    @property
    def step_count(self) -> int:
        """Steps over all installations."""
        return sum(len(site.steps) for site in self.sites)

    @property
    def done_count(self) -> int:
        """Steps that were seen done."""
        return sum(site.done_count for site in self.sites)

    @property
    def notes(self) -> tuple[str, ...]:
        """What to do when all is done."""
        people = any(change.target.principal for site in self.sites for step in site.steps for change in step.changes)
        accepted = (ACCEPTED,) if any(site.accepted_command for site in self.sites) else ()
        return (AFTERWARDS, ATTEST, *accepted) if people else (AFTERWARDS,)


NO_PROGRESS = Progress(change_ids=(), ticks={}, asked_at={})


def worksheet(
    plan: Plan,
    change_ids: frozenset[str],
    *,
    done: frozenset[str] = frozenset(),
    progress: Progress = NO_PROGRESS,
) -> Worksheet:
    """The worksheet for those changes of a plan; changes on other routes are left out.

    Nothing waits for what is `done` already, also by ids of changes; what was seen done of its own is ticked.
    """
    done |= progress.ticks.keys()
    changes = {change.id: change for change in plan.changes if change.id in change_ids and change.route is Route.PORTAL}
    steps: dict[tuple[str, str], list[Step]] = {}
    for step in plan.steps:
        if any(change_id in changes for change_id in step.change_ids):
            steps.setdefault((step.account, step.installation_id), []).append(step)
    sites = [_site(members, _Context.of(plan, members, changes, done, progress)) for members in steps.values()]
    ordered = sorted(sites, key=lambda site: (site.account, site.name.casefold(), site.installation_id))
    return Worksheet(
        plan_digest=plan.digest, created_at=plan.created_at, sites=tuple(ordered), looked_at=progress.looked_at
    )


def _site(steps: list[Step], context: "_Context") -> WorksheetSite:
    installation_id = steps[0].installation_id
    first = next(one for one in steps[0].change_ids if one in context.changes)
    name = context.changes[first].installation_name
    opened, made = View.INSTALLATION, []
    for step in steps:
        made.append(_step(step, context, opened=opened))
        opened = portal_words.view_after(made[-1].changes)
    return WorksheetSite(
        account=steps[0].account,
        installation_id=installation_id,
        name=name,
        opening=portal_words.open_installation(_serial(context.plan, installation_id), name),
        steps=tuple(made),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Context:
    """What a step needs to know of the others: `numbers` holds those on this sheet by step id."""

    plan: Plan
    numbers: dict[str, int]
    changes: dict[str, Change]
    done: frozenset[str]
    progress: Progress

    @classmethod
    def of(
        cls, plan: Plan, steps: list[Step], changes: dict[str, Change], done: frozenset[str], progress: Progress
    ) -> "_Context":
        """That of the steps at one installation."""
        numbers = {step.id: number for number, step in enumerate(steps, start=1)}
        return cls(plan=plan, numbers=numbers, changes=changes, done=done, progress=progress)


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
        first="; ".join([*before, *([wording.gate(step)] if step.gate is not Gate.NOTHING else [])]),
        why="; ".join(step.because) if before else "",
        gate=step.gate,
        owners=step.owners,
        instructions=portal_words.clicks_for(members, opened=opened),
        check=portal_words.check_for(members),
        changes=tuple(members),
        ticks=_of(context.progress.ticks, members),
        asked_at=_of(context.progress.asked_at, members),
    )


T = TypeVar("T")


def _of(values: Mapping[str, T], members: list[Change]) -> dict[str, T]:
    return {change.id: values[change.id] for change in members if change.id in values}


def _before(step: Step, context: _Context) -> list[str]:
    """Steps on this sheet, and changes of others, that are not done yet."""
    plan, numbers = context.plan, context.numbers
    left = {other.id for other in plan.steps if not context.done.issuperset(other.change_ids)}
    here = [str(numbers[other]) for other in step.after if other in numbers and other in left]
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
