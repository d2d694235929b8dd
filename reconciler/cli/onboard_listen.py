"""`onboard listen`: one redirect is received on loopback, and whoever opens the page changes nothing by that alone."""

import contextlib
import time
from collections.abc import Iterator
from queue import Empty, Queue

from reconciler.cli.onboard_accept import Ended, accepted, line_of
from reconciler.cli.onboard_choice import Chooser, match_typed
from reconciler.cli.onboard_server import Asking, served
from reconciler.cli.options import current_globals
from reconciler.cli.output import say
from reconciler.errors import ReconcilerError, UsageProblemError
from reconciler.model.consent import Outcome
from reconciler.model.observed import ObservedInstallation
from reconciler.planning.consent_claims import is_answer, judge_claim, state_after
from reconciler.report.onboard_page import Ask, Served, asking_page, outcome_page
from reconciler.store.moments import utc_now
from reconciler.store.nonces import Links

MOST_TRIES = 5
"""Serials that may be typed; who has the box in front of him needs one."""


def received(*, port: int, timeout_s: int | None, choose: Chooser) -> Ended:
    """Wait for one answer and work it off; CLOSED when nobody came in time.

    Raises:
        UsageProblemError: The port cannot be used.
        ReconcilerError: Nothing can be concluded; the same address can be accepted again.
    """
    give_up_at = None if timeout_s is None else time.monotonic() + timeout_s
    desk = _Reception(choose)
    with served(port) as (url, questions):
        say(f"listening; make links with: reconciler onboard link --return-url {url}")
        for asking in _until(questions, give_up_at):
            ended = desk.answer(asking)
            if ended is not None:
                return ended
    return Ended(outcome=Outcome.CLOSED)


def _until(questions: "Queue[Asking]", give_up_at: float | None) -> Iterator[Asking]:
    while give_up_at is None or time.monotonic() < give_up_at:
        with contextlib.suppress(Empty):
            yield questions.get(timeout=0.2)


class _TypedWrongError(Exception):
    """What was typed names no charger of this installation, or nothing was typed and there are several."""


class _Reception:
    """Answers what browsers ask, one after the other, in the main thread."""

    def __init__(self, choose: Chooser) -> None:
        self._choose = choose
        self._tries = 0

    def answer(self, asking: Asking) -> Ended | None:
        """Give the page; what ended, or None while we go on waiting."""
        lang = self._lang(asking)
        if not asking.confirms:
            asking.reply(self._first_page(asking, lang))
            return None
        try:
            ended = accepted(asking.claim, self._chooser(asking.serial))
        except _TypedWrongError:
            self._tries += 1
            asking.reply(asking_page(asking.claim, Ask.SERIAL_AGAIN, lang=lang))
            return None
        except ReconcilerError:
            asking.reply(outcome_page(Outcome.NOT_YET_READABLE, lang=lang))
            raise
        asking.reply(outcome_page(ended.outcome, lang=lang))
        if is_answer(ended.outcome):
            return ended
        if ended.link is not None:
            say(f"{line_of(ended)}; still listening")
        return None

    def _first_page(self, asking: Asking, lang: str | None) -> Served:
        """What the redirect says, without using it up."""
        link = Links(current_globals().root).find(asking.claim.nonce)
        outcome = judge_claim(asking.claim, link, now=utc_now() if link is None else link.issued_at)
        if outcome is not None and state_after(outcome) is None:
            return outcome_page(outcome, lang=lang)
        return asking_page(asking.claim, Ask.SERIAL if outcome is None else Ask.CONFIRM, lang=lang)

    def _lang(self, asking: Asking) -> str | None:
        link = Links(current_globals().root).find(asking.claim.nonce)
        return None if link is None else link.lang

    def _chooser(self, typed: str) -> Chooser:
        return Chooser(
            choose=lambda site: self._chosen(site, typed),
            proves=lambda site: self._proves(site, typed),
        )

    def _proves(self, site: ObservedInstallation, typed: str) -> bool:
        """Raises _TypedWrongError while another serial may be typed."""
        if match_typed(site, typed) or self._choose.proves(site):
            return True
        if self._tries < MOST_TRIES:
            raise _TypedWrongError
        return False

    def _chosen(self, site: ObservedInstallation, typed: str) -> tuple[str, ...]:
        """The box that the person has in front of them; else what the operator says in the terminal."""
        found = match_typed(site, typed)
        if found:
            return found
        may_try = self._tries < MOST_TRIES
        alone = len(site.chargers) == 1 and not self._choose.proves(site)
        if may_try and (typed.strip() or alone):
            raise _TypedWrongError
        try:
            return self._choose.choose(site)
        except UsageProblemError:
            if may_try:
                raise _TypedWrongError from None
            raise
