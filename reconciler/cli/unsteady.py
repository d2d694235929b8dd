"""What earlier applies wrote in vain, from the runs beside the fleet."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.options import current_globals
from reconciler.cli.selecting import accounts_of
from reconciler.model.desired import DesiredFleet
from reconciler.planning.quarantine import WITHIN, Quarantine, quarantine_of
from reconciler.store.verified import verified_writes

if TYPE_CHECKING:  # a snapshot needs no connections
    from reconciler.cli.wiring import Connections


def unsteady_at(now: datetime, connections: "Connections", *, root: Path) -> Quarantine:
    """What earlier applies wrote in vain; empty where no run was kept."""
    writes = verified_writes(root, connections.clouds, now=now, within=WITHIN, since=connections.born_at)
    return quarantine_of(writes, now=now)


def unsteady_offline(part: DesiredFleet, at: datetime) -> Quarantine:
    """The same for a snapshot of that moment, as far as the runs beside the fleet tell."""
    clouds = {account.name: account.cloud.value for account in accounts_of(part)}
    writes = verified_writes(current_globals().root, clouds, now=at, within=WITHIN)
    return quarantine_of(writes, now=at)
