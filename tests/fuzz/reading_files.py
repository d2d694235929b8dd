"""Targets that read files: strict YAML, single files, layers."""

import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

import yaml

from reconciler.loading import yaml_source
from reconciler.loading.findings import Source
from reconciler.loading.fleet_file import fleet_rules
from reconciler.loading.full_schema import is_valid
from reconciler.loading.installations import effective_tree, read_installation
from reconciler.loading.layers import Layer
from reconciler.loading.merge import merge, merged
from reconciler.loading.places import places_of
from reconciler.loading.schema import is_surely_valid
from reconciler.loading.shared import Profiles, Shared
from reconciler.loading.site import as_map
from reconciler.loading.tree_reader import ReadFile, read_tree
from reconciler.loading.yaml_source import Reading, read_closely, read_yaml
from reconciler.model.desired import DesiredInstallation
from reconciler.model.problem import Severity
from tests.fuzz import corpus, corpus_mistakes, trees
from tests.fuzz.cases import Case, Target
from tests.fuzz.conforms import misfit
from tests.fuzz.corpus import Seed, kind_of
from tests.fuzz.findings import check, check_problems, check_text, lines_of
from tests.fuzz.fleet_on_disk import TODAY


def targets() -> tuple[Target, ...]:
    """All of them."""
    small, shipped = corpus.files_that_say_everything(), corpus.shipped_files()
    rules = (*small, *corpus_mistakes.mistaken_files())
    files = (*small, *(file for file in shipped if len(file.data) < 1500))
    odd = corpus_mistakes.oddly_written_files()
    return (
        Target(name="yaml", share=150, seeds=(*small, *shipped, *odd), check=_check_yaml, writes=trees.as_yaml),
        Target(name="files", share=150, seeds=files, check=_check_file, writes=trees.as_yaml),
        Target(name="merge", share=40, seeds=rules, check=_check_layers, most=4, writes=trees.as_yaml),
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
