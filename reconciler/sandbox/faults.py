"""Scripted failures.

Each fault names a method (`*` for any), a path pattern (`*` matches anything, also
slashes), how often it strikes and how many matching requests pass before. The first
fault that fits a request strikes it; several on one path take turns as written.
"""

import fnmatch
import json
from collections.abc import Callable, Mapping
from enum import Enum
from typing import NoReturn

from werkzeug.wrappers import Response

from reconciler.sandbox import answers, planted
from reconciler.sandbox.records import Fault
from reconciler.sandbox.terms import Code
from reconciler.sandbox.world import World


class Kind(Enum):
    """What a fault does."""

    TOO_MANY_REQUESTS = "too-many-requests"
    ERROR_BEFORE = "error-before"
    ERROR_AFTER = "error-after"
    LOST_BEFORE = "lost-answer-before"
    LOST_AFTER = "lost-answer-after"
    TIMEOUT = "timeout"
    STALE_READ = "stale-read"
    UNAUTHORIZED = "unauthorized"
    REVOKED_ACCESS = "revoked-access"
    EMPTY_ANSWER = "empty-answer"
    MISSING_PAGE = "missing-page"
    REORDERED_LIST = "reordered-list"
    CHANGED_TYPE = "changed-type"
    TRUNCATED_BODY = "truncated-body"
    WRONG_CHARSET = "wrong-charset"
    GIGANTIC_BODY = "gigantic-body"
    NOT_JSON = "not-json"
    REDIRECT = "redirect"


ANOTHER_HOST = "https://api.another.example/api/installation"


class BodyForm(Enum):
    """What an error carries: nothing, a JSON refusal, or the proxy's page."""

    EMPTY = "empty"
    JSON = "json"
    HTML = "html"


class ConnectionLost(ConnectionError):  # noqa: N818 - named by what it says
    """The connection ended without an answer.

    In process it leaves the WSGI app as it is: the transport that mounts the app
    turns it into its own error for a broken connection. Served, the socket closes.
    """


class AnswerTimedOut(ConnectionLost):
    """No answer came in time, though the request was carried out."""


def fault(
    kind: str,
    *,
    method: str = "*",
    path: str = "*",
    times: int = 1,
    after_n: int = 0,
    status: int = 500,
    body: str = "empty",
    code: int = Code.OPERATION_FAILED,
) -> Fault:
    """A fault as data; `code` is what a JSON body gives as the reason.

    Raises:
        ValueError: Kind, body form or code is unknown.
    """
    return {
        "kind": Kind(kind).value,
        "method": method.upper(),
        "path": path,
        "times": times,
        "after_n": after_n,
        "seen": 0,
        "status": status,
        "body": BodyForm(body).value,
        "code": int(Code(code)),
    }


def strike(world: World, method: str, path: str) -> Fault | None:
    """The fault that this request meets, counted down."""
    struck = None
    for candidate in world.data["faults"]:
        if not _fits(candidate, method, path):
            continue
        candidate["seen"] += 1
        if struck is None and candidate["seen"] > candidate["after_n"] and candidate["times"] > 0:
            candidate["times"] -= 1
            struck = candidate
    return struck


def _fits(candidate: Fault, method: str, path: str) -> bool:
    right_method = candidate["method"] in ("*", method)
    return right_method and fnmatch.fnmatchcase(path, candidate["path"])


def before(struck: Fault) -> Response | None:
    """The answer that comes instead of carrying the request out; none when it goes on.

    Raises:
        ConnectionLost: The connection drops first.
    """
    instead = INSTEAD.get(Kind(struck["kind"]))
    return None if instead is None else instead(struck)


def after(struck: Fault, answer: Response) -> Response:
    """The answer that reaches the caller, once the request was carried out.

    Raises:
        ConnectionLost: The answer gets lost.
    """
    kind = Kind(struck["kind"])
    if kind is Kind.ERROR_AFTER:
        return _error(struck)
    spoil = SPOILT.get(kind)
    return answer if spoil is None else spoil(answer)


def _error(struck: Fault) -> Response:
    match BodyForm(struck["body"]):
        case BodyForm.JSON:
            code = Code(struck.get("code", Code.OPERATION_FAILED))
            return answers.refusal(code, planted.REFUSAL_DETAILS, status=struck["status"])
        case BodyForm.HTML:
            return answers.html_page(struck["status"], words=planted.PAGE_WORDS)
        case BodyForm.EMPTY:
            return answers.bare(struck["status"])


Rows = list[object]
LISTS = ("Data", "Permissions")
"""Members of an answer that hold its rows: in the service's pages, and in the sandbox's partner contract."""


def _with_data(answer: Response, change: Callable[[Rows], Rows]) -> Response:
    if answer.mimetype != "application/json":
        return answer
    content = json.loads(answer.get_data(as_text=True))
    if isinstance(content, list):
        return answers.found(change(content))
    if not isinstance(content, dict):
        return answer
    listed = [name for name in LISTS if isinstance(content.get(name), list)]
    if listed:
        return answers.found({**content, **{name: change(content[name]) for name in listed}})
    return answers.found(next(iter(change([content])), {}))


def _as_text(row: object) -> object:
    """Numbers and booleans as text, as a careless change of the service would send them."""
    if not isinstance(row, dict):
        return row
    return {name: json.dumps(value) if isinstance(value, int | float) else value for name, value in row.items()}


def _never_read(struck: Fault) -> NoReturn:
    del struck
    raise ConnectionLost("the connection was dropped before the request was read")


def _never_sent(answer: Response) -> NoReturn:
    del answer
    raise ConnectionLost("the connection was dropped before the answer was sent")


def _too_late(answer: Response) -> NoReturn:
    del answer
    raise AnswerTimedOut("the answer took too long")


INSTEAD: Mapping[Kind, Callable[[Fault], Response]] = {
    Kind.TOO_MANY_REQUESTS: lambda _: answers.too_many_requests(),
    Kind.ERROR_BEFORE: _error,
    Kind.LOST_BEFORE: _never_read,
    Kind.UNAUTHORIZED: lambda _: answers.bare(401),
    Kind.REVOKED_ACCESS: lambda _: answers.bare(403),
    Kind.EMPTY_ANSWER: lambda _: answers.nothing(),
    Kind.NOT_JSON: lambda _: answers.html_page(200, words=planted.PAGE_WORDS),
    Kind.REDIRECT: lambda _: answers.moved(ANOTHER_HOST),
}
"""What answers instead of the service; the request is not carried out."""

SPOILT: Mapping[Kind, Callable[[Response], Response]] = {
    Kind.LOST_AFTER: _never_sent,
    Kind.TIMEOUT: _too_late,
    Kind.MISSING_PAGE: lambda answer: _with_data(answer, lambda _: []),
    Kind.REORDERED_LIST: lambda answer: _with_data(answer, lambda data: data[::-1]),
    Kind.CHANGED_TYPE: lambda answer: _with_data(answer, lambda data: [_as_text(row) for row in data]),
    Kind.TRUNCATED_BODY: answers.cut_short,
    Kind.WRONG_CHARSET: answers.in_another_charset,
    Kind.GIGANTIC_BODY: answers.gigantic,
}
"""What becomes of an answer on its way back; the request was carried out."""
