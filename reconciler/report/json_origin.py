"""Where a plan comes from, as parts of its JSON document: snapshot, base, and policy that does not count yet."""

from reconciler.model.plan import Plan
from reconciler.model.plan_origin import BaseReference, PolicyChange
from reconciler.report.json_parts import Json, moment


def snapshot_part(plan: Plan) -> Json | None:
    """The snapshot, its age when the plan was made, and the code of a warning; null for a plan from the live cloud."""
    if plan.snapshot is None:
        return None
    return {
        "taken_at": moment(plan.snapshot.taken_at),
        "age_s": int(plan.snapshot.age_at(plan.created_at).total_seconds()),
        "digest": plan.snapshot.digest,
        "selection": plan.snapshot.selection,
        "warning": plan.snapshot.warning_at(plan.created_at),
    }


def base_part(base: BaseReference | None) -> Json | None:
    """With which commits the plan was compared; null when it was not."""
    if base is None:
        return None
    gone = [{"installation": identity, "name": name} for identity, name in base.no_longer_managed]
    return {"commit": base.commit, "applied": base.applied, "no_longer_managed": gone}


def policy_part(change: PolicyChange) -> Json:
    """One piece of policy that the files change."""
    return {
        "kind": change.kind.value,
        "subject": change.subject,
        "before": change.before,
        "after": change.after,
        "file": change.file or None,
        "line": change.line,
    }
