"""Where a plan comes from, in words: its snapshot, the commits it was compared with, policy that does not count yet."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from reconciler.model.change import Cause, Change
from reconciler.model.desired import Route
from reconciler.model.plan import Plan, Refusal
from reconciler.model.plan_origin import PolicyChange, PolicyKind
from reconciler.model.seen import SiteSeen
from reconciler.report import wording
from reconciler.report.escape import cut

POLICY_WARNING = "changes policy that counts only after the merge; this plan was made with the policy of the base"

_POLICY_SUBJECT_CELLS = 130
_POLICY_VALUE_CELLS = 110  # with subject and kind less than where a whole line is cut

_KINDS = {
    PolicyKind.ACCOUNT: "account",
    PolicyKind.GUARD: "guard",
    PolicyKind.ALLOWED_HOST: "allowed host",
    PolicyKind.BOUND: "bound",
    PolicyKind.ACKNOWLEDGEMENT: "acknowledgement",
    PolicyKind.EXCEPTION: "exception",
    PolicyKind.ATTESTATION: "attestation",
}

CAUSES = {
    Cause.FILE: "Changes",
    Cause.PULL_REQUEST: "This pull request",
    Cause.BASE: "Already pending on base",
    Cause.DRIFT: "Drift",
}
"""The parts of a plan that was compared with its base, in the order in which a reviewer reads them."""

OWN = frozenset({Cause.FILE, Cause.PULL_REQUEST})
"""What a pull request answers for; where nothing was compared, all of it."""

REFUSED_BY = {
    Cause.FILE: "",
    Cause.PULL_REQUEST: "because of this pull request",
    Cause.BASE: "on the base already",
    Cause.DRIFT: "by drift",
}
"""Why a guard says no, where that was compared."""


def snapshot_words(plan: Plan) -> str:
    """`of 2026-01-15 06:00 UTC, 14 hours old`; empty for a plan from the live cloud."""
    if plan.snapshot is None:
        return ""
    age = wording.how_old(plan.snapshot.age_at(plan.created_at))
    part = "" if plan.snapshot.selection is None else f"; it holds only {plan.snapshot.selection}"
    return f"of {wording.time(plan.snapshot.taken_at)}, {age}{part}"


def snapshot_warning(plan: Plan) -> str:
    """Why its age matters, with the code; empty while it is young enough."""
    code = None if plan.snapshot is None else plan.snapshot.warning_at(plan.created_at)
    return "" if code is None else f"the snapshot is old, so the live cloud may have moved on ({code})"


def base_words(plan: Plan) -> str:
    """`compared with 1f0c9ab2d4: 3 by this pull request, 2 already pending on base`; empty without a base."""
    if plan.base is None:
        return ""
    told = (
        (Cause.PULL_REQUEST, "by this pull request"),
        (Cause.BASE, Cause.BASE.value),
        (Cause.DRIFT, Cause.DRIFT.value),
    )
    counts = [f"{len(of_cause(plan, cause))} {words}" for cause, words in told]
    gone = f", {len(plan.withdrawn)} withdrawn" if plan.withdrawn else ""
    left = len(plan.base.no_longer_managed)
    gone += f", {wording.counted(left, 'installation')} no longer managed" if left else ""
    return f"compared with {plan.base.commit[:10]}: {', '.join(counts)}{gone}"


def of_cause(plan: Plan, cause: Cause) -> tuple[Change, ...]:
    """The changes of one cause."""
    return tuple(change for change in plan.changes if change.cause is cause)


def refusal_words(refusal: Refusal) -> str:
    """`refused, because of this pull request: Elveveien 12: above its circuit (above-circuit, P318)`, not escaped."""
    whose = REFUSED_BY[refusal.cause]
    where = f"{refusal.installation_name}: " if refusal.installation_name else ""
    return (
        f"refused{f', {whose}' if whose else ''}: {where}{wording.refused(refusal)} ({refusal.guard}, {refusal.code})"
    )


def own_part(plan: Plan) -> Plan:
    """The plan as far as the pull request brings it; all of it where nothing was compared."""
    if plan.base is None:
        return plan
    changes = of_cause(plan, Cause.PULL_REQUEST)
    others: dict[str, list[Change]] = {}
    for change in plan.changes:
        if change.cause is not Cause.PULL_REQUEST:
            others.setdefault(change.target.installation_id, []).append(change)
    ids = {change.id for change in changes}
    cut = (replace(step, change_ids=tuple(one for one in step.change_ids if one in ids)) for step in plan.steps)
    steps = tuple(step for step in cut if step.change_ids)
    write = sum(step.route is not Route.PORTAL for step in steps)
    sites = tuple(_beside(site, others.get(site.installation_id, [])) for site in plan.sites)
    return replace(plan, changes=changes, steps=steps, sites=sites, requests=replace(plan.requests, write=write))


def _beside(site: SiteSeen, others: Sequence[Change]) -> SiteSeen:
    """What was seen, without what other changes see to: no pull request answers for that."""
    limits = {one.target.charger for one in others if one.setting == "maxCurrent"}
    alone = {one.target.charger for one in others if one.setting == "standAlone"}
    return replace(
        site,
        off=tuple(serial for serial in site.off if serial not in limits),
        stand_alone=tuple(serial for serial in site.stand_alone if serial not in alone),
    )


def own_refusals(plan: Plan) -> tuple[Refusal, ...]:
    """What guards refuse because of the pull request; all of it where nothing was compared."""
    return tuple(one for one in plan.refusals if one.cause in OWN)


def policy_words(change: PolicyChange) -> str:
    """`guard maxChangedInstallations: 25 -> 500`, not escaped; each value is cut for itself, so that both are seen."""
    before = "nothing" if change.before is None else cut(change.before, _POLICY_VALUE_CELLS)
    after = "nothing" if change.after is None else cut(change.after, _POLICY_VALUE_CELLS)
    values = f"{before} (it differs further on, see the files)" if before == after else f"{before} → {after}"
    return f"{_KINDS[change.kind]} {cut(change.subject, _POLICY_SUBJECT_CELLS)}: {values}"


def policy_kinds(changes: Iterable[PolicyChange]) -> str:
    """`2 guards, 1 account (4 settings)`."""
    subjects: dict[PolicyKind, list[str]] = {}
    for change in changes:
        subjects.setdefault(change.kind, []).append(change.subject)
    return ", ".join(_counted(kind, subjects[kind]) for kind in PolicyKind if kind in subjects)


def _counted(kind: PolicyKind, subjects: Sequence[str]) -> str:
    """An account has several settings, each of which is a change of its own."""
    if kind is not PolicyKind.ACCOUNT:
        return wording.counted(len(subjects), _KINDS[kind])
    accounts = {subject.rpartition(" of account ")[2] for subject in subjects}
    return f"{wording.counted(len(accounts), _KINDS[kind])} ({wording.counted(len(subjects), 'setting')})"
