"""The known word that somebody probably meant."""

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """The known word closest to the given one, whatever its capitals; None when none is close.

    Args:
        word: What somebody wrote.
        known: What would have been right.
        cutoff: From 0, anything, to 1, the same letters.
    """
    folded: dict[str, str] = {}
    for name in known:
        folded.setdefault(name.casefold(), name)
    if not folded:
        return None
    import difflib  # noqa: PLC0415  only a word that nobody knows needs it

    near = difflib.get_close_matches(word.casefold(), list(folded), n=1, cutoff=cutoff)
    return folded[near[0]] if near else None
