"""How who has access is written: one spelling for each, so that what is equal compares equal."""

GROUP = "userGroup:"


def one_spelling(principal: str) -> str:
    """`user-id:` with the id in lower case, `userGroup:` with the key in capitals; people as they are.

    Lookup keys are short codes that people type. No two groups differ by capitals alone, so a key that does is a slip
    of the hand, and must not make our own group look like somebody else's.
    """
    kind, colon, name = principal.partition(":")
    match kind if colon else "":
        case "user-id":
            return f"{kind}:{name.lower()}"
        case "userGroup":
            return f"{kind}:{name.upper()}"
        case _:
            return principal


def group_named(key: str) -> str:
    """The user group with that lookup key, as permissions name it."""
    return one_spelling(GROUP + key)
