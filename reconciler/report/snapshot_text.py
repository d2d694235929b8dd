"""A snapshot for people: what it holds, how old it is, and what could not be read."""

from collections.abc import Iterator
from datetime import datetime

from reconciler.model.snapshot import Snapshot, is_incomplete
from reconciler.report import wording
from reconciler.report.escape import code, cut, for_markdown, for_terminal

_SHOWN = 20

Row = tuple[str, str]


def snapshot_text(snapshot: Snapshot, *, now: datetime) -> str:
    """Label and words, a line each."""
    return "".join(f"{label:<10}{for_terminal(words)}\n" for label, words in _rows(snapshot, now))


def snapshot_markdown(snapshot: Snapshot, *, now: datetime) -> str:
    """The same as a list."""
    rows = [f"- **{label}:** {for_markdown(words)}" for label, words in _rows(snapshot, now)]
    return "\n".join([f"### Snapshot {code(snapshot.digest)}", "", *rows]) + "\n"


def _rows(snapshot: Snapshot, now: datetime) -> Iterator[Row]:
    yield "Snapshot", f"of {wording.time(snapshot.taken_at)}, {wording.how_old(now - snapshot.taken_at)}"
    yield "Accounts", wording.listed([f"{one.name} ({one.cloud.value})" for one in snapshot.accounts])
    if snapshot.selection is not None:
        yield "PARTIAL", f"only {cut(snapshot.selection, 400)} was selected"
    sites, chargers = snapshot.installations, snapshot.chargers
    yield (
        "Holds",
        f"{wording.counted(sites.visible, 'installation')}, {wording.counted(chargers.visible, 'charger')}; something "
        f"not readable at {wording.counted(sites.unreadable, 'installation')} and "
        f"{wording.counted(chargers.unreadable, 'charger')}",
    )
    yield "People", _people(snapshot)
    incomplete = [site for site in snapshot.observed.installations if is_incomplete(site)]
    for site in incomplete[:_SHOWN]:
        yield "Unread", f"{cut((site.name or '').strip()) or '(no name)'} ({site.id})"
    if len(incomplete) > _SHOWN:
        yield "Unread", f"and {len(incomplete) - _SHOWN} more"


def _people(snapshot: Snapshot) -> str:
    known = snapshot.people_known
    return "not known: there was no directory" if known is None else f"{len(known)} in the directory"
