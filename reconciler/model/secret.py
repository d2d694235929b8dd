"""A text that never shows itself."""

from reconciler.records import dataclass


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A password, token or payload; prints as ***, and only `reveal()` gives the text."""

    _text: str

    def reveal(self) -> str:
        """The text itself; call it only where it goes onto the wire."""
        return self._text

    def __repr__(self) -> str:
        return "***"

    def __str__(self) -> str:
        return "***"

    def __format__(self, _spec: str) -> str:
        return "***"
