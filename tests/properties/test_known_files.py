"""A selection that is loaded with an index says what it says when every file is read."""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from hypothesis import event, given, settings
from hypothesis import strategies as st

from reconciler.errors import UsageProblemError
from reconciler.loading.known_files import wanted_of
from reconciler.loading.load import LoadedFleet, load_fleet
from reconciler.loading.part import LoadedPart, Remembered, load_part
from reconciler.loading.select import select
from reconciler.model.desired import DesiredFleet

TODAY = date(2026, 5, 4)
TOMORROW = date(2026, 5, 5)
FLEET = "version: 1\naccounts:\n  main: {cloud: sandbox}\n  south: {cloud: sandbox}\n"
PROFILES = (
    "chargerDefaults: {standAlone: false}\n",
    "chargerDefaults: {standAlone: true}\n",
    "chargerDefaults: {x: 1}\n",
)
EXCEPTION = (
    "version: 1\nexceptions:\n  - {{installation: {id}, setting: maxCurrent, ignore: true, until: 2030-01-01, "
    "owner: KL, reason: x}}\n"
)
WARNED = "unmanaged: [permissions]\n"
"""Takes nothing back."""
BOUNDED = FLEET + "final: {chargers.maxCurrent: {max: 18}}\n"
"""Which only some sites keep."""
SELECTORS = ("Site 1", "Site *", "ZAP000002", "region=oslo", "region=b*", "fleet/installations/a/", "s3", "nosuch")
NUMBERS = st.integers(0, 5)


def identity(number: int) -> str:
    """Of a site."""
    return f"11111111-0000-4000-8000-{number:012}"


def site(number: int, *, serial: int, account: str = "main", further: str = "") -> str:
    """A file without a problem, unless `further` brings one."""
    region = "oslo" if number % 2 else "bergen"
    return (
        f"version: 1\nid: {identity(number)}\nname: Site {number}\naccount: {account}\nprofiles: [shared]\n"
        f"labels: {{region: {region}}}\nchargers: {{ZAP{serial:06}: {{maxCurrent: {16 + number}}}}}\n{further}"
    )


def place(number: int) -> str:
    """Its file."""
    return f"installations/{'a' if number < 3 else 'b'}/s{number}.yaml"


TEXTS = st.one_of(
    st.builds(lambda number: site(number, serial=number), NUMBERS),
    st.builds(lambda number, serial: site(number, serial=serial), NUMBERS, NUMBERS),
    st.builds(lambda number: site(number, serial=number, account="south"), NUMBERS),
    st.builds(lambda number: site(number, serial=number, further=WARNED), NUMBERS),
    st.builds(lambda number: site(number, serial=number, further="nosuch: 1\n"), NUMBERS),
    st.just("version: [\n"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One thing that happens to a fleet: a file gets a text, goes away, or gets another name."""

    name: str
    text: str | None = None
    renamed: str | None = None


EDITS = st.one_of(
    st.builds(lambda number: Edit(name=place(number), text=site(number, serial=number)), NUMBERS),
    st.builds(lambda number, text: Edit(name=place(number), text=text), NUMBERS, TEXTS),
    st.builds(lambda number: Edit(name=place(number), text=site(number, serial=number, further=WARNED)), NUMBERS),
    st.builds(lambda number: Edit(name=place(number)), NUMBERS),
    st.builds(lambda text: Edit(name="fleet.yaml", text=text), st.sampled_from((FLEET, BOUNDED))),
    st.builds(lambda number, other: Edit(name=place(number), renamed=f"installations/{other}.yaml"), NUMBERS, NUMBERS),
    st.builds(lambda text: Edit(name="profiles/shared.yaml", text=text), st.sampled_from(PROFILES)),
    st.builds(lambda number: Edit(name="exceptions.yaml", text=EXCEPTION.format(id=identity(number))), NUMBERS),
    st.just(Edit(name="exceptions.yaml")),
)
SELECTIONS = st.lists(st.sampled_from(SELECTORS), min_size=1, max_size=2, unique=True)


def do(edit: Edit, fleet: Path) -> None:
    """Carry it out, and wait until another one could not have the same time."""
    path = fleet / edit.name
    if edit.text is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(edit.text)
    elif edit.renamed is not None and path.exists():
        path.rename(fleet / edit.renamed)
    else:
        path.unlink(missing_ok=True)
    probe = fleet.parent / "probe"
    began = time.time_ns()
    while not probe.exists() or probe.stat().st_ctime_ns <= began:
        time.sleep(0.001)
        probe.write_text("")


@contextmanager
def fleet_folder() -> Iterator[Path]:
    """Six sites without a problem."""
    with tempfile.TemporaryDirectory() as folder:
        fleet = Path(folder) / "fleet"
        for name in ("a", "b"):
            (fleet / "installations" / name).mkdir(parents=True)
        (fleet / "profiles").mkdir()
        (fleet / "fleet.yaml").write_text(FLEET)
        (fleet / "profiles" / "shared.yaml").write_text(PROFILES[0])
        for number in range(6):
            do(Edit(name=place(number), text=site(number, serial=number)), fleet)
        yield fleet


def part_of(fleet: Path, selectors: list[str], *, exclude: list[str], accounts: list[str], index: bytes) -> LoadedPart:
    """As `plan` loads it, except that every file counts as settled: `do` has waited."""
    return load_part(
        fleet,
        today=TODAY,
        wanted=wanted_of(selectors, exclude, accounts=accounts, fleet_path=str(fleet)),
        remembered=Remembered(index=index, settled_ns=time.time_ns() + 10**9),
    )


def selected(
    loaded: LoadedFleet, selectors: list[str], *, exclude: list[str], accounts: list[str]
) -> DesiredFleet | str:
    """The part, or the first words of why there is none."""
    assert loaded.desired is not None
    try:
        return select(loaded.desired, selectors=selectors, exclude=exclude, accounts=accounts)
    except UsageProblemError as error:
        return str(error.args[0])


@given(
    edits=st.lists(EDITS, max_size=4),
    selectors=SELECTIONS,
    exclude=st.lists(st.sampled_from(SELECTORS), max_size=1),
    accounts=st.sampled_from(([], ["main"], ["south"], ["nosuch"])),
)
@settings(max_examples=150, deadline=None)
def test_an_index_changes_nothing(
    edits: list[Edit], selectors: list[str], exclude: list[str], accounts: list[str]
) -> None:
    """Whatever happened to the files since: the same selection, the same problems, the same mistakes."""
    with fleet_folder() as fleet:
        index = (part_of(fleet, ["Site 1"], exclude=[], accounts=[], index=b"").index or "").encode()
        for edit in [None, *edits]:
            if edit is not None:
                do(edit, fleet)
            part = part_of(fleet, selectors, exclude=exclude, accounts=accounts, index=index)
            whole = load_fleet(fleet, today=TODAY)

            event(f"left files out: {not part.is_whole}, wrong: {whole.desired is None}")
            assert part.fleet.problems == whole.problems
            assert part.fleet.files == whole.files
            assert part.fleet.exceptions == whole.exceptions
            assert (part.fleet.desired is None) == (whole.desired is None)
            if whole.desired is not None:
                expected = selected(whole, selectors, exclude=exclude, accounts=accounts)
                assert selected(part.fleet, selectors, exclude=exclude, accounts=accounts) == expected
            index = part.index.encode() if part.index is not None else index


@given(at=st.integers(0, 10_000), byte=st.integers(0, 255))
@settings(max_examples=40, deadline=None)
def test_a_damaged_index_is_no_index(at: int, byte: int) -> None:
    """One wrong byte anywhere, and everything is read."""
    with fleet_folder() as fleet:
        index = bytearray((part_of(fleet, ["s1"], exclude=[], accounts=[], index=b"").index or "").encode())
        is_other = index[at % len(index)] != byte
        index[at % len(index)] = byte
        part = part_of(fleet, ["s1"], exclude=[], accounts=[], index=bytes(index))

        assert part.is_whole == is_other


class TestTouched:
    def test_an_edit_with_the_size_and_time_of_before_is_seen(self) -> None:
        """Tools that copy keep both; the file system counts changes besides."""
        with fleet_folder() as fleet:
            index = (part_of(fleet, ["s1"], exclude=[], accounts=[], index=b"").index or "").encode()
            path = fleet / place(2)
            before = path.stat()
            path.write_text(path.read_text().replace("ZAP000002", "ZAP000003"))
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
            part = part_of(fleet, ["s1"], exclude=[], accounts=[], index=index)

            assert path.stat().st_size == before.st_size
            assert [problem.code for problem in part.fleet.problems] == ["E125"]

    def test_a_link_is_read_every_time(self) -> None:
        """What it leads to changes without it."""
        with fleet_folder() as fleet:
            target = fleet / "installations" / ".s7"
            target.write_text(site(7, serial=7))
            (fleet / "installations" / "s7.yaml").symlink_to(target.name)
            index = (part_of(fleet, ["s1"], exclude=[], accounts=[], index=b"").index or "").encode()
            target.write_text(site(7, serial=2))
            part = part_of(fleet, ["s1"], exclude=[], accounts=[], index=index)

            assert [problem.code for problem in part.fleet.problems] == ["E125"]

    def test_what_all_files_share_counts_for_those_that_are_known(self) -> None:
        """A bound that is new may be broken by a file that nobody touched."""
        with fleet_folder() as fleet:
            index = (part_of(fleet, ["s1"], exclude=[], accounts=[], index=b"").index or "").encode()
            do(Edit(name="fleet.yaml", text=BOUNDED), fleet)
            part = part_of(fleet, ["s1"], exclude=[], accounts=[], index=index)

            assert [problem.code for problem in part.fleet.problems] == ["E021", "E021", "E021"]

    def test_another_day_is_another_fleet(self) -> None:
        """What ends tomorrow is told tomorrow."""
        with fleet_folder() as fleet:
            index = (part_of(fleet, ["s1"], exclude=[], accounts=[], index=b"").index or "").encode()
            wanted = wanted_of(["s1"], [], accounts=[], fleet_path=str(fleet))
            remembered = Remembered(index=index, settled_ns=time.time_ns() + 10**9)
            days = [load_part(fleet, today=day, wanted=wanted, remembered=remembered) for day in (TODAY, TOMORROW)]

            assert [one.is_whole for one in days] == [False, True]

    def test_what_was_just_written_is_not_remembered(self) -> None:
        """It may be written once more in the same moment."""
        with fleet_folder() as fleet:
            wanted = wanted_of(["s1"], [], accounts=[], fleet_path=str(fleet))
            remembered = Remembered(index=b"", settled_ns=(fleet / place(3)).stat().st_ctime_ns)
            index = load_part(fleet, today=TODAY, wanted=wanted, remembered=remembered).index or ""

            assert [f"s{number}.yaml" in index for number in range(6)] == [True, True, True, False, False, False]
