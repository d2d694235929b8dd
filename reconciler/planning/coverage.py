"""How much of what the files name could be compared."""

from collections.abc import Collection, Sequence

from reconciler.model.desired import DesiredFleet, DesiredInstallation
from reconciler.model.observed import ObservedFleet
from reconciler.model.plan import Counts, Coverage
from reconciler.planning.findings import NOTHING, Findings


def coverage_of(
    desired: DesiredFleet, observed: ObservedFleet, inspected: Sequence[tuple[DesiredInstallation, Findings]]
) -> Coverage:
    """Count installations and chargers: declared, compared, unreadable, and live without a file.

    What was handed over to the end is neither compared nor unreadable.

    Of a selection only chargers at the selected sites can be told to be unmanaged: the other files are not at hand.
    Whole accounts are told like the whole fleet.
    """
    installations = desired.installations
    over = [site for site, found in inspected if found.handed_over]
    lost = sum(found.lost for _, found in inspected)
    lost_chargers = sum(found.lost_chargers for _, found in inspected)
    chargers = sum(len(one.chargers) for one in installations)
    quiet = {(site.account, site.id) for site, found in inspected if found is NOTHING}
    unmanaged = _unmanaged(desired, observed, quiet)
    return Coverage(
        installations=_counts(len(installations), lost, over=len(over), unmanaged=unmanaged[0]),
        chargers=_counts(chargers, lost_chargers, over=sum(len(one.chargers) for one in over), unmanaged=unmanaged[1]),
    )


def _counts(desired: int, unreadable: int, *, over: int, unmanaged: int) -> Counts:
    compared = desired - unreadable - over
    return Counts(desired=desired, compared=compared, unreadable=unreadable, unmanaged=unmanaged)


def _unmanaged(desired: DesiredFleet, observed: ObservedFleet, quiet: Collection[tuple[str, str]]) -> tuple[int, int]:
    """Each once for every account that sees it; what another account's file names is managed there.

    At `quiet` sites all that their files list is there, so that as many chargers are the same ones.
    """
    installations = desired.installations
    listed = {(one.account, one.id): one for one in installations}
    declared = {one.id for one in (*installations, *desired.others)}
    sites = chargers = 0
    for found in observed.installations:
        site = listed.get((found.account, found.id))
        if site is None and (found.id in declared or not desired.has_whole_accounts):
            continue
        sites += site is None
        listed_here = () if site is None else site.chargers
        if len(found.chargers) != len(listed_here) or (found.account, found.id) not in quiet:
            known = {charger.serial for charger in listed_here}
            chargers += sum(charger.serial not in known for charger in found.chargers)
    return sites, chargers
