"""What is noted about requests: method, path, status and time; never a body, a query or a header."""

from typing import Protocol


class RequestLog(Protocol):
    """Where the lines go: the terminal with -v, the folder of a run; called from several threads."""

    def write(self, line: str) -> None:
        """Take one line without its end."""
        ...


def request_line(call: str, *, result: str, took_s: float) -> str:
    """One line, for instance `GET /api/chargers/…/state 200 12 ms`."""
    return f"{call} {result} {round(took_s * 1000)} ms"
