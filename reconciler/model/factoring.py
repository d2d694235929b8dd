"""What several new installation files share, before it is written anywhere."""

from enum import StrEnum

from reconciler.model.adoption import Wish
from reconciler.records import dataclass


class Layout(StrEnum):
    """How new files are laid out."""

    SHARED = "shared"
    FILES = "files"


class Room(StrEnum):
    """Where shared values may go: a default would reach every file that is there already."""

    PROFILES = "profiles"
    DEFAULTS_AND_PROFILES = "defaults and profiles"


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedValues:
    """Values that several new files have in common.

    Attributes:
        profile: Name of the profile that takes them; empty for the defaults of fleet.yaml.
        installations: Ids of those whose files list the profile, sorted; for the defaults all of them.
    """

    profile: str
    wishes: tuple[Wish, ...]
    installations: tuple[str, ...]
