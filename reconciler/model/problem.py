"""A finding about a file: many at once, each with a place, a reason and a remedy."""

from enum import StrEnum

from reconciler.records import dataclass


class Severity(StrEnum):
    """Errors stop everything; warnings are shown and change no exit code."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong in a file. Never holds a secret or an address.

    Attributes:
        file: Path as the user can open it: relative to the current folder where possible, else as it was given.
        line: From 1; 0 when the file as a whole is meant.
        column: From 1; 0 when unknown.
        code: For `reconciler explain CODE`.
        path: Path of the setting inside the file, may be empty.
        elsewhere: Whether the file is that of another commit, so that no line of this checkout is meant.
    """

    file: str
    line: int
    column: int
    code: str
    path: str
    what: str
    why: str
    remedy: str
    severity: Severity = Severity.ERROR
    elsewhere: bool = False

    def __str__(self) -> str:
        subject = f"{self.path}: " if self.path else ""
        sentences = " ".join(part for part in (self.what, self.why, self.remedy) if part)
        return f"{self.place} {self.code} {subject}{sentences}"

    @property
    def place(self) -> str:
        """The file, with as much of the position as is known."""
        known = [str(number) for number in (self.line, self.column) if number] if self.line else []
        return ":".join([self.file, *known])

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        """Orders problems by file and place."""
        return (self.file, self.line, self.column, self.code, self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What a code or guard means and how to satisfy it; `why` and `remedy` are whole sentences."""

    code: str
    title: str
    why: str
    remedy: str
    example: str = ""
