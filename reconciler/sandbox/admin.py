"""The endpoint of a served sandbox for operations on its world: `POST /sandbox/<name>`.

Not a part of the simulated service. It takes JSON only and only for a loopback host
name, so that no web page can reach it.
"""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from reconciler.sandbox.errors import CallerError, SandboxError
from reconciler.sandbox.operations import operate
from reconciler.sandbox.world import World

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PREFIX = "/sandbox/"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
LARGEST_BODY = 10_000_000


def with_admin(world: World, cloud: "WSGIApplication") -> "WSGIApplication":
    """The cloud with the endpoint in front; foreign host names get 421 everywhere."""

    def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        request = Request(environ)
        if not _is_loopback(request.host):
            return Response("not a loopback host\n", status=421)(environ, start_response)
        if not request.path.startswith(PREFIX):
            return cloud(environ, start_response)
        return _answer(world, request)(environ, start_response)

    return app


def _answer(world: World, request: Request) -> Response:
    request.max_content_length = LARGEST_BODY
    text = request.get_data(as_text=True)
    if request.method != "POST" or request.mimetype != "application/json":
        return _json(405, {"error": "operations are POST requests with JSON"})
    try:
        arguments = json.loads(text or "{}")
    except ValueError:
        arguments = None
    if not isinstance(arguments, dict):
        return _json(400, {"error": "the arguments must be a JSON object"})
    try:
        return _json(200, operate(world, request.path.removeprefix(PREFIX), arguments))
    except SandboxError as error:
        caller = isinstance(error, CallerError)
        return _json(400 if caller else 500, {"error": str(error), "remedy": error.remedy})


def _is_loopback(host: str) -> bool:
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    return name in LOOPBACK


def _json(status: int, content: dict[str, object]) -> Response:
    return Response(json.dumps(content), status=status, mimetype="application/json")
