"""The base of a pull request: its wishes for telling causes apart, and its policy, which counts until the merge."""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from pathlib import Path

from reconciler.cli.fleet_files import load_valid
from reconciler.cli.git_tree import check_place, commit_of, day_of, written_out
from reconciler.cli.options import current_globals
from reconciler.errors import InvalidFilesError, UsageProblemError
from reconciler.loading.files import printable
from reconciler.loading.load import LoadedFleet, load_fleet
from reconciler.loading.policy_places import policy_place
from reconciler.loading.site import FleetRules
from reconciler.model.desired import DesiredFleet
from reconciler.model.plan_origin import BaseReference, Owed, PolicyChange
from reconciler.model.ports import Origins
from reconciler.model.problem import Problem, Severity
from reconciler.planning.policy_changes import policy_changes, with_policy_of
from reconciler.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """The wishes of one commit and where they stand."""

    desired: DesiredFleet
    origins: Origins


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What the plan of a pull request is compared with.

    Attributes:
        base: There is always one: without it nothing could say which policy counts.
        applied: The commit of the last successful apply, under the policy of the base; None when not given, or without
            a fleet.
        owed: What that apply left undone although it was reviewed.
    """

    reference: BaseReference
    base: Fleet
    applied: Fleet | None
    policy: tuple[PolicyChange, ...]
    owed: tuple[Owed, ...] = ()


@contextlib.contextmanager
def compared(base: str, applied: str | None) -> Iterator[tuple[LoadedFleet, DesiredFleet, Comparison]]:
    """The files of this checkout under the policy of the base, and what to compare them with.

    The files of the other commits lie in a temporary folder while the context lasts.

    Raises:
        InvalidFilesError: Something is wrong here, or on the base; or a link leads to the fleet.
        UsageProblemError: A reference names no commit, or the base has no fleet.
    """
    fleet = current_globals().fleet
    check_place(fleet)
    at = fleet if fleet.is_dir() else Path()
    reference = BaseReference(
        commit=commit_of(base, at=at, option="--base"),
        applied=None if applied is None else commit_of(applied, at=at, option="--applied"),
    )
    with contextlib.ExitStack() as stack:
        known = stack.enter_context(_at(reference.commit, fleet, told="the base"))
        if known is None or known.desired is None:
            raise _no_fleet(reference.commit, fleet)
        loaded, desired = load_valid(under=known.rules)
        policy = policy_changes(
            desired,
            known.desired,
            head_bounds=_bounds(loaded.rules),
            base_bounds=_bounds(known.rules),
            find=partial(policy_place, loaded),
        )
        earlier = None
        if reference.applied is not None:
            found = stack.enter_context(_at(reference.applied, fleet, told="the last apply"))
            if found is not None and found.desired is not None:
                earlier = Fleet(desired=with_policy_of(found.desired, known.desired), origins=found.origins)
        own = Fleet(desired=known.desired, origins=known.origins)
        gone = _no_longer_managed(desired, known.desired)
        reference = replace(reference, no_longer_managed=gone)
        comparison = Comparison(reference=reference, base=own, applied=earlier, policy=policy)
        yield loaded, with_policy_of(desired, known.desired), comparison


def _no_longer_managed(head: DesiredFleet, base: DesiredFleet) -> tuple[tuple[str, str], ...]:
    kept = {site.id for site in head.installations}
    return tuple(sorted((site.id, site.name) for site in base.installations if site.id not in kept))


def _no_fleet(commit: str, fleet: Path) -> UsageProblemError:
    return UsageProblemError(
        f"the base ({commit[:10]}) holds no {printable((fleet / 'fleet.yaml').as_posix())}, so there is no policy "
        "that this plan could be made under",
        where="--base",
        remedy="name a base that has the fleet in this folder; a fleet that is new, or moves to another folder, is "
        "reviewed as it is (plan without --base) and merged on its own",
    )


@contextlib.contextmanager
def _at(commit: str, fleet: Path, *, told: str) -> Iterator[LoadedFleet | None]:
    """The fleet of a commit, judged as on its own day: an exception that ended since must not stop its repair.

    None when that commit has no fleet.
    """
    with written_out(commit, fleet) as folder:
        if not (folder / "fleet.yaml").is_file():
            yield None
            return
        loaded = load_fleet(folder, today=day_of(commit, at=fleet) or _today(), commit=commit)
        errors = [problem for problem in loaded.problems if problem.severity is Severity.ERROR]
        if errors:
            raise InvalidFilesError(tuple(_told(one, f"{told} ({commit[:10]}): ", folder) for one in errors))
        yield loaded


def _told(problem: Problem, where: str, folder: Path) -> Problem:
    """The problem with the file as it is called in the commit, not where it lies for the moment."""
    file = problem.file.replace(str(folder.parent.resolve()), "").replace(str(folder.parent), "")
    return replace(problem, file=where + file.removeprefix("/"), elsewhere=True)


def _bounds(rules: FleetRules | None) -> dict[str, str]:
    final = {} if rules is None or rules.final is None else rules.final
    return {str(name): json.dumps(value, sort_keys=True, default=str) for name, value in final.items()}


def _today() -> date:
    return datetime.now().astimezone().date()
