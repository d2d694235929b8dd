"""Closing links on the operator's word; no cloud is asked."""

from collections.abc import Sequence

from reconciler.cli.clouds import open_cloud
from reconciler.cli.onboard_accept import Ended, line_of
from reconciler.cli.onboard_files import load_the_fleet
from reconciler.cli.options import current_globals
from reconciler.cli.output import say
from reconciler.model.consent import Outcome
from reconciler.report.onboard_words import OPERATOR
from reconciler.store.nonces import Links
from reconciler.workflows.onboard_cancel import cancel, to_cancel


def cancelled(words: Sequence[str]) -> None:
    """Close all links that the words mean, and say so; none when one of the words is wrong.

    Raises:
        UsageProblemError: A word names no link that could be closed.
        ReconcilerError: The links cannot be read or written.
    """
    book, fleet = Links(current_globals().root), load_the_fleet()
    meant = to_cancel(words, [link for link in book.all() if current_globals().chooses(link.account)])
    clouds = {link.account: fleet.account(link.account).cloud for link in meant}
    for link in meant:
        with open_cloud(clouds[link.account], root=current_globals().root) as opened:
            closed = cancel(link, book, at=opened.clock.now())
        say(line_of(Ended(outcome=Outcome.CANCELLED, link=closed)))
    say(f"what to know: {OPERATOR[Outcome.CANCELLED].advice}")
