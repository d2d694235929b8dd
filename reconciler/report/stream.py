"""What a stream can carry: colours, and which characters."""

from enum import StrEnum


class Color(StrEnum):
    """Whether a text carries ANSI colours. Nothing is ever told by colour alone."""

    ANSI = "ansi"
    NONE = "none"


class Glyphs(StrEnum):
    """Which characters a stream can carry."""

    UNICODE = "unicode"
    ASCII = "ascii"


def glyphs_for(encoding: str | None) -> Glyphs:
    """What a stream of that encoding can carry; only UTF-8 is trusted with our signs."""
    plain = (encoding or "").lower().replace("-", "").replace("_", "")
    return Glyphs.UNICODE if plain in {"utf8", "utf8sig"} else Glyphs.ASCII
