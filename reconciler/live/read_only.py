"""The transport of everything that plans: what would write never leaves (product promise 1)."""

import httpx

from reconciler.errors import WriteForbiddenError

TOKEN_PATH = "/oauth/token"  # noqa: S105  a path, not a token


class ReadOnlyTransport(httpx.BaseTransport):
    """Lets GET and the token call through and raises on anything else."""

    def __init__(self, transport: httpx.BaseTransport) -> None:
        self._transport = transport

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a reading request on.

        Raises:
            WriteForbiddenError: The request could change something; it was not sent.
        """
        login = request.method == "POST" and request.url.path == TOKEN_PATH
        if request.method != "GET" and not login:
            raise WriteForbiddenError(
                f"{request.method} was stopped, because this command only reads",
                where=request.url.path,
                remedy="this is a defect of the tool or of a partner adapter; please report it",
            )
        return self._transport.handle_request(request)

    def close(self) -> None:
        """Close what is underneath."""
        self._transport.close()
