"""From a claim to a file: judge it, read the installation, choose chargers, write, and only then call it granted."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from reconciler.cli.adopting import write_files
from reconciler.cli.onboard_choice import Chooser
from reconciler.cli.onboard_files import Fleet, load_the_fleet, only_account
from reconciler.cli.onboard_git import commit_new, is_known
from reconciler.cli.options import current_globals
from reconciler.cli.output import say
from reconciler.cli.planning import policy_at
from reconciler.cli.wiring import Access, Connections, connected
from reconciler.errors import UsageProblemError
from reconciler.loading.drafts import FleetDrafts
from reconciler.model.adoption import Adoption
from reconciler.model.consent import Claim, IssuedLink, LinkState, Outcome
from reconciler.model.desired import Account, Route
from reconciler.model.exit import ExitCode, code_of
from reconciler.model.mail import on_one_line
from reconciler.model.observed import Breadth, ObservedFleet, ObservedInstallation
from reconciler.planning.consent_claims import claim_of
from reconciler.planning.consent_link import is_uuid
from reconciler.records import dataclass
from reconciler.report.onboard_words import OPERATOR, stays_out
from reconciler.store.nonces import Links
from reconciler.workflows.onboard import (
    Received,
    Wanted,
    drafted,
    read_chosen,
    read_claimed,
    receive,
    receive_found,
    worth_reading,
)
from reconciler.workflows.onboard_status import candidates

_SHORT = re.compile(r"[0-9a-f]{8}")
_NOBODY_GAVE = frozenset({Outcome.DENIED, Outcome.CLOSED, Outcome.NOT_YET_READABLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How one claim ended.

    Attributes:
        link: None when the nonce is not ours.
        file: From the fleet folder on; None when there is none. With REPLAYED the one that the link brought then.
        adoption: What this run has written; None when the file was there already.
    """

    outcome: Outcome
    link: IssuedLink | None = None
    file: str | None = None
    name: str = ""
    adoption: Adoption | None = None


def line_of(ended: Ended) -> str:
    """The outcome, whose link it is, and what is so."""
    return _line(ended, ended.outcome, OPERATOR[ended.outcome].message)


def _line(ended: Ended, outcome: Outcome, message: str) -> str:
    who = f"{ended.link.reference or 'link ' + ended.link.short}: " if ended.link is not None else ""
    return f"{outcome.value}: {who}{message}"


def told(ended: Ended, *, prepares: bool) -> ExitCode:
    """Say how it ended, commit a new file when asked to, and give the exit code.

    Raises:
        ReconcilerError: git does not do it; the file is written then.
    """
    if prepares and ended.adoption is None and ended.file is not None and not is_known(_place(ended.file)):
        say(_line(ended, Outcome.GRANTED, "an earlier run has written the file, and git does not know it yet"))
        click.echo(str(_place(ended.file)))
        return _committed(ended)
    words = OPERATOR[ended.outcome]
    say(line_of(ended))
    if ended.file is None or ended.outcome is Outcome.REPLAYED:
        place = "" if ended.file is None else str(current_globals().fleet / ended.file)
        say(f"its file: {place}" if place else f"what to do: {words.advice}")
        return ExitCode.PARTIAL if ended.outcome in _NOBODY_GAVE else ExitCode.REFUSED
    path = current_globals().fleet / ended.file
    click.echo(str(path))
    if ended.adoption is None:
        say("the file was there already and stays as it is; `reconciler plan` compares it")
        return ExitCode.DONE
    for item in ended.adoption.left:
        say(stays_out(item))
    if prepares:
        _committed(ended)
    else:
        say(f"what to do: {words.advice}")
    return code_of(ended.adoption.conditions)


def _place(file: str) -> Path:
    return current_globals().fleet / file


def _committed(ended: Ended) -> ExitCode:
    """Commit the file that a link has brought.

    Raises:
        ReconcilerError: git does not do it.
    """
    prepared = commit_new(_place(ended.file or ""), name=ended.name)
    say(f"committed on branch {prepared.branch}; push it and open a pull request, `{prepared.back}` goes back")
    return ExitCode.DONE


def accepted_url(url: str, choose: Chooser) -> Ended:
    """What a pasted redirect comes to.

    Raises:
        ReconcilerError: Nothing can be concluded; the same address can be accepted again.
    """
    return accepted(claim_of(url), choose)


def accepted(claim: Claim, choose: Chooser) -> Ended:
    """What a claim comes to; a nonce that is not ours costs no request.

    Raises:
        ReconcilerError: Nothing can be concluded; the same claim can be accepted again.
    """
    book = Links(current_globals().root)
    link = book.find(claim.nonce)
    if link is None:
        return Ended(outcome=Outcome.FORGED)
    fleet = load_the_fleet()
    account = fleet.account(link.account)
    with connected([account], access=Access.READ_ONLY) as connections:
        received = receive(claim, book, at=connections.clock.now())
        return _finished(received, _Desk(book=book, fleet=fleet, account=account, connections=connections), choose)


def _brought(installation_id: str, links: Sequence[IssuedLink]) -> Received | None:
    """What a link has brought already: used before; None when no link has."""
    link = next((one for one in links if one.claimed_id == installation_id and one.state is LinkState.GRANTED), None)
    return None if link is None else Received(outcome=Outcome.REPLAYED, link=link)


def accepted_id(target: str, choose: Chooser, *, chosen: str | None) -> Ended:
    """Take over an installation that became visible without a redirect.

    Raises:
        UsageProblemError: It is no id, or several links may have brought it and none is named.
        ReconcilerError: Nothing can be concluded.
    """
    installation_id = target.strip().lower()
    if chosen is not None and not _SHORT.fullmatch(chosen):
        remedy = "name a link as `reconciler onboard status` lists them"
        raise UsageProblemError("this is not the name of a link", where="--link", remedy=remedy)
    if not is_uuid(installation_id):
        raise UsageProblemError(
            "this is neither the address of a redirect nor an installation id",
            where=on_one_line(target[:1000])[:100],
            remedy="paste the whole address, or an id and link as `reconciler onboard status` lists them",
        )
    book, fleet = Links(current_globals().root), load_the_fleet()
    links = [one for one in book.all() if one.short == chosen or (chosen is None and _may_be(one, installation_id))]
    if chosen is not None and not links:
        raise UsageProblemError(f"no link is called {chosen}", where="--link", remedy="see `reconciler onboard status`")
    account = fleet.account(links[0].account) if chosen and links else only_account(fleet.desired)
    with connected([account], access=Access.READ_ONLY) as connections:
        seen = connections.observers[account.name].observe([], breadth=Breadth.ACCOUNT)
        desk = _Desk(book=book, fleet=fleet, account=account, connections=connections)
        received = _received(installation_id, links, seen, desk, is_named=chosen is not None)
        if received.outcome is Outcome.FOREIGN:
            received = _brought(installation_id, links if chosen else book.all()) or received
        return _finished(replace(received, is_doubtful=received.is_doubtful and chosen is None), desk, choose)


def _may_be(link: IssuedLink, installation_id: str) -> bool:
    is_reviewed = link.state is LinkState.NEEDS_REVIEW and link.claimed_id == installation_id
    is_open = is_reviewed or link.state in {LinkState.ISSUED, LinkState.CLAIMED}
    return is_open and current_globals().chooses(link.account)


def _received(
    installation_id: str, links: list[IssuedLink], seen: ObservedFleet, desk: "_Desk", *, is_named: bool
) -> Received:
    """The one link that an id belongs to; one that needs review may be named or proven, and the operator decides."""
    at = desk.connections.clock.now()
    if is_named and links[0].state is LinkState.CANCELLED:
        return Received(outcome=Outcome.CANCELLED, link=links[0])
    in_use = (one for one in links if one.state is LinkState.CLAIMED and one.claimed_id == installation_id)
    if (claimed := next(in_use, None)) is not None:
        return worth_reading(claimed, desk.book, at=at)
    visible = {desk.account.name: frozenset(site.id for site in seen.installations)}
    found = candidates(links, visible, desk.fleet.files)
    able = [one for one in links if installation_id in found.get(one.digest, ())]
    asked = [] if able else [one for one in links if is_named or one.claimed_id == installation_id]
    reviewed = [one for one in asked if _is_reviewed(one, installation_id, visible[desk.account.name])]
    named = [one for one in able or reviewed if one.installation_id == installation_id]
    received = receive_found(installation_id, named or able or reviewed, desk.book, at=at)
    return replace(received, is_doubtful=received.is_doubtful or bool(reviewed))


def _is_reviewed(link: IssuedLink, installation_id: str, visible: frozenset[str]) -> bool:
    """What the link names may have been visible before (--show-existing); what it does not name must be new."""
    if installation_id not in visible or link.installation_id not in (installation_id, None):
        return False
    if link.installation_id == installation_id:
        return link.state in {LinkState.ISSUED, LinkState.NEEDS_REVIEW}
    return link.state is LinkState.NEEDS_REVIEW and installation_id not in link.visible


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """Everything that one claim needs."""

    book: Links
    fleet: Fleet
    account: Account
    connections: Connections

    def settle(self, link: IssuedLink, state: LinkState, outcome: Outcome | None = None) -> IssuedLink:
        """Move the link on; a rival that was faster has done the same."""
        at = self.connections.clock.now()
        return self.book.settle(link, state, at=at, outcome=outcome) or link

    def overtaken(self, link: IssuedLink) -> Ended | None:
        """How somebody else has ended the link since it was claimed; None when nobody has."""
        now = next((one for one in self.book.all() if one.digest == link.digest), None)
        if now == link:
            return None
        is_cancelled = now is not None and now.state is LinkState.CANCELLED
        return Ended(outcome=Outcome.CANCELLED if is_cancelled else Outcome.REPLAYED, link=now or link)


def _finished(received: Received, desk: _Desk, choose: Chooser) -> Ended:
    """Read what was claimed and write its file.

    Raises:
        UsageProblemError: No charger can be chosen; the same claim can be accepted again.
        ReconcilerError: Nothing can be concluded, or the file would be wrong.
    """
    link = received.link
    if received.outcome is not None or link is None:
        outcome = received.outcome or Outcome.NEEDS_REVIEW
        has_brought = outcome is Outcome.REPLAYED and link is not None and link.state is LinkState.GRANTED
        known = desk.fleet.files.get(link.claimed_id or "") if has_brought and link is not None else None
        return Ended(outcome=outcome, link=link, file=None if known is None else _below(known))
    reading = read_claimed(link, desk.connections.observers[link.account], desk.connections.clock)
    if reading.site is None:
        if reading.outcome is Outcome.WRONG_TYPE:
            desk.settle(link, LinkState.NEEDS_REVIEW, reading.outcome)
        return Ended(outcome=reading.outcome, link=link)
    site = reading.site
    if received.is_doubtful and not choose.proves(site):
        settled = desk.settle(link, LinkState.NEEDS_REVIEW, Outcome.NEEDS_REVIEW)
        return Ended(outcome=Outcome.NEEDS_REVIEW, link=settled)
    known = desk.fleet.files.get(site.id)
    if known is not None:
        settled = desk.settle(link, LinkState.GRANTED)
        return Ended(outcome=Outcome.GRANTED, link=settled, file=_below(known), name=site.name or "")
    adoption = _drafted(site, choose.choose(site), desk)
    overtaken = desk.overtaken(link)  # reading and choosing take their time
    if overtaken is not None:
        return overtaken
    write_files(adoption, current_globals().fleet)
    settled = desk.settle(link, LinkState.GRANTED)
    file = adoption.files[0].draft.path
    return Ended(outcome=Outcome.GRANTED, link=settled, file=file, name=site.name or "", adoption=adoption)


def _below(file: str) -> str:
    """From the fleet folder on."""
    parts = Path(file).parts
    return str(Path(*parts[parts.index("installations") if "installations" in parts else 0 :]))


def _drafted(site: ObservedInstallation, serials: tuple[str, ...], desk: _Desk) -> Adoption:
    elsewhere = {one.serial: file.file for file in desk.fleet.desired.installations for one in file.chargers}
    taken = [f"{one} ({elsewhere[one]})" for one in serials if one in elsewhere]
    if taken:
        raise UsageProblemError(
            f"another file lists this charger already: {', '.join(taken)}",
            where=site.id,
            remedy="take its lines out there first, then accept the same address again",
        )
    permissions = desk.account.route_for("permissions") is Route.PARTNER
    observed = read_chosen(site, serials, desk.connections.observers[site.account], permissions=permissions)
    policy = policy_at(desk.connections.clock.now(), desk.connections, accepted=(), root=current_globals().root)
    read = desk.fleet.loaded.origins.fleet
    if read is None:
        raise RuntimeError("a fleet that loaded has its files")
    wanted = Wanted(desired=desk.fleet.desired, observed=observed, installation_id=site.id, serials=serials)
    return drafted(
        wanted, FleetDrafts(read, command="reconciler onboard"), policy=policy, origins=desk.fleet.loaded.origins
    )
