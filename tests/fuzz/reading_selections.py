"""The target that loads a selection with an index of former looks: it says what it says when every file is read."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from random import Random

from reconciler.errors import UsageProblemError
from reconciler.loading.known_files import Wanted, key_of, left_out_of, record_of, records_of, stamp_of, wanted_of
from reconciler.loading.load import LoadedFleet, Opened, load_fleet, open_fleet
from reconciler.loading.part import LoadedPart, Remembered, load_part
from reconciler.loading.select import select
from reconciler.model.desired import DesiredFleet, DesiredInstallation
from tests.fuzz import corpus, corpus_mistakes, octets, trees
from tests.fuzz.cases import Case, Target
from tests.fuzz.conforms import misfit
from tests.fuzz.corpus import Seed
from tests.fuzz.findings import check, check_error, check_problems
from tests.fuzz.fleet_on_disk import ASKED, TODAY, FleetOnDisk, misspelt, people_of, words_for

_LATER_NS = 2**62
"""Every file counts as settled: each is written with another time."""
_NATIVE = "installations/a/native.yaml"
_EDITS = (
    (_NATIVE, "name: Native", "name: There"),
    (_NATIVE, "ZPR000002", "ZPR000003"),
    (_NATIVE, "account: main", "account: other\nlabels: {region: oslo, floor: 2}"),
    (_NATIVE, "chargers:", 'permissions: {entries: [{user: "person:c-9", roles: [owner]}]}\nchargers:'),
    (_NATIVE, "authentication:", "unmanaged: [maxCurrent]\nauthentication:"),
    ("installations/a/there.yaml", "name: There", "name: Here"),
    ("installations/here.yaml", "# comment", "# another one"),
    ("installations/here.yaml", "region: oslo", "region: bergen"),
    ("profiles/q.yaml", "maxCurrent: 40", "maxCurrent: 32"),
    ("profiles/p.yaml", "maxCurrent: 16", "maxCurrent: 33"),
    ("fleet.yaml", "rate: 5,", "rate: 4,"),
    ("fleet.yaml", "max: 63", "max: 30"),
    ("fleet.yaml", "{value: true}", "{value: false}"),
)
"""What may stand there instead."""
_SITES = tuple(name for name in corpus.EVERYTHING if name.startswith("installations/"))


def targets(folder: Path) -> tuple[Target, ...]:
    """One; `folder` takes the files."""
    seeds = (*corpus.files_that_say_everything(), *corpus_mistakes.files_beside_others())
    selections = _Selections(folder / "selections" / "fleet")
    return (Target(name="selections", share=8, seeds=seeds, check=selections.check, most=2, writes=trees.as_yaml),)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What somebody types."""

    selectors: Sequence[str]
    exclude: Sequence[str]
    accounts: Sequence[str]

    def wanted(self, folder: Path) -> Wanted:
        """The same, taken apart."""
        return wanted_of(self.selectors, self.exclude, accounts=self.accounts, fleet_path=str(folder))

    def of(self, desired: DesiredFleet) -> DesiredFleet | str:
        """The selection, or why there is none."""
        try:
            return select(desired, selectors=self.selectors, exclude=self.exclude, accounts=self.accounts)
        except UsageProblemError as error:
            check_error(error)
            return error.what


_NOBODY = _Asked(selectors=("no such installation",), exclude=(), accounts=())


class _Selections:
    """A fleet that is looked at again and again, while its files change."""

    def __init__(self, folder: Path) -> None:
        self._disk, self._folder = FleetOnDisk(folder), folder
        loaded = load_fleet(folder, today=TODAY)
        assert loaded.desired is not None, loaded.problems
        self._usual = loaded.desired.installations
        self._index = b""

    def check(self, case: Case) -> None:
        """Look, change something, and look again with what was remembered."""
        random = Random(zlib.crc32(case[0].data))
        self._index = self._looked(_NOBODY, self._index)[1]
        with self._disk.having(case if random.random() < 0.4 else _sound(random)) as files:
            if random.random() < 0.4:
                self._change(random)
            whole = load_fleet(self._folder, today=TODAY)
            check_problems(whole.problems, files)
            for _ in range(1 if whole.desired is None else 3):
                self._check_look(whole, _asked(random, self._usual, self._folder), random)
            if random.random() < 0.1:
                self._check_linked()
            if random.random() < 0.1:
                self._check_gone(random)

    def _looked(self, asked: _Asked, index: bytes) -> tuple[LoadedPart, bytes]:
        """What was loaded, and the index for the next time."""
        remembered = Remembered(index=index, settled_ns=_LATER_NS)
        part = load_part(self._folder, today=TODAY, wanted=asked.wanted(self._folder), remembered=remembered)
        return part, index if part.index is None else part.index.encode()

    def _change(self, random: Random) -> None:
        """Something happens to a file that no case is about."""
        path = self._folder / random.choice(_SITES)
        match random.randrange(4):
            case 0:
                path.unlink()
            case 1:
                self._disk.touch(str(path.relative_to(self._folder)))
            case 2:
                hidden = path.with_name(".linked")
                hidden.write_bytes(path.read_bytes())
                path.unlink()
                path.symlink_to(hidden.name)
            case _:
                (self._folder / "exceptions.yaml").unlink(missing_ok=True)

    def _check_look(self, whole: LoadedFleet, asked: _Asked, random: Random) -> None:
        index, is_used = self._an_index(random)
        part, news = self._looked(asked, index)
        check(is_used or part.is_whole, "an index that is not about this was believed")
        _check_same(part, whole, asked)
        if random.random() < 0.7:
            return
        again, last = self._looked(asked, news)
        _check_same(again, whole, asked)
        check(last == news, "what was just remembered is remembered otherwise")
        check(part.is_whole or not again.is_whole, "less is known than before")

    def _an_index(self, random: Random) -> tuple[bytes, bool]:
        """That of before the change, or none, or another; and whether anybody may believe it."""
        match random.randrange(10):
            case 0:
                return b"", False
            case 1:
                damaged = octets.mutated(random, self._index, [self._index])
                return damaged, damaged == self._index
            case 2:
                remembered = Remembered(index=b"", settled_ns=_LATER_NS)
                tomorrow = TODAY + timedelta(days=1)
                wanted = _NOBODY.wanted(self._folder)
                told = load_part(self._folder, today=tomorrow, wanted=wanted, remembered=remembered).index
                return (told or "").encode(), False
            case _:
                return self._index, True

    def _check_linked(self) -> None:
        """What a link leads to may change without it, so that it is read every time."""
        path = self._folder / _NATIVE
        hidden = path.with_name(".linked")
        hidden.write_bytes(path.read_bytes() if path.exists() else b"")
        path.unlink(missing_ok=True)
        path.symlink_to(hidden.name)
        known = self._looked(_NOBODY, b"")[1]
        hidden.write_bytes(hidden.read_bytes() + b"maxCurrent: 999\n")
        _check_same(self._looked(_NOBODY, known)[0], load_fleet(self._folder, today=TODAY), _NOBODY)

    def _check_gone(self, random: Random) -> None:
        """A file that goes away after the folder was listed is neither known nor remembered: somebody reads it."""
        opened = open_fleet(self._folder, today=TODAY)
        if isinstance(opened, LoadedFleet):
            return
        known = _usually_known(opened, self._usual)
        before = left_out_of(opened.files, known, _NOBODY.wanted(self._folder)).records
        check(before.keys() == known.keys(), "a file that nobody touched is not known any more")
        file = random.choice(opened.files) if opened.files else None
        if file is None:
            return
        Path(file.path).unlink()
        after = left_out_of(opened.files, known, _NOBODY.wanted(self._folder)).records
        check(file.name not in after and stamp_of(file) is None, "a file that is gone is known")
        check(after.keys() == before.keys() - {file.name}, "another file is not known any more")


def _sound(random: Random) -> Case:
    """Files without a mistake, which mutated ones seldom are: a little different, and perhaps new ones."""
    usual = {seed.name: seed for seed in corpus.files_that_say_everything()}
    edited: dict[str, Seed] = {}
    for name, old, new in random.sample(_EDITS, random.randint(0, 3)):
        seed = edited.get(name, usual[name])
        edited[name] = replace(seed, data=seed.data.replace(old.encode(), new.encode()))
    beside = [seed for seed in corpus_mistakes.files_beside_others() if seed.name in corpus_mistakes.GOOD_BESIDE]
    return (*edited.values(), *random.sample(beside, random.choice((0, 0, 1, 2))))


def _usually_known(opened: Opened, usual: Sequence[DesiredInstallation]) -> dict[str, str]:
    """Records of the ordinary files that are there."""
    key = key_of(opened.folder, opened.shared, today=TODAY)
    check(not records_of(b"", key), "nothing is something")
    sites = {site.file: site for site in usual}
    stamped = ((file, stamp_of(file)) for file in opened.files if file.name in sites)
    return {file.name: record_of(stamp, sites[file.name]) for file, stamp in stamped if stamp is not None}


def _asked(random: Random, sites: Sequence[DesiredInstallation], folder: Path) -> _Asked:
    site = random.choice(sites)
    words, others = words_for(site, folder), words_for(random.choice(sites), folder)
    rare = (misspelt(random, words[1]), random.choice(ASKED))
    word = random.choice((*random.choices(words, k=6), *rare))
    other = random.choice((*random.choices(others, k=6), *rare))
    selectors, exclude = random.choice((((word,), ()), ((word,), ()), ((word, other), ()), ((word,), (other,))))
    accounts = random.choice((*[()] * 6, *[(site.account,)] * 3, ("mian",)))
    return _Asked(selectors=selectors, exclude=exclude, accounts=accounts)


def _check_same(part: LoadedPart, whole: LoadedFleet, asked: _Asked) -> None:
    check(part.fleet.problems == whole.problems, "other problems than those of the whole")
    check(part.fleet.files == whole.files, "another number of files")
    check(part.fleet.exceptions == whole.exceptions, "other exceptions")
    found, all_of_it = part.fleet.desired, whole.desired
    check((found is None) == (all_of_it is None), "something to work with in one of them alone")
    if found is None or all_of_it is None:
        check(part.is_whole, "something is wrong, and not every file was read")
        return
    wrong = misfit(found, DesiredFleet)
    check(not wrong, wrong)
    check(asked.of(found) == asked.of(all_of_it), "another selection than of the whole")
    check(found.fleet_size == all_of_it.fleet_size, "another size of the whole")
    check(found.digest == (all_of_it.digest if part.is_whole else ""), "a digest of something else")
    _check_left_out(part, found, all_of_it)


def _check_left_out(part: LoadedPart, found: DesiredFleet, whole: DesiredFleet) -> None:
    """What was not read is told as it is: ids, chargers, people."""
    read = {site.id for site in found.installations}
    others = [site for site in whole.installations if site.id not in read]
    told = {identity: sorted(serials) for identity, serials in part.left_out.serials().items()}
    check(told == {site.id: sorted(one.serial for one in site.chargers) for site in others}, "other chargers left out")
    check(part.left_out.people() == set(people_of(others)), "other people left out")
