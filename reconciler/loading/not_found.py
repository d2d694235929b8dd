"""What to say when a file or a value that somebody names is not there: the nearest one, if one is near."""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from reconciler.errors import UsageProblemError
from reconciler.loading.files import printable
from reconciler.loading.merge import CHARGER_SETTINGS, SETTING_NAMES, is_setting_name
from reconciler.loading.nearest import nearest

_CLOSE = 0.7
"""Names of files are short; below this they have only some letters in common."""


def nearest_path(asked: str, known: Iterable[str]) -> str | None:
    """The file or folder whose own name is close to the one asked for, wherever it lies."""
    by_name = {_own_name(path): path for path in known}
    near = nearest(_own_name(asked), by_name, cutoff=_CLOSE)
    return by_name[near] if near else None


def looks_like_a_path(text: str) -> bool:
    """Whether somebody means a file or a folder."""
    return "/" in text or text.endswith((".yaml", ".yml"))


def no_such_file(path: Path, known: Iterable[str]) -> UsageProblemError:
    """Of a path that leads to no installation file; `known` are those of the fleet."""
    near = nearest_path(str(path), known)
    is_there = os.path.exists(path)
    return UsageProblemError(
        "this is no installation file of the fleet" if is_there else "there is no such file",
        where=printable(str(path)),
        remedy=f"did you mean {near}?" if near and not is_there else "name a file below installations/ of the fleet",
    )


def unreadable_file(path: Path) -> UsageProblemError:
    """Of an installation file that holds nothing usable."""
    return UsageProblemError(
        "nothing of this file can be read",
        where=printable(str(path)),
        remedy="run `reconciler validate` on it and repair what it lists",
    )


def no_value(asked: str, leaves: Sequence[Sequence[str]], *, file: Path) -> UsageProblemError:
    """Of a path that names nothing in a merged file; `leaves` are the paths of everything that it holds."""
    known = list(_names(leaves))
    is_setting = is_setting_name(asked) or asked in known
    near = None if is_setting else nearest(asked, known)
    return UsageProblemError(
        f"the merged file has no such value{', so it is unmanaged' if is_setting else ''}",
        where=printable(f"{file}, {asked}"),
        remedy=f"did you mean {near}?" if near else "leave the path away to see every value",
    )


def _own_name(path: str) -> str:
    return os.path.basename(os.path.normpath(path)).removesuffix(".yaml").removesuffix(".yml")


def _names(leaves: Sequence[Sequence[str]]) -> Iterator[str]:
    """Everything that may be asked for: what is there, what lies around it, and settings that could be there."""
    yield from SETTING_NAMES
    for steps in leaves:
        yield from (".".join(steps[:length]) for length in range(1, len(steps) + 1))
        if steps[0] == "chargers" and len(steps) > 1:
            yield from (f"chargers.{steps[1]}.{name}" for name in sorted(CHARGER_SETTINGS))
