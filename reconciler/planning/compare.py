"""Compares one installation with its file: what differs, and what could not be read.

Only declared keys are looked at, on both sides. Equality decides first; deepdiff sees only what is unequal, and none
of its objects leaves this module.
"""

from collections.abc import Mapping
from functools import lru_cache

from reconciler.model.desired import DesiredInstallation
from reconciler.model.observed import ObservedInstallation
from reconciler.model.settings import Kind, Scope, Setting, setting
from reconciler.model.value import ABSENT, Absent, Observation, Reason, Unreadable, Value
from reconciler.planning.normalise import comparable, tidy
from reconciler.records import dataclass

Subject = tuple[Scope, str, *tuple[str, ...]]
"""What a value belongs to: after the scope an empty name for the installation, a serial, a principal, or both."""

Values = Mapping[str, Observation]
INSTALLATION: Subject = (Scope.INSTALLATION, "")
MODE = "authentication.mode"
_MODE_ROW = setting(Scope.INSTALLATION, MODE)
_NOT_READ = Unreadable(reason=Reason.NOT_READ)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One declared setting that is not as wanted."""

    subject: Subject
    row: Setting
    before: Observation
    after: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One declared setting that could not be read."""

    subject: Subject
    row: Setting
    unreadable: Unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The result for one installation; `inert` names settings that mean nothing in the live mode."""

    differences: tuple[Difference, ...] = ()
    gaps: tuple[Gap, ...] = ()
    inert: tuple[str, ...] = ()


AS_WANTED = Comparison()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sides:
    """What is wanted and what was read, as they compare; and what cannot be compared."""

    want: Mapping[Subject, dict[str, Observation]]
    have: Mapping[Subject, dict[str, Observation]]
    gaps: tuple[Gap, ...]
    inert: tuple[str, ...]

    @property
    def are_the_same(self) -> bool:
        """Whether everything was read, means something and is as wanted."""
        return not (self.gaps or self.inert) and self.want == self.have


def compare(wanted: Mapping[Subject, Mapping[str, Value]], observed: Mapping[Subject, Values]) -> Comparison:
    """Compare declared settings by identity. What nobody read is unreadable, never absent."""
    sides = _sides(wanted, observed)
    differences = tuple(
        _difference(subject, name, after=wanted[subject][name], have=sides.have, observed=observed)
        for subject, name in _unequal(sides.want, sides.have)
    )
    return Comparison(differences=differences, gaps=sides.gaps, inert=sides.inert)


def _sides(wanted: Mapping[Subject, Mapping[str, Value]], observed: Mapping[Subject, Values]) -> _Sides:
    live = observed.get(INSTALLATION, {})
    mode = _effective_mode(wanted.get(INSTALLATION, {}), live)
    want: dict[Subject, dict[str, Observation]] = {}
    have: dict[Subject, dict[str, Observation]] = {}
    gaps: list[Gap] = []
    inert: list[str] = []
    for subject, values in wanted.items():
        seen = observed.get(subject, {})
        want[subject], have[subject] = {}, {}
        for name, value in values.items():
            row = setting(subject[0], name)
            found = _in_mode(row, seen.get(name, _NOT_READ), live=live, mode=mode)
            if found is None:
                inert.append(name)
            elif isinstance(found, Unreadable):
                gaps.append(Gap(subject=subject, row=row, unreadable=found))
            else:
                want[subject][name] = comparable(row, value)
                have[subject][name] = comparable(row, found)
    return _Sides(want=want, have=have, gaps=tuple(gaps), inert=tuple(sorted(inert)))


def is_as_wanted(desired: DesiredInstallation, observed: ObservedInstallation) -> bool:
    """Whether every declared setting was read and is as wanted; says nothing about people and exceptions.

    Chargers mostly want what others want and show what others show, so that each such pair is compared only once.
    """
    if not _installation_is(desired.settings, observed.values):
        return False
    seen = {charger.serial: charger.values for charger in observed.chargers}
    for charger in desired.chargers:
        values = seen.get(charger.serial)
        if values is None or not _charger_is(charger.settings, values):
            return False
    return True


_Wanted = tuple[tuple[str, Value], ...]
_Seen = tuple[tuple[str, Observation], ...]


@lru_cache(maxsize=4096)
def _installation_is(wanted: _Wanted, seen: _Seen) -> bool:
    return _sides({INSTALLATION: dict(wanted)}, {INSTALLATION: dict(seen)}).are_the_same


@lru_cache(maxsize=4096)
def _charger_is(wanted: _Wanted, seen: _Seen) -> bool:
    charger: Subject = (Scope.CHARGER, "")
    return _sides({charger: dict(wanted)}, {charger: dict(seen)}).are_the_same


def _effective_mode(wanted: Mapping[str, Value], live: Values) -> Observation:
    """The mode in which the other authentication settings must make sense: the wanted one, else the live one."""
    return tidy(_MODE_ROW, wanted[MODE]) if MODE in wanted else tidy(_MODE_ROW, live.get(MODE, _NOT_READ))


def _in_mode(row: Setting, value: Observation, *, live: Values, mode: Observation) -> Observation | None:
    """What counts as observed: None when the setting means nothing here, ABSENT until its own mode is switched on."""
    own = row.only_in_mode
    if own is None:
        return value
    if isinstance(mode, Unreadable):
        return mode
    if mode != own:
        return None
    live_mode = tidy(_MODE_ROW, live.get(MODE, _NOT_READ))
    if isinstance(live_mode, Unreadable):
        return live_mode
    return value if live_mode == own else ABSENT


def get_ready() -> None:
    """Load what tells differences apart, where there is time for it now and none later."""
    import deepdiff  # noqa: F401, PLC0415  as in `_unequal`


def _unequal(
    want: Mapping[Subject, dict[str, Observation]], have: Mapping[Subject, dict[str, Observation]]
) -> list[tuple[Subject, str]]:
    """Subject and setting of every unequal value, sorted."""
    if want == have:
        return []
    from deepdiff import DeepDiff  # noqa: PLC0415  60 ms that a plan without changes saves

    diff = DeepDiff(have, want, threshold_to_diff_deeper=0, view="tree")
    paths = (level.path(output_format="list") for levels in diff.values() for level in levels)
    return sorted({(path[0], path[1]) for path in paths})


def _difference(
    subject: Subject,
    name: str,
    *,
    after: Value,
    have: Mapping[Subject, Values],
    observed: Mapping[Subject, Values],
) -> Difference:
    """Both sides as a plan shows them: texts as written, all else normalised; of a secret only that it is set."""
    row = setting(subject[0], name)
    before = have[subject][name]
    if row.kind is Kind.TEXT and not isinstance(before, Absent):
        before = tidy(row, observed[subject][name])
    shown = tidy(row, after)
    if isinstance(shown, Absent | Unreadable):
        raise TypeError(f"{name} wants nothing; the loader does not let that through")
    return Difference(subject=subject, row=row, before=before, after=shown)
