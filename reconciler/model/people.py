"""The directory of people, kept outside git: the only place where e-mail addresses live."""

import unicodedata
from dataclasses import field

from reconciler.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One entry; address and name never print."""

    id: str
    email: str = field(repr=False)
    name: str = field(default="", repr=False)
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class People:
    """All entries. Addresses match case-insensitively after Unicode NFC."""

    entries: tuple[Person, ...]
    _by_email: dict[str, str] = field(init=False, repr=False)
    _by_id: dict[str, Person] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_email", {_folded(person.email): person.id for person in self.entries})
        object.__setattr__(self, "_by_id", {person.id: person for person in self.entries})

    def id_of(self, email: str) -> str | None:
        """The id of whoever has that address."""
        return self._by_email.get(_folded(email))

    def get(self, person_id: str) -> Person | None:
        """The entry with that id (without the `person:` prefix)."""
        return self._by_id.get(person_id)


def _folded(email: str) -> str:
    return unicodedata.normalize("NFC", email).strip().casefold()
