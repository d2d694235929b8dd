"""`--format github`: what goes beside the annotations, into the files that the runner names."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from reconciler.cli.output import Format, say, show
from reconciler.errors import InvalidFilesError
from reconciler.store.workflow_files import LARGEST_SUMMARY, append_text


def tell_workflow(format_: str, *, summary: Callable[[], str], outputs: Mapping[str, str]) -> None:
    """Append the summary and the outputs where the runner wants them; nothing for another format or outside a runner.

    Raises:
        ReconcilerError: One of the files cannot be written.
    """
    if Format(format_) is not Format.GITHUB:
        return
    from reconciler.report.github import outputs_text

    where = os.environ.get("GITHUB_STEP_SUMMARY")
    if where and not append_text(Path(where), summary(), most=LARGEST_SUMMARY):
        say("warning: the step summary is full, so this result is not in it")
    where = os.environ.get("GITHUB_OUTPUT")
    if where:
        append_text(Path(where), outputs_text(outputs))


def tell_wrong_files(format_: str, error: InvalidFilesError) -> None:
    """The same annotations and summary as `validate` gives, in a workflow; elsewhere stderr says it all.

    Raises:
        ReconcilerError: As `tell_workflow`.
    """
    if Format(format_) is not Format.GITHUB:
        return
    from reconciler.report.github import validation_annotations
    from reconciler.report.markdown import validation_markdown

    problems = error.problems
    show(validation_annotations(problems))
    tell_workflow(
        format_,
        summary=lambda: validation_markdown(problems, files=len({one.file for one in problems})),
        outputs={"exit": str(int(error.exit_code)), "problems": str(len(problems))},
    )
