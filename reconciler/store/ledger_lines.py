"""Lines of a ledger as JSON data and back; whatever is not as we write it is garbled."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from reconciler.model.change import Target
from reconciler.model.finding import Severity
from reconciler.model.ledger import LedgerEvent, LedgerLine, Noted, Pruned, RunNoted, Standing
from reconciler.model.moments import read_moment
from reconciler.store.moments import to_text

Data = Mapping[str, Any]
T = TypeVar("T")

_RUN = "run"
_PRUNED = "pruned"


def data_of(line: LedgerLine) -> dict[str, object]:
    """One line without its place in the chain."""
    match line:
        case Noted():
            return {"at": to_text(line.at), **_noted_data(line)}
        case RunNoted():
            return {
                "at": to_text(line.at),
                "event": _RUN,
                "open": list(line.open_by_severity),
                "compared": line.compared,
                "desired": line.desired,
                "selection": line.selection,
                "unseen": list(line.unseen),
                **_digest_data(line),
            }
        case Pruned():
            standings = [_standing_data(one) for one in line.standings]
            return {"at": to_text(line.at), "event": _PRUNED, "standings": standings}


def line_of(data: Data) -> LedgerLine:
    """One line.

    Raises:
        ValueError, KeyError, TypeError: It is none of ours.
    """
    match data["event"]:
        case "run":
            return _run_of(data)
        case "pruned":
            return Pruned(at=_moment(data["at"]), standings=tuple(_standing_of(one) for one in data["standings"]))
        case _:
            return _noted_of(data, _moment(data["at"]))


def _digest_data(line: RunNoted) -> dict[str, object]:
    """Left out where it is not known, so that older lines keep their hash."""
    return {} if line.desired_digest is None else {"digest": line.desired_digest}


def _noted_data(line: Noted) -> dict[str, object]:
    target = line.target
    return {
        "event": line.event.value,
        "fingerprint": line.fingerprint,
        "managed": line.managed,
        "account": target.account,
        "installation": target.installation_id,
        "name": line.installation_name,
        "charger": target.charger,
        "principal": target.principal,
        "what": line.what,
        "severity": line.severity.value,
        "level": line.level,
    }


def _noted_of(data: Data, at: datetime) -> Noted:
    return Noted(
        at=at,
        event=LedgerEvent(data["event"]),
        fingerprint=_text(data["fingerprint"]),
        managed=_is(data["managed"], bool),
        target=Target(
            account=_text(data["account"]),
            installation_id=_text(data["installation"]),
            charger=_text_or_none(data["charger"]),
            principal=_text_or_none(data["principal"]),
        ),
        installation_name=_text(data["name"]),
        what=_text(data["what"]),
        severity=Severity(data["severity"]),
        level=_is(data["level"], int),
    )


def _run_of(data: Data) -> RunNoted:
    first, second, third, fourth, fifth = (_is(number, int) for number in data["open"])
    return RunNoted(
        at=_moment(data["at"]),
        open_by_severity=(first, second, third, fourth, fifth),
        compared=_is(data["compared"], int),
        desired=_is(data["desired"], int),
        selection=_text_or_none(data["selection"]),
        unseen=tuple(_text(one) for one in data["unseen"]),
        desired_digest=_text_or_none(data.get("digest")),
    )


def _standing_data(standing: Standing) -> dict[str, object]:
    return {
        **_noted_data(standing.last),
        "last_at": to_text(standing.last.at),
        "first_seen_at": to_text(standing.first_seen_at),
        "last_seen_at": to_text(standing.last_seen_at),
        "times_seen": standing.times_seen,
        "flaps": standing.flaps,
    }


def _standing_of(data: Data) -> Standing:
    return Standing(
        last=_noted_of(data, _moment(data["last_at"])),
        first_seen_at=_moment(data["first_seen_at"]),
        last_seen_at=_moment(data["last_seen_at"]),
        times_seen=_is(data["times_seen"], int),
        flaps=_is(data["flaps"], int),
        is_open=True,
    )


def _moment(value: object) -> datetime:
    return read_moment(_text(value))


def _text(value: object) -> str:
    return _is(value, str)


def _text_or_none(value: object) -> str | None:
    return None if value is None else _text(value)


def _is(value: object, kind: type[T]) -> T:
    if type(value) is not kind:
        raise TypeError(f"not a {kind.__name__}")
    return value
