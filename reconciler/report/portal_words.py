"""What to do in the Zaptec Portal, click by click, in the Portal's own words and order.

The words follow Zaptec's help articles 41709539663121 (releasing a charger) and 10663397670801 (permissions), seen in
November 2025.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import assert_never

from reconciler.model.change import Change
from reconciler.model.settings import Kind
from reconciler.model.value import Absent, Unreadable
from reconciler.records import dataclass
from reconciler.report import wording


class SpanKind(StrEnum):
    """How a piece of an instruction is set."""

    TEXT = "text"
    PORTAL = "portal"
    VALUE = "value"
    COPY = "copy"  # a value that is typed or pasted somewhere


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of an instruction, not escaped yet."""

    text: str
    kind: SpanKind = SpanKind.TEXT


Instruction = tuple[Span, ...]


class View(StrEnum):
    """What is open in the Portal when a step begins."""

    INSTALLATION = "installation"
    CHARGER = "charger"


def said(template: str, **values: str) -> Instruction:
    """An instruction: `[Chargers]` is a word of the Portal, `{name}` a value, `{+name}` one to be typed somewhere.

    The template is ours; values are never searched for marks.
    """
    spans = []
    rest = template
    while rest:
        text, mark, rest = _next_mark(rest)
        if text:
            spans.append(Span(text))
        if mark == "[":
            word, _, rest = rest.partition("]")
            spans.append(Span(word, SpanKind.PORTAL))
        elif mark == "{":
            name, _, rest = rest.partition("}")
            kind = SpanKind.COPY if name.startswith("+") else SpanKind.VALUE
            spans.append(Span(values[name.removeprefix("+")], kind))
    return tuple(spans)


def _next_mark(text: str) -> tuple[str, str, str]:
    places = [place for place in (text.find("["), text.find("{")) if place >= 0]
    if not places:
        return text, "", ""
    place = min(places)
    return text[:place], text[place], text[place + 1 :]


def find_charger(serial: str) -> tuple[Instruction, ...]:
    """From the front page to a charger's details."""
    return (
        said("Go to [portal.zaptec.com]."),
        said("In the left menu, select [Chargers]."),
        said("In the search field, type the charger's serial number {+serial}.", serial=serial),
        said("Click the charger to open its details."),
    )


def open_installation(serial: str | None, name: str) -> tuple[Instruction, ...]:
    """From the front page to an installation, by way of a charger where one is known."""
    if serial is None:
        return (
            said("Go to [portal.zaptec.com]."),
            said("In the left menu, select [Installations] and open {+name}.", name=name),
        )
    last = said("From the charger view, click the installation name {name} to open the installation.", name=name)
    return (*find_charger(serial), last)


def title_of(changes: Sequence[Change]) -> str:
    """What a step is for, as a heading."""
    first = changes[0]
    if first.target.principal is not None:
        return _access_title(first)
    if first.target.charger is not None:
        words = [_charger_words(change) for change in changes]
        return f"{first.target.charger}: {wording.listed(words)}"
    mode = next((change for change in changes if change.setting == "authentication.mode"), None)
    if mode is not None:
        return f"Set the installation to {wording.after(mode)} authentication"
    return f"Change {wording.listed([_portal_label(change) for change in changes])}"


def _access_title(change: Change) -> str:
    who = change.target.principal or ""
    where = "" if change.target.charger is None else f"{change.target.charger}: "
    match change:
        case Change(after=Absent()):
            return f"{where}Take away the access of {who}"
        case Change(before=Absent() | Unreadable()):
            verb = "Add" if who.startswith("userGroup:") else "Add or invite"
            return f"{where}{verb} {who} as {wording.after(change)}"
        case _:
            return f"{where}Set the roles of {who} to {wording.after(change)}"


def _charger_words(change: Change) -> str:
    if change.setting == "standAlone":
        return f"turn stand-alone mode {wording.after(change)}"
    return f"set {_portal_label(change).lower()} to {wording.after(change)}"


def _portal_label(change: Change) -> str:
    return change.row.portal_label or change.row.label


def clicks_for(changes: Sequence[Change], *, opened: View) -> tuple[Instruction, ...]:
    """From what is opened to the saved setting."""
    first = changes[0]
    charger, principal = first.target.charger, first.target.principal
    if charger is not None:
        at_charger = (*find_charger(charger)[1:], *_access_clicks(first))
        return at_charger if principal is not None else _charger_clicks(changes, charger)
    clicks = _access_clicks(first) if principal is not None else _settings_clicks(changes)
    name = first.installation_name
    match opened:
        case View.INSTALLATION:
            return clicks
        case View.CHARGER:
            return said("Click on the installation name {name} from the charger view.", name=name), *clicks
        case _:
            assert_never(opened)


def view_after(changes: Sequence[Change]) -> View:
    """What is open when a step is done."""
    return View.INSTALLATION if changes[0].target.charger is None else View.CHARGER


def _charger_clicks(changes: Sequence[Change], serial: str) -> tuple[Instruction, ...]:
    return (
        said("In the same installation, go to [Circuits]."),
        said("Click on the charger {serial} to open the [Charger settings].", serial=serial),
        *map(_set_value, changes),
        said("Click [Save]."),
    )


def _settings_clicks(changes: Sequence[Change]) -> tuple[Instruction, ...]:
    place = changes[0].row.portal_place
    section = f", and open the [{place[1]}] section" if len(place) > 1 else ""
    return said(f"Go to [{place[0]}]{section}."), *map(_set_value, changes), said("Click [Save].")


def _set_value(change: Change) -> Instruction:
    label = _portal_label(change)
    match change.row.kind:
        case Kind.SECRET:
            source = f"secretRef {change.after}"
            return said(
                f"Set [{label}] to the secret behind {{source}}. It is not on this sheet; get it from where your team "
                "keeps it.",
                source=source,
            )
        case Kind.SWITCH if change.setting == "authentication.authorizationRequired":
            return said(f"[{'Enable' if change.after else 'Disable'} {label}].")
        case Kind.TEXT:
            return said(f"Set [{label}] to {{+value}}.", value=wording.after(change))
        case _:
            return said(f"Set [{label}] to {{value}}.", value=wording.after(change))


def _access_clicks(change: Change) -> tuple[Instruction, ...]:
    who = change.target.principal or ""
    view = "installation" if change.target.charger is None else "charger"
    tab = said(f"In the {view} view, go to the [Permissions] tab.")
    match change:
        case Change(after=Absent()):
            return tab, _find_to_remove(change, who), said("Click the [bin icon] beside it, then click [OK].")
        case Change(before=Unreadable()):
            there = said(
                "If {who} is in the list already: open that entry, assign the role {roles} and no other, click [Next], "
                "then click [Save]. That is all then; leave out what follows in this step.",
                who=who,
                roles=wording.after(change),
            )
            return tab, there, *_give(change, who)
        case Change(before=Absent()):
            return tab, *_give(change, who)
        case _:
            find = said("Find {who} in the list and open the entry.", who=who)
            roles = said("Assign the role {roles} and no other.", roles=wording.after(change))
            return tab, find, roles, said("Click [Next], then click [Save].")


def _find_to_remove(change: Change, who: str) -> Instruction:
    match change.before:
        case Unreadable():
            return said("Find {who} in the list. If it is not there, nothing is left to do in this step.", who=who)
        case _:
            return said("Find {who} in the list.", who=who)


def _give(change: Change, who: str) -> tuple[Instruction, ...]:
    roles = wording.after(change).replace(" + ", "+")
    assign = said("Assign the role {roles}.", roles=roles)
    end = said("Click [Next], then click [Save].")
    if who.startswith("userGroup:"):
        key = who.removeprefix("userGroup:")
        partner = said("Open the [Partner] tab and type the lookup key {+key}.", key=key)
        return said("Click [Give permission]."), partner, said("Click [Next]."), assign, end
    return (
        said("Click [Give permission]."),
        said(
            "In the email field, type the email address of {who}. It is not on this sheet; look it up in your "
            "directory of people.",
            who=who,
        ),
        said(
            "If they already have a Zaptec account, you can add this email directly. If they do not have a Zaptec "
            "account yet, select the option to invite them."
        ),
        said("Click [Next]."),
        assign,
        end,
    )


def check_for(changes: Sequence[Change]) -> Instruction:
    """What must be seen when the step is done."""
    first = changes[0]
    if first.target.principal is not None:
        return _access_check(first)
    place = "the charger" if first.target.charger is not None else " → ".join(first.row.portal_place)
    spans = [Span(f"Open {place} again: ")]
    for number, change in enumerate(changes, start=1):
        spans += [Span(f"{_portal_label(change)} is "), _seen(change), Span(_mark_after(number, of=len(changes)))]
    return tuple(spans)


def _mark_after(number: int, *, of: int) -> str:
    """What stands behind the one of that number in a list."""
    return "." if number == of else " and " if number == of - 1 else ", "


def _seen(change: Change) -> Span:
    match change.row.kind:
        case Kind.SECRET:
            return Span("filled in")
        case Kind.SWITCH if change.setting == "authentication.authorizationRequired":
            return Span("enabled" if change.after else "disabled")
        case _:
            return Span(wording.after(change), SpanKind.VALUE)


def _access_check(change: Change) -> Instruction:
    who = change.target.principal or ""
    place = "" if change.target.charger is None else " of {serial}"
    serial = change.target.charger or ""
    if isinstance(change.after, Absent):
        return said(f"{{who}} is no longer in the list{place}.", who=who, serial=serial)
    listed = said(f"{{who}} is in the list{place} as {{roles}}.", who=who, serial=serial, roles=wording.after(change))
    if who.startswith("userGroup:") or not isinstance(change.before, Absent | Unreadable):
        return listed
    invited = said(
        " Somebody who was invited gets an email from Zaptec, possibly in the spam folder, and has access once they "
        "accept it and log in to the Zaptec App."
    )
    return (*listed, *invited)
