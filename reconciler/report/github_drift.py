"""A drift report for a GitHub workflow: annotations where the wishes stand, and outputs of the step."""

from collections.abc import Iterator, Mapping

from reconciler.model.finding import DriftReport, Finding, FindingKind, Severity, TransitionKind
from reconciler.report import drift_words as words
from reconciler.report.github import Annotation, Level, annotations_text, placed

_LEVELS = {
    Severity.S0: Level.ERROR,
    Severity.S1: Level.ERROR,
    Severity.S2: Level.WARNING,
    Severity.S3: Level.WARNING,
    Severity.S4: Level.NOTICE,
}


def drift_annotations(report: DriftReport, *, least: Severity = Severity.S3) -> str:
    """Open findings at the line that is not obeyed, worst first; what an exception tolerates is none.

    Args:
        report: The report.
        least: The mildest severity that is annotated.
    """
    return annotations_text(_of_drift(report, least))


def _of_drift(report: DriftReport, least: Severity) -> Iterator[Annotation]:
    for aged in report.findings:
        one = aged.finding
        if one.kind is not FindingKind.SUPPRESSED and one.severity.value <= least.value:
            yield Annotation(
                level=_LEVELS[one.severity],
                title=f"{one.severity.value} {one.kind.value}",
                message=_message(one),
                file=placed(one.origin.file, fleet=report.desired_path) if one.origin else "",
                line=one.origin.line if one.origin else 0,
            )


def _message(one: Finding) -> str:
    facts = ": ".join(part for part in (one.installation_name, words.subject(one), words.values(one)) if part)
    step = f"Next, {words.EXECUTORS[one.next_step.executor]}: {one.next_step.text}"
    return f"{facts}; {one.why}. {step} ({one.code})"


def drift_outputs(report: DriftReport, code: int) -> Mapping[str, str]:
    """What later steps of the workflow decide by: open findings by severity, and what happened to them."""
    happened = {kind: sum(one.kind is kind for one in report.transitions) for kind in TransitionKind}
    return {
        "exit": str(int(code)),
        "open": str(sum(number for _, number in words.tally(report))),
        **{severity.value.lower(): str(number) for severity, number in words.tally(report)},
        **{kind.value: str(number) for kind, number in happened.items()},
    }
