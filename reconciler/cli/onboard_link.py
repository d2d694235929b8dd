"""Making links: what is visible now is written down with them, so that later nothing old passes for new."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from reconciler import __version__
from reconciler.cli.onboard_files import load_the_fleet, only_account
from reconciler.cli.options import current_globals
from reconciler.cli.output import Format, say, show
from reconciler.cli.wiring import Access, connected
from reconciler.errors import UsageProblemError
from reconciler.model.consent import AccessRequest, InstallationKind, IssuedLink, LinkState, MadeLink
from reconciler.model.desired import Account, Cloud
from reconciler.model.mail import has_address
from reconciler.model.observed import Breadth, ObservedFleet
from reconciler.model.words import counted
from reconciler.planning.consent_link import PORTAL_URL, access_request_url, problems_of, with_nonce
from reconciler.records import dataclass
from reconciler.report.json_document import to_text
from reconciler.report.onboard_links import links_csv, links_document, links_text
from reconciler.store.nonces import Links, digest_of, new_nonce, write_private

USUAL_SANDBOX = "http://127.0.0.1:8000"
_REFERENCE = re.compile(r"[^@\x00-\x1f\x7f]{0,100}")
_SHOWN_PROBLEMS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One link as the options or a line of the CSV ask for it; the lookup key may be the account's."""

    reference: str
    lookup_key: str | None
    partner_name: str | None
    lang: str | None
    installation_id: str | None
    kind: InstallationKind
    return_url: str | None
    show_existing: bool


def issue(asked: Sequence[Asked], *, valid_for: timedelta) -> list[MadeLink]:
    """Check all, read what is visible, write all down, and return the links.

    Raises:
        UsageProblemError: Any of them cannot be asked; lists what is wrong.
        CloudError: The list of installations cannot be read.
    """
    account = only_account(load_the_fleet().desired)
    requests = [_request(one, account) for one in asked]
    _check(asked, requests)
    with connected([account], access=Access.READ_ONLY) as connections:
        observed = connections.observers[account.name].observe([], breadth=Breadth.ACCOUNT)
        now = connections.clock.now()
    visible = tuple(site.id for site in observed.installations)
    expires_at = now + valid_for
    made = [
        _made(one, request, account, visible=visible, now=now, expires_at=expires_at)
        for one, request in zip(asked, requests, strict=True)
    ]
    book = Links(current_globals().root)
    before = [one for one in book.all() if one.state is LinkState.ISSUED and now < one.expires_at]
    book.issue([one.link for one in made])
    _tell(made, requests, account)
    for warning in (*_of_keys(made, account), *_of_types(made, observed), *_of_references(made, before)):
        say(f"warning: {warning}")
    return made


def _request(one: Asked, account: Account) -> AccessRequest:
    key = one.lookup_key or account.group
    if key is None:
        raise UsageProblemError(
            "nobody says which user group asks",
            where="--lookup-key",
            remedy="set `group:` of the account in fleet.yaml: the Portal has it under User Groups, Details",
        )
    return request_of(one, key)


def request_of(one: Asked, key: str) -> AccessRequest:
    """What is asked for in the name of a user group; not checked."""
    return AccessRequest(
        lookup_key=key,
        partner_name=one.partner_name,
        lang=one.lang,
        installation_id=one.installation_id,
        installation_type=one.kind,
        return_url=one.return_url,
        show_existing=one.show_existing,
    )


def reference_problems(one: Asked) -> Iterator[UsageProblemError]:
    """What stands against a reference."""
    if not _REFERENCE.fullmatch(one.reference) or has_address(one.reference):
        yield _no_reference()


def _check(asked: Sequence[Asked], requests: Sequence[AccessRequest]) -> None:
    """The lines of a list are checked already, so what is left is wrong with the options."""
    for one, request in zip(asked, requests, strict=True):
        for problem in (*problems_of(request), *reference_problems(one)):
            raise problem


def _no_reference() -> UsageProblemError:
    return UsageProblemError(
        "a reference is at most 100 characters on one line, and no e-mail address",
        where="reference",
        remedy="give a number of yours, for instance of the customer or order",
    )


def _made(
    one: Asked,
    request: AccessRequest,
    account: Account,
    *,
    visible: tuple[str, ...],
    now: datetime,
    expires_at: datetime,
) -> MadeLink:
    nonce = new_nonce()
    back = None if request.return_url is None else with_nonce(request.return_url, nonce)
    link = IssuedLink(
        digest=digest_of(nonce),
        account=account.name,
        lookup_key=request.lookup_key,
        kind=request.installation_type,
        issued_at=now,
        expires_at=expires_at,
        visible=visible,
        has_return=back is not None,
        reference=one.reference,
        lang=request.lang,
        installation_id=request.installation_id,
    )
    return MadeLink(link=link, url=access_request_url(replace(request, return_url=back), _portal(account)))


def _portal(account: Account) -> str:
    if account.cloud is Cloud.ZAPTEC:
        return PORTAL_URL
    return os.environ.get("RECONCILER_SANDBOX_URL", USUAL_SANDBOX).rstrip("/")


def _tell(made: Sequence[MadeLink], requests: Sequence[AccessRequest], account: Account) -> None:
    first = made[0].link
    say(f"{counted(len(made), 'link')} written down; expires {first.expires_at:%Y-%m-%d %H:%M} UTC")
    if account.cloud is Cloud.SANDBOX and "RECONCILER_SANDBOX_URL" not in os.environ:
        say("`reconciler sandbox serve` opens the page; for another port set RECONCILER_SANDBOX_URL first")
    hidden = [one.link.installation_id for one, request in zip(made, requests, strict=True) if _is_hidden(one, request)]
    for installation_id in hidden:
        say(f"warning: {installation_id} is shared already, so the page hides it; add --show-existing")
    if not first.has_return:
        say(
            "no --return-url: the person ends on Zaptec's receipt page, and `onboard status` finds the grant by listing"
        )


def _of_keys(made: Sequence[MadeLink], account: Account) -> Iterator[str]:
    """A key that is not the account's asks for another group; in other letters it may be none at all."""
    for key in sorted({one.link.lookup_key for one in made} - {account.group}) if account.group else []:
        other = "in other capitals" if key.casefold() == (account.group or "").casefold() else "another one"
        yield (
            f"the lookup key {key} is not that of the account ({account.group}) but {other}: what is granted to it, "
            "our account may not see"
        )


def _of_types(made: Sequence[MadeLink], observed: ObservedFleet) -> Iterator[str]:
    for link in (one.link for one in made):
        site = observed.installation(link.installation_id) if link.installation_id else None
        if site is None or site.pro is None or site.pro is (link.kind is InstallationKind.PRO):
            continue
        kind = InstallationKind.PRO if site.pro else InstallationKind.GO
        yield (
            f"{site.id} is of type {kind.label}, the link asks for {link.kind.label}: it can only end in wrong-type; "
            f"take --type {'pro' if site.pro else 'go'}"
        )


def _of_references(made: Sequence[MadeLink], before: Sequence[IssuedLink]) -> Iterator[str]:
    """Whoever asks twice counts twice in `onboard status`, and two links may claim one installation."""
    open_ = {one.reference: one for one in before if one.reference}
    again = [open_[one.link.reference] for one in made if one.link.reference in open_]
    for link in again[:_SHOWN_PROBLEMS]:
        yield f"{link.reference} has an open link already ({link.short}, of {link.issued_at:%Y-%m-%d}); both count now"
    if len(again) > _SHOWN_PROBLEMS:
        yield f"{len(again) - _SHOWN_PROBLEMS} more references have open links already"
    if any(_looks_like_a_name(one.link.reference) for one in made):
        yield "a reference looks like a name of a person; it is kept and shown as it is, so give a number of yours"


def _looks_like_a_name(reference: str) -> bool:
    words = reference.split()
    return len(words) > 1 and all(word.isalpha() and word[0].isupper() for word in words)


def _is_hidden(one: MadeLink, request: AccessRequest) -> bool:
    return one.link.installation_id in one.link.visible and not request.show_existing


def new_only(out: Path) -> None:
    """Links that went out stand nowhere else, so a table of them is never written over.

    Raises:
        UsageProblemError: There is such a file.
    """
    if os.path.lexists(out):
        raise UsageProblemError(
            f"{str(out)!r} is there already, and its links stand nowhere else", where="--out", remedy="name a new file"
        )


def written(made: Sequence[MadeLink], form: Format, *, out: Path | None) -> None:
    """The links in a format, on stdout or in a file that only its owner can read."""
    text = _rendered(made, form)
    if out is None:
        show(text)
    else:
        write_private(out, text)
        say(f"written: {out}; whoever has its links can answer them, so keep it to yourself")


def _rendered(made: Sequence[MadeLink], form: Format) -> str:
    match form:
        case Format.CSV:
            return links_csv(made)
        case Format.JSON:
            return to_text(links_document(made, tool_version=__version__))
        case _:
            return links_text(made)
