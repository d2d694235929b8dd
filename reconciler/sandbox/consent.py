"""The access request: a person lets a user group into an installation.

A small stand-in for `portal.zaptec.com/access/request/<lookup key>`. There is no
login: the page asks which person of the sandbox opens it. Approving gives the group
Owner and Service; the redirect carries `success` and, on success, `installationId`.
"""

import html
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from werkzeug.wrappers import Request, Response

from reconciler.sandbox.access import group_permission, sees
from reconciler.sandbox.answers import Refused
from reconciler.sandbox.records import Group, Installation, User
from reconciler.sandbox.settling import delay_s, put_permission, settle_installation
from reconciler.sandbox.terms import MANAGES, Role
from reconciler.sandbox.world import World

POLICY = "default-src 'none'; form-action *; frame-ancestors 'none'"
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>
<body><h1>{title}</h1>
{content}
</body></html>
"""


def show_request(world: World, request: Request, lookup_key: str) -> tuple[Response, bool]:
    """The question: which installation, approve or deny."""
    group = _group(world, lookup_key)
    wanted = request.args.get("installationId")
    choices = [i for i in world.installations() if _offered(world, request, i, lookup_key)]
    chosen = [i for i in choices if wanted is None or i["id"] == wanted.lower()]
    people = "".join(_option(u["id"], u["name"]) for u in world.data["users"])
    places = "".join(_option(i["id"], i["name"]) for i in chosen)
    back = html.escape(request.args.get("returnUrl", ""))
    content = (
        f"<p>{html.escape(group['name'])} asks for access to one of your installations.</p>"
        f'<form method="post"><p><label>You are <select name="person">{people}</select></label></p>'
        f'<p><label>Installation <select name="installationId">{places}</select></label></p>'
        f'<input type="hidden" name="returnUrl" value="{back}">'
        '<button name="decision" value="approve">Approve</button> '
        '<button name="decision" value="deny">Deny</button></form>'
    )
    return _page("Access request", content), False


def decide(world: World, request: Request, lookup_key: str) -> tuple[Response, bool]:
    """Carry the decision out, then back to the partner or to the receipt."""
    group = _group(world, lookup_key)
    back = request.form.get("returnUrl", "")
    if request.form.get("decision") != "approve":
        return _leave(back, {"success": "false"}), False
    user = world.user_by_id(request.form.get("person", ""))
    installation = world.data["installations"].get(request.form.get("installationId", "").lower())
    if user is None or installation is None or not _owns(user, installation):
        return _leave(back, {"success": "false"}), False
    _grant(world, installation, group)
    return _leave(back, {"success": "true", "installationId": installation["id"]}), True


def _grant(world: World, installation: Installation, group: Group) -> None:
    put_permission(installation, group_permission(world, group["key"], int(MANAGES)))
    installation["writes"] += 1
    wait = delay_s(world, object_id=installation["id"], write=installation["writes"])
    # The tree of a freshly shared installation answers 204 for a while.
    installation["provisioned_at"] = max(installation["provisioned_at"], world.now() + wait)


def _group(world: World, lookup_key: str) -> Group:
    group = world.group(lookup_key)
    if group is None:
        raise Refused(_page("Unknown lookup key", "<p>Ask the partner for a new link.</p>", 404))
    return group


def _offered(world: World, request: Request, installation: Installation, key: str) -> bool:
    settle_installation(world, installation)
    kind = request.args.get("installationtype", "1")
    shown = request.args.get("showExisting", "false").casefold() == "true"
    return str(installation["kind"]) == kind and (shown or not sees(installation, key))


def _owns(user: User, installation: Installation) -> bool:
    return any(p["id"] == user["id"] and p["accepted"] and p["roles"] & Role.OWNER for p in installation["permissions"])


def _leave(back: str, outcome: dict[str, str]) -> Response:
    parts = urlsplit(back)
    local = parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if parts.scheme != "https" and not (parts.scheme == "http" and local):
        title = "Access granted" if outcome["success"] == "true" else "Access not granted"
        return _page(title, "<p>You can close this page.</p>")
    query = urlencode([*parse_qsl(parts.query), *outcome.items()])
    target = urlunsplit((parts.scheme, parts.netloc, parts.path, query, parts.fragment))
    return Response(b"", status=303, headers={"Location": target})


def _option(value: str, label: str) -> str:
    return f'<option value="{html.escape(value)}">{html.escape(label)}</option>'


def _page(title: str, content: str, status: int = 200) -> Response:
    page = PAGE.format(title=html.escape(title), content=content)
    headers = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff"}
    return Response(page, status=status, headers=headers, mimetype="text/html")
