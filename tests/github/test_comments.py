"""One comment and one issue of each kind, and nobody else's."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from reconciler.errors import ReconcilerError
from reconciler.workflows.github_comments import Told, upsert_comment
from reconciler.workflows.github_issues import News, Standing, upsert_issue
from reconciler.workflows.github_ports import BOT, Comment, Issue, IssueState, IssueText

MARKER = "<!-- reconciler:plan -->"


@dataclass
class Board:
    """Comments and issues of one repository, in memory."""

    written: list[Comment] = field(default_factory=list)
    opened: list[Issue] = field(default_factory=list)

    def comments(self, number: int) -> Sequence[Comment]:
        return list(self.written)

    def add_comment(self, number: int, body: str) -> None:
        self.written.append(Comment(id=len(self.written) + 1, author=BOT, body=body))

    def edit_comment(self, comment: int, body: str) -> None:
        self.written = [replace(one, body=body) if one.id == comment else one for one in self.written]

    def issues(self, label: str) -> Sequence[Issue]:
        return list(self.opened)

    def open_issue(self, text: IssueText) -> int:
        number = len(self.opened) + 1
        self.opened.append(Issue(number=number, author=BOT, body=text.body, state=IssueState.OPEN))
        return number

    def edit_issue(self, number: int, text: IssueText, *, state: IssueState) -> None:
        self.opened = [
            replace(one, body=text.body, state=state) if one.number == number else one for one in self.opened
        ]


def news(*, left: bool = True, words: str = "one thing", alert: str = "") -> News:
    """What an issue shall say."""
    return News(text=IssueText(title="Drift", body=f"{MARKER}\n{words}", label="x"), open=left, alert=alert)


class TestComment:
    def test_a_copied_marker_of_somebody_else_is_left_alone(self) -> None:
        """Whoever copies the marker neither loses the own words nor keeps ours away."""
        board = Board(written=[Comment(id=1, author="mallory", body=f"{MARKER}\nall fine")])

        told = upsert_comment(board, 7, body=f"{MARKER}\nplan", author=BOT)

        assert told is Told.WRITTEN
        assert [one.body for one in board.written] == [f"{MARKER}\nall fine", f"{MARKER}\nplan"]

    def test_a_marker_further_down_is_a_quotation(self) -> None:
        """Another workflow may quote our comment; it is not ours."""
        board = Board(written=[Comment(id=1, author=BOT, body=f"> {MARKER}\n{MARKER}")])

        assert upsert_comment(board, 7, body=f"{MARKER}\nplan", author=BOT) is Told.WRITTEN

    def test_our_own_is_updated_in_place(self) -> None:
        """Reviewers find it where it was; line ends as GitHub stores them make no difference."""
        board = Board(written=[Comment(id=1, author=BOT, body=f"{MARKER}\r\nold")])

        assert upsert_comment(board, 7, body=f"{MARKER}\nnew", author=BOT) is Told.UPDATED
        assert [one.body for one in board.written] == [f"{MARKER}\nnew"]
        assert upsert_comment(board, 7, body=f"{MARKER}\nnew", author=BOT) is Told.UNCHANGED

    def test_what_github_would_refuse_is_not_sent(self) -> None:
        """Counted as GitHub counts, in halves of pictures."""
        with pytest.raises(ReconcilerError, match="65536"):
            upsert_comment(Board(), 7, body="🚗" * 32_769, author=BOT)


class TestIssue:
    def test_it_is_opened_once_and_kept_up_to_date(self) -> None:
        """One issue, however many nights."""
        board = Board()

        standings = [upsert_issue(board, news(words=words), author=BOT)[0] for words in ("first", "second")]

        assert standings == [Standing.OPENED, Standing.UPDATED]
        assert [one.body for one in board.opened] == [f"{MARKER}\nsecond"]

    def test_it_is_closed_with_a_word_and_opened_again(self) -> None:
        """The same issue keeps the history of what comes back."""
        board = Board()
        upsert_issue(board, news(), author=BOT)

        closed = upsert_issue(board, news(left=False, alert="nothing is open"), author=BOT)

        assert closed == (Standing.CLOSED, 1)
        assert board.opened[0].state is IssueState.CLOSED
        assert [one.body for one in board.written] == ["nothing is open"]
        assert upsert_issue(board, news(), author=BOT) == (Standing.REOPENED, 1)
        assert board.opened[0].state is IssueState.OPEN

    def test_without_anything_open_nothing_is_written(self) -> None:
        """A quiet night makes no noise."""
        board = Board()

        assert upsert_issue(board, news(left=False, alert="x"), author=BOT) == (Standing.NOTHING, None)
        assert (board.written, board.opened) == ([], [])

    def test_somebody_elses_issue_is_left_alone(self) -> None:
        """A label and a marker can be copied by anybody who may write issues."""
        foreign = Issue(number=1, author="mallory", body=f"{MARKER}\nmine", state=IssueState.OPEN)
        board = Board(opened=[foreign])

        assert upsert_issue(board, news(), author=BOT) == (Standing.OPENED, 2)
        assert board.opened[0] == foreign

    def test_doubles_of_our_own_are_closed(self) -> None:
        """Two runs at once may have opened two."""
        doubles = [Issue(number=n, author=BOT, body=f"{MARKER}\n{n}", state=IssueState.OPEN) for n in (4, 3)]
        board = Board(opened=doubles)

        assert upsert_issue(board, news(), author=BOT) == (Standing.UPDATED, 3)
        assert {one.number: one.state for one in board.opened} == {3: IssueState.OPEN, 4: IssueState.CLOSED}
