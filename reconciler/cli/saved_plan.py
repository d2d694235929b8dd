"""A saved plan at apply: the chosen part of it, its accounts, and whether it may still be used."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from reconciler.cli.looked_at import outside_of
from reconciler.cli.output import say
from reconciler.errors import InvalidDocumentError, UsageProblemError
from reconciler.loading.documents import read_plan
from reconciler.loading.load import LoadedFleet
from reconciler.model.change import Change, Target, plain
from reconciler.model.desired import Account, DesiredFleet, DesiredInstallation, GuardLimits
from reconciler.model.plan import GuardScope, Plan
from reconciler.model.words import wish
from reconciler.planning.guard import some
from reconciler.planning.guards import fleet_refusals
from reconciler.planning.make import VALID_FOR, Policy
from reconciler.planning.residual import residual_plan
from reconciler.planning.reviewed import Reviewed
from reconciler.planning.rollback import as_wished, rollback_plan
from reconciler.planning.sorting import Item
from reconciler.records import dataclass
from reconciler.store.layout import PLAN, run_ids
from reconciler.store.runs import run_path

CLOCK_SKEW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the command line of an apply asked for.

    Attributes:
        desired: What is wanted: the files, or for the way back from a run what was there before it.
        waves: As written, for instance `5,10%,rest`; empty when the run is not split.
        reviewed: The only changes that may be carried out; None for all of the plan.
    """

    loaded: LoadedFleet
    desired: DesiredFleet
    selectors: tuple[str, ...]
    exclude: tuple[str, ...]
    accepted: tuple[str, ...]
    max_failures: int | None
    waves: str = ""
    reviewed: Reviewed | None = None


def whole_plan(saved: Path) -> Plan:
    """The plan in a file that was made to be carried out whole.

    Raises:
        InvalidDocumentError: It is no plan as we wrote it.
        UsageProblemError: It was compared with a base, so it also lists what its pull request does not bring.
    """
    plan = read_plan(saved)
    if plan.base is not None:
        raise UsageProblemError(
            "this plan was compared with a base: it also lists what the pull request does not bring",
            where=str(saved),
            remedy=f"carry out only what it brings, after the merge: reconciler apply --reviewed {saved}",
        )
    return plan


def selected_part(stored: Plan, request: Request, part: DesiredFleet) -> Plan:
    """The plan itself, or what it holds for the installations that were selected; a missing file drops nothing.

    Raises:
        UsageProblemError: The plan was made for other installations, and none of them is selected.
    """
    if part.selection is None:
        return stored
    sites = {site.id for site in part.installations}
    ids = frozenset(change.id for change in stored.changes if change.target.installation_id in sites)
    if not ids:
        return _nothing_to_do(stored, request, part)
    return replace(residual_plan(stored, ids, now=stored.created_at), selection=part.selection)


def _nothing_to_do(stored: Plan, request: Request, part: DesiredFleet) -> Plan:
    """What the plan says about installations that it changes nothing at; one of the whole fleet has seen them all."""
    here = {(site.account, site.id) for site in part.installations}
    chosen = ", ".join(request.selectors) or "what was selected"
    if not here - _never_looked_at(stored, request, part):
        about = some(_known_names(stored, request)) or stored.selection
        raise UsageProblemError(
            f"the saved plan was made for other installations than {chosen}",
            where="apply",
            remedy=f"the plan is about {about}; select of those, leave the selectors out, or plan again",
        )
    say(f"note: the plan holds no change for {chosen}, so nothing is written")
    accounts = {account for account, _ in here}
    return replace(
        residual_plan(stored, frozenset(), now=stored.created_at),
        selection=part.selection,
        accounts=tuple(one for one in stored.accounts if one.name in accounts),
        refusals=tuple(one for one in stored.refusals if (one.account, one.installation_id) in here),
        pending=_of(stored.pending, here),
        waiting=_of(stored.waiting, here),
        unreadable=_of(stored.unreadable, here),
        unverifiable=_of(stored.unverifiable, here),
        warnings=_of(stored.warnings, here),
    )


def _never_looked_at(stored: Plan, request: Request, part: DesiredFleet) -> Set[tuple[str, str]]:
    """Selected installations that the plan says nothing about and was surely not made for."""
    about = _about(stored)
    silent = [site for site in part.installations if (site.account, site.id) not in about]
    outside = _outside(stored, request, silent)
    return {(site.account, site.id) for site in silent if site.id in outside}


def _outside(stored: Plan, request: Request, sites: Sequence[DesiredInstallation]) -> Set[str]:
    """A way back is about what its run changed and nothing else; a plan of the whole fleet is about everything."""
    if stored.rollback is not None:
        return {site.id for site in sites}
    return frozenset() if stored.selection is None else outside_of(stored.selection, request.desired, sites)


def _known_names(stored: Plan, request: Request) -> list[str]:
    sites = request.desired.installations
    outside = _outside(stored, request, sites)
    return sorted({*_about(stored).values(), *(site.name for site in sites if site.id not in outside)} - {""})


def _about(stored: Plan) -> Mapping[tuple[str | None, str | None], str]:
    """Installations that a plan says anything about, with their names where it tells them."""
    about: dict[tuple[str | None, str | None], str] = {}
    about |= {(one.account, one.installation_id): one.installation_name for one in stored.refusals}
    for listed in (stored.pending, stored.waiting, stored.unreadable, stored.unverifiable, stored.warnings):
        about |= {(one.target.account, one.target.installation_id): one.installation_name for one in listed}
    return about | {(one.target.account, one.target.installation_id): one.installation_name for one in stored.changes}


def _of(items: tuple[Item, ...], here: Set[tuple[str, str]]) -> tuple[Item, ...]:
    return tuple(one for one in items if (one.target.account, one.target.installation_id) in here)


def accounts_in(stored: Plan, desired: DesiredFleet, *, where: str) -> list[Account]:
    """The accounts that a saved plan needs, as the files have them.

    Raises:
        InvalidDocumentError: An account is gone, or means another cloud.
    """
    known = {account.name: account for account in desired.accounts}
    clouds = {account.name: account.cloud for account in stored.accounts}
    names = {change.target.account for change in stored.changes} or clouds.keys()
    for name in sorted(names):
        if name not in known or clouds.get(name) is not known[name].cloud:
            cloud = clouds[name].value if name in clouds else "unknown"
            raise InvalidDocumentError(
                f"the plan was made for account {name} at the cloud {cloud}, which fleet.yaml does not have",
                where=where,
                remedy="use the fleet that the plan was made from, or plan again",
            )
    return [known[name] for name in sorted(names)]


def still_good(stored: Plan, limits: GuardLimits, *, policy: Policy, where: str) -> Plan:
    """A saved plan with the fleet guards of this moment. The way back from a run may be as old as it likes.

    Raises:
        InvalidDocumentError: It is older than a day, or from the future.
    """
    expires_at = min(stored.valid_until, stored.created_at + VALID_FOR)
    if policy.now > expires_at and stored.rollback is None:
        raise _unusable(f"the plan expired at {expires_at:%Y-%m-%dT%H:%M:%SZ}", where)
    if stored.created_at > policy.now + CLOCK_SKEW:
        raise _unusable(f"the plan is from the future ({stored.created_at:%Y-%m-%dT%H:%M:%SZ})", where)
    return with_fleet_guards(stored, limits, policy=policy)


def check_way_back(stored: Plan, desired: DesiredFleet, *, root: Path, where: str) -> None:
    """A way back wants former values and nothing else: what its run saw, as the folder of that run tells.

    Without this, wishes that no file check has ever seen could come in under the name of a way back.

    Raises:
        InvalidDocumentError: The run is not known here, or the plan wants something that the run did not find.
    """
    if stored.rollback is None:
        return
    run_id = stored.rollback.run_id
    if run_id not in run_ids(root) or not (run_path(root, run_id) / PLAN).is_file():
        raise InvalidDocumentError(
            f"it takes run {run_id} back, and there is no such run here",
            where=where,
            remedy="apply it beside the folder .reconciler/runs that holds the run, or write the former values into "
            "the files",
        )
    genuine = rollback_plan(read_plan(run_path(root, run_id) / PLAN), desired, run_id=run_id, now=stored.created_at)
    former = {_wish(change) for change in genuine.changes}
    foreign = [change for change in stored.changes if _wish(change) not in former]
    if foreign:
        raise InvalidDocumentError(
            f"it wants what run {run_id} did not find: {wish(foreign[0])}",
            where=where,
            remedy="use the rollback.json of that run as it was written, or write the values into the files and plan",
        )


def _wish(change: Change) -> tuple[Target, str, str]:
    return change.target, change.setting, repr(plain(change.after))


def with_its_wishes(stored: Plan, request: Request) -> Request:
    """The request itself, or for the way back from a run one that wants what was there before instead of the files."""
    if stored.rollback is None:
        return request
    say(
        f"note: this takes run {stored.rollback.run_id} back. The files still want the other values, so the next apply "
        "brings those back unless the files are changed"
    )
    return replace(request, desired=as_wished(stored, request.desired))


def with_fleet_guards(stored: Plan, limits: GuardLimits, *, policy: Policy) -> Plan:
    """The plan with the fleet guards of this moment; what the file says about them is for its readers."""
    of_sites = tuple(refusal for refusal in stored.refusals if refusal.scope is not GuardScope.FLEET)
    of_fleet = fleet_refusals(stored.changes, limits, policy=policy)
    return replace(stored, refusals=(*of_fleet, *of_sites), accepted=tuple(sorted(policy.accepted)))


def _unusable(what: str, where: str) -> InvalidDocumentError:
    return InvalidDocumentError(what, where=where, remedy="make and review a new one: reconciler plan --out FILE")
