"""Take the live state over into files, so that the next plan is empty for everything that a file may say."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from reconciler.model.adoption import Adopted, AdoptedFile, Adoption, Draft, LeftTogether, NotAdopted, left_together
from reconciler.model.change import Change, Target
from reconciler.model.desired import DesiredFleet, DesiredInstallation
from reconciler.model.observed import ObservedCharger, ObservedFleet, ObservedInstallation
from reconciler.model.plan import Plan
from reconciler.model.ports import Origins
from reconciler.model.words import row_of, value
from reconciler.planning.adopting import is_known, of_changes, of_charger, of_installation, still_open
from reconciler.planning.guard import some
from reconciler.planning.held import Around, sorted_out
from reconciler.planning.inspect import inspect
from reconciler.planning.lookup import Lookup
from reconciler.planning.make import Policy, make_plan
from reconciler.records import dataclass


class Drafts(Protocol):
    """Writes drafts of installation files."""

    def patch(self, installation_id: str, adopted: Sequence[Adopted]) -> Draft:
        """An existing file with as many of the wishes as the rules let stand."""
        ...

    def new(self, site: ObservedInstallation, adopted: Sequence[Adopted], *, notes: Sequence[str]) -> Draft:
        """A new file."""
        ...

    def take(self, names: Mapping[str, str]) -> None:
        """Names of installations that get new files in this run, by id."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Takeover:
    """What is to be adopted.

    Attributes:
        desired: The fleet; `installations` of it are those whose files are patched.
        fresh: Installations that have no file yet.
        serials: By installation id: only these chargers of it; left out: everything.
        elsewhere: Serials that some file lists already, with the id of its installation.
    """

    desired: DesiredFleet
    observed: ObservedFleet
    fresh: tuple[ObservedInstallation, ...]
    serials: Mapping[str, frozenset[str]]
    elsewhere: Mapping[str, str]


def adopt(takeover: Takeover, drafts: Drafts, *, policy: Policy, origins: Origins) -> Adoption:
    """Drafts of all files; nothing is written. Each is proven by a second plan over the same live state.

    Raises:
        ReconcilerError: A file cannot be read or patched.
    """
    drafts.take({site.id: site.name or "" for site in takeover.fresh})
    first = _Look.at(takeover.desired, takeover.observed, policy, origins)
    files = [_patched(site, takeover, drafts, first) for site in takeover.desired.installations]
    files += [_new(site, takeover, drafts) for site in takeover.fresh]
    after = replace(takeover.desired, installations=tuple(one.draft.desired for one in files))
    second = _Look.at(after, takeover.observed, policy, origins)
    held = [item for site in after.installations for item in second.sorted_out(site)[1]]
    told = {one.installation_id: one.left for one in files}
    rest = [item for item in still_open(second.plan, held, told) if _is_meant(item.target, takeover.serials)]
    return Adoption(
        tool_version=policy.tool_version,
        created_at=policy.now,
        files=tuple(sorted((_with(one, rest) for one in files), key=lambda one: one.draft.path)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """A plan and what it was made of; `planned` holds the ids of its changes."""

    lookup: Lookup
    plan: Plan
    planned: frozenset[str]

    @classmethod
    def at(cls, desired: DesiredFleet, observed: ObservedFleet, policy: Policy, origins: Origins) -> "_Look":
        """Compare these files with what is live."""
        plan = make_plan(desired, observed, policy, origins)
        lookup = Lookup(desired=desired, observed=observed, policy=policy, origins=origins)
        return cls(lookup=lookup, plan=plan, planned=frozenset(change.id for change in plan.changes))

    def sorted_out(self, site: DesiredInstallation) -> tuple[tuple[Change, ...], tuple[NotAdopted, ...]]:
        """What the file of an installation may take over, and what something holds back or an exception decides."""
        today = self.lookup.policy.now.date()
        valid = [one for one in self.lookup.deviations.get(site.id, ()) if one.until >= today]
        differences = inspect(site, self.lookup).changes
        found = self.lookup.installations.get((site.account, site.id))
        around = Around(
            plan=self.plan,
            planned=self.planned,
            exceptions=valid,
            wish=site.permissions,
            access=None if found is None else found.permissions,
        )
        return sorted_out(differences, around)


def _is_meant(target: Target, serials: Mapping[str, frozenset[str]]) -> bool:
    only = serials.get(target.installation_id)
    return only is None or target.charger in only


def _patched(site: DesiredInstallation, takeover: Takeover, drafts: Drafts, look: _Look) -> AdoptedFile:
    found = takeover.observed.installation(site.id, site.account)
    only = takeover.serials.get(site.id)
    free, held = look.sorted_out(site)
    adopted: tuple[Adopted, ...] = ()
    left = tuple(one for one in held if _is_meant(one.target, takeover.serials))
    if found is not None:
        adopted, unread = of_changes([one for one in free if _is_meant(one.target, takeover.serials)], found)
        left = (*left, *unread)
        for charger in _unlisted(site, found, only):
            more, unread = of_charger(found, charger)
            adopted = (*adopted, *more) if any(is_known(one) for one in more) else adopted
            left = (*left, *unread)
    return _file(drafts.patch(site.id, adopted), adopted, left)


def _unlisted(
    site: DesiredInstallation, found: ObservedInstallation, only: frozenset[str] | None
) -> list[ObservedCharger]:
    """Chargers that somebody named and the file does not list."""
    listed = {charger.serial for charger in site.chargers}
    return [one for one in found.chargers if only is not None and one.serial in only - listed]


def _new(site: ObservedInstallation, takeover: Takeover, drafts: Drafts) -> AdoptedFile:
    taken = [one for one in site.chargers if one.serial in takeover.elsewhere]
    own = replace(site, chargers=tuple(one for one in site.chargers if one not in taken))
    adopted, left = of_installation(own)
    target = adopted[0].target
    left += tuple(
        NotAdopted(
            target=replace(target, charger=one.serial),
            setting="",
            why=f"the file of installation {takeover.elsewhere[one.serial]} lists this charger",
        )
        for one in taken
    )
    return _file(drafts.new(site, adopted, notes=[_note(one) for one in left_together(left)]), adopted, left)


def _note(one: LeftTogether) -> str:
    subject = f"{some([target.subject for target in one.targets])} {', '.join(one.settings)}".strip()
    return ": ".join(part for part in (subject, one.why) if part)


def _file(draft: Draft, adopted: Sequence[Adopted], left: Sequence[NotAdopted]) -> AdoptedFile:
    refused = [one for one, _ in draft.refused]
    why = [
        NotAdopted(target=one.target, setting=one.setting, why=f"no file may say {_shown(one)}: {reason}")
        for one, reason in draft.refused
    ]
    kept = tuple(one for one in adopted if one not in refused and is_known(one))
    return AdoptedFile(
        draft=draft,
        account=draft.desired.account,
        installation_id=draft.desired.id,
        name=draft.desired.name,
        adopted=tuple(sorted(kept, key=lambda one: (one.target.sort_key, one.setting))),
        left=_sorted((*left, *why)),
    )


def _shown(one: Adopted) -> str:
    return value(row_of(one.target, one.setting), one.now)


def _with(one: AdoptedFile, rest: Sequence[NotAdopted]) -> AdoptedFile:
    mine = [item for item in rest if item.target.installation_id == one.installation_id]
    return replace(one, left=_sorted((*one.left, *mine)))


def _sorted(items: Iterable[NotAdopted]) -> tuple[NotAdopted, ...]:
    return tuple(sorted(items, key=lambda item: (item.target.sort_key, item.setting, item.why)))
