"""One selector, taken apart once for all the installations that it is held against."""

import os
import re
from collections.abc import Collection
from dataclasses import dataclass
from fnmatch import translate

_GLOB = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """What somebody typed to choose installations.

    Attributes:
        folded: The words in small letters, as ids and names are compared.
        serial: In capitals, as serials are written.
        key, value: Of a label; None when it is no `label=value`.
        glob: For ids and names; None when there is no wildcard.
        inside: As a path of the fleet (`fleet/installations/…`, or from inside it): as a file, and as a folder.
        here: As a path of this machine: as a file, and as a folder.
        fleet_path: Where the fleet lies on this machine, with a slash.
    """

    folded: str
    serial: str
    key: str | None
    value: re.Pattern[str] | None
    glob: re.Pattern[str] | None
    inside: tuple[str, str]
    here: tuple[str, str]
    fleet_path: str

    def means(self, identity: str, name: str, file: str) -> bool:
        """Whether an installation has this id or name, or its file has this name or lies in this folder.

        Args:
            identity: The cloud's id.
            name: As the file says it.
            file: From the fleet's own folder on.
        """
        stem = file[file.rfind("/") + 1 :].removesuffix(".yaml")
        names = (identity, name.casefold(), stem.casefold())
        if self.folded in names or (self.glob is not None and any(map(self.glob.match, names))):
            return True
        within = file.partition("/")[2]
        return _is_at(file, self.inside) or _is_at(within, self.inside) or _is_at(self.fleet_path + within, self.here)

    def means_label(self, labels: Collection[tuple[str, str]]) -> bool:
        """Whether one of the labels is meant."""
        value = self.value
        return value is not None and any(key == self.key and value.match(label) for key, label in labels)


def selector_of(text: str, fleet_path: str) -> Selector:
    """A selector as typed, seen from the current folder.

    Args:
        text: What was typed.
        fleet_path: The fleet folder as the user named it.
    """
    key, equals, value = text.partition("=")
    folded = text.casefold()
    return Selector(
        folded=folded,
        serial=text.upper(),
        key=key if equals else None,
        value=re.compile(translate(value)) if equals else None,
        glob=re.compile(translate(folded)) if _GLOB.search(folded) else None,
        inside=_file_and_folder(os.path.normpath(text)),
        here=_file_and_folder(os.path.abspath(text)),
        fleet_path=os.path.join(os.path.abspath(fleet_path), ""),
    )


def _file_and_folder(path: str) -> tuple[str, str]:
    return path, path.rstrip("/") + "/"


def _is_at(name: str, place: tuple[str, str]) -> bool:
    return name == place[0] or name.startswith(place[1])
