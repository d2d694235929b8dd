"""Errors that a user can act on.

ReconcilerError            exit 1  nothing can be concluded
├── InvalidFilesError      exit 3  problems in the files, all of them
├── InvalidDocumentError   exit 3  a plan or other document that cannot be used
├── CloudError             exit 1  the cloud said no, or said nothing
│   ├── LoginError         exit 6  credentials missing or refused
│   └── WriteForbiddenError exit 1 something tried to write while planning
├── LockedError            exit 7  somebody else holds the account or the sandbox
└── UsageProblemError      exit 64 the command line asks for something impossible
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.model.problem import Problem


class ReconcilerError(Exception):
    """Shown without a traceback; anything else that escapes is our bug.

    Args:
        what: What is wrong, one sentence without a full stop.
        where: File, object or call it is about.
        remedy: What the reader can do next.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str, remedy: str) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.what}\n  where: {self.where}\n  remedy: {self.remedy}"


class InvalidFilesError(ReconcilerError):
    """Problems in the desired-state files; carries all of them."""

    exit_code = 3

    def __init__(self, problems: "tuple[Problem, ...]") -> None:
        files = len({problem.file for problem in problems})
        noun = "problem" if len(problems) == 1 else "problems"
        super().__init__(
            f"{len(problems)} {noun} in {files} file{'' if files == 1 else 's'}",
            where="the fleet files",
            remedy="repair what is listed; `reconciler explain CODE` says more about each",
        )
        self.problems = problems


class InvalidDocumentError(ReconcilerError):
    """A plan, result or snapshot file that cannot be read or trusted."""

    exit_code = 3


class CloudError(ReconcilerError):
    """The cloud refused a request or did not answer it."""


class LoginError(CloudError):
    """Credentials are missing or were refused."""

    exit_code = 6


class WriteForbiddenError(CloudError):
    """Something tried to write through a transport that only reads."""


class LockedError(ReconcilerError):
    """Somebody else holds the account or the sandbox world."""

    exit_code = 7


class UsageProblemError(ReconcilerError):
    """The command line asks for something that cannot be done."""

    exit_code = 64
