"""Operations on a world that another process serves."""

import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from reconciler.sandbox.errors import SandboxError

TIMEOUT_S = 30.0


def operate_remotely(url: str, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Send one operation to a served sandbox.

    Raises:
        SandboxError: It is not there, or the operation cannot be done.
    """
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT_S)
    try:
        connection.request("POST", f"/sandbox/{name}", json.dumps(arguments), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        content = json.loads(answer.read() or b"{}")
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise SandboxError(f"the sandbox at {url} does not answer") from error
    finally:
        connection.close()
    if answer.status != http.client.OK or not isinstance(content, dict):
        raise SandboxError(str(content.get("error", answer.status)) if isinstance(content, dict) else "no answer")
    return content
