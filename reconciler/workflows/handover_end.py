"""How far hand-overs are, and filing away what is over. Nothing here writes, neither to a cloud nor to a disk."""

from collections.abc import Mapping
from typing import Protocol

from reconciler.model.desired import DesiredFleet, DesiredInstallation
from reconciler.model.handover import Action, Batch, FileDraft, HandoverStatus, Released, Remark, Row, Standing, Weight
from reconciler.model.handover_stage import Stage
from reconciler.model.observed import ObservedFleet
from reconciler.model.plan import Plan
from reconciler.model.ports import Origins
from reconciler.planning.handover_standing import Evidence, standings_of
from reconciler.planning.make import Policy, make_plan
from reconciler.records import dataclass
from reconciler.workflows.plan import observe_fleet
from reconciler.workflows.ports import Observer


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What is known about the hand-overs under way: read once, for `status` and `finish`."""

    sites: tuple[DesiredInstallation, ...]
    observed: ObservedFleet
    plan: Plan


def look(part: DesiredFleet, observers: Mapping[str, Observer], policy: Policy, origins: Origins) -> Looked:
    """Read the hand-overs and plan them; `part` holds nothing else.

    Raises:
        CloudError: A login or a list failed, so nothing can be concluded.
    """
    observed = observe_fleet(part, observers)
    return Looked(sites=part.installations, observed=observed, plan=make_plan(part, observed, policy, origins))


def status(looked: Looked, evidence: Evidence, *, released: int) -> HandoverStatus:
    """How far every hand-over is."""
    return HandoverStatus(
        tool_version=looked.plan.tool_version,
        created_at=looked.plan.created_at,
        standings=standings_of(looked.sites, looked.observed, looked.plan, evidence),
        released=released,
    )


class Filing(Protocol):
    """Moves files into `released/`."""

    def released(self, installation_id: str) -> FileDraft | str:
        """The file as it will be there; a text says why it cannot be."""
        ...


def finish(found: HandoverStatus, serials: frozenset[str], filing: Filing) -> Batch:
    """What would be filed away; nothing is moved.

    Args:
        found: How far every hand-over is.
        serials: Only these; one that is not done is refused then. Empty: every one that is done.
        filing: Makes the drafts.
    """
    rows, drafts = [], []
    for one in found.standings:
        if serials.isdisjoint(one.serials) if serials else one.stage is not Stage.DONE:
            continue
        draft = filing.released(one.installation_id) if one.stage is Stage.DONE else _not_done(one)
        if isinstance(draft, str):
            remark = Remark(code="not-done", weight=Weight.REFUSAL, message=draft, remedy=one.next_step)
            rows.append(_finished(one, Action.REFUSED, (remark,), file=one.file))
            continue
        rows.append(_finished(one, Action.RELEASED, (), file=draft.file))
        drafts.append(draft)
    return Batch(
        tool_version=found.tool_version,
        created_at=found.created_at,
        rows=tuple(rows),
        drafts=tuple(drafts),
        turning=frozenset(
            row.installation_id for row in rows if row.action is Action.RELEASED and row.installation_id is not None
        ),
        still_open=() if serials else tuple(one.stage for one in found.standings if one.stage is not Stage.DONE),
    )


def over_already(one: Released, serial: str) -> Row:
    """What there is to say of a hand-over whose file was filed away before."""
    remark = Remark(
        code="filed-already",
        weight=Weight.WARNING,
        message=f"{one.file} was filed away before",
        remedy="nothing is left to do",
    )
    return Row(
        serial=serial,
        owner=", ".join(sorted(one.owners)) or None,
        installation_id=one.installation_id,
        name=one.name,
        file=one.file,
        action=Action.RELEASED,
        remarks=(remark,),
    )


def _not_done(one: Standing) -> str:
    return "; ".join(("the hand-over is not over", *one.blocks))


def _finished(one: Standing, action: Action, remarks: tuple[Remark, ...], *, file: str) -> Row:
    return Row(
        serial=one.serials[0] if one.serials else "",
        owner=", ".join(one.owners) or None,
        installation_id=one.installation_id,
        name=one.name,
        file=file,
        action=action,
        remarks=remarks,
        next_step="" if action is Action.RELEASED else one.next_step,
    )
