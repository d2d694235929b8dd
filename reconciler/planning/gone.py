"""Whether our account sees anything of an installation."""

from reconciler.model.observed import ObservedInstallation
from reconciler.model.value import Reason, Unreadable

_GONE = frozenset({Reason.NOT_VISIBLE, Reason.NOT_FOUND, Reason.FORBIDDEN})


def is_gone(seen: ObservedInstallation | None) -> bool:
    """Whether the cloud shows us nothing of the installation; an answer that failed to come says nothing."""
    if seen is None:
        return True
    values = [value for _, value in seen.values]
    return not seen.chargers and all(isinstance(one, Unreadable) and one.reason in _GONE for one in values)
