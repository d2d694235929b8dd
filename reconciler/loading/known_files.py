"""What is known of installation files from an earlier look, so that a selection need not read all of them again.

Only files without any problem are remembered, each with what no other file may have too. A file that was touched since,
in whatever way the file system tells, is read again; so is everything when the day, fleet.yaml, a profile, a schema or
this program is another one.

The index is lines of plain text, not JSON, because ten thousand of them are looked at before anything else happens:
about each file one record of fields, which are words that no file of a fleet can hold a separator in.
"""

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from reconciler import __version__
from reconciler.loading.files import FleetFile, FleetFolder
from reconciler.loading.schema_files import schemas
from reconciler.loading.selector import Selector, selector_of, words_of
from reconciler.loading.shared import Shared
from reconciler.model.desired import DesiredInstallation, DesiredPermissions
from reconciler.model.digest import digest_of
from reconciler.records import dataclass

_FIELD, _RECORD, _PAIR = "\x1f", "\x1e", "\x1d"
"""What the strict reader refuses in a file, written or escaped."""
_NAME, _ACCOUNT, _ID, _LABELS, _SERIALS, _LISTS = 0, 2, 3, 6, 7, 8
"""Where a field stands: behind the name the stamp, behind the id its words; the numbers of labels and serials; these;
and then the people."""
_LOADING = os.path.dirname(os.path.abspath(__file__))
_JUDGES = (_LOADING, os.path.join(os.path.dirname(_LOADING), "model"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What the file system tells about a file: size, last write, last change of anything, its number on the disk.

    Attributes:
        text: All of it.
        changed_ns: When anything of it last changed.
    """

    text: str
    changed_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Records of the files that need not be read; they were held against each other before they were remembered."""

    records: Mapping[str, str]

    @property
    def size(self) -> tuple[int, int]:
        """Installations and chargers."""
        return len(self.records), sum(int(fields[_SERIALS]) for fields in self._fields())

    def serials(self) -> Mapping[str, Sequence[str]]:
        """The chargers of each installation id."""
        return {fields[_ID]: _serials(fields) for fields in self._fields()}

    def people(self) -> frozenset[str]:
        """The ids of everybody whom they name."""
        return frozenset(one for fields in self._fields() for one in fields[_LISTS + _listed(fields) :])

    def _fields(self) -> Iterator[list[str]]:
        return (record.split(_FIELD) for record in self.records.values())


NOTHING = LeftOut(records={})


def _listed(fields: Sequence[str]) -> int:
    return int(fields[_LABELS]) + int(fields[_SERIALS])


def _serials(fields: Sequence[str]) -> Sequence[str]:
    return fields[_LISTS + int(fields[_LABELS]) : _LISTS + _listed(fields)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What must be read whatever is known of it: the selection, and whatever takes something out of it."""

    selectors: Selector
    exclude: tuple[Selector, ...]
    accounts: frozenset[str]

    def needs(self, fields: Sequence[str], witnessed: set[Selector]) -> bool:
        """Whether a file is selected, or is the first that an exclusion means: one that means nothing is a mistake.

        Args:
            fields: Of its record.
            witnessed: Exclusions that meant something before; they are added here.
        """
        if self.accounts and fields[_ACCOUNT] not in self.accounts:
            return False
        if _means(self.selectors, fields):
            return True
        found = next((other for other in self.exclude if other not in witnessed and _means(other, fields)), None)
        witnessed.update(() if found is None else (found,))
        return found is not None


def _means(selector: Selector, fields: Sequence[str]) -> bool:
    labels = [pair.split(_PAIR) for pair in fields[_LISTS : _LISTS + int(fields[_LABELS])]]
    return selector.means(fields[_ID : _ID + 3], fields[_NAME], serials=_serials(fields), labels=labels)


def wanted_of(selectors: Sequence[str], exclude: Sequence[str], *, accounts: Sequence[str], fleet_path: str) -> Wanted:
    """The selection in the user's words."""
    return Wanted(
        selectors=selector_of(selectors, fleet_path),
        exclude=tuple(selector_of((text,), fleet_path) for text in exclude),
        accounts=frozenset(accounts),
    )


def text_of(key: str, records: Mapping[str, str]) -> str:
    """The index as it is kept: its own digest, what it is about, and the records."""
    body = f"{key}\n{_RECORD.join(records.values())}"
    return f"{hashlib.sha256(body.encode()).hexdigest()}\n{body}"


def records_of(index: bytes, key: str) -> dict[str, str]:
    """The record of each file by name; nothing when the index is damaged, or about something else."""
    digest, _, body = index.partition(b"\n")
    if digest != hashlib.sha256(body).hexdigest().encode():
        return {}
    about, _, records = body.decode().partition("\n")
    return {one[: one.index(_FIELD)]: one for one in records.split(_RECORD) if one} if about == key else {}


def key_of(folder: FleetFolder, shared: Shared, *, today: date) -> str:
    """Digest of everything besides an installation's own file that decides what is said about it."""
    sources = [hashlib.sha256(source.data).hexdigest() for source in shared.sources]
    layers = [folder.root, sources, list(shared.profiles.layers)]
    return digest_of([__version__, list(_program()), schemas(), today.isoformat(), layers])


def _program() -> Iterator[list[str | int]]:
    """The modules that judge files, as this machine has them: in a checkout they change without a new version."""
    for folder in _JUDGES:
        with os.scandir(folder) as entries:
            for entry in sorted((one for one in entries if one.name.endswith(".py")), key=lambda one: one.name):
                status = entry.stat()
                yield [entry.name, status.st_size, status.st_mtime_ns]


def stamp_of(file: FleetFile) -> Stamp | None:
    """Of an ordinary file; of a link nothing, because what it leads to may change without it."""
    try:
        status = os.lstat(file.path)
    except OSError:
        return None
    is_named_so = file.path.endswith(file.name[file.name.index("/") :])
    if not stat.S_ISREG(status.st_mode) or not is_named_so:
        return None
    return Stamp(text=_stamp_text(status), changed_ns=status.st_ctime_ns)


def _stamp_text(status: os.stat_result) -> str:
    return f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns} {status.st_ino}"


def record_of(stamp: Stamp, site: DesiredInstallation) -> str:
    """What to remember of a file that was read."""
    labels = [f"{key}{_PAIR}{value}" for key, value in site.labels]
    serials = [charger.serial for charger in site.chargers]
    head = (site.file, stamp.text, site.account, *words_of(site.id, site.name, site.file))
    return _FIELD.join((*head, str(len(labels)), str(len(serials)), *labels, *serials, *sorted(set(_people(site)))))


def _people(site: DesiredInstallation) -> Iterator[str]:
    for permissions in (site.permissions, *(one for _, one in site.charger_permissions)):
        if permissions is not None:
            yield from _persons(permissions)


def _persons(permissions: DesiredPermissions) -> Iterator[str]:
    for principal in (*(one.principal for one in permissions.entries), *(one.principal for one in permissions.absent)):
        kind, _, identity = principal.partition(":")
        if kind == "person":
            yield identity


def left_out_of(files: Sequence[FleetFile], known: Mapping[str, str], wanted: Wanted) -> LeftOut:
    """Which files need not be read: they are as they were, and nobody asks for them.

    Args:
        files: All of the fleet.
        known: The record of each by name.
        wanted: The selection.
    """
    records: dict[str, str] = {}
    witnessed: set[Selector] = set()
    sieve = _sieve(wanted, files[0].name.partition("/")[0] if files else "")
    for file in files:
        record = known.get(file.name)
        if record is None:
            continue
        is_as_it_was = record.startswith(f"{file.name}{_FIELD}{_stamp_now(file)}{_FIELD}")
        if is_as_it_was and not (sieve.holds(record) and wanted.needs(record.split(_FIELD), witnessed)):
            records[file.name] = record
    return LeftOut(records=records)


def _stamp_now(file: FleetFile) -> str:
    try:
        return _stamp_text(os.lstat(file.path))
    except OSError:
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sieve:
    """A quick look that holds back whatever a selection may mean, and little else."""

    words: tuple[str, ...]
    has_patterns: bool

    def holds(self, record: str) -> bool:
        if self.has_patterns:
            return True
        for word in self.words:  # noqa: SIM110  a generator takes three times as long
            if word in record:
                return True
        return False


def _sieve(wanted: Wanted, fleet: str) -> _Sieve:
    """For a fleet folder of this name."""
    asked = (wanted.selectors, *wanted.exclude)
    files = {name for one in asked for name in (*one.files, *(f"{fleet}/{inner}" for inner in one.inner_files))}
    folders = {name for one in asked for name in (*one.folders, *(f"{fleet}/{inner}" for inner in one.inner_folders))}
    words = {*files, *folders}.union(*(one.words | one.serials for one in asked))
    return _Sieve(
        words=tuple(word for word in words if not _shorter(word, fleet) & words),
        has_patterns=any(one.globs or one.labels for one in asked),
    )


def _shorter(word: str, fleet: str) -> set[str]:
    """Words that are in every record with this one: a file or folder without what leads to it or ends it."""
    inside = word.removeprefix(f"{fleet}/")
    return {word.removesuffix("/"), inside, inside.removesuffix("/")} - {word}
