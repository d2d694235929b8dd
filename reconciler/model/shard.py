"""A shard: whole accounts of a fleet, and what its documents must tell so that they can be joined."""

from dataclasses import dataclass

from reconciler.model.desired import WholeFleet


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """Something that a file of another shard names and an account of this one shows.

    Attributes:
        serial: Of a charger that is elsewhere than its file says; None for the installation itself.
        account: The one that shows it.
        installation_id, installation_name: Where it is seen.
    """

    serial: str | None
    account: str
    installation_id: str
    installation_name: str

    @property
    def sort_key(self) -> tuple[str, str, str]:
        """Installations first, then chargers; each by place and account."""
        return (self.serial or "", self.installation_id, self.account)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """What a document says about the shard that it is about; sightings are sorted."""

    whole: WholeFleet
    sightings: tuple[Sighting, ...] = ()
