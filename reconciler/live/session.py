"""Authorised calls of one account: reads are repeated, writes are not, and every failure gets its meaning here.

Statuses follow the public trackers of Zaptec's integrations: a 500 with a JSON `Code` is a permanent refusal, a 500
without one passes, 204 and an empty 200 on a read mean no access or not yet provisioned. A write was refused for
certain only by a 4xx or by a 500 with a `Code` of `refusal.CHECKED_FIRST`; any other failure of it is uncertain.
"""

import threading

from reconciler.live.exchange import Answer, Call, Exchange
from reconciler.live.failures import CallError, PassingError, RefusedError, UncertainError
from reconciler.live.login import Login
from reconciler.live.refusal import CHECKED_FIRST, Refusal, refusal_of
from reconciler.live.repeat import Repeat
from reconciler.live.wire import WireError, decode
from reconciler.model.value import Reason
from reconciler.records import dataclass

ZAPTEC_URL = "https://api.zaptec.com"
"""The real cloud; no file and no variable names another."""

PASSING = frozenset({429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
MOST_REJECTIONS = 8
"""A write is sent again only after 429, which the cloud's limiter answers before it looks at the request."""

_OBJECT_UNKNOWN = frozenset({512, 540})
_NOT_ALLOWED = frozenset({506, 533, 542})


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCounts:
    """Requests so far; a repeat is the same request, a login is none."""

    read: int
    write: int


class Session:
    """Reads and writes with the account's token; thread safe."""

    def __init__(self, exchange: Exchange, *, login: Login, repeat: Repeat) -> None:
        self._exchange = exchange
        self._login = login
        self._repeat = repeat
        self._guard = threading.Lock()
        self._reads = 0
        self._writes = 0

    @property
    def counts(self) -> RequestCounts:
        """Requests so far."""
        with self._guard:
            return RequestCounts(read=self._reads, write=self._writes)

    def read(self, call: Call) -> object:
        """The JSON that a GET answers.

        Raises:
            CallError: No usable answer; its `reason` says of what kind.
            LoginError: The credentials were refused.
        """
        with self._guard:
            self._reads += 1
        return self._repeat.read(lambda: _content(call, self._answer(call)))

    def write(self, call: Call, *, hide: tuple[str, ...] = ()) -> None:
        """Send a write once; returning means that it was accepted, not that it took effect.

        Args:
            call: What to send.
            hide: Texts of the body that a refusal must not quote.

        Raises:
            RefusedError: It changed nothing.
            UncertainError: Nobody knows; read back.
            CloudError: The login failed, so it was not sent.
        """
        with self._guard:
            self._writes += 1
        # Before the write, so that a login that fails is never mistaken for a write without an answer.
        self._login.token()
        for _ in range(MOST_REJECTIONS):
            try:
                answer = self._answer(call)
            except CallError as error:
                raise UncertainError(error.what, call=str(call)) from None
            if answer.status != 429:
                break
        _judge_write(call, answer, hide)

    def _answer(self, call: Call) -> Answer:
        token = self._login.token()
        answer = self._exchange.send(call, token=token)
        if answer.status != 401:
            return answer
        fresh = self._login.renew(token)
        if fresh is None:
            return answer
        answer = self._exchange.send(call, token=fresh)
        if answer.status == 401:
            self._login.give_up_renewing()
        return answer


def _content(call: Call, answer: Answer) -> object:
    if answer.status == 204 or (answer.status == 200 and not answer.body.strip()):
        raise CallError("an empty answer", call=str(call), reason=Reason.EMPTY_ANSWER)
    if answer.status == 200:
        if not _may_be_json(answer.media):
            raise CallError("the answer does not say that it is JSON", call=str(call), reason=Reason.BAD_ANSWER)
        try:
            return decode(answer.body)
        except WireError as error:
            raise bad_answer(call, error) from None
    refusal = refusal_of(answer.body) if answer.status in (403, 404, 500) else None
    if answer.status in PASSING and refusal is None:
        pause_s = (answer.retry_after_s or 1.0) if answer.status == 429 else None
        raise PassingError(f"{answer.status}, also after repeating", call=str(call), pause_s=pause_s)
    raise CallError(_said(answer, refusal), call=str(call), reason=_reason(answer.status, refusal))


def _may_be_json(media: str) -> bool:
    """Whether a media type is one of those that the API description lists, or none; a page of a proxy is not."""
    return media in ("", "application/json", "text/json", "text/plain") or media.endswith("+json")


def bad_answer(call: Call, error: WireError) -> CallError:
    """The failure of a call whose answer has the wrong shape."""
    return CallError(str(error), call=str(call), reason=Reason.BAD_ANSWER)


def _said(answer: Answer, refusal: Refusal | None) -> str:
    if refusal is not None:
        return f"{answer.status} {refusal.name}"
    match answer.status:
        case 401:
            return "401, the token is not accepted"
        case 403:
            return "403, access refused"
        case 404:
            return "404, unknown or invisible"
        case status if status in REDIRECTS:
            return f"{status}, a redirect, which is never followed"
        case status:
            return f"unexpected status {status}"


def _reason(status: int, refusal: Refusal | None) -> Reason:
    code = refusal.code if refusal else None
    if status == 404 or code in _OBJECT_UNKNOWN:
        return Reason.NOT_FOUND
    if status in (401, 403) or code in _NOT_ALLOWED:
        return Reason.FORBIDDEN
    return Reason.NOT_ANSWERED if status >= 500 else Reason.BAD_ANSWER


def _judge_write(call: Call, answer: Answer, hide: tuple[str, ...]) -> None:
    if 200 <= answer.status < 300:
        return
    refusal = refusal_of(answer.body)
    sentence = refusal.sentence(answer.status, hide=hide) if refusal else None
    turned_down = answer.status == 500 and refusal is not None and refusal.code in CHECKED_FIRST
    if turned_down or (400 <= answer.status < 500 and answer.status != 408):
        raise RefusedError(sentence or _said(answer, None), call=str(call))
    raise UncertainError(f"{sentence or answer.status}, which does not say whether it took effect", call=str(call))
