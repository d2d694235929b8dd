"""The password grant: once per run, one at a time, the token only in memory.

Source: docs.zaptec.com/docs/api-usage-guidelines. There is no usable refresh token since November 2025, so an expired
token means a new grant. The service answers hammering with 503 for minutes; hence one login per run and long waits.
"""

import threading
from dataclasses import field
from urllib.parse import urlencode

from reconciler.errors import CloudError, LoginError
from reconciler.live.exchange import FORM, Answer, Call, Exchange
from reconciler.live.failures import PassingError
from reconciler.live.read_only import TOKEN_PATH
from reconciler.live.wire import decode, members, text
from reconciler.model.ports import Clock
from reconciler.model.secret import Secret
from reconciler.records import dataclass

MOST_ATTEMPTS = 5
FIRST_WAIT_S = 2.0
REFUSED = frozenset({400, 401, 403})
"""Anything else that is no token says nothing about user name and password."""

KNOWN_ERRORS = frozenset(
    {
        "invalid_grant",
        "invalid_client",
        "invalid_request",
        "invalid_scope",
        "unauthorized_client",
        "unsupported_grant_type",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Who logs in. The name is an e-mail address, so it prints as little as the password."""

    username: str = field(repr=False)
    password: Secret


class Login:
    """Holds the token of one account; thread safe.

    Args:
        hint: Where the credentials came from, for the remedy (`ZAPTEC_USERNAME and ZAPTEC_PASSWORD`).
    """

    def __init__(self, exchange: Exchange, *, credentials: Credentials, clock: Clock, hint: str) -> None:
        self._exchange = exchange
        self._credentials = credentials
        self._clock = clock
        self._hint = hint
        self._one_at_a_time = threading.Lock()
        self._token: Secret | None = None
        self._failure: CloudError | None = None
        self._renewals_useless = threading.Event()

    def token(self) -> Secret:
        """The token of this run; logs in at the first call.

        Raises:
            LoginError: The credentials were refused (also for everybody who waited).
            CloudError: The login service does not answer.
        """
        if self._token is not None:
            return self._token
        with self._one_at_a_time:
            if self._token is None:
                self._token = self._log_in()
            return self._token

    def renew(self, refused: Secret) -> Secret | None:
        """Another token than the refused one; None when a new login has turned out not to help.

        Raises:
            CloudError: As for `token`.
        """
        if self._renewals_useless.is_set():
            return None
        with self._one_at_a_time:
            if self._token is refused or self._token is None:
                self._token = self._log_in()
            return self._token

    def give_up_renewing(self) -> None:
        """A fresh token was refused as well: do not hammer the login service with more."""
        self._renewals_useless.set()

    def _log_in(self) -> Secret:
        if self._failure is not None:
            kind = LoginError if isinstance(self._failure, LoginError) else CloudError
            raise kind(self._failure.what, where=self._failure.where, remedy=self._failure.remedy)
        try:
            return self._token_of(self._asked())
        except CloudError as error:
            self._failure = error
            raise

    def _asked(self) -> Answer:
        form = {
            "grant_type": "password",
            "username": self._credentials.username,
            "password": self._credentials.password.reveal(),
            "scope": "openid",
        }
        call = Call(method="POST", path=TOKEN_PATH, body=Secret(urlencode(form)), content_type=FORM)
        for attempt in range(MOST_ATTEMPTS):
            if attempt:
                self._clock.sleep(FIRST_WAIT_S * 2.0 ** (attempt - 1))
            try:
                answer = self._exchange.send(call)
            except PassingError:
                continue
            if answer.status != 429 and answer.status < 500:
                return answer
        raise CloudError(
            f"the login service did not answer in {MOST_ATTEMPTS} attempts",
            where=str(call),
            remedy="wait some minutes and run again; do not run it in a loop",
        )

    def _token_of(self, answer: Answer) -> Secret:
        if answer.status in REFUSED:
            raise self._refused(answer)
        try:
            token = None if answer.status != 200 else text(members(decode(answer.body)), "access_token")
        except ValueError:
            token = None
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            raise LoginError(
                f"the login service answered {answer.status} without a usable token",
                where=f"POST {TOKEN_PATH}",
                remedy="look for a proxy or a login page in between, none of which is followed; run again later",
            )
        return Secret(token)

    def _refused(self, answer: Answer) -> LoginError:
        try:
            word = text(members(decode(answer.body)), "error") or ""
        except ValueError:
            word = ""
        known = f", {word}" if word in KNOWN_ERRORS else ""
        return LoginError(
            f"the login was refused ({answer.status}{known})",
            where=f"POST {TOKEN_PATH}",
            remedy=f"check user name and password in {self._hint}; log in to the Portal with them once",
        )
