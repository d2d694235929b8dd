"""One comment on a pull request, written anew in place: found by its marker and by who wrote it."""

from collections.abc import Sequence
from enum import StrEnum

from reconciler.errors import ReconcilerError
from reconciler.workflows.github_ports import LONGEST_BODY, Comment, Comments


class Told(StrEnum):
    """What became of a text."""

    WRITTEN = "written"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


def upsert_comment(hub: Comments, number: int, *, body: str, author: str) -> Told:
    """Write the one comment of its kind on a pull request; its kind is its first line, a hidden marker.

    A comment of somebody else with a copied marker is left alone, and so is a newer double of our own.

    Raises:
        ReconcilerError: The body is too long, or GitHub refused.
    """
    check_length(body)
    ours = owned(hub.comments(number), marker=marker_of(body), author=author)
    if not ours:
        hub.add_comment(number, body)
        return Told.WRITTEN
    if ours[0].body.splitlines() == body.splitlines():
        return Told.UNCHANGED
    hub.edit_comment(ours[0].id, body)
    return Told.UPDATED


def owned(comments: Sequence[Comment], *, marker: str, author: str) -> tuple[Comment, ...]:
    """Those that this author wrote with this marker, oldest first."""
    return tuple(one for one in comments if one.author == author and marker_of(one.body) == marker)


def marker_of(body: str) -> str:
    """The first line."""
    return body.partition("\n")[0].rstrip("\r")


def check_length(body: str) -> None:
    """Refuse what GitHub would refuse.

    Raises:
        ReconcilerError: It is longer than a comment may be.
    """
    if len(body.encode("utf-16-le")) // 2 > LONGEST_BODY:
        raise ReconcilerError(
            f"the text is longer than {LONGEST_BODY} characters, which GitHub does not take",
            where="the comment",
            remedy="this is our mistake: please report it; the whole text is in the artefacts of the run",
        )
