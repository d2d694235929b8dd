"""What the workflows write into comments and issues, besides plan and drift report; everything in it is escaped."""

from reconciler.model.finding import DriftReport, TransitionKind
from reconciler.model.outcome import OutcomeKind, RunResult
from reconciler.model.plan import Plan
from reconciler.report import drift_words, wording
from reconciler.report.comment import MARKER as PLAN_MARKER
from reconciler.report.escape import code, cut
from reconciler.report.marks import name, text
from reconciler.report.worksheet import worksheet
from reconciler.report.worksheet_forms import worksheet_markdown

BUDGET = 60_000
"""Bytes of one issue; GitHub takes 65,536 characters."""

DRIFT_LABEL = "reconciler-drift"
WAITING_LABEL = "reconciler-waiting"

_ALERTING = frozenset({TransitionKind.NEW, TransitionKind.WORSE, TransitionKind.OVERDUE, TransitionKind.BACK})


def no_plan_comment(commit: str) -> str:
    """For a pull request whose latest commit could not be planned; it replaces the plan of an older one."""
    which = f" for {code(cut(commit, 40))}" if commit else ""
    return (
        f"{PLAN_MARKER}\n### Plan: there is none{which}\n\n"
        "The files are wrong, or planning failed: see the annotations and the log of the job `plan`. "
        "Whatever stood here before was about an older commit.\n"
    )


def drift_title(report: DriftReport) -> str:
    """Counts by severity."""
    counts = [f"{severity.value} {number}" for severity, number in drift_words.tally(report) if number]
    return f"Drift: {', '.join(counts) or 'nothing is open'}"


def drift_alert(report: DriftReport) -> str:
    """A line for those who watch the issue, only when something became worse; editing an issue tells nobody."""
    if not any(one.kind in _ALERTING for one in report.transitions):
        return ""
    return f"{text(drift_words.news(report))}. The description of this issue is up to date.\n"


def drift_closed(report: DriftReport) -> str:
    """Why the issue is closed."""
    read_at = wording.time(report.observed_at)
    return f"Nothing is open any more (things without a file aside), as read at {read_at}. It opens again by itself.\n"


def waiting_title(result: RunResult) -> str:
    """How many changes wait for people, and after which apply."""
    number = result.count(OutcomeKind.WAITING)
    wait = "waits" if number == 1 else "wait"
    return f"Apply {cut(result.run_id, 40)}: {wording.counted(number, 'change')} {wait} for people"


def waiting_body(result: RunResult, plan: Plan) -> str:
    """What waits, and the worksheet of an apply, as far as it fits; its marker names the run: one issue per apply."""
    waits = frozenset(one.change_id for one in result.outcomes if one.kind is OutcomeKind.WAITING)
    done = frozenset(one.change_id for one in result.outcomes if one.kind in {OutcomeKind.DONE, OutcomeKind.ALREADY})
    head = [
        f"<!-- reconciler:waiting {_word(result.run_id)} -->",
        f"Run {code(cut(result.run_id, 60))}. Close this issue when all is done; the next drift report checks it.",
        "",
        *_waiting(result, plan),
        "",
    ]
    sheet = worksheet(plan, waits, done=done)
    return _whole_lines([*head, *(worksheet_markdown(sheet).splitlines() if sheet.step_count else [])])


def _waiting(result: RunResult, plan: Plan) -> list[str]:
    changes = {change.id: change for change in plan.changes}
    lines = []
    for one in result.outcomes:
        change = changes.get(one.change_id)
        if one.kind is OutcomeKind.WAITING and change is not None:
            said = f": {text(one.detail)}" if one.detail else ""
            lines.append(
                f"- {name(change.installation_name)}: {text(wording.setting(change.target, change.setting))}{said}"
            )
    return lines


def _word(run_id: str) -> str:
    """A name of a run cannot end the marker."""
    return "".join(sign for sign in run_id if sign.isalnum() or sign == "-").replace("--", "-")[:80]


def _whole_lines(lines: list[str]) -> str:
    note = "\n\n_The rest does not fit here: the whole worksheet is in the artefacts of the run._\n"
    kept: list[str] = []
    used = len(note.encode())
    for line in lines:
        used += len(line.encode()) + 1
        if used > BUDGET:
            return "\n".join(kept) + note
        kept.append(line)
    return "\n".join(kept) + "\n"
