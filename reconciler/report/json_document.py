"""Plan, result and validation as JSON documents (`format_version` 1.0); their schemas are in `schemas/`."""

import json
from collections.abc import Sequence

from reconciler.model.blast import blast_of
from reconciler.model.change import Change
from reconciler.model.desired import Route
from reconciler.model.exit import Condition, code_of, conditions_of_plan
from reconciler.model.exit_of_run import conditions_of_result
from reconciler.model.outcome import OutcomeKind, RunResult
from reconciler.model.plan import Plan
from reconciler.model.plan_origin import Owed
from reconciler.model.problem import Problem, Severity
from reconciler.report import json_origin as origin
from reconciler.report import json_parts as parts
from reconciler.report.escape import for_json
from reconciler.report.json_blast import blast_part
from reconciler.report.json_parts import Json
from reconciler.report.json_shard import shard_part
from reconciler.report.origin_words import own_part

FORMAT_VERSION = "1.0"


def to_text(document: Json, *, rows: str | None = None) -> str:
    """The document as text: sorted keys, two spaces, a newline; ASCII only, so that no name acts on a terminal.

    Args:
        document: What it says.
        rows: Name of a list in it that may be very long: each of its items stands on one line, without spaces.
    """
    items = None if rows is None else document[rows]
    if rows is None or not isinstance(items, list) or not items:
        return _indented(document)
    head, key, tail = _indented({**document, rows: []}).partition(f'\n  "{rows}": [')
    return "".join((head, key, "\n    ", ",\n    ".join(map(_on_one_line, items)), "\n  ", tail))


def _indented(document: Json) -> str:
    return for_json(json.dumps(document, sort_keys=True, indent=2, allow_nan=False)) + "\n"


def _on_one_line(item: Json) -> str:
    return for_json(json.dumps(item, sort_keys=True, separators=(",", ":"), allow_nan=False))


def plan_document(plan: Plan) -> Json:
    """Everything a plan holds, so that reading it back gives the same plan; `exit.code` is the detailed one."""
    step_of = {change_id: step.id for step in plan.steps for change_id in step.change_ids}
    return {
        **head("plan", conditions_of_plan(plan)),
        "tool": {"name": "reconciler", "version": plan.tool_version},
        "created_at": parts.moment(plan.created_at),
        "valid_until": parts.moment(plan.valid_until),
        "accounts": [
            {"name": account.name, "cloud": account.cloud.value, "rate": parts.rate(account.rate)}
            for account in plan.accounts
        ],
        "desired": {"path": plan.desired.path, "commit": plan.desired.commit, "digest": plan.desired.digest},
        "selection": plan.selection,
        "coverage": {
            "installations": parts.counts_part(plan.coverage.installations),
            "chargers": parts.counts_part(plan.coverage.chargers),
        },
        "summary": summary_of(plan),
        "changes": [parts.change_part(change, step=step_of.get(change.id)) for change in plan.changes],
        "steps": [parts.step_part(step) for step in plan.steps],
        "refusals": [parts.refusal_part(refusal) for refusal in plan.refusals],
        "pending": [parts.pending_part(item) for item in plan.pending],
        "waiting": [parts.waiting_part(item, plan.created_at) for item in plan.waiting],
        "unreadable": [parts.unreadable_part(item) for item in plan.unreadable],
        "unverifiable": [parts.unverifiable_part(item) for item in plan.unverifiable],
        "warnings": [parts.warning_part(warning) for warning in plan.warnings],
        "accepted": list(plan.accepted),
        "sites": [parts.site_part(site) for site in plan.sites],
        "circuits": [{"charger": serial, "circuit": circuit} for serial, circuit in plan.circuits],
        "former": [parts.former_part(item) for item in plan.former],
        "rollback": parts.rollback_part(plan.rollback),
        "snapshot": origin.snapshot_part(plan),
        "base": origin.base_part(plan.base),
        "policy_changes": [origin.policy_part(one) for one in plan.policy_changes],
        "withdrawn": [parts.change_part(change, step=None) for change in plan.withdrawn],
        "owed": [origin.owed_part(one) for one in plan.owed],
        "shard": shard_part(plan.shard),
        "digest": plan.digest,
    }


def summary_of(plan: Plan) -> Json:
    """Counts over a plan; amperes are sums over all chargers and installations."""
    return {
        "installations": len({change.target.installation_id for change in plan.changes}),
        "changes": len(plan.changes),
        "own_changes": len(own_part(plan).changes),
        "by_route": {route.value: sum(change.route is route for change in plan.changes) for route in Route},
        "raised_a": parts.number(round(sum(change.raised_a for change in plan.changes), 1)),
        "lowered_a": parts.number(round(sum(change.lowered_a for change in plan.changes), 1)),
        "chargers_to_zero": sum(goes_to_zero(change) for change in plan.changes),
        "blast_radius": blast_part(blast_of(plan)),
        "requests": {
            "read": plan.requests.read,
            "write": plan.requests.write,
            "read_floor": plan.requests.read_floor,
        },
        "refused": len(plan.refusals),
        "pending": len(plan.pending),
        "waiting": len(plan.waiting),
        "unreadable": len(plan.unreadable),
        "unverifiable": len(plan.unverifiable),
    }


def goes_to_zero(change: Change) -> bool:
    """Whether the change switches a charger off by 0 A."""
    return change.target.charger is not None and change.setting == "maxCurrent" and change.after == 0.0


def result_document(result: RunResult, *, also: tuple[Condition, ...] = ()) -> Json:
    """What an apply did; its outcomes name changes of the plan by id.

    Args:
        result: The outcomes, counted from the journal.
        also: Conditions that no outcome tells, for instance INTERRUPTED or what the plan left open.
    """
    held = {*conditions_of_result(result), *also}
    return {
        **head("result", tuple(condition for condition in Condition if condition in held)),
        "run_id": result.run_id,
        "plan_digest": result.plan_digest,
        "accounts": list(result.accounts),
        "outcomes": [parts.outcome_part(outcome) for outcome in result.outcomes],
        "counts": {kind.value: result.count(kind) for kind in OutcomeKind},
        "receipt": parts.receipt_part(result.receipt),
        "residual_plan": result.residual_plan,
        "worksheet": result.worksheet,
        "rollback": result.rollback,
        "not_reviewed": result.not_reviewed,
        "waves": [parts.wave_part(wave) for wave in result.waves],
        "owed": [origin.owed_part(one) for one in result.owed],
    }


def owed_document(owed: Sequence[Owed]) -> Json:
    """What is still owed from earlier merges, for `apply --reviewed`."""
    return {"kind": "owed", "format_version": FORMAT_VERSION, "owed": [origin.owed_part(one) for one in owed]}


def validation_document(problems: Sequence[Problem], files: int) -> Json:
    """What `validate` found in that many files."""
    ordered = sorted(problems, key=lambda problem: problem.sort_key)
    errors = sum(problem.severity is Severity.ERROR for problem in ordered)
    return {
        **head("validation", (Condition.INVALID_FILES,) if errors else ()),
        "files": files,
        "counts": {"errors": errors, "warnings": len(ordered) - errors},
        "problems": [parts.problem_part(problem) for problem in ordered],
    }


def head(kind: str, conditions: tuple[Condition, ...]) -> Json:
    """What every document begins with: its kind, its version, and what held."""
    named = [condition.value for condition in conditions]
    exit_part = {"code": int(code_of(conditions)), "conditions": named}
    return {"kind": kind, "format_version": FORMAT_VERSION, "exit": exit_part}
