"""The pages of the consent flow. `Markup.format` escapes every text that goes in."""

from collections.abc import Iterable

from markupsafe import Markup
from werkzeug.wrappers import Response

from reconciler.sandbox.consent.frame import framed
from reconciler.sandbox.consent.link import AccessRequest, Flaw
from reconciler.sandbox.consent.sharing import offered, roles_of_group
from reconciler.sandbox.consent.tickets import issue
from reconciler.sandbox.consent.words import Words, words_in
from reconciler.sandbox.records import Group, Installation, User
from reconciler.sandbox.world import World

_PARAGRAPH = Markup("<p>{}</p>\n")
_BAD = Markup('<p class="bad" role="alert">{}</p>\n')
_ITEM = Markup("<li>{}</li>")
_LOGIN = Markup(
    '{problem}<p>{first}</p>\n<form method="post">\n'
    '<label class="field">{email}<input type="email" name="email" value="{known}" autocomplete="username" '
    "required></label>\n"
    '<label class="field">{password}<input type="password" name="password" autocomplete="current-password" required>'
    '</label>\n<p class="soft">{hint}</p>\n'
    '<div class="buttons"><button class="main">{log_in}</button></div>\n</form>'
)
_CHOICE = Markup(
    '<label class="choice"><input type="radio" name="installationId" value="{id}" required{checked}>'
    '<span>{name}<span class="soft">{detail}</span></span></label>\n'
)
_QUESTION = Markup(
    '{problem}<p class="soft">{who}</p>\n<p>{means}</p>\n<ul>{rights}</ul>\n<form method="post">\n'
    '<input type="hidden" name="session" value="{ticket}">\n'
    "<fieldset><legend>{which}</legend>\n{choices}</fieldset>\n"
    '<p class="soft">{whole}</p>\n<div class="buttons">'
    '<button class="main" name="decision" value="approve">{approve}</button>'
    '<button name="decision" value="deny" formnovalidate>{deny}</button></div>\n</form>'
)
_NOTHING = Markup(
    '<p class="soft">{who}</p>\n<p>{nothing}</p>\n<form method="post">\n'
    '<input type="hidden" name="session" value="{ticket}">\n'
    '<div class="buttons"><button name="decision" value="deny">{back}</button></div>\n</form>'
)


def login_page(asked: AccessRequest, *, problem: str = "", email: str = "") -> Response:
    """Who asks, by the name that the link gives, and the log-in; nothing else is told to a stranger."""
    words = words_in(asked.language)
    content = _LOGIN.format(
        problem=_problem(problem),
        first=words.log_in_first,
        email=words.email,
        known=email,
        password=words.password,
        hint=words.whose_password,
        log_in=words.log_in,
    )
    title = words.asks.format(asked.partner_name or words.somebody)
    return framed(words, title=title, content=content, status=403 if problem else 200, goes_to=_origin(asked))


def question_page(world: World, asked: AccessRequest, group: Group, *, user: User, problem: str = "") -> Response:
    """The question to somebody who has logged in: which installation, approve or deny."""
    words = words_in(asked.language)
    places = offered(world, asked, user)
    ticket = issue(world, user, lookup_key=asked.lookup_key)
    who = words.logged_in_as.format(user["email"])
    if not places and not problem:
        content = _NOTHING.format(who=who, nothing=_why_nothing(words, asked, group), ticket=ticket, back=words.back)
        return framed(words, title=words.nothing_to_share, content=content, goes_to=_origin(asked))
    content = _QUESTION.format(
        problem=_problem(problem),
        who=who,
        means=words.approving_means.format(group["name"]),
        rights=_joined(_ITEM.format(right) for right in words.rights),
        ticket=ticket,
        which=words.which,
        choices=_joined(_choice(world, asked, one, only=len(places) == 1) for one in places),
        whole=words.whole_installation,
        approve=words.approve,
        deny=words.deny,
    )
    title = words.asks.format(group["name"])
    return framed(words, title=title, content=content, status=400 if problem else 200, goes_to=_origin(asked))


def granted_page(words: Words) -> Response:
    """What a person sees when the partner has no page for them; anybody can open it, so it says no names."""
    return framed(words, title=words.granted, content=_PARAGRAPH.format(words.granted_text))


def not_granted_page(words: Words) -> Response:
    """The same when nothing was shared."""
    return framed(words, title=words.not_granted, content=_PARAGRAPH.format(words.not_granted_text))


def unknown_key_page(words: Words) -> Response:
    """No user group has the key of the link."""
    return framed(words, title=words.unknown_key, content=_PARAGRAPH.format(words.unknown_key_text), status=404)


def unusable_page(words: Words, flaw: Flaw) -> Response:
    """The link asks for something that cannot be."""
    return framed(words, title=words.unusable, content=_PARAGRAPH.format(words.flaw(flaw)), status=400)


def _choice(world: World, asked: AccessRequest, installation: Installation, *, only: bool) -> Markup:
    words = words_in(asked.language)
    detail = words.counted(len(world.chargers_of(installation["id"])))
    if roles_of_group(installation, asked.lookup_key):
        detail = f"{detail}, {words.shared}"
    checked = Markup(" checked") if only else ""
    return _CHOICE.format(id=installation["id"], name=installation["name"], detail=detail, checked=checked)


def _why_nothing(words: Words, asked: AccessRequest, group: Group) -> str:
    because = words.nothing_because if asked.installation_id is None else words.nothing_because_named
    return because.format(words.kind(asked.kind), group["name"])


def _problem(text: str) -> Markup:
    return _BAD.format(text) if text else Markup("")


def _joined(parts: Iterable[Markup]) -> Markup:
    return Markup("").join(parts)


def _origin(asked: AccessRequest) -> str:
    return asked.way_back.origin if asked.way_back is not None else ""
