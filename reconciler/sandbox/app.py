"""The simulated cloud as one WSGI app.

Every request goes the same way: fault, token, rate limit, handler, fault, log; one
at a time, under the world's lock.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from reconciler.sandbox import answers, faults, limiter, login
from reconciler.sandbox.answers import Refused
from reconciler.sandbox.faults import ConnectionLost, Kind
from reconciler.sandbox.reading import Call
from reconciler.sandbox.records import Fault
from reconciler.sandbox.routes import PUBLIC, ROUTES, Found, find
from reconciler.sandbox.world import World

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["ROUTES", "create_app"]
LARGEST_BODY = 1_000_000


def create_app(world: World) -> "WSGIApplication":
    """The cloud over this world, to be mounted in process or served.

    The app raises `faults.ConnectionLost` where a scripted fault drops the
    connection; who mounts it turns that into the transport error of its client.
    """

    def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        request = Request(environ)
        request.max_content_length = LARGEST_BODY
        try:
            request.get_data()  # a body that is not read would spoil a kept-alive connection
        except HTTPException as error:
            return answers.bare(error.code or 400)(environ, start_response)
        with world.lock:
            answer = _Exchange(world, request).answer()
        return answer(environ, start_response)

    return app


class _Exchange:
    """One request and what becomes of it."""

    def __init__(self, world: World, request: Request) -> None:
        self._world = world
        self._request = request
        self._effect = False

    def answer(self) -> Response:
        """The answer, logged.

        Raises:
            ConnectionLost: A fault dropped the connection.
        """
        struck = faults.strike(self._world, self._request.method, self._request.path)
        try:
            answer = self._struck(struck) if struck else self._served(stale=False)
        except ConnectionLost:
            self._finish(0)
            raise
        self._finish(answer.status_code)
        return answer

    def _struck(self, struck: Fault) -> Response:
        instead = faults.before(struck)
        if instead is not None:
            return instead
        answer = self._served(stale=Kind(struck["kind"]) is Kind.STALE_READ)
        return faults.after(struck, answer)

    def _served(self, *, stale: bool) -> Response:
        try:
            found = find(self._request)
        except HTTPException as error:
            return answers.bare(error.code or 404)
        if found.endpoint in PUBLIC:
            return self._public(found)
        user = login.bearer(self._world, self._request)
        if user is None:
            return answers.bare(401)
        if not limiter.admit(self._world, user["id"]):
            return answers.too_many_requests()
        call = Call(world=self._world, request=self._request, user=user, stale=stale)
        try:
            answer = ROUTES[found.endpoint].handler(call, **found.ids)
        except Refused as refused:
            return refused.answer
        self._effect = call.effect
        return answer

    def _public(self, found: Found) -> Response:
        try:
            answer, self._effect = PUBLIC[found.endpoint](self._world, self._request, **found.ids)
        except Refused as refused:
            return refused.answer
        return answer

    def _finish(self, status: int) -> None:
        request = self._request
        self._world.record(
            {
                "at": self._world.now(),
                "method": request.method,
                "path": request.path,
                "query": sorted(request.args),
                "status": status,
                "effect": self._effect,
            }
        )
        if self._effect:
            self._world.has_changed()
            self._world.on_effect()
