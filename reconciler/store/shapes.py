"""What a file below `.reconciler/` holds may have been edited by hand: a value of another kind is no value of ours."""


def text_of(value: object) -> str:
    """The same text. Raises TypeError when it is something else."""
    if not isinstance(value, str):
        raise TypeError("this is not text")
    return value


def text_or_none(value: object) -> str | None:
    """The same text, or nothing. Raises TypeError when it is something else."""
    return None if value is None else text_of(value)
