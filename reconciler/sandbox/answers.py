"""The forms in which the cloud answers, good and bad.

Source: the project's API notes, section 6.1 (envelopes) and 5.4 (casing).
"""

import json
from collections.abc import Iterator, Mapping

from werkzeug.wrappers import Response

from reconciler.sandbox.terms import Code

NGINX_PAGE = (
    "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n"
    "<center><h1>{title}</h1></center>\r\n<hr><center>nginx</center>\r\n{words}</body>\r\n</html>\r\n"
)
GIGANTIC_BYTES = 64 * 1024 * 1024
"""More than any client should take for an answer of this API."""
REASONS = {
    500: "500 Internal Server Error",
    502: "502 Bad Gateway",
    503: "503 Service Temporarily Unavailable",
    504: "504 Gateway Time-out",
}


class Refused(Exception):  # noqa: N818 - an answer, not an error of ours
    """Ends a call with an answer that is not a success."""

    def __init__(self, answer: Response) -> None:
        super().__init__(answer.status)
        self.answer = answer


def found(data: object) -> Response:
    """200 with JSON."""
    return Response(json.dumps(data), status=200, mimetype="application/json")


def accepted() -> Response:
    """200 without a body, which proves nothing about the effect."""
    return Response(b"", status=200)


def nothing() -> Response:
    """204: no access, or not provisioned yet."""
    return Response(b"", status=204)


def bare(status: int) -> Response:
    """A status without a body."""
    return Response(b"", status=status)


def html_page(status: int, *, words: str = "") -> Response:
    """The page of the proxy in front of the service; `words` are added to its body."""
    page = NGINX_PAGE.format(title=REASONS.get(status, str(status)), words=words)
    return Response(page, status=status, mimetype="text/html")


def refusal(code: Code, details: str, *, status: int = 500) -> Response:
    """A semantic refusal: usually HTTP 500, with the reason in `Code`."""
    body = {"Code": int(code), "Details": details, "StackTrace": None}
    return Response(json.dumps(body), status=status, mimetype="application/json")


def problem(status: int, title: str, *, errors: Mapping[str, str] | None = None) -> Response:
    """ProblemDetails; with `errors` the validating form of it."""
    body: dict[str, object] = {
        "type": f"https://tools.ietf.org/html/rfc9110#section-15.5.{status - 399}",
        "title": title,
        "status": status,
    }
    if errors:
        body["errors"] = {member: [text] for member, text in errors.items()}
    return Response(json.dumps(body), status=status, mimetype="application/problem+json")


def unknown_charger() -> Response:
    """404 of the state call, in camel case unlike everything else."""
    body = {"errorCode": int(Code.UNKNOWN_OBJECT), "message": "Charger not found."}
    return Response(json.dumps(body), status=404, mimetype="application/json")


def too_many_requests() -> Response:
    """429; the service always says one second."""
    return Response(b"", status=429, headers={"Retry-After": "1"})


def oauth_error(error: str, description: str) -> Response:
    """400 of the token call."""
    body = {"error": error, "error_description": description}
    return Response(json.dumps(body), status=400, mimetype="application/json")


def moved(location: str) -> Response:
    """307 to another place; a client that follows it takes its token there."""
    return Response(b"", status=307, headers={"Location": location})


def cut_short(answer: Response) -> Response:
    """The first half of a body; an empty one becomes the beginning of an object."""
    body = answer.get_data() or b'{"Id": "'
    return _with_body(answer, body[: len(body) // 2])


def in_another_charset(answer: Response) -> Response:
    """The same text in UTF-16, though JSON on the wire is UTF-8 by definition."""
    return _with_body(answer, answer.get_data(as_text=True).encode("utf-16"))


def gigantic(answer: Response) -> Response:
    """The same JSON, followed by more white space than anybody wants; sent piece by piece."""
    body = answer.get_data() or b"{}"
    made = Response(_padded(body), status=answer.status_code, mimetype="application/json")
    made.headers["Content-Length"] = str(len(body) + GIGANTIC_BYTES)
    return made


def _padded(body: bytes) -> Iterator[bytes]:
    yield body
    piece = b" " * 65_536
    for _ in range(GIGANTIC_BYTES // len(piece)):
        yield piece


def _with_body(answer: Response, body: bytes) -> Response:
    return Response(body, status=answer.status_code, mimetype="application/json")
