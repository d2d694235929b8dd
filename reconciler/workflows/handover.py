"""Starts hand-overs, as files; plan and apply carry them out. Nothing here writes, neither to a cloud nor to a disk."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import field, replace
from datetime import datetime
from typing import Protocol

from reconciler.model.desired import Account, DesiredFleet, DesiredInstallation
from reconciler.model.handover import (
    Action,
    Batch,
    FileDraft,
    Found,
    Order,
    Released,
    Remark,
    Request,
    Row,
    Under,
    Wanted,
    Weight,
)
from reconciler.model.observed import Breadth, ObservedFleet, ObservedInstallation
from reconciler.model.ports import Origins
from reconciler.planning.handover import is_refused, remarks_of, wanted_of
from reconciler.planning.handover_case import Case
from reconciler.planning.handover_refusals import vouches
from reconciler.planning.handover_standing import parts_of
from reconciler.planning.make import Policy, make_plan
from reconciler.records import dataclass
from reconciler.workflows.plan import joined
from reconciler.workflows.ports import Finder


class Drafts(Protocol):
    """Writes drafts of the files of hand-overs."""

    @property
    def profile(self) -> FileDraft | None:
        """The profile of hand-overs; None when the fleet has one."""
        ...

    def take(self, names: Mapping[str, str]) -> None:
        """Names of installations that get new files in this run."""
        ...

    def patch(self, installation_id: str, wanted: Wanted) -> FileDraft | str:
        """An existing file that says what is wanted; a text says why it cannot."""
        ...

    def new(self, site: ObservedInstallation, wanted: Wanted) -> FileDraft | str:
        """A new file; a text says why there can be none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """What the files say, as far as hand-overs are concerned.

    Attributes:
        by_serial, by_id: Installations that have a file.
        over: Released files by serial.
    """

    desired: DesiredFleet
    origins: Origins
    under: Mapping[str, Under]
    released: tuple[Released, ...]
    by_serial: Mapping[str, DesiredInstallation] = field(init=False, repr=False)
    by_id: Mapping[str, DesiredInstallation] = field(init=False, repr=False)
    over: Mapping[str, Released] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        sites = self.desired.installations
        object.__setattr__(self, "by_serial", {one.serial: site for site in sites for one in site.chargers})
        object.__setattr__(self, "by_id", {site.id: site for site in sites})
        object.__setattr__(self, "over", {serial: one for one in self.released for serial in one.serials})


def find_chargers(
    requests: Sequence[Request], finders: Mapping[str, Finder], files: Files, *, now: datetime
) -> ObservedFleet:
    """The live installations of all requests, each account asked once, side by side; none, when all are over.

    Raises:
        CloudError: A login or a list failed, so nothing can be concluded.
    """
    serials = {request.serial for request in requests} - (files.over.keys() - files.by_serial.keys())
    if not serials:
        return ObservedFleet(observed_at=now, breadth=Breadth.ACCOUNT, installations=())
    with ThreadPoolExecutor(max_workers=len(finders)) as pool:
        parts = list(pool.map(lambda name: finders[name].find(serials), sorted(finders)))
    return joined(parts)


def start(requests: Sequence[Request], observed: ObservedFleet, files: Files, drafts: Drafts, policy: Policy) -> Batch:
    """What the files would be; nothing is written. A request that cannot go stays out, the others go."""
    starting = _Starting(files=files, observed=observed, drafts=drafts, policy=policy)
    cases = starting.cases(requests)
    sites = [one.found.site for one in cases if one.found.site is not None]
    drafts.take({site.id: site.name or "" for site in sites if site.id not in files.by_id})
    rows = tuple(starting.row(case) for case in cases)
    profile = [drafts.profile] if drafts.profile is not None and starting.drafted else []
    changed = [one for one in starting.drafted.values() if one.before != one.after]
    return Batch(
        tool_version=policy.tool_version,
        created_at=policy.now,
        rows=rows,
        drafts=(*(profile if changed else ()), *sorted(changed, key=lambda one: one.path)),
        turning=frozenset(site for site in starting.drafted if site not in files.under),
    )


@dataclass(slots=True, kw_only=True)
class _Starting:
    """One run of `start`, and the drafts of it by installation id."""

    files: Files
    observed: ObservedFleet
    drafts: Drafts
    policy: Policy
    drafted: dict[str, FileDraft] = field(default_factory=dict)
    places: dict[str, list[ObservedInstallation]] = field(init=False)

    def __post_init__(self) -> None:
        self.places = defaultdict(list)
        for site in self.observed.installations:
            for charger in site.chargers:
                self.places[charger.serial].append(site)

    def cases(self, requests: Sequence[Request]) -> list[Case]:
        """Each request with everything that decides about it, also the others of this run."""
        found = [(request, self._found(request)) for request in requests]
        together: dict[str, list[Request]] = defaultdict(list)
        for request, one in found:
            if one.site is not None:
                together[one.site.id].append(request)
        alone = [self._case(request, one, together) for request, one in found]
        said = frozenset(one.request.serial for one in alone if vouches(one))
        return [replace(one, along=_along(one, said, together)) for one in alone]

    def _case(self, request: Request, found: Found, together: Mapping[str, Sequence[Request]]) -> Case:
        there = () if found.site is None else together[found.site.id]
        said = () if found.file is None else found.file.acknowledgements
        return Case(
            request=request,
            found=found,
            account=self._account(found),
            people_known=self.policy.people_known,
            rivals=frozenset(one.owner for one in there if one.owner != request.owner),
            acknowledged=frozenset(one.guard for one in said if self.policy.now.date() <= one.until),
        )

    def row(self, case: Case) -> Row:
        """What becomes of a request."""
        request, found = case.request, case.found
        if found.released is not None:
            return _over(request, found.released)
        remarks = remarks_of(case)
        site = found.site
        if is_refused(remarks) or site is None:
            return _row(case, Action.REFUSED, remarks, file="", next_step=remarks[0].remedy)
        done = self._settings_done(case)
        draft = self._draft(case, site, settings_done=done)
        if isinstance(draft, str):
            remark = Remark(
                code="file",
                weight=Weight.REFUSAL,
                message=f"the file cannot say it: {draft}",
                remedy="repair the file by hand, then start again",
            )
            return _row(case, Action.REFUSED, (remark,), file="", next_step=remark.remedy)
        self.drafted[site.id] = draft
        return _row(case, _action(draft), remarks, file=draft.file, next_step=_after_start(case, draft, done=done))

    def _draft(self, case: Case, site: ObservedInstallation, *, settings_done: bool) -> FileDraft | str:
        if site.id in self.drafted:
            return self.drafted[site.id]
        wanted = wanted_of(case, settings_done=settings_done)
        if site.id in self.files.by_id:
            return self.drafts.patch(site.id, wanted)
        return self.drafts.new(site, wanted)

    def _found(self, request: Request) -> Found:
        file = self.files.by_serial.get(request.serial)
        if file is None and request.serial in self.files.over:
            return Found(released=self.files.over[request.serial])
        account = None if file is None else file.account
        seen = (one for one in self.places.get(request.serial, ()) if account in (one.account, None))
        site = next(seen, None)
        if file is None and site is not None:
            file = self.files.by_id.get(site.id)
        return Found(site=site, file=file, under=None if file is None else self.files.under.get(file.id))

    def _account(self, found: Found) -> Account | None:
        name = found.file.account if found.file is not None else found.site.account if found.site is not None else None
        return None if name is None else self.files.desired.account(name)

    def _settings_done(self, case: Case) -> bool:
        """Whether nothing but people is left to do; only asked for where the invitation comes last."""
        file, under = case.found.file, case.found.under
        if case.request.order is not Order.SEED or file is None or under is None:
            return False
        if not under.uninvited:
            return True
        alone = replace(self.files.desired, installations=(file,))
        part = parts_of(make_plan(alone, self.observed, self.policy, self.files.origins)).get(file.id)
        return part is None or part.settings_are_done


def _along(case: Case, said: Collection[str], together: Mapping[str, Sequence[Request]]) -> frozenset[str]:
    """The other chargers there that rows which count give to the same person."""
    there = () if case.found.site is None else together[case.found.site.id]
    others = (one for one in there if one.serial in said and one.serial != case.request.serial)
    return frozenset(one.serial for one in others if one.owner == case.request.owner)


def _row(case: Case, action: Action, remarks: tuple[Remark, ...], *, file: str, next_step: str) -> Row:
    site, known = case.found.site, case.found.file
    return Row(
        serial=case.request.serial,
        owner=case.request.owner,
        installation_id=site.id if site is not None else known.id if known is not None else None,
        name=(site.name or "") if site is not None else known.name if known is not None else "",
        file=file or (known.file if known is not None else ""),
        action=action,
        remarks=remarks,
        next_step=next_step,
        origin=case.request.origin,
    )


def _over(request: Request, released: Released) -> Row:
    """A hand-over that is over; to somebody else it cannot start again by accident."""
    same = request.owner in released.owners
    remark = Remark(
        code="handed-over",
        weight=Weight.REFUSAL,
        message=f"{released.file} says that it was handed over to {', '.join(sorted(released.owners)) or 'somebody'}",
        remedy="ask that owner; if the charger came back to us, delete the file in released/ first",
    )
    return Row(
        serial=request.serial,
        owner=request.owner,
        installation_id=released.installation_id,
        name=released.name,
        file=released.file,
        action=Action.RELEASED if same else Action.REFUSED,
        remarks=() if same else (remark,),
        next_step="" if same else remark.remedy,
        origin=request.origin,
    )


def _action(draft: FileDraft) -> Action:
    if draft.before is None:
        return Action.NEW
    return Action.UNCHANGED if draft.before == draft.after else Action.PATCHED


def _after_start(case: Case, draft: FileDraft, *, done: bool) -> str:
    apply = f"`reconciler plan {draft.file}`, then `reconciler apply {draft.file}`"
    if case.request.order is Order.SEED and not done:
        return f"{apply}; then start again with --order seed, which invites the owner"
    return apply
