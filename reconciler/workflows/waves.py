"""A large apply in waves: a few installations first, and the next ones only while those before are healthy."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import ceil

from reconciler.errors import CloudError, UsageProblemError
from reconciler.model.change import Change, Target
from reconciler.model.observed import ObservedCharger, ObservedFleet
from reconciler.model.outcome import OutcomeKind
from reconciler.model.plan import Plan, UnreadableItem
from reconciler.model.settings import Scope
from reconciler.model.value import Absent, Unreadable
from reconciler.model.words import REASONS, counted
from reconciler.planning.make import make_plan
from reconciler.records import dataclass
from reconciler.workflows.context import Apply, Site
from reconciler.workflows.first_look import Finding, FirstLook, Place, objections, place_of, value_key
from reconciler.workflows.plan import observe_fleet
from reconciler.workflows.tally import Tally
from reconciler.workflows.touched import touched

_SIZE = re.compile(r"(?P<number>[1-9]\d{0,5})|(?P<share>\d{1,3}(?:\.\d)?)%|rest")
_BAD = frozenset({OutcomeKind.FAILED, OutcomeKind.UNCERTAIN, OutcomeKind.CONFLICT})


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveSize:
    """How many installations a wave holds: a number, or a percentage of all; with neither it is the rest."""

    count: int | None = None
    percent: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Now:
    """What is so after a wave.

    Attributes:
        findings: Warnings and refusals.
        gaps: What cannot be read.
        known_gaps: What the plan of the run could not read either.
    """

    observed: ObservedFleet
    findings: Mapping[Place, Sequence[Finding]]
    gaps: Mapping[Place, Sequence[UnreadableItem]]
    known_gaps: frozenset[Target]


def parse_waves(text: str) -> tuple[WaveSize, ...]:
    """Sizes as in `5,10%,rest`.

    Raises:
        UsageProblemError: Something else, nothing, or no `rest` at the end.
    """
    words = [word.strip() for word in text.split(",")]
    found = [_SIZE.fullmatch(word) for word in words]
    for word, match in zip(words, found, strict=True):
        if match is None or not 0 < float(match["share"] or 1) <= 100:
            raise _unusable(f"{word[:20]!r} is no size of a wave")
    if words.index("rest") != len(words) - 1 if "rest" in words else True:
        raise _unusable("the last wave, and only that, must be `rest`")
    return tuple(_size(match) for match in found if match is not None)


def _size(match: re.Match[str]) -> WaveSize:
    number, share = match["number"], match["share"]
    return WaveSize(count=int(number) if number else None, percent=float(share) if share else None)


def _unusable(what: str) -> UsageProblemError:
    remedy = (
        "give installations or percentages in the order of the waves and `rest` last, for instance --waves 5,10%,rest"
    )
    return UsageProblemError(what, where="--waves", remedy=remedy)


def in_waves(sites: Sequence[Site], sizes: Iterable[WaveSize]) -> tuple[tuple[Site, ...], ...]:
    """The sites in their order, cut into waves; a percentage of all is rounded up, and no wave is empty."""
    waves = []
    start = 0
    for size in sizes:
        end = min(len(sites), start + _number(size, len(sites)))
        if start < end:
            waves.append(tuple(sites[start:end]))
        start = end
    return tuple(waves)


def _number(size: WaveSize, total: int) -> int:
    if size.count is not None:
        return size.count
    return total if size.percent is None else ceil(round(total * size.percent / 100, 6))


def health(run: Apply, wave: Sequence[Site], *, looks: Mapping[str, FirstLook], tally: Tally) -> tuple[str, ...]:
    """Why the next wave must not start; empty when it may.

    Everything that the wave touched is looked at once more and planned afresh.

    Args:
        run: The apply.
        wave: Installations that are through.
        looks: What they were like before the run wrote anything there, by installation id.
        tally: Outcomes so far.
    """
    if reason := tally.stopped:
        return (reason,)
    reasons = [*_bad_outcomes(wave, tally)]
    desired = touched(run.desired, [change for site in wave for change in site.changes])
    if not desired.installations:
        return tuple(reasons)
    try:
        observed = observe_fleet(desired, {name: reach.observer for name, reach in run.reach.items()})
    except CloudError as error:
        return (*reasons, f"the wave could not be looked at again: {error.what}")
    clock = run.reach[wave[0].account].clock
    again = make_plan(desired, observed, run.make_policy(clock.now()), run.origins)
    known_gaps = frozenset(item.target for item in run.plan.unreadable)
    now = _Now(observed=observed, findings=objections(again), gaps=_gaps(again), known_gaps=known_gaps)
    declared = {site.id for site in desired.installations}
    for site in wave:
        hidden = observed.installation(site.installation_id, site.account) is None
        if site.installation_id not in declared or (hidden and _gave_itself_up(site, tally)):
            continue
        reasons += _changes_for_the_worse(site, now, looks.get(site.installation_id))
    return tuple(dict.fromkeys(reasons))


def _bad_outcomes(wave: Sequence[Site], tally: Tally) -> Iterator[str]:
    for site in wave:
        kinds = [tally.kind_of(change.id) for change in site.changes]
        for kind in sorted(_BAD.intersection(one for one in kinds if one is not None)):
            number = sum(one is kind for one in kinds)
            yield f"{_name(site)}: {counted(number, 'change')} ended as {kind.value.replace('_', ' ')}"


def _gave_itself_up(site: Site, tally: Tally) -> bool:
    """Whether access was taken away there, so that no longer seeing the site is what was wanted."""
    return any(
        change.target.scope is Scope.PRINCIPAL
        and isinstance(change.after, Absent)
        and tally.kind_of(change.id) is OutcomeKind.DONE
        for change in site.changes
    )


def _changes_for_the_worse(site: Site, now: _Now, before: FirstLook | None) -> Iterator[str]:
    if before is None:
        yield f"{_name(site)} could not be looked at before anything was written there"
        return
    found = now.observed.installation(site.installation_id, site.account)
    if found is None:
        yield f"{_name(site)} is not visible any more"
        return
    for serial in sorted(before.shown):
        if reason := _charger_lost(serial, before, found.charger(serial)):
            yield f"{serial} {reason}"
    place = (site.account, site.installation_id)
    for key, words in now.findings.get(place, ()):
        if key not in before.objections:
            yield f"{_name(site)}: {words}"
    for item in now.gaps.get(place, ()):
        if item.target not in now.known_gaps:
            who = f"{item.target.charger} " if item.target.charger else ""
            yield f"{_name(site)}: {who}{item.what} cannot be read ({REASONS[item.unreadable.reason]})"


def _charger_lost(serial: str, before: FirstLook, now: ObservedCharger | None) -> str:
    """What went wrong with a charger; one that was offline before may stay so."""
    if now is None:
        return "is not shown any more"
    if serial in before.online and now.online is False:
        return "went offline"
    if serial in before.online and now.online is None:
        return "does not say any more whether it is online"
    for name, value in now.values:
        if isinstance(value, Unreadable) and value_key(serial, name) in before.readable:
            return f"cannot be read any more ({REASONS[value.reason]})"
    return ""


def _gaps(plan: Plan) -> Mapping[Place, Sequence[UnreadableItem]]:
    found: dict[Place, list[UnreadableItem]] = {}
    for item in plan.unreadable:
        found.setdefault(place_of(item.target), []).append(item)
    return found


def _name(site: Site) -> str:
    changes: Sequence[Change] = site.changes
    return changes[0].installation_name if changes else site.installation_id
