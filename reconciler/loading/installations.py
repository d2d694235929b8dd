"""One installation file: its layers, its rules, its desired state."""

from collections.abc import Iterable, Iterator

from reconciler.loading.desire import desired_installation
from reconciler.loading.files import FleetFile, FleetFolder, read_source
from reconciler.loading.findings import At, Finding, Source, echo
from reconciler.loading.fingerprint import digest_of_installation
from reconciler.loading.layers import Layer, problem_in_layer, problem_in_layers
from reconciler.loading.merge import Tree, effective_charger, merge
from reconciler.loading.nearest import nearest
from reconciler.loading.own_rules import own_findings
from reconciler.loading.rules import RULES, VALUE_RULES, findings_in
from reconciler.loading.shared import Shared
from reconciler.loading.site import FleetRules, Site, as_items, as_map
from reconciler.loading.tree_reader import ReadFile, read_tree
from reconciler.loading.yaml_source import MOST_FLAWS
from reconciler.model.desired import DesiredInstallation
from reconciler.model.problem import Problem, Severity
from reconciler.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadInstallation:
    """What one file holds. `desired` is None when it or a layer has an error; id and serials as far as known."""

    id: str | None
    serials: tuple[str, ...]
    desired: DesiredInstallation | None
    problems: tuple[Problem, ...]


def read_installation(source: Source, shared: Shared) -> ReadInstallation:
    """Read, merge and check one file."""
    read = read_tree(source, "installation")
    if read.tree is None:
        return ReadInstallation(id=None, serials=(), desired=None, problems=read.problems)
    tree = effective_tree(read.tree, shared)
    account = _account(read.tree, shared)
    problems = (*read.problems, *_problems(read, tree, shared))
    is_sound = shared.is_sound and not any(problem.severity is Severity.ERROR for problem in problems)
    desired = desired_installation(tree, account=account, file=source.name) if is_sound and account else None
    identity = tree.get("id")
    return ReadInstallation(
        id=identity if isinstance(identity, str) else None,
        serials=tuple(as_map(tree.get("chargers"))),
        desired=desired,
        problems=problems,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OneFile:
    """What one installation file holds, or why its bytes cannot be had.

    Attributes:
        fingerprint: A hash of its bytes.
        digest: Of what it wants; empty where that is not known.
    """

    read: ReadInstallation | Problem
    fingerprint: int = 0
    digest: str = ""


def read_one(file: FleetFile, *, folder: FleetFolder, shared: Shared) -> OneFile:
    """Read one installation file; depends on nothing else that is read."""
    source = read_source(folder, file)
    if not isinstance(source, Source):
        return OneFile(read=source)
    read = read_installation(source, shared)
    digest = "" if read.desired is None else digest_of_installation(read.desired)
    return OneFile(read=read, fingerprint=hash(source.data), digest=digest)


def effective_tree(own: Tree, shared: Shared) -> Tree:
    """The merged tree, with the defaults in every charger."""
    tree = dict(merge(shared.base_of(own).tree, own))
    defaults = tree.get("chargerDefaults")
    chargers = tree.get("chargers")
    if isinstance(chargers, dict):
        tree["chargers"] = {serial: effective_charger(defaults, charger) for serial, charger in chargers.items()}
    return tree


def layers_of(source: Source, own: Tree, shared: Shared) -> tuple[Layer, ...]:
    """Defaults, profiles, file."""
    return (*shared.base_of(own).layers, Layer(source=source, tree=own))


def _problems(read: ReadFile, tree: Tree, shared: Shared) -> list[Problem]:
    own = read.tree or {}
    base = shared.base_of(own)
    own_ones = [
        *(_profile_findings(own, shared) if base.unknown else ()),
        *_account_findings(own, shared),
        *(finding for finding in own_findings(own, base.tree) if base.is_complete or finding.code != "W025"),
    ]
    rules = RULES if base.is_complete else VALUE_RULES  # what seems to be missing may stand where nothing can be read
    merged_ones = findings_in(Site(tree=tree, fleet=shared.rules), rules)
    if not (own_ones or merged_ones):
        return []
    layers = layers_of(read.source, own, shared)
    return [
        *(problem_in_layer(layers[-1], finding) for finding in _most_telling(own_ones)),
        *(problem_in_layers(layers, finding) for finding in _most_telling(merged_ones)),
    ]


def _most_telling(findings: Iterable[Finding]) -> list[Finding]:
    """No more than anybody reads, errors before warnings."""
    return sorted(findings, key=lambda finding: finding.code.startswith("W"))[:MOST_FLAWS]


def _profile_findings(own: Tree, shared: Shared) -> Iterator[Finding]:
    unknown = shared.base_of(own).unknown
    for index, name in enumerate(as_items(own.get("profiles")) if unknown else ()):
        if name in unknown:
            right = shared.nearest_profile(name)
            remedy = f"Did you mean `{right}`?" if right else ""
            yield Finding(code="E007", path=("profiles", index), what="there is no such profile.", remedy=remedy)


def _account_findings(own: Tree, shared: Shared) -> Iterator[Finding]:
    known = shared.rules.accounts
    name = own.get("account")
    if not known:
        return  # fleet.yaml has its own problem
    if "account" not in own and len(known) > 1:
        what = "`account` is missing, and fleet.yaml has several."
        yield Finding(code="E020", path=(), what=what, remedy=f"Add one of {_shown(known)}.", at=At.KEY)
    elif isinstance(name, str) and name not in known:
        yield _unknown_account(name, shared.rules)


def _unknown_account(name: str, rules: FleetRules) -> Finding:
    if name in rules.new_accounts:
        what = "this account is new in this pull request."
        remedy = "An account counts only after it is merged: merge it on its own, then the files that use it."
    else:
        right = nearest(name, rules.accounts)
        what = "fleet.yaml has no such account."
        remedy = f"Did you mean `{echo(right)}`?" if right else f"Known: {_shown(rules.accounts)}."
    return Finding(code="E020", path=("account",), what=what, remedy=remedy)


def _shown(names: Iterable[str]) -> str:
    """The names of fleet.yaml, which may be anything when that file is wrong itself."""
    return ", ".join(map(echo, names))


def _account(own: Tree, shared: Shared) -> str | None:
    known = shared.rules.accounts
    name = own.get("account", known[0] if len(known) == 1 else None)
    return name if name in known else None
