"""What a GitHub workflow understands: annotations at file and line, a step summary, outputs of a step."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import PurePosixPath

from reconciler.model.digest import digest_of
from reconciler.model.needs import blocked_of
from reconciler.model.plan import Plan, Refusal, UnreadableItem
from reconciler.model.problem import Problem, Severity
from reconciler.records import dataclass
from reconciler.report import wording
from reconciler.report.blocked_words import BLOCKED_WAY_OUT, blocked_words
from reconciler.report.comment import fitted
from reconciler.report.escape import cut, for_workflow, for_workflow_property
from reconciler.report.origin_words import OWN, POLICY_WARNING, REFUSED_BY, own_part, policy_words, snapshot_warning
from reconciler.report.policy_part import in_turns

PER_LEVEL = 10
"""GitHub shows so many annotations of each level per step and drops the rest without a word."""

SUMMARY_BUDGET = 900_000
"""Bytes; a step summary of 1 MiB or more is not shown at all."""

_MESSAGE_CELLS = 1000


class Level(StrEnum):
    """How much an annotation wants to be noticed; the names are those of the workflow commands."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """One remark at a file; the file is empty and the line 0 when it is about the whole run."""

    level: Level
    title: str
    message: str
    file: str = ""
    line: int = 0


def annotations_text(annotations: Iterable[Annotation]) -> str:
    """Workflow commands, at most ten per level; the tenth says how many are left out."""
    by_level: dict[Level, list[Annotation]] = {level: [] for level in Level}
    for one in annotations:
        by_level[one.level].append(one)
    return "".join(_command(one) for level in Level for one in _limited(by_level[level]))


def _limited(found: Sequence[Annotation]) -> Sequence[Annotation]:
    if len(found) <= PER_LEVEL:
        return found
    left = len(found) - PER_LEVEL + 1
    titles = Counter(one.title for one in found[PER_LEVEL - 1 :])
    kinds = ", ".join(f"{number} {title}" for title, number in sorted(titles.items()))
    more = Annotation(level=found[0].level, title="More", message=f"and {left} more ({kinds}); see the step summary")
    return [*found[: PER_LEVEL - 1], more]


def _command(one: Annotation) -> str:
    place = [("file", cut(one.file, _MESSAGE_CELLS)), ("line", str(one.line))] if one.file else []
    named = [(key, text) for key, text in (*place, ("title", cut(one.title))) if text not in ("", "0")]
    properties = ",".join(f"{key}={for_workflow_property(text)}" for key, text in named)
    return f"::{one.level.value} {properties}::{for_workflow(cut(one.message, _MESSAGE_CELLS))}\n"


def plan_annotations(plan: Plan) -> str:
    """Refusals as errors; policy that does not count yet, an old snapshot and gaps as warnings; raises as notices.

    What a merge cannot carry out is an error too. Of a pull request only what it brings is an error or a notice: what
    was refused before is a warning.
    """
    return annotations_text(_of_plan(plan))


def _of_plan(plan: Plan) -> Iterator[Annotation]:
    fleet = plan.desired.path
    folder = PurePosixPath(fleet)
    fleet_file = str(folder / "fleet.yaml") if not folder.is_absolute() else ""
    for policy in in_turns(plan.policy_changes):
        message = f"{policy_words(policy)}. This {POLICY_WARNING}"
        file = placed(policy.file, fleet=fleet)
        yield Annotation(
            level=Level.WARNING, title=f"Policy: {policy.kind.value}", message=message, file=file, line=policy.line
        )
    for refusal in plan.refusals:
        file = placed(refusal.file, fleet=fleet) if refusal.installation_id or refusal.file else fleet_file
        yield Annotation(
            level=Level.ERROR if refusal.cause in OWN else Level.WARNING,
            title=f"{f'Refused {REFUSED_BY[refusal.cause]}'.rstrip()}: {refusal.guard}",
            message=_refused(refusal),
            file=file,
            line=refusal.line,
        )
    for one in blocked_of(plan):
        yield Annotation(
            level=Level.ERROR,
            title="Cannot be applied",
            message=f"{blocked_words(one)}. Way out: {BLOCKED_WAY_OUT}",
            file=placed(one.change.file, fleet=fleet),
            line=one.change.line,
        )
    if words := snapshot_warning(plan):
        yield Annotation(level=Level.WARNING, title="Snapshot", message=words)
    for item in plan.unreadable:
        file = placed(item.file, fleet=fleet)
        yield Annotation(
            level=Level.WARNING, title="Not readable", message=_unreadable(item), file=file, line=item.line
        )
    for change in own_part(plan).changes:
        if change.raised_a:
            subject = wording.setting(change.target, change.setting)
            message = f"{change.installation_name}: {subject} {wording.before(change)} → {wording.after(change)}"
            file = placed(change.file, fleet=fleet)
            yield Annotation(level=Level.NOTICE, title="Raises", message=message, file=file, line=change.line)


def placed(file: str, *, fleet: str) -> str:
    """A file of the fleet as a workflow finds it, from the top of the checkout on; empty for none."""
    folder = PurePosixPath(fleet)
    parent = PurePosixPath() if folder.is_absolute() else folder.parent
    return str(parent / file) if file else ""


def _refused(item: Refusal) -> str:
    name = f"{item.installation_name}: " if item.installation_name else ""
    lift = f"; or --accept {item.accept}" if item.accept else ""
    return f"{name}{wording.refused(item)}. Way out: {item.remedy}{lift} ({item.code})"


def _unreadable(item: UnreadableItem) -> str:
    who = f"{item.target.subject} ".lstrip()
    return f"{item.installation_name}: {who}{item.what}: {wording.REASONS[item.unreadable.reason]}"


def validation_annotations(problems: Sequence[Problem]) -> str:
    """Each problem where it stands; one of another commit at no file, because this one's lines are others."""
    levels = {Severity.ERROR: Level.ERROR, Severity.WARNING: Level.WARNING}
    ordered = sorted(problems, key=lambda problem: problem.sort_key)
    return annotations_text(
        Annotation(
            level=levels[one.severity],
            title=one.code,
            message=_wrong(one),
            file="" if one.elsewhere else one.file,
            line=0 if one.elsewhere else one.line,
        )
        for one in ordered
    )


def _wrong(one: Problem) -> str:
    place = f"{one.place}:" if one.elsewhere else ""
    path = f"{one.path}:" if one.path else ""
    return " ".join(part for part in (place, path, one.what, one.why, one.remedy) if part)


def plan_summary(plan: Plan) -> str:
    """The plan as Markdown that a step summary can hold."""
    return fitted(plan, budget=SUMMARY_BUDGET)


def plan_outputs(plan: Plan, code: int) -> Mapping[str, str]:
    """What later steps of the workflow decide by."""
    return {
        "changes": str(len(plan.changes)),
        "digest": plan.digest,
        "exit": str(int(code)),
        "own_changes": str(len(own_part(plan).changes)),
        "policy_changes": str(len(plan.policy_changes)),
        "refused": str(len(plan.refusals)),
    }


def outputs_text(values: Mapping[str, str]) -> str:
    """Lines for GITHUB_OUTPUT; no value can end its own block, because the delimiter depends on it."""
    blocks = []
    for name, text in sorted(values.items()):
        delimiter = f"end-{digest_of([name, text])[7:39]}"
        blocks.append(f"{name}<<{delimiter}\n{text}\n{delimiter}\n")
    return "".join(blocks)
