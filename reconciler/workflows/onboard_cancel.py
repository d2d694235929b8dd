"""Closes links whose answer is not wanted any more; the Portal goes on taking them, we do not."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from reconciler.errors import ReconcilerError, UsageProblemError
from reconciler.model.consent import IssuedLink, LinkState
from reconciler.model.mail import on_one_line
from reconciler.workflows.onboard import LinkBook

_FINAL = frozenset({LinkState.GRANTED, LinkState.DENIED})


def to_cancel(words: Sequence[str], links: Sequence[IssuedLink]) -> tuple[IssuedLink, ...]:
    """The links that the words mean: each as `onboard status` names it, or every one of a reference that is not over.

    Raises:
        UsageProblemError: A word names none, or only links that have been answered.
    """
    found = (link for word in words for link in _meant(word, links))
    return tuple({link.digest: link for link in found}.values())


def _meant(word: str, links: Iterable[IssuedLink]) -> list[IssuedLink]:
    named = [link for link in links if word and word in (link.short, link.reference)]
    if not named:
        said = on_one_line(word[:1000])[:100]
        raise UsageProblemError(f"no link is called {said!r}", where="LINK", remedy="see `reconciler onboard status`")
    able = [link for link in named if link.state not in _FINAL]
    if not able:
        raise UsageProblemError(
            f"{word} has been answered: {named[0].state.value}",
            where="LINK",
            remedy="there is nothing left to cancel; access that was given only its owner takes back",
        )
    return able


def cancel(link: IssuedLink, book: LinkBook, *, at: datetime) -> IssuedLink:
    """Close a link, on disk when this returns; one that is closed already stays as it is.

    Raises:
        ReconcilerError: Somebody has answered it meanwhile, or the links cannot be read or written.
    """
    if link.state is LinkState.CANCELLED:
        return link
    moved = book.settle(link, LinkState.CANCELLED, at=at)
    if moved is None:
        raise ReconcilerError(
            "an answer came at this very moment",
            where=f"link {link.short}",
            remedy="see in `reconciler onboard status` what became of it, then try again",
        )
    return moved
