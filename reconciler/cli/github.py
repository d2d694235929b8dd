"""The `github` command: what the workflows do besides planning, applying and looking for drift."""

from datetime import UTC, datetime
from pathlib import Path

import click

from reconciler.cli.options import current_globals, global_options
from reconciler.cli.output import say
from reconciler.errors import UsageProblemError
from reconciler.model.exit import ExitCode
from reconciler.model.words import counted
from reconciler.workflows.github_ports import BOT

BRANCH = "reconciler-ledger"
"""Where workflows remember: the ledger of drift, and what was applied last."""

_document = click.argument("file", type=click.Path(path_type=Path))
_author = click.option(
    "--author", default=BOT, show_default=True, metavar="LOGIN", help="Who wrote what may be rewritten."
)
_branch = click.option("--branch", default=BRANCH, show_default=True, metavar="NAME", help="The branch that remembers.")
_checkout = click.option(
    "--checkout",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    metavar="DIR",
    help="A checkout of the repository; this folder when left out.",
)


@click.group("github")
@global_options
def command() -> None:
    """Steps of the workflows on GitHub. They talk through the `gh` command and its token, and through git."""


@command.command("comment")
@_document
@click.option("--pr", "number", type=click.IntRange(1), required=True, metavar="N", help="The pull request.")
@click.option("--commit", default="", metavar="SHA", help="Named when there is no plan of it.")
@_author
@global_options
def comment(file: Path, number: int, commit: str, author: str) -> int:
    """Show the plan in FILE as the one comment of a pull request; write it or update it in place.

    Without FILE the comment says that there is no plan, so that none of an older commit is left standing.
    """
    from reconciler.cli.hub import GitHubHub
    from reconciler.loading.documents import read_plan
    from reconciler.report.comment import plan_comment
    from reconciler.report.github_texts import no_plan_comment
    from reconciler.workflows.github_comments import upsert_comment

    body = plan_comment(read_plan(file)) if file.exists() else no_plan_comment(commit)
    told = upsert_comment(GitHubHub(), number, body=body, author=author)
    say(f"the comment on #{number} is {told.value}")
    return ExitCode.DONE


@command.command("issue")
@_document
@_author
@global_options
def issue(file: Path, author: str) -> int:
    """Show the drift report in FILE as one issue: opened, updated, closed when nothing is open, opened again."""
    from reconciler.cli.hub import GitHubHub
    from reconciler.loading.drift_parts import read_drift
    from reconciler.model.exit_of_drift import conditions_of_drift
    from reconciler.report import github_texts
    from reconciler.report.drift_markdown import drift_markdown
    from reconciler.workflows.github_issues import News, upsert_issue
    from reconciler.workflows.github_ports import IssueText

    report = read_drift(file)
    text = IssueText(
        title=github_texts.drift_title(report), body=drift_markdown(report), label=github_texts.DRIFT_LABEL
    )
    left = bool(conditions_of_drift(report))
    alert = github_texts.drift_alert(report) if left else github_texts.drift_closed(report)
    standing, number = upsert_issue(GitHubHub(), News(text=text, open=left, alert=alert), author=author)
    say(f"drift: {standing.value}{f' (#{number})' if number else ''}")
    return ExitCode.DONE


@command.command("waiting")
@_document
@_author
@global_options
def waiting(file: Path, author: str) -> int:
    """Open an issue for the steps of an apply that wait for people; FILE is a result, or a folder of runs."""
    from reconciler.cli.github_files import newest_result
    from reconciler.cli.hub import GitHubHub
    from reconciler.loading.documents import read_plan, read_result
    from reconciler.model.outcome import OutcomeKind
    from reconciler.report import github_texts
    from reconciler.workflows.github_issues import News, upsert_issue
    from reconciler.workflows.github_ports import IssueText

    found = newest_result(file)
    if found is None:
        say("no run left a result there, so nothing waits")
        return ExitCode.DONE
    result, plan = read_result(found), read_plan(found.parent / "plan.json")
    number = result.count(OutcomeKind.WAITING)
    say(f"{counted(number, 'change')} to be made by a person")
    if number:
        text = IssueText(
            title=github_texts.waiting_title(result),
            body=github_texts.waiting_body(result, plan),
            label=github_texts.WAITING_LABEL,
        )
        standing, at = upsert_issue(GitHubHub(), News(text=text, open=True), author=author)
        say(f"the issue is {standing.value} (#{at})")
    return ExitCode.DONE


@command.command("snapshot")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, metavar="FILE", help="Its place."
)
@click.option("--of", "branch", default="main", show_default=True, metavar="BRANCH", help="Whose workflows count.")
@global_options
def snapshot(out: Path, branch: str) -> int:
    """Fetch the newest snapshot that the workflows of a branch kept, and check that it is one."""
    from reconciler.cli.github_files import fetch_snapshot
    from reconciler.cli.hub import GitHubHub

    say(fetch_snapshot(GitHubHub(), out, branch=branch))
    return ExitCode.DONE


@command.command("reviewed")
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="DIR", help="A new folder.")
@click.option("--since", metavar="REF", help="Instead of the commit that was applied last.")
@click.option("--of", "target", default="main", show_default=True, metavar="BRANCH", help="Where they were merged.")
@_branch
@_checkout
@global_options
def reviewed(out: Path, since: str | None, target: str, branch: str, checkout: Path) -> int:
    """Fetch the plans that were reviewed in the pull requests merged since the last successful apply.

    Each becomes a file in DIR, for `apply --reviewed`; so does what is still owed from earlier merges. Nothing counts
    that was made after the merge, or cannot be read. What is checked out must be what the branch has now; else a run
    that waited would bring back what was left.
    """
    from reconciler.cli.github_merged import Asked, fetch_reviewed
    from reconciler.cli.hub import GitHubHub

    fleet = current_globals().fleet
    asked = Asked(out=out, since=since, target=target, branch=branch, at=checkout, fleet=fleet)
    for line in fetch_reviewed(GitHubHub(), asked):
        say(line)
    return ExitCode.DONE


@command.command("applied")
@click.option("--set", "commit", metavar="REF", help="Record it; without, the record is shown.")
@click.option(
    "--owed",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="RESULT",
    help="With --set: what this result leaves owed is recorded too; without it, what is recorded stays owed.",
)
@click.option(
    "--owed-out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Without --set: where to write what is owed, for `plan --owed`.",
)
@_branch
@_checkout
@global_options
def applied(commit: str | None, owed: Path | None, owed_out: Path | None, branch: str, checkout: Path) -> int:
    """Show or record the commit of the last successful apply; also as the output `commit` of a step.

    The record holds what was reviewed and could not be carried out yet as well: it stays owed until it is done.
    """
    from reconciler.cli.applied import read_applied, record_applied

    if commit is not None and owed_out is None:
        say(record_applied(commit, branch=branch, checkout=checkout, result=owed))
        return ExitCode.DONE
    if commit is not None or owed is not None:
        raise UsageProblemError(
            "--owed goes with --set, and --owed-out does not",
            where="github applied",
            remedy="record with --set COMMIT --owed RESULT; read with --owed-out FILE",
        )
    return read_applied(branch=branch, checkout=checkout, owed_out=owed_out)


@command.group("ledger")
def ledger() -> None:
    """The ledger of drift runs, which is kept on a branch of its own."""


@ledger.command("pull")
@_document
@_branch
@_checkout
@global_options
def pull(file: Path, branch: str, checkout: Path) -> int:
    """Fetch the ledger into FILE; there is none before the first run."""
    from reconciler.cli.github_ledger import pull_ledger

    say(pull_ledger(file, branch=branch, checkout=checkout))
    return ExitCode.DONE


@ledger.command("push")
@_document
@_branch
@_checkout
@global_options
def push(file: Path, branch: str, checkout: Path) -> int:
    """Put FILE in the place of the ledger, if it goes on from it; lines that others added are never dropped."""
    from reconciler.cli.github_ledger import push_ledger

    say(push_ledger(file, branch=branch, checkout=checkout, now=datetime.now(UTC)))
    return ExitCode.DONE


@command.command("check")
@_document
@click.option(
    "--base", type=click.Path(path_type=Path), metavar="PLAN", help="What it refuses too is not held against FILE."
)
@global_options
def check(file: Path, base: Path | None) -> int:
    """Exit as the plan, result or drift report in FILE asks for; with 0 when only time, a device or a person is due."""
    from reconciler.cli.github_files import verdict

    code, lines = verdict(file, base=base)
    for line in lines:
        say(line)
    return code
