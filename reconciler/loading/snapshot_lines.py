"""Reads an installation from a line laid out as we write it: sorted keys, no spaces, nothing that we never write.

The patterns take such a line apart completely, so that no key stands in it twice and every number, word and text has
the form that its place asks for. What they do not fit says nothing about the line: it can still be a good one.
"""

import json
import re
from collections.abc import Callable
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Any, TypeVar

from reconciler.errors import InvalidDocumentError
from reconciler.loading import snapshot_parts as parts
from reconciler.loading.json_source import object_in
from reconciler.model.digest import canonical
from reconciler.model.moments import read_moment
from reconciler.model.observed import Circuit, ObservedCharger, ObservedInstallation, ObservedPermission
from reconciler.model.principal import one_spelling
from reconciler.model.value import Unreadable

HASH = r"\u0023"
"""The one sign that we escape in a text, and not in what the digest is over; it stands on no line that is read here."""
_PLAIN = r"[ !#$'-?A-\[\]-~]"
"""Signs that stand for themselves and hide no address: no quote, backslash, at, ampersand, percent; ASCII alone."""
_TEXT = rf'"({_PLAIN}{{0,300}}+)"'
_OTHER_TEXT = (  # \u00[0-7]. we write as it is, and \ud... is half a character, good in pairs only
    r'("(?:[ !#-\[\]-~]++|\\u(?!00[0-7])[0-9a-ce-f][0-9a-f]{3}|\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2})*+")'
)
_ID = rf'"({parts.ID_FORM})"'
_SWITCH = "(true|false|null)"
_WHOLE = "(0|[1-9][0-9]{0,8}|null)"
_AMPERES = r"((?:0|[1-9][0-9]{0,5})(?:\.(?:0|[0-9]{0,2}[1-9]))?)"
_FLAT = r"\{[^{}]*+\}"
_NESTED = rf"(\{{[^{{}}]*+(?:{_FLAT}[^{{}}]*+)*+\}})"
_ONES = rf"(null|{_FLAT}|\[(?:{_FLAT},?)*+\])"


def _each(form: str) -> re.Pattern[str]:
    """Finds all of that form in a list of them, and behind the last one whatever is not, as one with empty texts."""
    return re.compile(rf"\{{{form}\}}(?:,(?=\{{)|\Z)|.+", re.DOTALL)


_BEGIN = re.compile(rf'\{{"account":{_TEXT},"available_unknown":(null|{_FLAT}),"chargers":\[')
_CHARGERS_END = '],"circuits":'
_END = re.compile(
    rf'\],"circuits":{_ONES},"id":{_ID},"name":(?:null|{_TEXT}|{_OTHER_TEXT}),"native_allowed":{_SWITCH},'
    rf'"permissions":{_ONES},"power_managed":{_SWITCH},"pro":{_SWITCH},"roles":{_WHOLE},"values":(\{{.*\}})\}}'
)
_CHARGER = _each(
    rf'"circuit":(?:null|{_ID}),"id":{_ID},"mode":(null|[0-9]),"online":{_SWITCH},(?:"permissions":{_ONES},)?'
    rf'"roles":{_WHOLE},"serial":{_TEXT},"values":{_NESTED}'
)
_CIRCUIT = _each(rf'"id":{_ID},"max_current_a":{_AMPERES},"name":(?:{_TEXT}|{_OTHER_TEXT})')
_PERMISSION = _each(
    rf'"accepted":(true|false),"invited_at":(?:null|"({_PLAIN}++)"),"principal":"({parts.PRINCIPAL_FORM})",'
    r'"roles":(\[(?:"[a-z]{1,9}",?)*+\])'
)

_SWITCHES = {"true": True, "false": False, "null": None}
_MODES = {"null": None, **{str(number): mode for number, mode in parts.OPERATING.items()}}
_MOST_KNOWN = 4096
_BY_SERIAL = itemgetter(6, 1)
_BY_PRINCIPAL = attrgetter("principal")

_Found = tuple[str, ...]
_Read = TypeVar("_Read")


def installation_on(line: str) -> ObservedInstallation | None:
    """The installation that `installation_of` makes of that line; None when it is not laid out as we write it.

    Also None for a line with a sign over which the digest goes in another form.
    """
    try:
        return _installation(line)
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError, InvalidDocumentError):
        return None


def _installation(line: str) -> ObservedInstallation:
    begin = _BEGIN.match(line)
    middle = line.find(_CHARGERS_END, begin.end()) if begin else -1
    end = _END.fullmatch(line, middle) if middle > 0 else None
    if begin is None or end is None:
        raise ValueError("not as we write it")
    account, unknown = begin.groups()
    circuits, site_id, name, other_name, native, permissions, managed, pro, roles, values = end.groups()
    return ObservedInstallation(
        id=site_id,
        account=account,
        name=name if other_name is None else _other(other_name),
        roles=None if roles == "null" else int(roles),
        pro=_SWITCHES[pro],
        power_managed=_SWITCHES[managed],
        native_allowed=_SWITCHES[native],
        available_unknown=_unreadable_or_none(unknown),
        values=_INSTALLATION_VALUES.get(values) or _known(_INSTALLATION_VALUES, values, _installation_values),
        circuits=_circuits(circuits) if circuits[0] == "[" else _unreadable_or_none(circuits),
        permissions=_permissions_or_none(permissions),
        chargers=_chargers(_all(_CHARGER, line, begin.end(), middle)),
    )


def _all(pattern: re.Pattern[str], line: str, start: int, end: int) -> list[_Found]:
    found: list[_Found] = pattern.findall(line, start, end)
    if found and not any(found[-1]):
        raise ValueError("something else stands there")
    return found


def _chargers(found: list[_Found]) -> tuple[ObservedCharger, ...]:
    if len(found) > 1:
        found.sort(key=_BY_SERIAL)
        if len({one[1] for one in found}) < len(found):
            raise ValueError("a charger stands twice in one installation")
    return tuple(
        [
            ObservedCharger(
                id=charger_id,
                serial=serial,
                circuit_id=circuit or None,
                online=_SWITCHES[online],
                mode=_MODES[mode],
                roles=None if roles == "null" else int(roles),
                values=_CHARGER_VALUES.get(values) or _known(_CHARGER_VALUES, values, _charger_values),
                permissions=_permissions_or_none(permissions) if permissions else None,
            )
            for circuit, charger_id, mode, online, permissions, roles, serial, values in found
        ]
    )


def _circuits(text: str) -> tuple[Circuit, ...]:
    return tuple(
        [
            Circuit(
                id=circuit_id,
                name=_other(other_name) if other_name else name,
                max_current_a=_CURRENTS.get(amperes) or _known(_CURRENTS, amperes, _amperes),
            )
            for circuit_id, amperes, name, other_name in _all(_CIRCUIT, text, 1, len(text) - 1)
        ]
    )


def _permissions_or_none(text: str) -> tuple[ObservedPermission, ...] | Unreadable | None:
    return _permissions(text) if text[0] == "[" else _unreadable_or_none(text)


def _permissions(text: str) -> tuple[ObservedPermission, ...]:
    found = [_PERMISSIONS.get(one) or _permission(one) for one in _all(_PERMISSION, text, 1, len(text) - 1)]
    if len(found) > 1:
        found.sort(key=_BY_PRINCIPAL)
        if len(set(map(_BY_PRINCIPAL, found))) < len(found):
            raise ValueError("a principal stands twice in one place")
    return tuple(found)


def _permission(found: _Found) -> ObservedPermission:
    """One permission; those of groups and people are kept, because they are the same in many installations."""
    accepted, invited_at, principal, roles = found
    is_id = principal.startswith("user-id:")
    permission = ObservedPermission(
        principal=principal if is_id else one_spelling(principal),  # the pattern takes ids in lower case only
        roles=_ROLES.get(roles) or _known(_ROLES, roles, _roles),
        accepted=accepted == "true",
        invited_at=read_moment(invited_at) if invited_at else None,
    )
    if not is_id and len(_PERMISSIONS) < _MOST_KNOWN:
        _PERMISSIONS[found] = permission
    return permission


def _unreadable_or_none(text: str) -> Unreadable | None:
    return None if text == "null" else _UNREADABLE.get(text) or _known(_UNREADABLE, text, _unreadable)


def _unreadable(text: str) -> Unreadable:
    return parts.unreadable_of(_object(text))


def _other(text: str) -> str:
    """A text in its quotes, in which something may be escaped, or an address."""
    return parts.name_of(json.loads(text))


def _known(texts: dict[str, _Read], text: str, read: Callable[[str], _Read]) -> _Read:
    """What a text says that stands in many places, read once."""
    value = read(text)
    if len(texts) < _MOST_KNOWN:
        texts[text] = value
    return value


def _installation_values(text: str) -> parts.Values:
    return parts.installation_values_of(_object(text))


def _charger_values(text: str) -> parts.Values:
    return parts.charger_values_of(_object(text))


def _roles(text: str) -> tuple[str, ...]:
    return parts.roles_of(_object(f'{{"roles":{text}}}')["roles"])


def _amperes(text: str) -> float:
    return parts.amperes_of(float(text))


def _object(text: str) -> dict[str, Any]:
    if HASH in text:
        raise ValueError("a sign that we escape")
    found = object_in(text.encode(), _NOWHERE)
    if canonical(found) != text.encode():
        raise ValueError("the digest goes over what stands here, which is not as we write it")
    return found


_NOWHERE = Path()
"""Nobody sees what is wrong here: the line is read again, by whoever says it."""
_INSTALLATION_VALUES: dict[str, parts.Values] = {}
_CHARGER_VALUES: dict[str, parts.Values] = {}
_PERMISSIONS: dict[_Found, ObservedPermission] = {}
_UNREADABLE: dict[str, Unreadable] = {}
_ROLES: dict[str, tuple[str, ...]] = {}
_CURRENTS: dict[str, float] = {}
