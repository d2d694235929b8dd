"""What our account saw last of an installation that is being handed over: after our access went, nobody can look."""

from collections.abc import Mapping
from datetime import datetime

from reconciler.model.change import plain
from reconciler.model.desired import DesiredInstallation
from reconciler.model.digest import digest_of
from reconciler.model.value import Value
from reconciler.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One look.

    Attributes:
        open: What was not as the file wants it, access aside, in words.
        unaccepted: Owners of the file whom our account read as not having accepted; None where it cannot read that.
        word: Which attestation there was at that moment (`model.attest.fingerprint_of`); empty without one.
        wanted: Which settings the file wanted at that moment (`settings_digest`).
    """

    account: str
    installation_id: str
    at: datetime
    open: tuple[str, ...] = ()
    unaccepted: tuple[str, ...] | None = None
    word: str = ""
    wanted: str = ""

    @property
    def place(self) -> tuple[str, str]:
        """Account and installation id."""
        return self.account, self.installation_id


Sightings = Mapping[tuple[str, str], Sighting]
"""The last one of each, by account and installation id."""


def settings_digest(site: DesiredInstallation) -> str:
    """Digest of the settings that a file wants, its chargers' too: what was seen says nothing about other ones."""
    chargers = {one.serial: _plain(one.settings) for one in site.chargers}
    return digest_of({"settings": _plain(site.settings), "chargers": chargers})


def _plain(settings: tuple[tuple[str, Value], ...]) -> list[list[object]]:
    return [[name, plain(value)] for name, value in settings]
