"""What was seen last of each installation that is being handed over, kept for the time after our access is gone."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from reconciler.errors import ReconcilerError
from reconciler.model.moments import read_moment
from reconciler.model.sighting import Sighting, Sightings
from reconciler.store.files import read_ordinary, unreadable, write_atomically
from reconciler.store.layout import FOLDER, state_folder
from reconciler.store.shapes import text_of

_FILE = "sightings.json"
_VERSION = 1
CLOCK_SKEW = timedelta(minutes=5)
"""How far clocks may differ."""
_Record = dict[str, Any]


def sightings(
    root: Path, clouds: Mapping[str, str], *, since: datetime | None = None, now: datetime | None = None
) -> Sightings:
    """The last sighting of each installation.

    Args:
        root: The folder that holds the fleet.
        clouds: Account name and cloud; what was seen in another cloud says nothing about this one.
        since: Nothing older counts, for instance because the sandbox's world is younger.
        now: Nothing can have been seen later; None where nobody asks.

    Raises:
        ReconcilerError: The file cannot be read, or is not as we write it.
    """
    found = [_sighting(one) for one in _records(root) if clouds.get(one["account"]) == one["cloud"]]
    if now is not None and any(one.at > now + CLOCK_SKEW for one in found):
        raise _not_ours(root / FOLDER / _FILE)
    return {one.place: one for one in found if since is None or one.at >= since}


def keep_sightings(root: Path, seen: Iterable[Sighting], clouds: Mapping[str, str]) -> None:
    """Write these down over the former ones of the same installations.

    Raises:
        ReconcilerError: The file is not as we write it, or the disk said no.
    """
    new = {one.place: _record(one, clouds[one.account]) for one in seen}
    if new:
        _changed(
            root, lambda old: [*(one for one in old if (one["account"], one["installation"]) not in new), *new.values()]
        )


def forget_sightings(root: Path, installation_ids: Collection[str]) -> None:
    """Let nothing that was seen in a hand-over that is over speak for the next one. Raises as `keep_sightings` does."""
    if installation_ids:
        _changed(root, lambda old: [one for one in old if one["installation"] not in installation_ids])


def unbind_word(root: Path, installation_id: str) -> None:
    """A word was given just now: nothing was seen after it, even where it is the same as before. Raises likewise."""

    def unbound(old: list[_Record]) -> list[_Record]:
        return [{**one, "word": ""} if one["installation"] == installation_id else one for one in old]

    _changed(root, unbound)


def _changed(root: Path, change: Callable[[list[_Record]], list[_Record]]) -> None:
    old = _records(root)
    new = sorted(change(old), key=lambda one: (one["account"], one["installation"]))
    if new != old:
        text = json.dumps({"version": _VERSION, "sightings": new}, indent=1)
        write_atomically(state_folder(root) / _FILE, text + "\n")


def _records(root: Path) -> list[_Record]:
    path = root / FOLDER / _FILE
    try:
        return _checked(json.loads(read_ordinary(path)))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise unreadable(path, error) from error
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise _not_ours(path) from error


def _checked(document: _Record) -> list[_Record]:
    """The sightings. Raises what `_records` catches where anything is not as we write it."""
    found: list[_Record] = document["sightings"]
    same = (_record(_sighting(one), text_of(one["cloud"])) == one for one in found)
    if document["version"] != _VERSION or not all(same):
        raise ValueError("not as we write it")
    return found


def _not_ours(path: Path) -> ReconcilerError:
    return ReconcilerError(
        "this is not what we wrote there, so nobody knows what was seen last of hand-overs",
        where=str(path),
        remedy="take the file away; hand-overs that end without a run of ours must then be attested with --left",
    )


def _sighting(one: _Record) -> Sighting:
    people = one["unaccepted"]
    return Sighting(
        account=str(one["account"]),
        installation_id=str(one["installation"]),
        at=read_moment(one["at"]),
        open=tuple(str(words) for words in one["open"]),
        unaccepted=None if people is None else tuple(str(person) for person in people),
        word=str(one["word"]),
        wanted=str(one["wanted"]),
    )


def _record(one: Sighting, cloud: str) -> _Record:
    return {
        "account": one.account,
        "cloud": cloud,
        "installation": one.installation_id,
        "at": one.at.isoformat(),
        "open": [*one.open],
        "unaccepted": None if one.unaccepted is None else [*one.unaccepted],
        "word": one.word,
        "wanted": one.wanted,
    }
