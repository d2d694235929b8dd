"""A saved plan changed by hand, so well that its ids and its digest fit again."""

import json
from pathlib import Path
from typing import Any

from reconciler.model.change import plain
from reconciler.model.digest import digest_of, short_id_of

Change = dict[str, Any]


def forge(path: Path, *, setting: str, after: Any) -> None:
    """Give the change of that setting another wish; what else the plan holds goes."""
    document = json.loads(path.read_text())
    change = next(one for one in document["changes"] if one["setting"] == setting)
    step = next(one for one in document["steps"] if change["id"] in one["changes"])
    change["after"] = after
    change["id"] = _id_of(change)
    step |= {"changes": [change["id"]], "after": [], "because": [], "gate": "nothing"}
    change["step"] = step["id"]
    _write(path, document, changes=[change], steps=[step])


def keep_only(path: Path, *, principal: str) -> None:
    """Keep the change of one person's access and let it wait for nobody."""
    document = json.loads(path.read_text())
    change = next(one for one in document["changes"] if one["principal"] == principal)
    step = next(one for one in document["steps"] if change["id"] in one["changes"])
    step |= {"after": [], "because": [], "gate": "nothing"}
    _write(path, document, changes=[change], steps=[step])


def _write(path: Path, document: dict[str, Any], **parts: Any) -> None:
    digest = digest_of(sorted(one["id"] for one in parts["changes"]))
    path.write_text(json.dumps(document | parts | {"refusals": [], "pending": [], "digest": digest}))


def _id_of(change: Change) -> str:
    place = [change[name] for name in ("account", "installation", "charger", "principal", "setting")]
    return short_id_of([*place, plain(change["before"]), plain(change["after"]), change["route"]])
