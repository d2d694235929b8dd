"""One issue that says how things stand: opened, kept up to date, closed when nothing is left, opened again."""

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from reconciler.records import dataclass
from reconciler.workflows.github_comments import check_length, marker_of
from reconciler.workflows.github_ports import Issue, Issues, IssueState, IssueText


class Standing(StrEnum):
    """What became of the issue."""

    OPENED = "opened"
    UPDATED = "updated"
    REOPENED = "opened again"
    CLOSED = "closed"
    NOTHING = "nothing to tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What is to be told.

    Attributes:
        text: Title and body; the first line of the body is the marker.
        open: Whether something is left to do.
        alert: A comment for those who watch the issue; empty for none.
    """

    text: IssueText
    open: bool
    alert: str = ""


def upsert_issue(hub: Issues, news: News, *, author: str) -> tuple[Standing, int | None]:
    """Bring the one issue of its kind up to date; what became of it, and its number.

    Only issues with the label, the marker and this author count. Should there be several open ones, the oldest is
    kept and the others are closed.

    Raises:
        ReconcilerError: A text is too long, or GitHub refused.
    """
    check_length(news.text.body)
    ours = _ours(hub.issues(news.text.label), marker=marker_of(news.text.body), author=author)
    opened = [issue for issue in ours if issue.state is IssueState.OPEN]
    if not news.open:
        return _closed(hub, opened, news)
    if opened:
        return _updated(hub, opened, news)
    if ours:
        latest = ours[-1].number
        hub.edit_issue(latest, news.text, state=IssueState.OPEN)
        _alert(hub, latest, news)
        return Standing.REOPENED, latest
    return Standing.OPENED, hub.open_issue(news.text)


def _ours(issues: Sequence[Issue], *, marker: str, author: str) -> list[Issue]:
    found = [issue for issue in issues if issue.author == author and marker_of(issue.body) == marker]
    return sorted(found, key=lambda issue: issue.number)


def _updated(hub: Issues, opened: Sequence[Issue], news: News) -> tuple[Standing, int]:
    kept, *doubles = opened
    hub.edit_issue(kept.number, news.text, state=IssueState.OPEN)
    _alert(hub, kept.number, news)
    for double in doubles:
        body = f"{marker_of(double.body)}\nThis is told in another issue of the same kind.\n"
        hub.edit_issue(double.number, replace(news.text, body=body), state=IssueState.CLOSED)
    return Standing.UPDATED, kept.number


def _closed(hub: Issues, opened: Sequence[Issue], news: News) -> tuple[Standing, int | None]:
    for issue in opened:
        _alert(hub, issue.number, news)
        hub.edit_issue(issue.number, news.text, state=IssueState.CLOSED)
    return (Standing.CLOSED, opened[0].number) if opened else (Standing.NOTHING, None)


def _alert(hub: Issues, number: int, news: News) -> None:
    if news.alert:
        check_length(news.alert)
        hub.add_comment(number, news.alert)
