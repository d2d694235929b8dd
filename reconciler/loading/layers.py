"""Layers of one installation and where in them an effective value was written."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from reconciler.loading.findings import Finding, Source, place_in, problem_of
from reconciler.loading.merge import Tree, lists_principals, principal_of
from reconciler.loading.yaml_source import TreePath
from reconciler.model.desired import Origin
from reconciler.model.problem import Problem
from reconciler.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One tree of settings and the file it stands in; `prefix` leads to it, for instance `defaults` in fleet.yaml."""

    source: Source
    tree: Tree
    prefix: TreePath = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where a path stands: a layer, and the path in its file."""

    layer: Layer
    path: TreePath


def spot_of(layers: Sequence[Layer], path: Sequence[str]) -> Spot:
    """The last layer that names the path of a merged tree, or the nearest key around it. `layers` must not be empty."""
    steps = tuple(path)
    while steps:
        spot = next(_spots(layers, steps), None)
        if spot is not None:
            return spot
        steps = steps[:-1]
    return Spot(layer=layers[-1], path=())


def _spots(layers: Sequence[Layer], steps: tuple[str, ...]) -> Iterator[Spot]:
    for candidate in _candidates(steps):
        for layer in reversed(layers):
            concrete = _concrete(layer.tree, candidate)
            if concrete is not None:
                yield Spot(layer=layer, path=concrete)


def origin_of(layers: Sequence[Layer], path: Sequence[str]) -> Origin:
    """File, line and column of the key that sets the effective value."""
    spot = spot_of(layers, path)
    place = place_in(spot.layer.source, (*spot.layer.prefix, *spot.path))
    return Origin(file=spot.layer.source.name, line=place.key_line, column=place.key_column)


def problem_in_layer(layer: Layer, finding: Finding) -> Problem:
    """The problem at a path of one layer's own tree."""
    return problem_of(layer.source, replace(finding, path=(*layer.prefix, *finding.path)))


def problem_in_layers(layers: Sequence[Layer], finding: Finding) -> Problem:
    """The problem at the place where the effective value was written."""
    spot = spot_of(layers, [str(step) for step in finding.path])
    return problem_in_layer(spot.layer, replace(finding, path=spot.path))


def _candidates(steps: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    yield steps
    if len(steps) >= 3 and steps[0] == "chargers":
        yield ("chargerDefaults", *steps[2:])


def _concrete(tree: Any, steps: tuple[str, ...]) -> TreePath | None:
    """The path in the file, with list positions instead of principals; None when this layer does not name it."""
    path: TreePath = ()
    here = tree
    for index, step in enumerate(steps):
        if isinstance(here, list):
            found = _position(here, step, keyed=lists_principals(steps[:index]))
            if found is None:
                return None
            path, here = (*path, found), here[found]
        elif isinstance(here, dict) and step in here:
            path, here = (*path, step), here[step]
        else:
            return None
    return path


def _position(items: list[Any], step: str, *, keyed: bool) -> int | None:
    if keyed:
        return next((index for index, item in enumerate(items) if principal_of(item) == step), None)
    return int(step) if step.isdecimal() and int(step) < len(items) else None
