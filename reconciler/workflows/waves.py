"""A large apply in waves: a few installations first, and the next ones only while those before are healthy."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from reconciler.errors import CloudError, UsageProblemError
from reconciler.model.change import Change
from reconciler.model.observed import ObservedCharger, ObservedInstallation
from reconciler.model.outcome import OutcomeKind
from reconciler.model.plan import GuardScope, Plan
from reconciler.model.value import Absent, Unreadable
from reconciler.model.words import REASONS, counted
from reconciler.planning.make import make_plan
from reconciler.workflows.context import Apply, Site
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


def health(
    run: Apply,
    wave: Sequence[Site],
    *,
    seen_before: Mapping[str, ObservedInstallation],
    plan_before: Mapping[str, Plan],
    tally: Tally,
) -> tuple[str, ...]:
    """Why the next wave must not start; empty when it may.

    Everything that the wave touched is looked at once more and planned afresh.

    Args:
        run: The apply.
        wave: Installations that are through.
        seen_before: What was seen of them before they were written to, by installation id.
        plan_before: What was planned for them then, by installation id.
        tally: Outcomes so far.
    """
    if reason := tally.stopped:
        return (reason,)
    bad = tuple(_bad_outcomes(wave, tally))
    desired = touched(run.desired, [change for site in wave for change in site.changes])
    if not desired.installations:
        return bad
    try:
        observed = observe_fleet(desired, {name: reach.observer for name, reach in run.reach.items()})
    except CloudError as error:
        return (*bad, f"the wave could not be looked at again: {error.what}")
    clock = run.reach[wave[0].account].clock
    again = make_plan(desired, observed, run.make_policy(clock.now()), run.origins)
    reasons = list(bad)
    for site in wave:
        if _gave_itself_up(site, tally) or site.installation_id not in seen_before:
            continue
        now = observed.installation(site.installation_id, site.account)
        reasons += _changed_for_the_worse(seen_before[site.installation_id], now)
        reasons += _new_findings(site, again, plan_before.get(site.installation_id))
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
        change.target.principal is not None
        and isinstance(change.after, Absent)
        and tally.kind_of(change.id) is OutcomeKind.DONE
        for change in site.changes
    )


def _changed_for_the_worse(before: ObservedInstallation, now: ObservedInstallation | None) -> Iterator[str]:
    if now is None:
        yield f"{before.name or before.id} is not visible any more"
        return
    for charger in before.chargers:
        if reason := _charger_lost(charger, now.charger(charger.serial)):
            yield f"{charger.serial} {reason}"


def _charger_lost(before: ObservedCharger, now: ObservedCharger | None) -> str:
    """What went wrong with a charger; one that was offline before may stay so."""
    if now is None:
        return "is not shown any more"
    if before.online and now.online is False:
        return "went offline"
    if before.online and now.online is None:
        return "does not say any more whether it is online"
    known = dict(before.values)
    for name, value in now.values:
        if isinstance(value, Unreadable) and name in known and not isinstance(known[name], Unreadable):
            return f"cannot be read any more ({REASONS[value.reason]})"
    return ""


def _new_findings(site: Site, again: Plan, before: Plan | None) -> Iterator[str]:
    """Warnings, refusals and gaps that the first look did not show."""
    known = set() if before is None else {key for key, _ in _findings(site, before)}
    for key, words in _findings(site, again):
        if key not in known:
            yield f"{_name(site)}: {words}"


def _findings(site: Site, plan: Plan) -> Iterator[tuple[tuple[object, ...], str]]:
    here = (site.account, site.installation_id)
    for refusal in plan.refusals:
        if refusal.scope is GuardScope.INSTALLATION and (refusal.account, refusal.installation_id) == here:
            yield (refusal.code, refusal.charger), f"refused by {refusal.guard}: {refusal.message}"
    for warning in plan.warnings:
        if (warning.target.account, warning.target.installation_id) == here:
            yield (warning.code, warning.target), f"{warning.message} ({warning.code})"
    for item in plan.unreadable:
        if (item.target.account, item.target.installation_id) == here:
            who = f"{item.target.charger} " if item.target.charger else ""
            yield (item.target, item.what), f"{who}{item.what} cannot be read ({REASONS[item.unreadable.reason]})"


def _name(site: Site) -> str:
    changes: Sequence[Change] = site.changes
    return changes[0].installation_name if changes else site.installation_id
