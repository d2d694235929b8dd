"""From a redirect to a new file: believe nothing, write the use down, read with our own account, draft like `adopt`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from reconciler.errors import CloudError
from reconciler.model.adoption import Adopted, Adoption, Draft, Wish
from reconciler.model.consent import (
    Claim,
    InstallationKind,
    IssuedLink,
    LinkState,
    Outcome,
    SeenSite,
)
from reconciler.model.desired import Account, DesiredFleet, Route
from reconciler.model.observed import Breadth, ObservedFleet, ObservedInstallation, ReadNeed
from reconciler.model.ports import Clock, Origins
from reconciler.model.settings import Setting
from reconciler.model.value import ABSENT, Unreadable
from reconciler.model.words import row_of
from reconciler.planning.consent_claims import judge_claim, judge_site, others_who_may, state_after, taken_since
from reconciler.planning.make import Policy, make_plan
from reconciler.records import dataclass
from reconciler.workflows.adopt import Drafts, Takeover, adopt
from reconciler.workflows.ports import Observer

PATIENCE_S = 30.0
"""How long a hierarchy may answer 204 after a grant, per Zaptec's description of 2026-05-27."""

_PAUSES_S = (2.0, 4.0, 8.0, 16.0)
_ANY_LIMIT_A = 1e6


class LinkBook(Protocol):
    """The links that went out."""

    def all(self) -> tuple[IssuedLink, ...]:
        """By time of issue."""
        ...

    def find(self, nonce: str) -> IssuedLink | None:
        """The link that a nonce belongs to."""
        ...

    def settle(
        self,
        link: IssuedLink,
        state: LinkState,
        *,
        at: datetime,
        claimed_id: str | None = None,
        outcome: Outcome | None = None,
    ) -> IssuedLink | None:
        """Move a link on; None when somebody else has moved it meanwhile."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A claim that was judged without the cloud.

    Attributes:
        outcome: None when it is worth reading the installation; the link is claimed then.
        link: None when the nonce is not ours.
        is_doubtful: Whether other links may have brought the installation, so a browser's word alone is too little.
    """

    outcome: Outcome | None
    link: IssuedLink | None
    is_doubtful: bool = False


def receive(claim: Claim, book: LinkBook, *, at: datetime) -> Received:
    """Judge a claim and write its use down before anything else happens.

    Raises:
        ReconcilerError: The links cannot be read or written.
    """
    link = book.find(claim.nonce)
    taken = frozenset() if link is None else taken_since(link, book.all())
    outcome = judge_claim(claim, link, now=at, taken=taken)
    if link is None:
        return Received(outcome=outcome, link=None)
    if outcome is not None:
        return _settled(link, outcome, book, at=at, claimed_id=claim.installation_id)
    moved = link
    if link.state is not LinkState.CLAIMED:
        moved = book.settle(link, LinkState.CLAIMED, at=at, claimed_id=claim.installation_id) or link
    if moved.state is not LinkState.CLAIMED:
        return Received(outcome=Outcome.REPLAYED, link=link)
    return worth_reading(moved, book, at=at)


def worth_reading(link: IssuedLink, book: LinkBook, *, at: datetime) -> Received:
    """A claimed link; doubtful while others may have brought the same.

    Raises:
        ReconcilerError: The links cannot be read.
    """
    others = others_who_may(link, link.claimed_id or "", book.all(), now=at)
    return Received(outcome=None, link=link, is_doubtful=bool(others))


def receive_found(installation_id: str, candidates: Sequence[IssuedLink], book: LinkBook, *, at: datetime) -> Received:
    """Claim what the lists show and no redirect told, on the operator's word.

    Args:
        installation_id: What became visible.
        candidates: Unanswered links that may have brought it; only of one of them the operator can mean.
        book: Where the use is written down.
        at: When.

    Raises:
        ReconcilerError: The links cannot be read or written.
    """
    if len(candidates) != 1:
        return Received(outcome=Outcome.NEEDS_REVIEW if candidates else Outcome.FOREIGN, link=None)
    moved = book.settle(candidates[0], LinkState.CLAIMED, at=at, claimed_id=installation_id)
    if moved is None:
        return Received(outcome=Outcome.REPLAYED, link=candidates[0])
    return worth_reading(moved, book, at=at)


def _settled(link: IssuedLink, outcome: Outcome, book: LinkBook, *, at: datetime, claimed_id: str | None) -> Received:
    state = state_after(outcome)
    if state is None:
        return Received(outcome=outcome, link=link)
    moved = book.settle(link, state, at=at, claimed_id=_kept(outcome, claimed_id), outcome=outcome)
    return Received(outcome=outcome if moved is not None else Outcome.REPLAYED, link=moved or link)


def _kept(outcome: Outcome, claimed_id: str | None) -> str | None:
    """What a browser says is kept only where it was an id; a foreign one must not keep its own link from ending."""
    return claimed_id if outcome is Outcome.WRONG_TYPE else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What our account sees of a claimed installation; `site` only when the outcome is GRANTED."""

    outcome: Outcome
    site: ObservedInstallation | None = None


def read_claimed(link: IssuedLink, observer: Observer, clock: Clock) -> Reading:
    """Read the installation that a link claims, for up to 30 s while it is not readable yet.

    Raises:
        CloudError: A login or a list failed, so nothing can be concluded.
    """
    for pause_s in (*_PAUSES_S, None):
        reading = _read_once(link, observer)
        if reading.outcome is not Outcome.NOT_YET_READABLE or pause_s is None:
            return reading
        clock.sleep(pause_s)
    raise AssertionError("the last turn of the loop returns")


def _read_once(link: IssuedLink, observer: Observer) -> Reading:
    wanted = link.claimed_id or ""
    # An installation whose limit could go up is one whose hierarchy is read.
    need = ReadNeed(account=link.account, installation_id=wanted, raises_to=(("", _ANY_LIMIT_A),))
    site = observer.observe([need], breadth=Breadth.SITES).installation(wanted, link.account)
    seen = seen_site(site)
    outcome = judge_site(link, seen)
    return Reading(outcome=outcome, site=site if outcome is Outcome.GRANTED else None)


def seen_site(site: ObservedInstallation | None) -> SeenSite | None:
    """What counts of an installation for a claim; None when our account does not see it."""
    if site is None:
        return None
    kind = None if site.pro is None else InstallationKind.PRO if site.pro else InstallationKind.GO
    circuits = site.circuits
    return SeenSite(kind=kind, is_readable=circuits is not None and not isinstance(circuits, Unreadable))


def read_chosen(
    site: ObservedInstallation, serials: Collection[str], observer: Observer, *, permissions: bool
) -> ObservedFleet:
    """Everything that a file about these chargers may say.

    Raises:
        CloudError: A login or a list failed, so nothing can be concluded.
    """
    mode = site.get("authentication.mode")
    need = ReadNeed(
        account=site.account,
        installation_id=site.id,
        state_of=tuple(sorted(serials)),
        raises_to=(("", _ANY_LIMIT_A),),
        permissions=permissions,
        mode=mode if isinstance(mode, str) else None,
    )
    return observer.observe([need], breadth=Breadth.SITES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a new file is made from.

    Attributes:
        desired: The fleet without the new file.
        observed: What `read_chosen` read.
        serials: The chargers that the file lists.
    """

    desired: DesiredFleet
    observed: ObservedFleet
    installation_id: str
    serials: Collection[str]


def drafted(wanted: Wanted, drafts: Drafts, *, policy: Policy, origins: Origins) -> Adoption:
    """A new file as `adopt` writes it, limited to those chargers and to what our account can write itself.

    What only a person could change in the Portal is not repeated; where the fleet's defaults say otherwise, it is taken
    back, so that the file plans to zero.

    Raises:
        ReconcilerError: The file would be wrong.
    """
    found = wanted.observed.installation(wanted.installation_id)
    if found is None:
        raise _gone(wanted.installation_id)
    site = replace(found, chargers=tuple(one for one in found.chargers if one.serial in wanted.serials))
    fleet = wanted.desired
    own = _Managed(drafts, fleet.account(site.account), found=wanted.observed, policy=policy, origins=origins, of=fleet)
    takeover = Takeover(
        desired=replace(fleet, installations=(), selection="onboard"),
        observed=wanted.observed,
        fresh=(site,),
        serials={},
        elsewhere={charger.serial: one.id for one in fleet.installations for charger in one.chargers},
    )
    return adopt(takeover, own, policy=policy, origins=origins)


def _gone(installation_id: str) -> CloudError:
    return CloudError(
        "the installation could be read a moment ago and is not visible any more",
        where=installation_id,
        remedy="accept the same address again; if it stays so, ask the owner whether access was taken back",
    )


class _Managed:
    """Drafts that leave out what is of route portal. Implements `workflows.adopt.Drafts`."""

    def __init__(
        self,
        drafts: Drafts,
        account: Account,
        *,
        found: ObservedFleet,
        policy: Policy,
        origins: Origins,
        of: DesiredFleet,
    ) -> None:
        self._drafts = drafts
        self._account = account
        self._found = found
        self._policy = policy
        self._origins = origins
        self._fleet = of

    def patch(self, installation_id: str, adopted: Sequence[Adopted]) -> Draft:
        """As it is: only new files are limited."""
        return self._drafts.patch(installation_id, adopted)

    def take(self, names: Mapping[str, str]) -> None:
        """As it is."""
        self._drafts.take(names)

    def new(self, site: ObservedInstallation, adopted: Sequence[Adopted], *, notes: Sequence[str]) -> Draft:
        """A new file; a first draft shows which inherited values must be taken back."""
        own = [one for one in adopted if one.now is ABSENT or not self._is_portal(_row(one))]
        first = self._drafts.new(site, own, notes=notes)
        fleet = replace(self._fleet, installations=(first.desired,), selection="onboard")
        plan = make_plan(fleet, self._found, self._policy, self._origins)
        open_ = {(change.target, change.setting) for change in plan.changes}
        back = [_taken_back(one) for one in adopted if one not in own and (one.target, one.setting) in open_]
        return self._drafts.new(site, [*own, *back], notes=notes) if back else first

    def _is_portal(self, row: Setting | None) -> bool:
        return row is not None and bool(row.route_key) and self._account.route_for(row.route_key) is Route.PORTAL


def _row(one: Adopted) -> Setting | None:
    return row_of(one.target, one.setting)


def _taken_back(one: Adopted) -> Adopted:
    return replace(one, now=ABSENT, wishes=tuple(Wish(path=wish.path, value=ABSENT) for wish in one.wishes))
