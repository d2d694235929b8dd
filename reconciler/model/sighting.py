"""What our account saw last of an installation that is being handed over: after our access went, nobody can look."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One look.

    Attributes:
        open: What was not as the file wants it, access aside, in words.
        unaccepted: Owners of the file whom our account read as not having accepted; None where it cannot read that.
        word: Which attestation there was at that moment (`model.attest.fingerprint_of`); empty without one.
    """

    account: str
    installation_id: str
    at: datetime
    open: tuple[str, ...] = ()
    unaccepted: tuple[str, ...] | None = None
    word: str = ""

    @property
    def place(self) -> tuple[str, str]:
        """Account and installation id."""
        return self.account, self.installation_id


Sightings = Mapping[tuple[str, str], Sighting]
"""The last one of each, by account and installation id."""
