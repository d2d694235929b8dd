"""Where the links stand that went out: for the terminal, as Markdown, and as a JSON document."""

from collections import Counter
from datetime import datetime

from reconciler.model.consent import LinkState, LinkStatus, NotGranted, Onboardings, Outcome
from reconciler.model.exit import Condition
from reconciler.model.waiting import REMIND_AFTER, age_days, due, due_words, reminders_due
from reconciler.report import wording
from reconciler.report.escape import code, for_markdown, for_terminal, name
from reconciler.report.json_document import head
from reconciler.report.json_parts import Json, moment
from reconciler.report.onboard_links import request_part
from reconciler.report.onboard_words import OPERATOR
from reconciler.report.page import Look, Page, Tone
from reconciler.report.stream import Color, Glyphs

MOST_SHOWN = 100
"""Installations that the group does not see, which the terminal lists; documents have them all."""

_TONES = {
    Outcome.GRANTED: Tone.GOOD,
    Outcome.CLOSED: Tone.OPEN,
    Outcome.NOT_YET_READABLE: Tone.OPEN,
    Outcome.EXPIRED: Tone.QUIET,
    Outcome.CANCELLED: Tone.QUIET,
    Outcome.DENIED: Tone.CHANGE,
}
_OVER = frozenset({Outcome.GRANTED, Outcome.DENIED, Outcome.EXPIRED, Outcome.CANCELLED})
_NAMES = {Outcome.CLOSED: "silent"}
_ONLY_US = "seen, but not by the group"


def conditions_of(found: Onboardings) -> tuple[Condition, ...]:
    """A link that waits for a person is neither done nor wrong; access that went is not known to be anything.

    What needed review stops waiting when the link expires.
    """
    holds = {
        Condition.UNREADABLE: any(one.is_withdrawn for one in found.links),
        Condition.WAITING: any(_is_open(one, found.created_at) for one in found.links),
    }
    return tuple(condition for condition in Condition if holds.get(condition))


def _is_open(one: LinkStatus, now: datetime) -> bool:
    if one.link.state is LinkState.NEEDS_REVIEW and now >= one.link.expires_at:
        return False
    return one.outcome not in _OVER or bool(one.found)


def state_of(one: LinkStatus) -> str:
    """One word for a link; what only the lists tell says so."""
    if one.is_withdrawn:
        return "access withdrawn?"
    if one.found:
        return "granted, no file yet" if one.outcome is Outcome.GRANTED else "needs review"
    return _NAMES.get(one.outcome, one.outcome.value.replace("-", " "))


def message_of(one: LinkStatus) -> str:
    """What is so."""
    if one.is_withdrawn:
        return f"granted once, but our account does not see the installation of {one.file} any more"
    if one.found and one.outcome is Outcome.GRANTED:
        return f"{_told(one)}, but our account sees {one.found[0]} since"
    if one.found:
        return f"{_told(one)}; since then our account sees {', '.join(one.found)}, and several links may have asked"
    return OPERATOR[one.outcome].message


def _told(one: LinkStatus) -> str:
    return "the address that came was cut off" if one.link.outcome is Outcome.MISSING else "no redirect came"


def age_of(one: LinkStatus, now: datetime) -> str:
    """` for 8 days`; empty when nobody is waited for, or since today."""
    days = age_days(one.waits_since, now)
    return f" for {wording.counted(days, 'day')}" if days else ""


def _patience(one: LinkStatus, now: datetime) -> str:
    """What is due by now of a link that nobody answered."""
    reminders = reminders_due(one.waits_since, now)
    if reminders:
        return f"{due(reminders)}: the link stays good until it expires, and a grant is found by listing"
    first = one.link.issued_at + REMIND_AFTER[0]
    until = f"remind the person on {first:%Y-%m-%d}" if first < one.link.expires_at else "it expires before a reminder"
    return f"nothing yet; {until}. A grant is found by listing"


def advice_of(one: LinkStatus, now: datetime) -> str:
    """What to do."""
    if one.outcome is Outcome.CLOSED and not one.found and one.waits_since is not None:
        return _patience(one, now)
    if one.is_withdrawn:
        return "ask the owner; nothing is concluded from it, and plan and drift say so until access is back"
    if one.found and one.outcome is Outcome.GRANTED:
        return f"reconciler onboard accept {one.found[0]} --link {one.link.short}"
    if one.found:
        return f"ask which is whose, then: reconciler onboard accept ID --link {one.link.short}"
    if one.outcome is Outcome.GRANTED and one.file is None:
        return "its file is not in this fleet any more; see its history"
    return OPERATOR[one.outcome].advice if one.file is None else "nothing; plan and drift watch it"


def counts_of(found: Onboardings) -> str:
    """`3 links asked: 1 granted, 2 silent (1 to remind); 4 installations seen by …, but not by …`."""
    counts = Counter(state_of(one) for one in found.links)
    overdue = due_words((one.waits_since for one in found.links), found.created_at)
    told = ", ".join(f"{count} {state}" for state, count in sorted(counts.items())) + (overdue and f" ({overdue})")
    links = f"{wording.counted(len(found.links), 'link')} asked" + (f": {told}" if told else "")
    return f"{links}; {_otherwise(found)}"


def _otherwise(found: Onboardings) -> str:
    """Of what our account sees anyhow; who is asked by a link is mostly not among it."""
    number = len(found.not_granted)
    if not number:
        return "what our account sees, the user group sees too"
    keys = sorted({one.lookup_key for one in found.not_granted})
    groups = f"the user group{'s' if len(keys) > 1 else ''} {', '.join(keys)}"
    return f"{wording.counted(number, 'installation')} seen by our account, but not by {groups}"


def status_text(found: Onboardings, *, width: int, color: Color, glyphs: Glyphs = Glyphs.UNICODE) -> str:
    """Each link with its message and advice, then what only our account sees; then one line of counts."""
    page = Page(Look(width=width, color=color, glyphs=glyphs))
    for one in found.links:
        who = name(one.link.reference or one.link.short)
        asked = f"{one.link.kind.label}, asked {one.link.issued_at:%Y-%m-%d}, until {one.link.expires_at:%Y-%m-%d}"
        page.line((who, Tone.STRONG), f"  link {one.link.short}  {asked}")
        tone = Tone.BAD if one.is_withdrawn else _TONES.get(one.outcome, Tone.BAD)
        state = state_of(one) + age_of(one, found.created_at)
        page.line((state, tone), f": {for_terminal(message_of(one))}", indent=2)
        page.line((for_terminal(_place(one, found.created_at)), Tone.QUIET), indent=2)
    if found.links:
        page.blank()
    for item in found.not_granted[:MOST_SHOWN]:
        place = f"  {item.installation_id}  {item.lookup_key}"
        page.line(f"{_ONLY_US}: ", (name(item.name), Tone.STRONG), place)
    if len(found.not_granted) > MOST_SHOWN:
        page.line(f"and {len(found.not_granted) - MOST_SHOWN} more (--format json has them)")
    page.line(counts_of(found))
    return str(page)


def _place(one: LinkStatus, now: datetime) -> str:
    return advice_of(one, now) if one.file is None or one.is_withdrawn else one.file


def status_markdown(found: Onboardings) -> str:
    """The same for an issue."""
    lines = [
        f"**{for_markdown(counts_of(found))}**",
        "",
        "| link | state | what is so | what to do |",
        "|---|---|---|---|",
    ]
    for one in found.links:
        who = for_markdown(one.link.reference or one.link.short)
        told = (message_of(one), _place(one, found.created_at))
        cells = (who, state_of(one) + age_of(one, found.created_at), *(for_markdown(word) for word in told))
        lines.append(f"| {' | '.join(cells)} |")
    lines += [
        "",
        *(f"- {_ONLY_US}: {for_markdown(one.name)} {code(one.installation_id)}" for one in found.not_granted),
    ]
    return "\n".join(lines).rstrip() + "\n"


def status_document(found: Onboardings) -> Json:
    """Everything; its schema is schemas/onboarding.schema.json."""
    counts = Counter(one.outcome for one in found.links)
    return {
        **head("onboarding", conditions_of(found)),
        "tool": {"name": "reconciler", "version": found.tool_version},
        "created_at": moment(found.created_at),
        "summary": {
            "asked": len(found.links),
            "outcomes": {outcome.value: counts[outcome] for outcome in Outcome},
            "not_granted": len(found.not_granted),
        },
        "links": [_link_part(one, found.created_at) for one in found.links],
        "not_granted": [_not_granted_part(one) for one in found.not_granted],
    }


def _link_part(one: LinkStatus, now: datetime) -> Json:
    link = one.link
    return {
        **request_part(link),
        "issued_at": moment(link.issued_at),
        "settled_at": moment(link.settled_at),
        "state": link.state.value,
        "outcome": one.outcome.value,
        "installation": link.claimed_id,
        "found": [*one.found],
        "file": one.file,
        "withdrawn": one.is_withdrawn,
        "age_days": age_days(one.waits_since, now),
        "reminders_due": reminders_due(one.waits_since, now),
        "message": message_of(one),
        "advice": advice_of(one, now),
    }


def _not_granted_part(one: NotGranted) -> Json:
    return {
        "account": one.account,
        "lookup_key": one.lookup_key,
        "installation": one.installation_id,
        "name": one.name,
    }
