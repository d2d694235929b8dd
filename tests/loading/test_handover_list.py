"""The list of a hand-over: somebody else's export, so nothing in it is trusted and nothing in it is repeated."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import InvalidFilesError
from reconciler.loading.handover_list import LARGEST_LIST, MOST_ROWS, _requests, read_requests
from reconciler.model.handover import Order, Request
from reconciler.model.problem import Problem

TEMPLATE = Request(serial="", owner="", max_current_a=13.0, order=Order.SEED, wave="first")
HEAD = "serial,person,postcode\n"


def read(tmp_path: Path, text: str | bytes) -> tuple[Request, ...]:
    path = tmp_path / "list.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_requests(path, TEMPLATE)


def problems(tmp_path: Path, text: str | bytes) -> list[Problem]:
    with pytest.raises(InvalidFilesError) as caught:
        read(tmp_path, text)
    return list(caught.value.problems)


class TestGoodLists:
    def test_a_row_is_a_request_with_its_place(self, tmp_path: Path) -> None:
        """What no row says comes from the options."""
        (first, second) = read(tmp_path, HEAD + "ZAP012347,c-88123,0855\nzap012348,person:c-88124,\n")

        assert (first.serial, first.owner, first.max_current_a, first.order, first.wave) == (
            "ZAP012347",
            "person:c-88123",
            13.0,
            Order.SEED,
            "first",
        )
        assert first.postcode is not None
        assert first.postcode.reveal() == "0855"
        assert (second.serial, second.owner, second.postcode) == ("ZAP012348", "person:c-88124", None)
        assert second.origin is not None
        assert second.origin.line == 3
        assert second.origin.file.endswith("list.csv")

    @pytest.mark.parametrize(
        "text",
        [
            "\ufeffserial,person\r\nZAP012347,c-1\r\n",
            "person;serial\nc-1;ZAP012347\n",
            'Serial, Person\n"ZAP012347", c-1 \n',
            "serial,person\n\n,\nZAP012347,c-1",
        ],
        ids=["mark and CRLF", "semicolons, other order", "capitals and spaces", "empty rows, no last line end"],
    )
    def test_what_spreadsheets_make_of_it_is_read(self, tmp_path: Path, text: str) -> None:
        """Each of them writes CSV in another way."""
        (found,) = read(tmp_path, text)

        assert (found.serial, found.owner) == ("ZAP012347", "person:c-1")

    def test_a_row_over_several_lines_does_not_shift_the_others(self, tmp_path: Path) -> None:
        """A quoted line break belongs to its row."""
        found = problems(tmp_path, HEAD + '"ZAP012347\n",c-1,\nbad,c-2,\n')

        assert [problem.line for problem in found] == [4]

    def test_no_request_shows_a_postcode(self, tmp_path: Path) -> None:
        """It says where somebody lives."""
        assert "0855" not in repr(read(tmp_path, HEAD + "ZAP012347,c-1,0855\n"))


class TestBadLists:
    def test_every_problem_is_told_with_its_line(self, tmp_path: Path) -> None:
        """All at once, so that the list is repaired in one go."""
        text = HEAD + (
            "ZAP01234,c-1,\n"
            "ZAP012347,kari@house.example,\n"
            "ZAP012348,c-2,0855\n"
            "ZAP012348,c-3,0855\n"
            "ZAP012349,c-4\n"
            "ZAP012350,c-5,<script>\n"
        )

        found = problems(tmp_path, text)

        assert [(one.line, one.path, one.code) for one in found] == [
            (2, "serial", "E251"),
            (3, "person", "E251"),
            (5, "serial", "E251"),
            (6, "", "E251"),
            (7, "postcode", "E251"),
        ]
        assert "line 4" in found[2].what

    @pytest.mark.parametrize(
        ("text", "line"),
        [
            ("", 1),
            (HEAD, 1),
            ("serial\nZAP012347\n", 1),
            ("serial,person,person\nZAP012347,c-1,c-2\n", 1),
            ("serial,person,email\nZAP012347,c-1,x\n", 1),
            (HEAD + 'ZAP012347,"c-1,\n', 2),
            (HEAD.encode() + b"ZAP012347,c-\xff,\n", 2),
            (b"PK\x03\x04\x00\x00", 1),
        ],
        ids=["empty", "no rows", "no person", "twice", "unknown column", "open quote", "not UTF-8", "a spreadsheet"],
    )
    def test_what_is_no_list_is_told_so(self, tmp_path: Path, text: str | bytes, line: int) -> None:
        """With the line, and without a traceback."""
        assert [problem.line for problem in problems(tmp_path, text)] == [line]

    def test_nothing_of_a_row_is_repeated(self, tmp_path: Path) -> None:
        """It may hold addresses, names, and what acts on a terminal or in a spreadsheet."""
        text = HEAD + "=HYPERLINK(1),kari@house.example,\x1b[2J\nOLA HANSEN,../../etc/passwd,CANARY CANARY CANARY\n"

        told = " ".join(str(problem) for problem in problems(tmp_path, text))

        for word in ("HYPERLINK", "kari", "house", "\x1b", "HANSEN", "passwd", "CANARY"):
            assert word not in told

    def test_a_flood_of_problems_has_an_end(self, tmp_path: Path) -> None:
        """Nobody reads ten thousand lines."""
        assert len(problems(tmp_path, HEAD + "bad,bad bad,\n" * 10_000)) < 1_000

    def test_too_many_rows_and_too_many_bytes_are_refused(self, tmp_path: Path) -> None:
        """Before they fill the memory."""
        rows = "".join(f"ZAP{number:06d},c-1,\n" for number in range(MOST_ROWS + 1))

        assert [one.line for one in problems(tmp_path, HEAD + rows)] == [MOST_ROWS + 2]
        assert [one.line for one in problems(tmp_path, "x" * (LARGEST_LIST + 1))] == [0]

    def test_a_file_that_is_not_there_or_is_a_folder_is_told(self, tmp_path: Path) -> None:
        """As a problem, like everything else about the list."""
        for path in (tmp_path / "none.csv", tmp_path):
            with pytest.raises(InvalidFilesError, match="1 problem"):
                read_requests(path, TEMPLATE)


SIGNS = st.text(alphabet='ZAP0123456789,;"\n\r c-=@\x00\ufeff', max_size=60)


@given(body=st.one_of(st.binary(max_size=200), SIGNS.map(lambda text: (HEAD + text).encode())))
def test_whatever_the_list_is_it_is_read_or_refused(body: bytes) -> None:
    """Never a traceback, and never a request that is none."""
    found, problems = read_or_refused(body)

    assert bool(found) is not bool(problems)
    assert {problem.code for problem in problems} <= {"E251"}
    assert all(one.serial[:3].isupper() and one.owner.startswith("person:") for one in found)
    assert len({one.serial for one in found}) == len(found)


def read_or_refused(body: bytes) -> tuple[tuple[Request, ...], tuple[Problem, ...]]:
    """The requests, or what is wrong."""
    try:
        return _requests("list.csv", body, TEMPLATE), ()
    except InvalidFilesError as error:
        return (), error.problems
