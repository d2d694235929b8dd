"""Targets that read files: strict YAML, single files, layers, whole fleets, people."""

import shutil
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

from reconciler.errors import InvalidFilesError, UsageProblemError
from reconciler.loading import yaml_source
from reconciler.loading.findings import Source
from reconciler.loading.fleet_file import fleet_rules
from reconciler.loading.full_schema import is_valid
from reconciler.loading.installations import effective_tree, read_installation
from reconciler.loading.layers import Layer
from reconciler.loading.load import LoadedFleet, load_fleet
from reconciler.loading.merge import merge, merged
from reconciler.loading.people import load_people, unknown_people
from reconciler.loading.places import places_of
from reconciler.loading.schema import is_surely_valid
from reconciler.loading.select import select
from reconciler.loading.shared import Profiles, Shared
from reconciler.loading.site import as_map
from reconciler.loading.tree_reader import ReadFile, read_tree
from reconciler.loading.yaml_source import Reading, read_closely, read_yaml
from reconciler.model.desired import DesiredFleet, DesiredInstallation
from reconciler.model.observed import Breadth, ObservedFleet
from reconciler.model.people import Person
from reconciler.model.problem import Severity
from reconciler.planning.make import Policy, make_plan
from tests.fuzz import corpus, trees, values
from tests.fuzz.cases import Case, Target
from tests.fuzz.conforms import misfit
from tests.fuzz.corpus import Seed, kind_of
from tests.fuzz.findings import check, check_error, check_problems, check_text, lines_of
from tests.fuzz.reading_documents import reads_back

TODAY = date(2026, 5, 4)
POLICY = Policy(now=datetime(2026, 5, 4, 12, tzinfo=UTC), tool_version="1.0.0")
_ASKED = tuple(word for word in values.WORDS if values.SECRET not in word)
"""What somebody types may be shown again; secrets are never asked for."""
NOTHING = ObservedFleet(observed_at=POLICY.now, breadth=Breadth.ACCOUNT, installations=())


def targets(folder: Path) -> tuple[Target, ...]:
    """All of them; `folder` takes the files."""
    small, shipped = corpus.files_that_say_everything(), corpus.shipped_files()
    rules = (*small, *corpus.mistaken_files())
    files = (*small, *(file for file in shipped if len(file.data) < 1500))
    fleet, people = _Fleet(folder / "fleet"), _People(folder / "people")
    return (
        Target(name="yaml", share=150, seeds=(*small, *shipped), check=_check_yaml, writes=trees.as_yaml),
        Target(name="files", share=150, seeds=files, check=_check_file, writes=trees.as_yaml),
        Target(name="merge", share=40, seeds=rules, check=_check_layers, most=4, writes=trees.as_yaml),
        Target(name="fleet", share=12, seeds=rules, check=fleet.check, most=3, writes=trees.as_yaml),
        Target(name="people", share=60, seeds=corpus.people_files(), check=people.check, writes=trees.as_yaml),
    )


def _check_yaml(case: Case) -> None:
    data = case[0].data
    reading = read_yaml(data)
    _check_reading(reading, data)
    check(_told(reading) == _told(read_closely(data)), "the quick reader takes it for something else")
    if zlib.crc32(data) % 8 == 0 and len(data) < 10_000:
        with _without_c():
            _check_reading(read_closely(data), data)


def _told(reading: Reading) -> str:
    """The order of keys counts too, and that true is no 1."""
    return repr(reading)


def _check_reading(reading: Reading, data: bytes) -> None:
    check(reading.value is not None or reading.flaws, "nothing was read and nothing is wrong")
    check(len(reading.flaws) <= yaml_source.MOST_FLAWS, "more flaws than are told")
    for flaw in reading.flaws:
        check(1 <= flaw.line <= lines_of(data), f"{flaw.code} in line {flaw.line} of {lines_of(data)}")
        check_text(flaw.what)
    if reading.value is None:
        return
    places = places_of.__wrapped__(data)
    for path in trees.places(reading.value)[:50]:
        check(path in places, "a value without a place")
    check(reading.flaws or _is_plain(reading.value), "a value that no file can hold")


def _is_plain(value: Any) -> bool:
    match value:
        case dict():
            return all(_is_plain(key) and _is_plain(item) for key, item in value.items())
        case list():
            return all(map(_is_plain, value))
        case str():
            return not misfit(value, str)
        case _:
            return value is yaml_source.BROKEN or isinstance(value, bool | int | float)


@contextmanager
def _without_c() -> Iterator[None]:
    """With PyYAML's own parser, which is used where there is no C library."""
    kept = yaml_source._NewParser
    yaml_source._NewParser = yaml.SafeLoader
    try:
        yield
    finally:
        yaml_source._NewParser = kept


def _check_file(case: Case) -> None:
    seed = case[0]
    kind = kind_of(seed.name)
    read = read_tree(Source(shown=seed.name, data=seed.data, name=seed.name), kind)
    check_problems(read.problems, {seed.name: seed.data})
    check(read.tree is not None or read.problems, "nothing was read and nothing is wrong")
    if not read.problems and read.tree is not None and is_surely_valid(kind, read.tree):
        check(is_valid(kind, read.tree), "the quick look takes what the schema does not")


def _check_layers(case: Case) -> None:
    """Defaults, profiles and an installation, any of them mutated, merged as the loader does."""
    seeds = {seed.name: seed for seed in (*corpus.files_that_say_everything(), *case)}
    usual = _unchanged()
    files = {**usual, **{seed.name: read_tree(_source(seed), kind_of(seed.name)) for seed in case}}
    before = {name: repr(file.tree) for name, file in files.items()}
    shared = _shared(files)
    problems = [problem for file in files.values() for problem in file.problems]
    found: list[DesiredInstallation] = []
    for name in [name for name in files if name.startswith("installations/")]:
        own = files[name].tree
        read = read_installation(files[name].source, shared)
        problems.extend(read.problems)
        if own is not None:
            _check_merged(own, shared)
        if read.desired is not None:
            found.append(read.desired)
    check_problems(problems, {name: seed.data for name, seed in seeds.items()})
    check(before == {name: repr(file.tree) for name, file in files.items()}, "merging changed a layer")
    for one in found:
        wrong = misfit(one, DesiredInstallation)
        check(not wrong, wrong)


@cache
def _unchanged() -> dict[str, ReadFile]:
    return {seed.name: read_tree(_source(seed), kind_of(seed.name)) for seed in corpus.files_that_say_everything()}


def _source(seed: Seed) -> Source:
    return Source(shown=seed.name, data=seed.data, name=f"fleet/{seed.name}")


def _shared(files: Mapping[str, ReadFile]) -> Shared:
    fleet = files["fleet.yaml"]
    tree = fleet.tree or {}
    defaults = Layer(source=fleet.source, tree=as_map(tree.get("defaults")), prefix=("defaults",))
    profiles = {name: file for name, file in files.items() if name.startswith("profiles/")}
    layers = {name[9:-5]: Layer(source=file.source, tree=file.tree or {}) for name, file in profiles.items()}
    complete = frozenset(name[9:-5] for name, file in profiles.items() if file.is_complete)
    errors = [problem for file in (fleet, *profiles.values()) for problem in file.problems]
    return Shared(
        fleet=tree,
        rules=fleet_rules(fleet, today=TODAY),
        own_rules=fleet_rules(fleet, today=TODAY),
        defaults=defaults,
        profiles=Profiles(layers=layers, complete=complete, are_all_known=True),
        has_all_defaults=fleet.is_complete,
        is_sound=not any(problem.severity is Severity.ERROR for problem in errors),
    )


def _check_merged(own: Mapping[str, Any], shared: Shared) -> None:
    base = shared.base_of(own).tree
    tree = merge(base, own)
    check(merge(base, own) == tree, "the same layers merge differently")
    check(merged((merged((base,)), own)) == merged((base, own)), "merging twice merges more")
    for key, value in own.items():
        if not isinstance(value, dict) and key not in ("profiles", "unmanaged", "version"):
            check(tree.get(key) == value, f"the file says {key}, the merged tree something else")
    check("unmanaged" not in tree, "unmanaged is inherited")
    effective_tree(own, shared)


class _Fleet:
    """A fleet folder in which some files are exchanged for a moment."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        for seed in corpus.files_that_say_everything():
            self._write(seed)

    def _write(self, seed: Seed) -> None:
        path = self._folder / seed.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(seed.data)

    @contextmanager
    def _with(self, case: Case) -> Iterator[dict[str, bytes]]:
        usual = {seed.name: seed for seed in corpus.files_that_say_everything()}
        for seed in case:
            self._write(seed)
        try:
            yield {f"{self._folder}/{seed.name}": seed.data for seed in (*usual.values(), *case)}
        finally:
            for seed in case:
                self._write(usual[seed.name])

    def check(self, case: Case) -> None:
        """Load, and if nothing is wrong select, explain and plan."""
        random = Random(zlib.crc32(case[0].data))
        with self._with(case) as files:
            loaded = load_fleet(self._folder, today=TODAY)
            check_problems(loaded.problems, files)
            errors = any(problem.severity is Severity.ERROR for problem in loaded.problems)
            check((loaded.desired is None) == errors, "errors, or nothing to work with, but not both")
            self._check_origins(loaded, random)
            if loaded.desired is not None:
                self._check_desired(loaded, loaded.desired, random)

    def _check_origins(self, loaded: LoadedFleet, random: Random) -> None:
        asked = random.choice((None, "maxCurrent", "permissions", "x", random.choice(_ASKED)))
        names = [name for name in corpus.EVERYTHING if name.startswith("installations/")]
        for name in (*names, "installations/none.yaml", "fleet.yaml"):
            try:
                found = loaded.effective(self._folder / name, asked)
            except UsageProblemError as error:
                check_error(error)
                continue
            check(all(value.origin.line >= 1 for value in found), "a value without its line")
        for path in (("authentication.mode",), ("permissions", "entries", "person:x"), (asked or "x",), ()):
            check(loaded.origins.find(corpus.SITE, path).line >= 0, "a place that is none")
            check(loaded.origins.find("x", path).line == 0, "the place of something unknown")

    def _check_desired(self, loaded: LoadedFleet, desired: DesiredFleet, random: Random) -> None:
        wrong = misfit(desired, DesiredFleet)
        check(not wrong, wrong)
        if random.random() < 0.2:
            again = load_fleet(self._folder, today=TODAY).desired
            check(again is not None and again.digest == desired.digest, "the digest is not stable")
        for part in (desired, *_parts(desired, random)):
            plan = make_plan(part, NOTHING, POLICY, loaded.origins)
            if random.random() < 0.2:
                check(plan.digest == make_plan(part, NOTHING, POLICY, loaded.origins).digest, "two plans of the same")
                reads_back(plan, self._folder.parent / "plan.json")


def _parts(desired: DesiredFleet, random: Random) -> Iterator[DesiredFleet]:
    site = random.choice(desired.installations)
    words = [site.id, site.name, site.file, "installations", "*e*", *(charger.serial for charger in site.chargers)]
    words += [f"{key}={value}" for key, value in site.labels]
    words += [_misspelt(random, word) for word in words]
    for _ in range(6):
        word = random.choice((random.choice(words), random.choice(_ASKED)))
        accounts = random.choice(((), (), (site.account,), ("mian",), (word,), (site.account, site.account)))
        selectors, exclude = random.choice(
            (((word,), ()), ((), (word,)), ((word, random.choice(words)), (word,)), ((), ()))
        )
        try:
            yield select(desired, selectors=selectors, exclude=exclude, accounts=accounts)
        except UsageProblemError as error:
            check_error(error)


def _misspelt(random: Random, word: str) -> str:
    index = random.randrange(len(word))
    return word[:index] + word[index + 1 :]


class _People:
    """A directory of people, and a fleet that names some."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        fleet = load_fleet(corpus.SHIPPED, today=TODAY)
        assert fleet.desired is not None
        self._fleet, self._origins = fleet.desired, fleet.origins

    def check(self, case: Case) -> None:
        """Read the directory, and if nothing is wrong look the fleet's people up."""
        path = self._folder / case[0].name
        path.write_bytes(case[0].data)
        try:
            people = load_people(path)
        except InvalidFilesError as error:
            check_problems(error.problems, {str(path): case[0].data})
            return
        for person in people.entries:
            wrong = misfit(person, Person)
            check(not wrong, wrong)
            check(person.email.isprintable() and "@" in person.email, "an address that nobody can write to")
        for problem in unknown_people(replace(self._fleet, path="fleet"), people, self._origins):
            check_text(str(problem))
