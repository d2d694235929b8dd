"""Load only what a selection needs, or stop with everything that is wrong in the whole fleet."""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from reconciler.cli.fleet_files import check_not_in_git, commit_around, load, load_valid, valid
from reconciler.cli.options import current_globals
from reconciler.errors import UsageProblemError
from reconciler.loading.known_files import wanted_of
from reconciler.loading.load import LoadedFleet
from reconciler.loading.part import LoadedPart, Remembered, load_part
from reconciler.loading.select import select
from reconciler.model.desired import DesiredFleet
from reconciler.model.digest import short_id_of
from reconciler.store.cache import cached, keep
from reconciler.store.layout import FOLDER

_SETTLES_AFTER_NS = 2_000_000_000
"""Some file systems count whole seconds, and the slowest two."""


def load_selected(
    selectors: Sequence[str], exclude: Sequence[str], *, meanwhile: Callable[[], None] | None = None
) -> tuple[LoadedFleet, DesiredFleet]:
    """The fleet for a plan of these installations; of the other files only those that were touched are read.

    The fleet is the selection already, or the whole when everything had to be read. Problems are those of all files.
    Without selectors it is the whole, and `meanwhile` is done beside the reading.

    Raises:
        InvalidFilesError: Something is wrong; carries all errors.
        UsageProblemError: `.reconciler` is in git.
    """
    if not selectors:
        return load_valid(meanwhile=meanwhile)
    check_not_in_git(current_globals().root / FOLDER)
    part = _part(selectors, exclude)
    return valid(load() if part is None else part)


def _part(selectors: Sequence[str], exclude: Sequence[str]) -> LoadedFleet | None:
    """None when what is wrong can only be told with all files at hand."""
    found = _loaded(selectors, exclude)
    loaded = found.fleet
    desired = loaded.desired
    if desired is None:
        return loaded
    directory = os.environ.get("FLEET_PEOPLE")
    if directory:
        from reconciler.loading.people import load_people, unknown_people

        people = load_people(Path(directory))
        if any(people.get(one) is None for one in found.left_out.people()):
            return None
        strangers = unknown_people(desired, people, loaded.origins)
        loaded = replace(loaded, problems=(*loaded.problems, *strangers))
    if found.is_whole:
        return loaded
    try:
        part = select(desired, selectors=selectors, exclude=exclude, accounts=current_globals().accounts)
    except UsageProblemError:
        return None
    return replace(loaded, desired=part)


def _loaded(selectors: Sequence[str], exclude: Sequence[str]) -> LoadedPart:
    globals_ = current_globals()
    fleet = globals_.fleet
    name = f"files-{short_id_of(os.path.realpath(fleet))}"
    settled_ns = time.time_ns() - _SETTLES_AFTER_NS
    found = load_part(
        fleet,
        today=datetime.now().astimezone().date(),
        wanted=wanted_of(selectors, exclude, accounts=globals_.accounts, fleet_path=str(fleet)),
        remembered=Remembered(index=cached(globals_.root, name), settled_ns=settled_ns),
        commit=commit_around(fleet),
    )
    if found.index is not None:
        keep(globals_.root, name, found.index)
    return found
