"""Operations on a world that another process serves."""

import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from reconciler.sandbox.errors import CallerError, SandboxError

TIMEOUT_S = 30.0


def operate_remotely(url: str, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Send one operation to a served sandbox.

    Raises:
        CallerError: What was asked does not fit.
        SandboxError: It is not there, or its world is broken.
    """
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT_S)
    try:
        connection.request("POST", f"/sandbox/{name}", json.dumps(arguments), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        content = json.loads(answer.read() or b"{}")
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise SandboxError(
            f"the sandbox at {url} does not answer", remedy="see whether `reconciler sandbox serve` still runs there"
        ) from error
    finally:
        connection.close()
    if answer.status != http.client.OK or not isinstance(content, dict):
        raise _refused(answer.status, content if isinstance(content, dict) else {})
    return content


def _refused(status: int, content: Mapping[str, Any]) -> SandboxError:
    what = str(content.get("error", f"the sandbox answered {status}"))
    kind = CallerError if status == http.client.BAD_REQUEST else SandboxError
    return kind(what, remedy=str(content["remedy"])) if "remedy" in content else kind(what)
