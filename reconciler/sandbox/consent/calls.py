"""The calls of the consent flow: the page, its two forms, and the receipt."""

from werkzeug.wrappers import Request, Response

from reconciler.sandbox import answers
from reconciler.sandbox.answers import Refused
from reconciler.sandbox.consent import pages, tickets
from reconciler.sandbox.consent.frame import sent_to
from reconciler.sandbox.consent.link import AccessRequest, UnusableLink, language_of, read
from reconciler.sandbox.consent.sharing import share, shareable
from reconciler.sandbox.consent.words import words_in
from reconciler.sandbox.login import hammered
from reconciler.sandbox.records import Group, User
from reconciler.sandbox.world import World

Answer = tuple[Response, bool]
"""An answer, and whether something was changed."""
_RECEIPTS = {"true": pages.granted_page, "false": pages.not_granted_page}


def show_request(world: World, request: Request, lookup_key: str) -> Answer:
    """`GET /access/request/<lookup key>`: the log-in."""
    asked, _ = _asked(world, request, lookup_key)
    return pages.login_page(asked), False


def answer_request(world: World, request: Request, lookup_key: str) -> Answer:
    """`POST` of the same address: `email` and `password`, or `session`, `decision` and `installationId`."""
    asked, group = _asked(world, request, lookup_key)
    if "session" not in request.form:
        return _log_in(world, request, asked, group), False
    user = tickets.holder(world, request.form["session"], lookup_key=lookup_key)
    if user is None:
        return pages.login_page(asked, problem=words_in(asked.language).log_in_again), False
    return _decide(world, request, asked, group, user=user)


def show_receipt(_world: World, request: Request, success: str) -> Answer:
    """`GET /access/receipt/<success>`: what a person sees when the link has no way back."""
    if success not in _RECEIPTS:
        raise Refused(answers.bare(404))
    words = words_in(language_of(request.args.get("lang", "")))
    return _RECEIPTS[success](words), False


def _log_in(world: World, request: Request, asked: AccessRequest, group: Group) -> Response:
    if hammered(world):
        return answers.html_page(503)
    form = request.form
    user = tickets.log_in(world, email=form.get("email", ""), password=form.get("password", ""))
    if user is None:
        return pages.login_page(asked, problem=words_in(asked.language).wrong_login, email=form.get("email", ""))
    return pages.question_page(world, asked, group, user=user)


def _decide(world: World, request: Request, asked: AccessRequest, group: Group, *, user: User) -> Answer:
    words = words_in(asked.language)
    chosen = request.form.get("installationId", "").lower()
    match request.form.get("decision"):
        case "deny":
            return sent_to(asked.address_after({"success": "false"})), False
        case "approve" if chosen:
            # Also what is shared by now: who presses twice is not told that it failed.
            places = {one["id"]: one for one in shareable(world, asked, user)}
            if chosen not in places:
                return pages.question_page(world, asked, group, user=user, problem=words.not_yours), False
            changed = share(world, places[chosen], lookup_key=asked.lookup_key)
            return sent_to(asked.address_after({"success": "true", "installationId": chosen})), changed
        case _:
            return pages.question_page(world, asked, group, user=user, problem=words.choose_first), False


def _asked(world: World, request: Request, lookup_key: str) -> tuple[AccessRequest, Group]:
    """What the link asks for, and for whom.

    Raises:
        Refused: A page that says why the link is of no use.
    """
    words = words_in(language_of(request.args.get("lang", "")))
    group = world.group(lookup_key)
    if group is None:
        raise Refused(pages.unknown_key_page(words))
    try:
        return read(lookup_key, request.args), group
    except UnusableLink as unusable:
        raise Refused(pages.unusable_page(words, unusable.flaw)) from unusable
