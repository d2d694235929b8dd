"""Takes the changes of one installation back: which wishes bring the former values, and what cannot come back.

What belongs to one authentication mode only is gone with that mode and comes back with it, so of two modes only the
configuration of the former one is wished for again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from reconciler.model.change import Change, Target
from reconciler.model.desired import Account
from reconciler.model.plan import FormerValue, NotRestored, PlanWarning
from reconciler.model.settings import Kind, Scope, Setting, setting
from reconciler.model.value import ABSENT, SECRET_SET, Absent, Observation, Unreadable, Value
from reconciler.model.words import amperes, unknown
from reconciler.model.words import value as in_words
from reconciler.planning.access import is_group
from reconciler.planning.former import rows_of_mode
from reconciler.planning.site import MODE, NATIVE_URL, setting_route
from reconciler.records import dataclass

INVITED_AGAIN = "P204"
AUTHORISATION = "authentication.authorizationRequired"
NEEDED_BY_MODE = {
    "ocppNative": NATIVE_URL,
    "ocppCloud": "authentication.ocppCloud.url",
    "webhooks": "authentication.webhooks.sessionStartUrl",
}
"""Without this a mode points nowhere and nobody can charge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inverse:
    """The way back of one installation; `former` is what that way leaves behind in its turn."""

    changes: tuple[Change, ...] = ()
    lost: tuple[NotRestored, ...] = ()
    warnings: tuple[PlanWarning, ...] = ()
    former: tuple[FormerValue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Back:
    """A change turned round, before its route is known: it depends on all wishes of the installation."""

    change: Change
    setting: str
    before: Observation
    after: Value | Absent


def inverse_of(changes: Sequence[Change], former: Iterable[FormerValue], *, account: Account) -> Inverse:
    """Turn all changes of one installation round.

    Args:
        changes: Of one installation.
        former: What the plan saw of the mode that it leaves there.
        account: As the files have it now.
    """
    switch = next((change for change in changes if change.setting == MODE), None)
    in_new_mode = [one for one in changes if switch is not None and one.row.only_in_mode == switch.after]
    backs: list[_Back] = []
    lost: list[NotRestored] = []
    gone: list[FormerValue] = []
    if switch is not None:
        seen = {one.setting: one.value for one in former}
        if reason := _why_mode_stays(switch, seen):
            lost += [_lost(switch, switch.setting, reason)]
            lost += [_lost(one, one.setting, "it belongs to the mode that stays") for one in in_new_mode]
        else:
            backs.append(_turned(switch))
            _configure(switch, seen, backs=backs, lost=lost)
            gone = [_left(one) for one in in_new_mode]
    for change in changes:
        if change is switch or change in in_new_mode:
            continue
        if reason := _why_lost(change, account):
            lost.append(_lost(change, change.setting, reason))
        else:
            backs.append(_turned(change))
    return Inverse(
        changes=_routed(backs, account),
        lost=tuple(lost),
        warnings=tuple(_invited_again(one) for one in backs if _is_invitation(one)),
        former=tuple(gone),
    )


def _why_mode_stays(switch: Change, seen: Mapping[str, Observation]) -> str:
    """Why the former mode cannot come back; empty when it can."""
    if reason := _why_not_written(switch.row, switch.before, switch.target):
        return reason
    needed = NEEDED_BY_MODE.get(str(switch.before))
    if needed is None or (isinstance(seen.get(needed), str)):
        return ""
    label = setting(Scope.INSTALLATION, needed).label
    mode = in_words(switch.row, switch.before)
    found = seen.get(needed)
    why = f" ({unknown(found)})" if isinstance(found, Unreadable) else ""
    return f"{mode} needs its {label}, which the plan did not see{why}; without it nobody could charge"


def _configure(switch: Change, seen: Mapping[str, Observation], *, backs: list[_Back], lost: list[NotRestored]) -> None:
    """Wish for the configuration of the former mode; name what of it nobody can bring back."""
    for row in rows_of_mode(switch.before):
        value = seen.get(row.name, ABSENT)
        if isinstance(value, Absent) and row.name != AUTHORISATION:
            continue
        if row.kind is Kind.SECRET:
            reason = "it was set and nobody can read it; see in the Portal whether the cloud kept it"
            lost.append(_lost(switch, row.name, reason))
        elif isinstance(value, Absent):
            lost.append(_lost(switch, row.name, "the plan did not see what it was before"))
        elif reason := _why_not_written(row, value, switch.target):
            lost.append(_lost(switch, row.name, reason))
        elif not isinstance(value, Unreadable):
            backs.append(_Back(change=switch, setting=row.name, before=ABSENT, after=value))


def _why_lost(change: Change, account: Account) -> str:
    """Why a change cannot be taken back; empty when it can."""
    if change.target.principal is not None:
        return _why_access_lost(change, account)
    return _why_not_written(change.row, change.before, change.target)


def _why_access_lost(change: Change, account: Account) -> str:
    if isinstance(change.before, Unreadable):
        return f"who had access before is {unknown(change.before)}"
    if isinstance(change.before, Absent):
        return ""
    ours = change.target.scope is Scope.PRINCIPAL and change.target.principal == account.own_principal
    if isinstance(change.after, Absent) and ours:
        return "it is our own access: once it is gone only an owner can give it back, and nothing else here either"
    roles = change.before if isinstance(change.before, tuple) else ()
    if not roles or not {word for word, _ in change.row.portal_values}.issuperset(roles):
        return "the former roles are none that can be given"
    return ""


def _why_not_written(row: Setting, value: Observation, target: Target) -> str:
    """Why nothing can write this former value; empty when something can."""
    match value:
        case Unreadable():
            return f"what it was before is {unknown(value)}"
        case Absent():
            return "it was not set before, and nothing takes it away again"
        case float() if row.kind is Kind.AMPERES:
            return _why_out_of_range(row, value, target)
        case str() if row.kind is Kind.SECRET:
            return "a secret can be compared only as set or not set, so the former one is not known"
        case str() if row.kind is Kind.CHOICE:
            return "" if value in dict(row.choices) else "the former value is none that can be written"
        case _:
            return ""


def _why_out_of_range(row: Setting, value: float, target: Target) -> str:
    low, high = row.low or 0.0, row.high
    off = value == 0 and target.charger is not None
    if off or (low <= value and (high is None or value <= high)):
        return ""
    allowed = f"{amperes(low)} or more" if high is None else f"0 A or {low:g} to {high:g} A"
    return f"it was {amperes(value)} before, which nothing here may write (allowed: {allowed})"


def _turned(change: Change) -> _Back:
    after = ABSENT if isinstance(change.before, Unreadable) else change.before
    return _Back(change=change, setting=change.setting, before=change.after, after=after)


def _routed(backs: Sequence[_Back], account: Account) -> tuple[Change, ...]:
    wanted: dict[str, Value] = {
        one.setting: one.after
        for one in backs
        if one.change.target.scope is Scope.INSTALLATION and not isinstance(one.after, Absent)
    }
    made = (_made(one, account, wanted) for one in backs)
    return tuple(sorted(made, key=lambda change: change.sort_key))


def _made(back: _Back, account: Account, wanted: Mapping[str, Value]) -> Change:
    target = back.change.target
    row = setting(target.scope, back.setting)
    return replace(
        back.change,
        setting=back.setting,
        before=SECRET_SET if row.kind is Kind.SECRET else back.before,
        after=back.after,
        route=setting_route(account, row, wanted),
    )


def _left(change: Change) -> FormerValue:
    """What the way back leaves behind: wished for by the run, so it is what was there."""
    value = SECRET_SET if change.row.kind is Kind.SECRET else change.after
    return FormerValue(
        target=change.target, installation_name=change.installation_name, setting=change.setting, value=value
    )


def _lost(change: Change, name: str, reason: str) -> NotRestored:
    return NotRestored(target=change.target, installation_name=change.installation_name, setting=name, reason=reason)


def _is_invitation(back: _Back) -> bool:
    principal = back.change.target.principal
    return principal is not None and not is_group(principal) and isinstance(back.before, Absent)


def _invited_again(back: _Back) -> PlanWarning:
    change = back.change
    return PlanWarning(
        code=INVITED_AGAIN,
        target=change.target,
        installation_name=change.installation_name,
        message=f"{change.target.principal} is invited again and must accept again, as if for the first time",
    )
