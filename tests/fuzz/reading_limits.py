"""The target that moves a breaker value: the available current is known and sent along, or nothing is sent."""

import json
import zlib
from random import Random
from typing import Any

import httpx

from reconciler.errors import CloudError
from reconciler.live import rows, wire
from reconciler.live.available import AvailableCurrent, why_unknown
from reconciler.live.client import Client
from reconciler.live.failures import RefusedError
from reconciler.live.wire import WireError
from reconciler.model.value import Absent, Unreadable
from tests.fuzz import corpus_answers
from tests.fuzz.answering import session_over, site_of
from tests.fuzz.cases import Case, Target
from tests.fuzz.conforms import misfit
from tests.fuzz.findings import check, check_error, check_text
from tests.live.cloud import VirtualClock

_PHASES = ("availableCurrentPhase1", "availableCurrentPhase2", "availableCurrentPhase3")
_LIMITS_A = (0.0, 6.0, 10.5, 25.0, 1000.0)


def targets() -> tuple[Target, ...]:
    """One."""
    limits = _Limits()
    seeds = tuple(seed for seed in corpus_answers.answers() if seed.name == "installation")
    return (Target(name="limits", share=20, seeds=seeds, check=limits.check),)


class _Limits:
    """A cloud whose installation is what the case says, and which accepts every write."""

    def __init__(self) -> None:
        self._body = b""
        self._written: list[dict[str, Any]] = []
        self._client = Client(session_over(self._answer, VirtualClock()))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            return httpx.Response(200, content=b'{"access_token": "abc"}')
        if request.method == "GET":
            return httpx.Response(200, content=self._body)
        self._written.append(json.loads(request.content))
        return httpx.Response(200, content=b"")

    def check(self, case: Case) -> None:
        """What is written keeps what was read, or nothing is written and the error says so."""
        random = Random(zlib.crc32(case[0].data))
        self._body, self._written = case[0].data, []
        limit_a, site = random.choice(_LIMITS_A), site_of(case[0])
        try:
            self._client.set_installation_limit(site, max_current_a=limit_a, instead_of_a=None)
        except CloudError as error:
            check_error(error)
            check(not self._written, "something was written all the same")
            told = _told(self._body, site)
            unknown = isinstance(error, RefusedError) and "available current is not known" in error.what
            check(
                told is None or unknown == (why_unknown(told) is not None), "refused for another reason than there is"
            )
            return
        told = _told(self._body, site)
        check(len(self._written) == 1 and told is not None, f"{len(self._written)} writes for one limit")
        if told is not None:
            _check_written(self._written[0], told, limit_a)


def _told(body: bytes, site: str) -> AvailableCurrent | None:
    """What an answer tells of that installation; None when it is about no installation, or another."""
    try:
        row = rows.installation_row(wire.decode(body))
    except WireError:
        return None
    return row.available if row.id == site else None


def _check_written(written: dict[str, Any], told: AvailableCurrent, limit_a: float) -> None:
    """One member for all phases or one for each, as it was told, and never above the new limit."""
    wrong = misfit(told, AvailableCurrent)
    check(not wrong, wrong)
    check(not isinstance(told.everywhere, Unreadable), "what nobody knows was written")
    check(written.pop("maxCurrent") == limit_a, "another limit than was asked for")
    phases = [_kept(phase, limit_a) for phase in told.phases]
    for name, wanted in zip(_PHASES, phases, strict=True):
        check(name not in written or written[name] == wanted, f"{name} is written as {written.get(name)}")
    if set(written) == set(_PHASES):
        return
    check(set(written) == {"availableCurrent"}, f"written is {sorted(written)}")
    known = {one for one in (told.everywhere, *told.phases) if not isinstance(one, Absent)}
    wanted_a = {_kept(one, limit_a) for one in known} or {limit_a}
    check({written["availableCurrent"]} == wanted_a, "phases that differ, or another current, in one member")


def _kept(observed: object, limit_a: float) -> float | None:
    if isinstance(observed, Unreadable):
        check_text(str(observed.detail))
    return min(observed, limit_a) if isinstance(observed, float) else None
