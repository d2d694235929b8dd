"""A snapshot that somebody named instead of the live cloud."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.selecting import accounts_of
from reconciler.errors import InvalidDocumentError, ReconcilerError
from reconciler.model.desired import Cloud, DesiredFleet

if TYPE_CHECKING:
    from reconciler.model.snapshot import Snapshot

CLOCK_SKEW = timedelta(minutes=5)


class SnapshotFile:
    """Can be read while the files are read, which takes as long; what is wrong with it is told after them."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read: Snapshot | ReconcilerError | None = None

    def __call__(self) -> None:
        """Read it."""
        from reconciler.loading.snapshot import read_snapshot

        try:
            self._read = read_snapshot(self._file)
        except ReconcilerError as error:
            self._read = error

    @property
    def holds(self) -> int:
        """Installations in it; none before it was read, or when it cannot be."""
        read = self._read
        return 0 if read is None or isinstance(read, ReconcilerError) else len(read.observed.installations)

    def usable_for(self, part: DesiredFleet) -> "Snapshot":
        """The snapshot, read now unless it was before.

        Raises:
            InvalidDocumentError: It cannot be read, is of another cloud than the files mean, or from the future.
        """
        if self._read is None:
            self()
        match self._read:
            case ReconcilerError() as error:
                raise error
            case None:
                raise AssertionError("it was read")
            case snapshot:
                return _usable(snapshot, part, where=str(self._file))


def _usable(snapshot: "Snapshot", part: DesiredFleet, *, where: str) -> "Snapshot":
    """The snapshot itself.

    Raises:
        InvalidDocumentError: It is of another cloud than the files mean, or from the future.
    """
    clouds = {account.name: account.cloud for account in snapshot.accounts}
    for account in accounts_of(part):
        if clouds.get(account.name, account.cloud) is not account.cloud:
            raise InvalidDocumentError(
                f"it was taken of account {account.name} at the cloud {clouds[account.name].value}, and fleet.yaml "
                f"says {account.cloud.value}",
                where=where,
                remedy="use a snapshot of the same accounts, or take a new one",
            )
    real = Cloud.ZAPTEC in clouds.values()
    if real and snapshot.taken_at > datetime.now(UTC) + CLOCK_SKEW:
        raise InvalidDocumentError(
            f"it is from the future ({snapshot.taken_at:%Y-%m-%dT%H:%M:%SZ})",
            where=where,
            remedy="check the clock here and where it was taken",
        )
    return snapshot
