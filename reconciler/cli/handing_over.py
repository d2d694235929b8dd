"""What the `handover` commands share: files and cloud on one side, drafts and their writing on the other."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from reconciler import __version__
from reconciler.cli.departing import departures_that_hold, keep_look, known_of
from reconciler.cli.fleet_files import load, load_valid
from reconciler.cli.options import current_globals
from reconciler.cli.planning import policy_at
from reconciler.cli.selecting import accounts_of, chosen
from reconciler.cli.wiring import Access, Connections, connected
from reconciler.errors import UsageProblemError
from reconciler.loading.beginning import without_installations
from reconciler.loading.handover_drafts import HandoverDrafts
from reconciler.loading.handover_files import begun, released_files
from reconciler.loading.handover_list import read_requests
from reconciler.loading.handover_release import Releases
from reconciler.loading.load import LoadedFleet
from reconciler.loading.origins import ReadFleet
from reconciler.model.desired import Account, DesiredFleet
from reconciler.model.handover import Batch, HandoverStatus, Order, Released, Request, Under
from reconciler.model.observed import ObservedFleet
from reconciler.planning.attested import words_on
from reconciler.planning.by_hand import asked_to_leave
from reconciler.planning.departed import Known, doubts_about
from reconciler.planning.handover_standing import Evidence
from reconciler.planning.make import make_plan
from reconciler.planning.policy import Policy
from reconciler.records import dataclass
from reconciler.workflows import handover as workflow
from reconciler.workflows import handover_end as end

SERIAL = re.compile(r"[A-Z]{3}[0-9]{6}", re.ASCII)
PERSON = re.compile(r"person:[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
WAVE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The files, and what they say of hand-overs."""

    loaded: LoadedFleet
    desired: DesiredFleet
    fleet: ReadFleet
    under: Mapping[str, Under]
    released: tuple[Released, ...]


def requests_of(
    serial: str | None, owner: str | None, list_: Path | None, *, wave: str | None, max_current_a: float, order: Order
) -> tuple[Request, ...]:
    """What the command line or the list asks for.

    Raises:
        UsageProblemError: A word on the command line is not what it should be.
        InvalidFilesError: Something is wrong with the list.
    """
    if wave is not None and not WAVE.fullmatch(wave):
        raise UsageProblemError(
            "this is no name of a wave", where="--wave", remedy="letters, digits, dots, dashes and underscores"
        )
    template = Request(serial="", owner="", wave=wave, max_current_a=round(max_current_a, 1), order=order)
    if list_ is not None:
        return read_requests(list_, template)
    person = owner if owner is not None and owner.startswith("person:") else f"person:{owner}"
    if not PERSON.fullmatch(person):
        raise UsageProblemError(
            "a person is named by an id, never by an address",
            where="--owner",
            remedy="write person:<id> with an id of the directory of people",
        )
    return (replace(template, serial=checked_serial(serial or ""), owner=person),)


def checked_serial(text: str) -> str:
    """A serial in capital letters.

    Raises:
        UsageProblemError: It is none.
    """
    serial = text.upper()
    if not SERIAL.fullmatch(serial):
        raise UsageProblemError(
            "this is not a serial number",
            where="handover",
            remedy="give the three letters and six digits on the box, for instance ZAP012347",
        )
    return serial


def start_batch(requests: Sequence[Request]) -> Batch:
    """Look at the chargers and draft their files; nothing is written."""
    opened = open_files()
    accounts = _accounts(opened.desired)
    files = workflow.Files(
        desired=opened.desired, origins=opened.loaded.origins, under=opened.under, released=opened.released
    )
    with connected(accounts, access=Access.READ_ONLY) as connections:
        policy = _policy(connections)
        observed = workflow.find_chargers(requests, connections.finders, files, now=policy.now)
        departures_that_hold(observed, connections, now=policy.now)  # what is seen again was not left
        _keep_what_is_seen(opened, observed, policy, connections)
    groups = [one.own_principal for one in opened.desired.accounts if one.own_principal is not None]
    return workflow.start(requests, observed, files, HandoverDrafts(opened.fleet, groups), policy)


def _keep_what_is_seen(opened: Opened, observed: ObservedFleet, policy: Policy, connections: Connections) -> None:
    """A look like any other, at hand-overs that have begun."""
    seen = {(one.account, one.id) for one in observed.installations}
    sites = [one for one in opened.desired.installations if one.id in opened.under and (one.account, one.id) in seen]
    if sites:
        part = opened.desired.only(tuple(sites), selection="hand-overs")
        keep_look(part, observed, make_plan(part, observed, policy, opened.loaded.origins), connections)


def finish_batch(serials: Sequence[str]) -> Batch:
    """What would be filed away.

    Raises:
        UsageProblemError: A serial is in no hand-over.
    """
    wanted = frozenset(checked_serial(one) for one in serials)
    opened = open_files()
    known = {one.serial for site in opened.desired.installations if site.id in opened.under for one in site.chargers}
    over = [(one, serial) for one in opened.released for serial in sorted(one.serials & (wanted - known))]
    left = wanted - {serial for _, serial in over}
    if missing := sorted(left - known):
        raise UsageProblemError(
            f"{', '.join(missing)}: no hand-over under way has this charger",
            where="handover finish",
            remedy="see `reconciler handover status`",
        )
    found = _nothing(opened) if over and not left else _look_at(opened, sorted(left), ())
    batch = end.finish(found, left, Releases(opened.fleet, opened.desired))
    return replace(batch, rows=(*batch.rows, *(end.over_already(one, serial) for one, serial in over)))


def look_at(selectors: Sequence[str], exclude: Sequence[str]) -> HandoverStatus:
    """How far the hand-overs are; without any, nobody is asked."""
    opened = open_files()
    if not opened.under:
        return _nothing(opened)
    return _look_at(opened, selectors, exclude)


def _look_at(opened: Opened, selectors: Sequence[str], exclude: Sequence[str]) -> HandoverStatus:
    part = chosen(opened.desired, selectors=selectors, exclude=exclude)
    sites = tuple(site for site in part.installations if site.id in opened.under)
    if not sites:
        return _nothing(opened)
    only = part.only(sites, selection=part.selection or "hand-overs")
    with connected(accounts_of(only), access=Access.READ_ONLY) as connections:
        policy = _policy(connections)
        looked = end.look(only, connections.observers, policy, opened.loaded.origins)
        known = known_of(only, looked.observed, connections, now=policy.now)
        evidence = _evidence(opened, only, known, policy)
        keep_look(only, looked.observed, looked.plan, connections)
    return end.status(looked, evidence, released=len(opened.released))


def _evidence(opened: Opened, part: DesiredFleet, known: Known, policy: Policy) -> Evidence:
    accounts = {site.id: part.account(site.account) for site in part.installations}
    managed = (site for site in part.installations if site.permissions is not None)
    words = words_on(managed, part.attestations, today=policy.now.date())
    asked = {site.id: asked_to_leave(site, accounts[site.id], policy.asked) for site in part.installations}
    return Evidence(
        under=opened.under,
        doubts={
            site.id: doubts_about(site, accounts[site.id], known, word=words.get(site.id), asked_at=asked[site.id])
            for site in part.installations
        },
        words=words,
        asked={one: at for one, at in asked.items() if at is not None},
    )


def _nothing(opened: Opened) -> HandoverStatus:
    return HandoverStatus(
        tool_version=__version__, created_at=datetime.now(UTC), standings=(), released=len(opened.released)
    )


def open_files() -> Opened:
    """Read the files, also those of a fleet that has no installation yet."""
    loaded = load()
    desired = without_installations(loaded, str(current_globals().fleet))
    if desired is None:
        loaded, desired = load_valid()
    fleet = loaded.origins.fleet
    if fleet is None:
        raise RuntimeError("a fleet that loaded has its files")
    return Opened(
        loaded=loaded,
        desired=desired,
        fleet=fleet,
        under=begun(desired, fleet),
        released=released_files(fleet.folder),
    )


def _accounts(desired: DesiredFleet) -> list[Account]:
    found = [account for account in desired.accounts if current_globals().chooses(account.name)]
    if not found:
        raise UsageProblemError(
            "there is no account of that name", where="--account", remedy="see `accounts:` in fleet.yaml"
        )
    return found


def _policy(connections: Connections) -> Policy:
    return policy_at(connections.clock.now(), connections, accepted=(), root=current_globals().root)
