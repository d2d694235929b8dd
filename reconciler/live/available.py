"""The available current of an installation, which an update of anything else resets unless it is sent along."""

from reconciler.live import wire
from reconciler.live.wire import Members, WireError
from reconciler.model.value import Absent, Observation, Reason, Unreadable
from reconciler.records import dataclass

EVERYWHERE = "AvailableCurrent"
PHASES = ("AvailableCurrentPhase1", "AvailableCurrentPhase2", "AvailableCurrentPhase3")


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailableCurrent:
    """Amperes for all phases and for each; ABSENT only when a complete row does not name it, so that none is set."""

    everywhere: Observation
    phases: tuple[Observation, ...]


def available_current(row: Members, *, left_out: Absent | Unreadable) -> AvailableCurrent:
    """What a row tells. `left_out` is what a member means that the row does not have."""
    return AvailableCurrent(
        everywhere=_amperes(row, EVERYWHERE, left_out),
        phases=tuple(_amperes(row, name, left_out) for name in PHASES),
    )


def _amperes(row: Members, name: str, left_out: Absent | Unreadable) -> Observation:
    if name.lower() not in row:
        return left_out
    try:
        value = wire.amperes(row, name)
    except WireError as error:
        return _not_known(str(error))
    return _not_known(f"{name} is empty") if value is None else value


def why_unknown(found: AvailableCurrent) -> Unreadable | None:
    """Why an update cannot keep it; None when it is known, or when none is set.

    Unreadable when any part is, when only some phases are told, or when all phases are equal and the whole is not.
    """
    for observed in (found.everywhere, *found.phases):
        if isinstance(observed, Unreadable):
            return observed
    phases = [phase for phase in found.phases if isinstance(phase, float)]
    if phases and len(phases) < len(PHASES):
        return _not_known("not all three phases are told")
    if len(set(phases)) == 1 and isinstance(found.everywhere, float) and found.everywhere != phases[0]:
        return _not_known("the available current and its phases contradict each other")
    return None


def members_to_send(found: AvailableCurrent, *, limit_a: float) -> dict[str, float] | Unreadable:
    """The members that keep it as it is, never above the new breaker value: one, or three when the phases differ.

    Unreadable when it is not known, see `why_unknown`.
    """
    why = why_unknown(found)
    if why is not None:
        return why
    everywhere = found.everywhere if isinstance(found.everywhere, float) else None
    phases = [phase for phase in found.phases if isinstance(phase, float)]
    differ = len(set(phases)) > 1
    if differ or (phases and everywhere is None):
        return {f"availableCurrentPhase{n}": min(phase, limit_a) for n, phase in enumerate(phases, start=1)}
    # Without a limit of its own the breaker value holds.
    return {"availableCurrent": limit_a if everywhere is None else min(everywhere, limit_a)}


def _not_known(detail: str) -> Unreadable:
    return Unreadable(reason=Reason.BAD_ANSWER, detail=detail)
