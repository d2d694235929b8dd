"""How settings, values and reasons are said: one home for plans, outcomes and every report.

The texts are not escaped yet: a report does that for its own format.
"""

from typing import TYPE_CHECKING, assert_never

from reconciler.model.change import Change, Target
from reconciler.model.settings import Kind, Scope, Setting, settings_of
from reconciler.model.value import SECRET_SET, Absent, Observation, Reason, Unreadable

if TYPE_CHECKING:
    from reconciler.model.plan import Plan

REASONS = {
    Reason.NOT_VISIBLE: "access withdrawn?",
    Reason.NO_ROLE: "no role",
    Reason.FORBIDDEN: "forbidden",
    Reason.NOT_FOUND: "not found",
    Reason.EMPTY_ANSWER: "empty answer",
    Reason.MISSING_MEMBER: "missing in the answer",
    Reason.BAD_ANSWER: "answer not understood",
    Reason.NOT_ANSWERED: "no answer",
    Reason.NO_DOCUMENTED_CALL: "no documented call",
    Reason.NO_PEOPLE_DIRECTORY: "no directory of people",
    Reason.NOT_READ: "not read",
}
_ROLE_WORDS = {"user": "User", "owner": "Owner", "service": "Service"}


def counted(number: int, noun: str) -> str:
    """`1 charger`, `3 chargers`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def amperes(value: float) -> str:
    """`16 A`, `15.5 A`."""
    return f"{value:g} A"


def roles(value: tuple[str, ...]) -> str:
    """`User + Owner`; no role at all is no access."""
    return " + ".join(_ROLE_WORDS.get(role, role) for role in value) or "no access"


def value(row: Setting | None, observation: Observation | None) -> str:
    """One value in our words, with its unit; Portal words for choices."""
    match observation:
        case None:
            return ""
        case Absent() if row is not None and row.kind is Kind.ROLES:
            return roles(())
        case Absent() | Unreadable():
            return unknown(observation)
        case str():
            return _text(row, observation)
        case _:
            return _known(observation)


def unknown(observation: Absent | Unreadable) -> str:
    """Why there is no value."""
    match observation:
        case Absent():
            return "not set"
        case Unreadable(reason=reason):
            return f"not readable ({REASONS[reason]})"
        case _:
            assert_never(observation)


def _known(observation: bool | float | tuple[str, ...]) -> str:  # noqa: FBT001  a switch is a value here
    match observation:
        case bool():
            return "on" if observation else "off"
        case float():
            return amperes(observation)
        case tuple():
            return roles(observation)
        case _:
            assert_never(observation)


def _text(row: Setting | None, text: str) -> str:
    if row is None:
        return text
    match row.kind:
        case Kind.SECRET:
            return "set" if text == SECRET_SET else f"from {text}"
        case Kind.CHOICE:
            return dict(row.portal_values).get(text, text)
        case _:
            return text or "empty"


def days_left(days: int) -> str:
    """`today`, `in 3 days`."""
    return f"in {counted(days, 'day')}" if days else "today"


def row_of(target: Target, name: str) -> Setting | None:
    """The row of the settings table that fits best; None for a name that the table does not have."""
    scopes = (target.scope, *Scope)
    return next((row for scope in scopes for row in settings_of(scope) if row.name == name), None)


def setting(target: Target, name: str) -> str:
    """The label of a setting, with the charger or person it is about in front."""
    row = row_of(target, name)
    label = row.label if row is not None else name
    if row is not None and row.kind is Kind.ROLES and target.principal is None:
        label = "Permissions"
    match target:
        case Target(charger=str(serial), principal=str(principal)):
            return f"{serial} Access of {principal}"
        case Target(charger=str(serial)):
            return f"{serial} {label}"
        case Target(principal=str(principal)):
            return f"Access of {principal}"
        case _:
            return label


def before(change: Change) -> str:
    """What the plan saw."""
    return value(change.row, change.before)


def after(change: Change) -> str:
    """What is wanted."""
    return value(change.row, change.after)


def wish(change: Change) -> str:
    """A change in one phrase: `ZAP012345 Maximum current 0 A → 16 A`."""
    return f"{setting(change.target, change.setting)} {before(change)} → {after(change)}"


def open_reasons(second: "Plan") -> tuple[str, ...]:
    """What keeps touched sites from having converged although no change is left: unreadable things and refusals."""
    gaps = len(second.unreadable)
    guards = ", ".join(sorted({refusal.guard for refusal in second.refusals}))
    reasons = (
        f"{counted(gaps, 'thing')} at the touched sites could not be read" if gaps else "",
        f"a guard refuses a part of it ({guards})" if guards else "",
    )
    return tuple(reason for reason in reasons if reason)
