"""What all installation files share: fleet.yaml and the profiles, read once and merged once per combination."""

from collections.abc import Iterator
from dataclasses import field, replace
from datetime import date

from reconciler.loading.files import FleetFolder, printable, read_source
from reconciler.loading.findings import Finding, Source, make_problem, problem_of
from reconciler.loading.fleet_file import fleet_findings, fleet_rules, knows
from reconciler.loading.layers import Layer, problem_in_layer, problem_in_layers
from reconciler.loading.merge import Tree, merged
from reconciler.loading.nearest import nearest
from reconciler.loading.own_rules import own_findings
from reconciler.loading.rules import VALUE_RULES, findings_in
from reconciler.loading.site import FleetRules, Site, as_items, as_map
from reconciler.loading.tree_reader import ReadFile, read_tree
from reconciler.model.problem import Problem, Severity
from reconciler.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """Everything below one installation file.

    Attributes:
        layers: Defaults and profiles, in the order in which they merge.
        tree: All of them merged.
        unknown: Profiles without a file.
        is_complete: Whether all that the layers say could be read; otherwise something that seems to be missing in an
            installation may stand there.
    """

    layers: tuple[Layer, ...]
    tree: Tree
    unknown: frozenset[str]
    is_complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Profiles:
    """All profiles by name.

    Attributes:
        complete: Names of those that could be read whole.
        are_all_known: False when a file or folder could not be read, so that a name may be right that nothing has.
    """

    layers: dict[str, Layer]
    complete: frozenset[str]
    are_all_known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """fleet.yaml and profiles; `is_sound` when none of them has an error.

    Attributes:
        rules: What counts for every file.
        own_rules: What this fleet.yaml says; the same, unless the rules of another one count.
        sources: The files themselves, as they were read.
    """

    fleet: Tree
    rules: FleetRules
    own_rules: FleetRules
    defaults: Layer | None
    profiles: Profiles
    has_all_defaults: bool
    is_sound: bool
    sources: tuple[Source, ...] = ()
    _bases: dict[tuple[str, ...], Base] = field(default_factory=dict, repr=False)

    def base_of(self, tree: Tree) -> Base:
        """What lies below a file, merged once for all files that list the same profiles."""
        names = tuple(name for name in as_items(tree.get("profiles")) if isinstance(name, str))
        if names not in self._bases:
            self._bases[names] = self._merged_base(names)
        return self._bases[names]

    def _merged_base(self, names: tuple[str, ...]) -> Base:
        defaults = (self.defaults,) if self.defaults else ()
        known = self.profiles.layers
        layers = (*defaults, *(known[name] for name in names if name in known))
        return Base(
            layers=layers,
            tree=merged(layer.tree for layer in layers),
            unknown=frozenset(names).difference(known) if self.profiles.are_all_known else frozenset(),
            is_complete=self.has_all_defaults and self.profiles.complete.issuperset(names),
        )

    def nearest_profile(self, name: str) -> str | None:
        """The profile that is probably meant."""
        return nearest(name, self.profiles.layers)


def read_shared(
    folder: FleetFolder, problems: list[Problem], *, today: date, under: FleetRules | None = None
) -> Shared:
    """Read fleet.yaml and all profiles; whatever is wrong is added to the problems.

    With `under`, those rules count instead of what fleet.yaml says.
    """
    fleet = _read_fleet_file(folder, problems)
    tree: Tree = (fleet.tree if fleet else None) or {}
    own_rules = fleet_rules(fleet, today=today)
    rules = own_rules if under is None else _rules_of_base(under, own_rules)
    defaults = None
    if fleet is not None and "defaults" in tree:
        defaults = Layer(source=fleet.source, tree=as_map(tree["defaults"]), prefix=("defaults",))
        problems.extend(_alone(defaults, {}, rules))
    profiles = _read_profiles(folder, problems)
    base = defaults.tree if defaults else {}
    for layer in profiles.layers.values():
        problems.extend(_alone(layer, merged((base,)), rules))
    return Shared(
        fleet=tree,
        rules=rules,
        own_rules=own_rules,
        defaults=defaults,
        profiles=profiles,
        has_all_defaults=knows(fleet, "defaults"),
        is_sound=not any(problem.severity is Severity.ERROR for problem in problems),
        sources=(*((fleet.source,) if fleet else ()), *(layer.source for layer in profiles.layers.values())),
    )


def _rules_of_base(base: FleetRules, own: FleetRules) -> FleetRules:
    """Those of the base, which also know what will be allowed after the merge, to say so."""
    return replace(
        base,
        today=own.today,
        new_accounts=frozenset(own.accounts).difference(base.accounts),
        new_hosts=(own.allowed_hosts or frozenset()) - (base.allowed_hosts or frozenset()),
    )


def _read_fleet_file(folder: FleetFolder, problems: list[Problem]) -> ReadFile | None:
    file = folder.file("fleet.yaml")
    if not folder.exists("fleet.yaml"):
        what = f"there is no fleet.yaml here (looked at {printable(folder.root)})."
        problems.append(make_problem(file.shown, Finding(code="E019", path=(), what=what)))
        return None
    source = read_source(folder, file)
    if not isinstance(source, Source):
        problems.append(source)
        return None
    read = read_tree(source, "fleet")
    problems.extend(read.problems)
    problems.extend(problem_of(source, finding) for finding in fleet_findings(read.tree or {}))
    return read


def _read_profiles(folder: FleetFolder, problems: list[Problem]) -> Profiles:
    files, unusable = folder.below("profiles")
    problems.extend(unusable)
    layers: dict[str, Layer] = {}
    complete: set[str] = set()
    for file in files:
        source = read_source(folder, file)
        if not isinstance(source, Source):
            problems.append(source)
            continue
        read = read_tree(source, "profile")
        problems.extend(read.problems)
        name = file.path[len(folder.root) + len("/profiles/") : -len(".yaml")]
        layers[name] = Layer(source=source, tree=read.tree or {})
        complete.update({name} if read.is_complete else ())
    are_all_known = not unusable and len(layers) == len(files)
    return Profiles(layers=layers, complete=frozenset(complete), are_all_known=are_all_known)


def _alone(layer: Layer, base: Tree, rules: FleetRules) -> Iterator[Problem]:
    """What is wrong with a layer whether or not a file uses it."""
    for finding in own_findings(layer.tree, base):
        if finding.code != "W025":  # what a profile takes back may come from another profile
            yield problem_in_layer(layer, finding)
    for finding in findings_in(Site(tree=merged((layer.tree,)), fleet=rules), VALUE_RULES):
        yield problem_in_layers((layer,), finding)
