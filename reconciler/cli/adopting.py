"""What `adopt` takes over, and writing its files."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from reconciler.errors import UsageProblemError
from reconciler.loading.select import select
from reconciler.model.adoption import Adoption
from reconciler.model.desired import DesiredFleet, DesiredInstallation
from reconciler.model.observed import ObservedFleet, ObservedInstallation
from reconciler.store.fleet_files import write_fleet_file
from reconciler.workflows.adopt import Takeover

ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
SERIAL = re.compile(r"[A-Z]{3}[0-9]{6}", re.IGNORECASE)


def ids_to_read(desired: DesiredFleet, targets: Sequence[str]) -> frozenset[str] | None:
    """Ids of installations when the targets name them; None when everything visible must be looked through.

    Raises:
        UsageProblemError: A selector matches no file.
    """
    ids: set[str] = set()
    for target in targets:
        if ID.fullmatch(target):
            ids.add(target.lower())
        elif SERIAL.fullmatch(target):
            listed = [site.id for site in desired.installations if _lists(site, target)]
            if not listed:
                return None
            ids.update(listed)
        else:
            ids.update(one.id for one in select(desired, selectors=[target], exclude=()).installations)
    return frozenset(ids) or None


def takeover_of(targets: Sequence[str], desired: DesiredFleet, observed: ObservedFleet) -> Takeover:
    """What the targets mean; without targets every visible installation that has no file.

    Raises:
        UsageProblemError: A target is neither in the files nor visible.
    """
    files = {site.id: site for site in desired.installations}
    chosen: dict[str, frozenset[str] | None] = {} if targets else dict.fromkeys(_without_file(files, observed))
    for target in targets:
        for installation_id, serial in _meant(target, desired, observed):
            before = chosen.get(installation_id, frozenset())
            whole = serial is None or before is None
            chosen[installation_id] = None if whole else before | {serial}  # type: ignore[operator, arg-type]  # told by whole
    sites = tuple(files[one] for one in sorted(chosen) if one in files)
    fresh = tuple(_seen(one, observed) for one in sorted(chosen) if one not in files)
    return Takeover(
        desired=replace(desired, installations=sites, selection="adopt"),
        observed=observed,
        fresh=fresh,
        serials={one: serials for one, serials in chosen.items() if serials is not None and one in files},
        elsewhere={charger.serial: site.id for site in desired.installations for charger in site.chargers},
    )


def _without_file(files: dict[str, DesiredInstallation], observed: ObservedFleet) -> list[str]:
    return sorted({site.id for site in observed.installations} - files.keys())


def _meant(target: str, desired: DesiredFleet, observed: ObservedFleet) -> list[tuple[str, str | None]]:
    """Installation ids, and the serial when one charger is meant."""
    word = target.lower()
    if ID.fullmatch(target) and (word in {site.id for site in desired.installations} or observed.installation(word)):
        return [(word, None)]
    if SERIAL.fullmatch(target):
        serial = target.upper()
        found = [site.id for site in desired.installations if _lists(site, serial)]
        found += [site.id for site in observed.installations if site.charger(serial) is not None]
        if found:
            return [(found[0], serial)]
    if ID.fullmatch(target) or SERIAL.fullmatch(target):
        raise UsageProblemError(
            f"{target} is neither in the files nor visible to our accounts",
            where="adopt",
            remedy="check it, and that the owner's consent is still valid",
        )
    return [(site.id, None) for site in select(desired, selectors=[target], exclude=()).installations]


def _lists(site: DesiredInstallation, serial: str) -> bool:
    return any(charger.serial == serial.upper() for charger in site.chargers)


def _seen(installation_id: str, observed: ObservedFleet) -> ObservedInstallation:
    """The installation as the first account sees it that does."""
    sites = [site for site in observed.installations if site.id == installation_id]
    return min(sites, key=lambda site: site.account)


def write_files(adoption: Adoption, fleet: Path) -> tuple[Path, ...]:
    """Write all files of an adoption, each atomically and only over what was read; what they share comes first.

    Raises:
        ReconcilerError: A file was changed or came to be meanwhile; those before it are written.
    """
    return tuple(write_fleet_file(fleet, one.path, before=one.before, after=one.after) for one in adoption.writes)
