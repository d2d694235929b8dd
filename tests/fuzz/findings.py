"""What a case must not do, and the checks that several targets share."""

from collections.abc import Iterable, Mapping

from reconciler.errors import ReconcilerError
from reconciler.loading.addresses import has_address
from reconciler.loading.explanations import BY_CODE
from reconciler.model.problem import Problem
from tests.fuzz.values import SECRET

ABOUT_WHOLE_FILES = frozenset({"E012", "E019", "E024", "E026", "E230", "E250", "E251", "E252"})
"""Problems of a file that is not read, or whose name is wrong, have no line."""


class FindingError(AssertionError):
    """Something that a reader did and must not do."""


def check(holds: object, what: str) -> None:
    """Raises FindingError unless it holds."""
    if not holds:
        raise FindingError(what)


def check_text(text: str) -> None:
    """Shown to people: something is said, and neither a secret nor an address is repeated."""
    check(text.strip(), "an empty text")
    check(SECRET not in text, "a secret is repeated")
    check(not has_address(text), "an e-mail address is repeated")
    text.encode()


def check_error(error: ReconcilerError) -> None:
    """One error: what, where, remedy."""
    for text in (error.what, error.where, error.remedy):
        check_text(text)


def check_problems(problems: Iterable[Problem], files: Mapping[str, bytes]) -> None:
    """Each has a file, a line inside it, a code that `explain` knows, and words.

    Args:
        problems: What a reader told.
        files: What each file held, by the name under which problems show it.
    """
    for problem in problems:
        check(problem.code in BY_CODE, f"{problem.code} is not explained")
        for text in (problem.what, problem.why, problem.remedy, str(problem)):
            check_text(text)
        data = files.get(problem.file)
        if data is None or (problem.code in ABOUT_WHOLE_FILES and not problem.line):
            check(problem.code in ABOUT_WHOLE_FILES, f"{problem.code} is about no file: {problem.file}")
            continue
        check(1 <= problem.line <= lines_of(data), f"{problem.code} in line {problem.line} of {lines_of(data)}")
        check(problem.column >= 0, f"{problem.code} in column {problem.column}")


def lines_of(data: bytes) -> int:
    """As an editor counts them; an empty file has one."""
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n") + 1
