"""Which call is answered by which handler."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from reconciler.sandbox import (
    answers,
    charger_calls,
    installation_calls,
    login,
    partner_calls,
    permission_calls,
)
from reconciler.sandbox.consent import calls as consent
from reconciler.sandbox.constants import CONSTANTS
from reconciler.sandbox.world import World

Handler = Callable[..., Response]
PublicHandler = Callable[..., tuple[Response, bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One call that needs a token."""

    method: str
    path: str
    handler: Handler


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The route of a request and the ids in its path."""

    endpoint: str
    ids: dict[str, Any]


INSTALLATION = "/api/installation/<installation_id>"
CHARGER = "/api/chargers/<charger_id>"
PARTNER = "/partner/v1"
_TABLE = (
    ("GET", "/api/installation", installation_calls.list_installations),
    ("GET", INSTALLATION, installation_calls.show_installation),
    ("PUT", INSTALLATION, installation_calls.put_installation),
    ("GET", f"{INSTALLATION}/hierarchy", installation_calls.show_hierarchy),
    ("POST", f"{INSTALLATION}/update", installation_calls.update_installation),
    ("GET", f"{INSTALLATION}/messagingConnectionDetails", installation_calls.show_messaging),
    (
        "GET",
        "/api/userGroups/<group_id>/messagingConnectionDetails",
        installation_calls.show_group_messaging,
    ),
    (
        "GET",
        "/api/chargerFirmware/installation/<installation_id>",
        installation_calls.list_firmware,
    ),
    ("GET", "/api/chargers", charger_calls.list_chargers),
    ("GET", CHARGER, charger_calls.show_charger),
    ("POST", f"{CHARGER}/update", charger_calls.update_charger),
    ("GET", f"{CHARGER}/state", charger_calls.show_state),
    ("POST", f"{CHARGER}/sendCommand/<int:command_id>", charger_calls.send_command),
    ("GET", f"{PARTNER}/installation/<installation_id>/permissions", permission_calls.show_permissions),
    ("PUT", f"{PARTNER}/installation/<installation_id>/permissions", permission_calls.put_permission),
    ("DELETE", f"{PARTNER}/installation/<installation_id>/permissions", permission_calls.delete_permission),
    ("GET", f"{PARTNER}/chargers/<charger_id>/permissions", permission_calls.show_charger_permissions),
    ("PUT", f"{PARTNER}/chargers/<charger_id>/permissions", permission_calls.put_charger_permission),
    ("DELETE", f"{PARTNER}/chargers/<charger_id>/permissions", permission_calls.delete_charger_permission),
    (
        "PUT",
        f"{PARTNER}/installation/<installation_id>/authentication",
        partner_calls.put_authentication,
    ),
    ("PUT", f"{PARTNER}/chargers/<charger_id>/standAlone", partner_calls.put_stand_alone),
)
ROUTES = {f"{method} {path}": Route(method=method, path=path, handler=handler) for method, path, handler in _TABLE}


def _token(world: World, request: Request) -> tuple[Response, bool]:
    return login.issue(world, request), False


def _constants(_world: World, _request: Request) -> tuple[Response, bool]:
    return answers.found(CONSTANTS), False


CONSENT = "/access/request/<lookup_key>"
_PUBLIC_TABLE: tuple[tuple[str, str, PublicHandler], ...] = (
    ("POST", "/oauth/token", _token),
    ("GET", "/api/constants", _constants),
    ("GET", CONSENT, consent.show_request),
    ("POST", CONSENT, consent.answer_request),
    ("GET", "/access/receipt/<success>", consent.show_receipt),
)
PUBLIC = {f"{method} {path}": handler for method, path, handler in _PUBLIC_TABLE}

_MAP = Map(
    [Rule(path, methods=[method], endpoint=f"{method} {path}") for method, path, _ in _TABLE]
    + [Rule(path, methods=[method], endpoint=f"{method} {path}") for method, path, _ in _PUBLIC_TABLE],
    strict_slashes=False,
)


def find(request: Request) -> Found:
    """The route of a request.

    Raises:
        werkzeug.exceptions.HTTPException: No such path (404) or method (405).
    """
    endpoint, ids = _MAP.bind_to_environ(request.environ).match()
    return Found(endpoint=endpoint, ids=dict(ids))
