"""Take the live state over into files, so that the next plan is empty for everything that a file may say."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from reconciler.model.adoption import Adopted, AdoptedFile, Adoption, Draft, NotAdopted
from reconciler.model.change import Change
from reconciler.model.desired import DesiredFleet, DesiredInstallation
from reconciler.model.observed import ObservedCharger, ObservedFleet, ObservedInstallation
from reconciler.model.ports import Origins
from reconciler.model.words import row_of, value
from reconciler.planning.adopting import of_changes, of_charger, of_installation, still_open
from reconciler.planning.make import Policy, make_plan


class Drafts(Protocol):
    """Writes drafts of installation files."""

    def patch(self, installation_id: str, adopted: Sequence[Adopted]) -> Draft:
        """An existing file with as many of the wishes as the rules let stand."""
        ...

    def new(self, site: ObservedInstallation, adopted: Sequence[Adopted], *, notes: Sequence[str]) -> Draft:
        """A new file."""
        ...

    def take(self, names: Iterable[str]) -> None:
        """Names of installations that get new files in this run."""
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
    drafts.take(site.name or "" for site in takeover.fresh)
    plan = make_plan(takeover.desired, takeover.observed, policy, origins)
    files = []
    for site in takeover.desired.installations:
        found = takeover.observed.installation(site.id, site.account)
        changes = [change for change in plan.changes if change.target.installation_id == site.id]
        files.append(_patched(site, found, takeover, drafts, changes=changes))
    files += [_new(site, takeover, drafts) for site in takeover.fresh]
    after = replace(takeover.desired, installations=tuple(one.draft.desired for one in files))
    second = make_plan(after, takeover.observed, policy, origins)
    rest = [
        item
        for item in still_open(second, {one.installation_id: one.left for one in files})
        if _is_meant(item, takeover.serials)
    ]
    return Adoption(
        tool_version=policy.tool_version,
        created_at=policy.now,
        files=tuple(sorted((_with(one, rest) for one in files), key=lambda one: one.draft.path)),
    )


def _is_meant(item: NotAdopted, serials: Mapping[str, frozenset[str]]) -> bool:
    only = serials.get(item.target.installation_id)
    return only is None or item.target.charger in only


def _patched(
    site: DesiredInstallation,
    found: ObservedInstallation | None,
    takeover: Takeover,
    drafts: Drafts,
    *,
    changes: Sequence[Change],
) -> AdoptedFile:
    only = takeover.serials.get(site.id)
    wanted = [one for one in changes if only is None or one.target.charger in only]
    adopted: tuple[Adopted, ...] = ()
    left: tuple[NotAdopted, ...] = ()
    if found is not None:
        adopted, left = of_changes(wanted, found)
        for charger in _unlisted(site, found, only):
            more, unread = of_charger(found, charger)
            adopted, left = (*adopted, *more), (*left, *unread)
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
    return _file(drafts.new(site, adopted, notes=[_note(item) for item in left]), adopted, left)


def _note(item: NotAdopted) -> str:
    subject = item.target.subject
    return ": ".join(part for part in (f"{subject} {item.setting}".strip(), item.why) if part)


def _file(draft: Draft, adopted: Sequence[Adopted], left: Sequence[NotAdopted]) -> AdoptedFile:
    refused = [one for one, _ in draft.refused]
    why = [
        NotAdopted(target=one.target, setting=one.setting, why=f"no file may say {_shown(one)}: {reason}")
        for one, reason in draft.refused
    ]
    kept = tuple(one for one in adopted if one not in refused)
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
