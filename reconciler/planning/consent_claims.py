"""What to believe of a redirect: `success` and `installationId` are claims of a browser until our account reads."""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

from reconciler.errors import UsageProblemError
from reconciler.model.consent import Claim, IssuedLink, LinkState, Outcome, SeenSite
from reconciler.planning.consent_link import is_uuid

LATE_ANSWER = timedelta(days=90)
"""For how long after its expiry a link that brought nothing is held to explain what became visible."""

_NONCE = re.compile(r"[A-Za-z0-9_-]{16,128}")
_LONGEST_ID = 100
_ANY_ID = "00000000-0000-0000-0000-000000000000"


def claim_of(url: str) -> Claim:
    """What a redirect claims; the nonce is the last part of its path.

    Raises:
        UsageProblemError: It is not a URL with a nonce in its path.
    """
    try:
        parts = urlsplit(url.strip())
        given = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        raise _no_redirect() from None
    nonce = parts.path.rpartition("/")[2]
    if not _NONCE.fullmatch(nonce):
        raise _no_redirect()
    words = [value for name, value in given if name == "success" and value.strip()]
    ids = [value.strip().lower() for name, value in given if name == "installationId" and value.strip()]
    return Claim(
        nonce=nonce,
        success=words == ["true"] if words in (["true"], ["false"]) and len(ids) <= 1 else None,
        installation_id=ids[0][:_LONGEST_ID] if len(ids) == 1 else None,
        is_cut=not words or any(_begins_word(one) for one in words) or any(_begins_id(one) for one in ids),
    )


def _begins_word(text: str) -> bool:
    """Whether something is missing at the end of it."""
    return any(whole.startswith(text) and whole != text for whole in ("true", "false"))


def _begins_id(text: str) -> bool:
    return is_uuid(text + _ANY_ID[len(text) :]) and len(text) < len(_ANY_ID)


def _no_redirect() -> UsageProblemError:
    return UsageProblemError(
        "this is not the address of a redirect",
        where="URL",
        remedy="paste the whole address that the browser ended on; without one, see `reconciler onboard status`",
    )


def judge(
    claim: Claim | None, pending: IssuedLink | None, *, now: datetime, visible_now: Mapping[str, SeenSite]
) -> Outcome:
    """How a link ends, in this order: what the claim is worth, then what our account sees.

    Args:
        claim: None when no redirect came.
        pending: The link that the nonce belongs to, None when there is none.
        now: Decides about the expiry.
        visible_now: What our account sees, by id.
    """
    worth = judge_claim(claim, pending, now=now)
    if worth is not None or claim is None or pending is None or claim.installation_id is None:
        return worth or Outcome.NEEDS_REVIEW
    return judge_site(pending, visible_now.get(claim.installation_id))


def judge_claim(
    claim: Claim | None, pending: IssuedLink | None, *, now: datetime, taken: Collection[str] = ()
) -> Outcome | None:
    """What can be said without asking the cloud; None when the claim is worth reading the installation.

    Args:
        claim: None when no redirect came.
        pending: The link that the nonce belongs to.
        now: Decides about the expiry.
        taken: Ids that other links brought already.
    """
    if pending is None:
        return Outcome.FORGED
    if pending.state is LinkState.CANCELLED:
        return Outcome.CANCELLED
    if claim is None:
        return Outcome.EXPIRED if now >= pending.expires_at else Outcome.CLOSED
    if _is_used(claim, pending):
        return Outcome.REPLAYED
    if now >= pending.expires_at and pending.state is LinkState.ISSUED:
        return Outcome.EXPIRED
    return _judge_words(claim, pending, taken)


def taken_since(pending: IssuedLink, links: Iterable[IssuedLink]) -> frozenset[str]:
    """Ids that other links brought while this one was out; what a browser only said of another link is no bringing.

    What was brought before and was not visible any more when this link was made has been granted anew.
    """
    return frozenset(
        one.claimed_id
        for one in links
        if one.claimed_id is not None
        and one.state is LinkState.GRANTED
        and one.digest != pending.digest
        and one.settled_at is not None
        and one.settled_at >= pending.issued_at
    )


def others_who_may(
    pending: IssuedLink, installation_id: str, links: Iterable[IssuedLink], *, now: datetime
) -> tuple[IssuedLink, ...]:
    """Other links that may have brought what this one is said to have: whoever got one of them can say its id as well.

    None where the link names the installation itself.
    """
    if installation_id == pending.installation_id:
        return ()
    return tuple(
        one
        for one in links
        if one.digest != pending.digest
        and one.account == pending.account
        and _may_have_brought(one, installation_id, now=now)
    )


def _may_have_brought(link: IssuedLink, installation_id: str, *, now: datetime) -> bool:
    """Whether a new installation may have come by this link, whatever we hold of the link.

    The Portal goes on taking a link that has expired with us, or that the person said no to before.
    """
    if link.state is LinkState.GRANTED or link.installation_id not in (None, installation_id):
        return False
    is_recent = now < link.expires_at + LATE_ANSWER or link.claimed_id == installation_id
    return is_recent and installation_id not in link.visible


def _is_used(claim: Claim, pending: IssuedLink) -> bool:
    """A claimed link may go on where it stopped, with the very same claim."""
    goes_on = pending.state is LinkState.CLAIMED and claim.success is True
    return pending.state is not LinkState.ISSUED and not (goes_on and claim.installation_id == pending.claimed_id)


def _judge_words(claim: Claim, pending: IssuedLink, taken: Collection[str]) -> Outcome | None:
    if claim.success is None:
        return _unclear(claim)
    if not claim.success:
        return Outcome.DENIED
    if claim.installation_id is None:
        return Outcome.MISSING
    if not is_uuid(claim.installation_id):
        return _unclear(claim)
    return _judge_id(claim.installation_id, pending, taken)


def _unclear(claim: Claim) -> Outcome:
    return Outcome.MISSING if claim.is_cut else Outcome.NEEDS_REVIEW


def _judge_id(installation_id: str, pending: IssuedLink, taken: Collection[str]) -> Outcome | None:
    """What the link names is what was asked for, whoever brought it before."""
    if installation_id == pending.installation_id:
        return None
    if pending.installation_id is not None or installation_id in taken:
        return Outcome.FOREIGN
    return Outcome.ALREADY_VISIBLE if installation_id in pending.visible else None


def judge_site(pending: IssuedLink, seen: SeenSite | None) -> Outcome:
    """What reading says; `seen` is None while our account does not see the installation."""
    if seen is not None and seen.kind is not None and seen.kind is not pending.kind:
        return Outcome.WRONG_TYPE
    if seen is None or not seen.is_readable:
        return Outcome.NOT_YET_READABLE
    return Outcome.GRANTED


_STATES = {
    Outcome.GRANTED: LinkState.GRANTED,
    Outcome.DENIED: LinkState.DENIED,
    Outcome.NOT_YET_READABLE: LinkState.CLAIMED,
    Outcome.MISSING: LinkState.ISSUED,
    Outcome.FOREIGN: LinkState.NEEDS_REVIEW,
    Outcome.ALREADY_VISIBLE: LinkState.NEEDS_REVIEW,
    Outcome.WRONG_TYPE: LinkState.NEEDS_REVIEW,
    Outcome.NEEDS_REVIEW: LinkState.NEEDS_REVIEW,
}


def state_after(outcome: Outcome) -> LinkState | None:
    """What an outcome makes of its link; None leaves it as it is, because somebody else may have sent the claim.

    What is cut off (MISSING) is no answer: the link stays open for the whole address, and for the list.
    """
    return _STATES.get(outcome)


def is_answer(outcome: Outcome) -> bool:
    """Whether nothing more needs to be waited for; what a stranger may have sent and what is cut off are no answers."""
    return state_after(outcome) not in {None, LinkState.ISSUED}
