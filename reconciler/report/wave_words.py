"""Words about the waves of a run."""

from collections.abc import Sequence

from reconciler.model.outcome import Wave
from reconciler.report import wording
from reconciler.report.escape import cut

_REASONS_SHOWN = 5
_REASON_CELLS = 160


def wave_words(waves: Sequence[Wave]) -> list[tuple[str, str]]:
    """For each wave `Wave 2 of 3` and `10 installations, not healthy: ZAP012345 went offline`."""
    return [(f"Wave {wave.number} of {len(waves)}", f"{_size(wave)}, {_state(wave)}") for wave in waves]


def _size(wave: Wave) -> str:
    return wording.counted(wave.installations, "installation")


def _state(wave: Wave) -> str:
    if wave.healthy is None:
        return "not started"
    if wave.healthy:
        return "healthy"
    shown = [cut(reason, _REASON_CELLS) for reason in wave.reasons[:_REASONS_SHOWN]]
    if more := len(wave.reasons) - len(shown):
        shown.append(f"and {more} more")
    return f"not healthy: {'; '.join(shown)}"
