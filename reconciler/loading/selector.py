"""Selectors, taken apart once for all the installations that they are held against."""

import os
import re
from collections.abc import Collection, Iterator, Sequence
from fnmatch import translate

from reconciler.records import dataclass

_GLOB = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """What somebody typed to choose installations, one or several words of which any will do.

    Attributes:
        words: Ids and names, in small letters.
        globs: The same with wildcards.
        serials: In capitals.
        labels: Key, and what the value must look like.
        files, folders: From the fleet's own folder on; folders end in a slash.
        inner_files, inner_folders: From inside the fleet. A folder around the fleet is the empty text.
    """

    words: frozenset[str]
    globs: tuple[re.Pattern[str], ...]
    serials: frozenset[str]
    labels: tuple[tuple[str, re.Pattern[str]], ...]
    files: frozenset[str]
    folders: tuple[str, ...]
    inner_files: frozenset[str]
    inner_folders: tuple[str, ...]

    def means(
        self, words: Sequence[str], file: str, *, serials: Collection[str], labels: Collection[Sequence[str]]
    ) -> bool:
        """Whether an installation is meant; of a file the name alone is enough.

        Args:
            words: As `words_of` tells them.
            file: From the fleet's own folder on.
            serials: Of its chargers.
            labels: Key and value of each.
        """
        if not (self.words.isdisjoint(words) and self.serials.isdisjoint(serials)):
            return True
        inside = file.partition("/")[2]
        if file in self.files or inside in self.inner_files:
            return True
        if file.startswith(self.folders) or inside.startswith(self.inner_folders):
            return True
        return bool(self.globs or self.labels) and self._looks_like(words, labels)

    def _looks_like(self, words: Sequence[str], labels: Collection[Sequence[str]]) -> bool:
        if any(glob.match(word) for glob in self.globs for word in words):
            return True
        return any(wanted == key and value.match(label) for wanted, value in self.labels for key, label in labels)


def words_of(identity: str, name: str, file: str) -> tuple[str, str, str]:
    """Id, name and file name of an installation as they are compared."""
    return identity, name.casefold(), file[file.rfind("/") + 1 :].removesuffix(".yaml").casefold()


def selector_of(texts: Sequence[str], fleet_path: str) -> Selector:
    """Selectors as typed, seen from the current folder.

    Args:
        texts: What was typed; any of it.
        fleet_path: The fleet folder as the user named it.
    """
    folded = [text.casefold() for text in texts]
    pairs = [text.partition("=") for text in texts]
    asked = [os.path.normpath(text) for text in texts]
    here = [inside for text in texts for inside in _from_inside(os.path.abspath(text), os.path.abspath(fleet_path))]
    folders = [path.rstrip("/") + "/" for path in asked]
    return Selector(
        words=frozenset(folded),
        globs=tuple(re.compile(translate(text)) for text in folded if _GLOB.search(text)),
        serials=frozenset(text.upper() for text in texts),
        labels=tuple((key, re.compile(translate(value))) for key, equals, value in pairs if equals),
        files=frozenset(asked),
        folders=tuple(folders),
        inner_files=frozenset([*asked, *here]),
        inner_folders=(*folders, *(path and path + "/" for path in here)),
    )


def _from_inside(path: str, fleet: str) -> Iterator[str]:
    """A path of this machine as it is called inside the fleet; the empty text for the fleet, or a folder around it."""
    below = fleet.rstrip("/") + "/"
    if path.startswith(below):
        yield path[len(below) :]
    elif below.startswith(path.rstrip("/") + "/"):
        yield ""
