"""How much of what the files name could be compared."""

from collections.abc import Iterable, Sequence

from reconciler.model.desired import DesiredFleet, DesiredInstallation
from reconciler.model.observed import ObservedFleet
from reconciler.model.plan import Counts, Coverage
from reconciler.planning.findings import Findings


def coverage_of(desired: DesiredFleet, observed: ObservedFleet, findings: Sequence[Findings]) -> Coverage:
    """Count installations and chargers: declared, compared, unreadable, and live without a file.

    What was handed over to the end is declared no more, although its file is still among the others.

    Of a selection only chargers at the selected sites can be told to be unmanaged: the other files are not at hand.
    """
    pairs = zip(desired.installations, findings, strict=True)
    installations = [site for site, found in pairs if not found.handed_over]
    lost = sum(one.lost for one in findings)
    lost_chargers = sum(one.lost_chargers for one in findings)
    chargers = sum(len(one.chargers) for one in installations)
    unmanaged = _unmanaged(desired.installations, observed, whole=desired.selection is None)
    return Coverage(
        installations=_counts(len(installations), lost, unmanaged[0]),
        chargers=_counts(chargers, lost_chargers, unmanaged[1]),
    )


def _counts(desired: int, unreadable: int, unmanaged: int) -> Counts:
    return Counts(desired=desired, compared=desired - unreadable, unreadable=unreadable, unmanaged=unmanaged)


def _unmanaged(
    installations: Iterable[DesiredInstallation], observed: ObservedFleet, *, whole: bool
) -> tuple[int, int]:
    """Each once for every account that sees it; what another account's file names is managed there."""
    listed = {(one.account, one.id): frozenset(charger.serial for charger in one.chargers) for one in installations}
    declared = {installation_id for _, installation_id in listed}
    sites = chargers = 0
    for found in observed.installations:
        known = listed.get((found.account, found.id))
        if known is None and (found.id in declared or not whole):
            continue
        sites += known is None
        chargers += sum(charger.serial not in (known or ()) for charger in found.chargers)
    return sites, chargers
