"""What a target is, and how its cases come about: each follows from seed, target and number alone."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

from tests.fuzz import octets, trees
from tests.fuzz.corpus import Seed

Case = tuple[Seed, ...]
"""What one run of a reader gets: one file, answer or document, or several that belong together."""

_BLOWN_UP = 0.0004


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One reader, or several that read the same.

    Attributes:
        share: Its part of all cases, in thousandths.
        seeds: Valid inputs.
        check: Reads a case and raises FindingError when something comes out that must not.
        most: How many seeds one case may combine.
        writes: How a tree becomes bytes again.
    """

    name: str
    share: int
    seeds: tuple[Seed, ...]
    check: Callable[[Case], None]
    most: int = 1
    writes: Callable[[Random, object], bytes] = trees.as_json


def case_of(target: Target, *, seed: int, number: int) -> Case:
    """The case of that number. Case 0 and up to the number of seeds are the seeds themselves, unchanged."""
    if number < len(target.seeds):
        return (target.seeds[number],)
    random = Random(f"{seed} {target.name} {number}")
    chosen = random.sample(target.seeds, random.randint(1, min(target.most, len(target.seeds))))
    unique = {one.name: one for one in chosen} if target.most > 1 else {"": chosen[0]}
    return tuple(_mutated(random, one, target) for one in unique.values())


def _mutated(random: Random, seed: Seed, target: Target) -> Seed:
    if random.random() < _BLOWN_UP:
        return replace(seed, data=octets.blown_up(random, seed.data))
    data = seed.data
    in_structure = seed.tree is not None and random.random() < 0.55
    if in_structure:
        donors = [donor for _ in range(2) if (donor := random.choice(target.seeds).tree) is not None]
        tree = trees.grown(random, trees.mutated(random, seed.tree, donors or [seed.tree]))
        data = target.writes(random, tree)
    if not in_structure or random.random() < 0.1:
        donors_of_bytes = [random.choice(target.seeds).data for _ in range(2)]
        data = octets.mutated(random, data, donors_of_bytes)
    return replace(seed, data=data)


def numbers(targets: Sequence[Target], cases: int) -> dict[str, int]:
    """How many cases each target gets, rounded up: all together are no fewer than asked for."""
    whole = sum(target.share for target in targets)
    return {target.name: -(-cases * target.share // whole) for target in targets}


def shown(case: Case) -> str:
    """A case as a literal that can be kept as a regression."""
    return json.dumps([[one.name, one.status, one.data.decode("latin-1")[:4000]] for one in case])
