"""The target that reads what the login answers."""

import contextlib
from collections.abc import Callable
from threading import Thread

from reconciler.errors import CloudError
from reconciler.live.session import Session
from reconciler.model.secret import Secret
from tests.fuzz import corpus_answers
from tests.fuzz.answering import Answering, nothing, session_over
from tests.fuzz.cases import Case, Target
from tests.fuzz.findings import check, check_error
from tests.live.cloud import VirtualClock


def targets() -> tuple[Target, ...]:
    """One."""
    tokens = tuple(seed for seed in corpus_answers.answers() if seed.name == "token")
    return (Target(name="login", share=8, seeds=tokens, check=_Login().check),)


_MOMENT_S = 0.003
"""Long enough for a thread to come to the lock that is held."""


class _Login:
    """The token call."""

    def __init__(self) -> None:
        self._answering = Answering()

    def check(self, case: Case) -> None:
        """A token that a header can carry, or an error that names the call."""
        seed = case[0]
        mixed = len(seed.data)
        status = (200, 200, 400, 401, 429, 500, 503)[mixed % 7] if seed.status == 200 else seed.status
        self._answering.token = (status, seed.data)
        session = session_over(self._answering, VirtualClock())
        try:
            token = session._login.token()
        except CloudError as error:
            check_error(error)
            check("POST /oauth/token" in error.where, "the error names another call")
            with contextlib.suppress(type(error)):
                session._login.token()
                check(False, "a token after a failure")
            return
        check(session._login.token() is token, "a second login for the same token")
        if mixed % 4 == 0:
            self._check_two(session_over(self._answering, VirtualClock()))
        renewed = session._login.renew(token)
        check(renewed is not None and renewed is not token, "the refused token again")
        session._login.give_up_renewing()
        check(session._login.renew(token) is None, "a login that does not help")
        text = token.reveal()
        check(status == 200 and text.isascii() and text.isprintable() and " " not in text, "a token that is none")

    def _check_two(self, session: Session) -> None:
        """Whoever asks while a login is under way waits for it and gets the same; nobody logs in beside it."""
        login, before = session._login, self._answering.logins
        first, second = self._at_once(login.token)
        check(first is not None and first is second, "two tokens")
        check(self._answering.logins == before + 1, "two logins side by side")
        refused = login.token()
        third, fourth = self._at_once(lambda: login.renew(refused))
        check(third is not None and third is not refused and third is fourth, "the refused token again, or two others")
        check(self._answering.logins == before + 2, "not one login for a token that was refused")

    def _at_once(self, ask: Callable[[], Secret | None]) -> list[Secret | None]:
        """What two get, of whom one asks while the login of the other is under way."""
        found: list[Secret | None] = []
        waiting: list[Thread] = []

        def meanwhile() -> None:
            if not waiting:
                waiting.append(Thread(target=lambda: found.append(ask())))
                waiting[0].start()
                waiting[0].join(_MOMENT_S)

        self._answering.meanwhile = meanwhile
        try:
            found.append(ask())
        finally:
            self._answering.meanwhile = nothing
            for thread in waiting:
                thread.join()
        check(len(found) == 2, f"{len(found)} answers for two")
        return found
