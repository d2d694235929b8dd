"""Which conditions hold after a drift run."""

from reconciler.model.exit import Condition
from reconciler.model.finding import DriftReport, FindingKind

_OF_KIND = {
    FindingKind.PENDING: Condition.PENDING,
    FindingKind.WAITING: Condition.WAITING,
    FindingKind.UNREADABLE: Condition.UNREADABLE,
}
_NEVER_OPEN = frozenset({FindingKind.SUPPRESSED, FindingKind.UNMANAGED})
"""What an exception tolerates, and what no file is about; both are listed."""


def conditions_of_drift(report: DriftReport) -> tuple[Condition, ...]:
    """What holds after a drift run; live things without a file decide nothing, as in a plan."""
    counts = report.coverage
    open_kinds = {aged.finding.kind for aged in report.findings} - _NEVER_OPEN
    found = {_OF_KIND.get(kind, Condition.DIFFERENCES) for kind in open_kinds}
    if counts.installations.unreadable or counts.chargers.unreadable:
        found.add(Condition.UNREADABLE)
    return tuple(condition for condition in Condition if condition in found)
