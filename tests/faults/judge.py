"""What must hold, whatever breaks; each is counted where it is looked at."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from reconciler.model.change import Change
from reconciler.model.outcome import OutcomeKind
from reconciler.model.plan import Plan
from reconciler.sandbox.words import MODES
from reconciler.sandbox.world import World
from tests.faults.safety import OUR_KEY, all_idle, levels
from tests.faults.truth import (
    PERMISSIONS,
    Place,
    Values,
    accepted,
    on_the_wire,
    place_of,
    settled,
    shown,
    soon,
    wished,
    written,
)

MODE = "authentication.mode"
_NEVER = object()
SAID_TO_BE_SO = frozenset({OutcomeKind.DONE, OutcomeKind.ALREADY})


class Law(StrEnum):
    """The invariants."""

    SAFE = "safe"
    PLANNED = "planned"
    ONCE = "once"
    HONEST = "honest"
    ONE_OUTCOME = "one outcome"
    RECOVERS = "recovers"
    OUR_ERRORS = "our errors"
    PRECONDITION = "precondition"


IN_WORDS: Mapping[Law, str] = {
    Law.SAFE: "no write created or enlarged a danger, judged on the world itself",
    Law.PLANNED: "nothing was written that the plan does not hold",
    Law.ONCE: "no value was written that the cloud showed or had accepted from this run already",
    Law.HONEST: "nothing was called done, already so or converged that was not so in the world",
    Law.ONE_OUTCOME: "each change has exactly one outcome, in the result and in the journal",
    Law.RECOVERS: "once the fault is gone, going on ends where an undisturbed run ends",
    Law.OUR_ERRORS: "nothing but an error with a remedy reached the outside",
    Law.PRECONDITION: "what another writer had set before our last look was not overwritten",
}


@dataclass(frozen=True, slots=True)
class Broken:
    """A law that did not hold."""

    law: Law
    what: str


@dataclass(slots=True)
class Judge:
    """Looks at one run from outside, on the world's own data.

    Attributes:
        plan: What may be written; None while nothing is planned yet.
        repeats_unseen: Whether a value that is still under way may be sent again: a run that knows nothing of an
            earlier one cannot know better.
        asked_since: How often we asked about its site since another writer set a place.
        proving: Whether the run is over and only looks once more.
        seen: What good answers have shown this process, the latest per place.
        late: What another writer set since then; a receipt may not know it.
    """

    world: World
    plan: Plan | None = None
    repeats_unseen: bool = False
    checked: Counter[Law] = field(default_factory=Counter)
    broken: list[Broken] = field(default_factory=list)
    others: Values = field(default_factory=dict)
    seen: Values = field(default_factory=dict)
    asked_since: Counter[Place] = field(default_factory=Counter)
    proving: bool = False
    late: set[Place] = field(default_factory=set)

    def check(self, law: Law, what: str | None) -> None:
        """Count one look at a law; `what` says what is wrong."""
        self.checked[law] += 1
        if what is not None:
            self.broken.append(Broken(law, what))

    def before_write(self, method: str, path: str, body: bytes) -> "Write":
        """What was so just before a request that may change something."""
        values = written(self.world, method, path, body)
        places = {place_of(change): change for change in self.plan.changes} if self.plan else {}
        return Write(
            call=f"{method} {path}",
            values=values,
            changes={place: places[place] for place in values if place in places},
            levels=levels(self.world),
            accepted=accepted(self.world),
            soon=soon(self.world),
        )

    def after_write(self, write: "Write") -> None:
        """Judge a request that took effect."""
        self.check(Law.SAFE, self._danger(write))
        self.check(Law.PLANNED, self._unplanned(write))
        self.check(Law.ONCE, self._repeated(write))
        self.check(Law.PRECONDITION, self._overwritten(write))

    def other_writer(self, place: Place, value: object) -> None:
        """Somebody else set that place."""
        self.others[place] = value
        self.asked_since[place] = 0
        if self.proving:
            self.late.add(place)

    def asked(self, path: str) -> None:
        """A read is on its way, whatever comes of it."""
        for place in self.others:
            charger = self.world.charger_by_serial(place[1].split(" ")[0])
            self.asked_since[place] += place[0] in path or (charger is not None and charger["id"] in path)

    def shown(self, path: str) -> None:
        """A good answer to this read reached us."""
        found = shown(self.world, path)
        if path.endswith(PERMISSIONS):
            *_, kind, whose, _ = path.split("/")
            self.seen = {place: value for place, value in self.seen.items() if not self._people(place, kind, whose)}
        self.seen.update(found)

    def _people(self, place: Place, kind: str, whose: str) -> bool:
        """Whether a place is about somebody's access to that installation, or to that charger."""
        serial, _, on_charger = place[1].partition(" ")
        if place[2] != PERMISSIONS or (kind == "chargers") != bool(on_charger):
            return False
        charger = self.world.charger_by_serial(serial)
        return whose == place[0] if charger is None else whose == charger["id"]

    def claim(self, change: Change, kind: OutcomeKind) -> None:
        """An outcome was written down: it must be so at this moment."""
        if kind in SAID_TO_BE_SO:
            self.check(Law.HONEST, self.not_so(change))

    def not_so(self, change: Change) -> str | None:
        """What is there instead of what a change wanted; None when it is so."""
        found = settled(self.world).get(place_of(change))
        return None if found == wished(change) else f"{place_of(change)} is {found}, not {wished(change)}"

    def _danger(self, write: "Write") -> str | None:
        now = levels(self.world)
        meant = "without balancing" if write.enters_native else "-"
        worse = [what for what, level in now.items() if level > write.levels.get(what, 0.0) and meant not in what]
        if worse:
            return f"{write.call}: {', '.join(sorted(worse))}"
        if (site := write.switches) is not None and not all_idle(self.world, site):
            return f"{write.call}: the mode switches while a charger is busy or offline"
        return self._left_too_early(write)

    def _left_too_early(self, write: "Write") -> str | None:
        """Our own group goes last: everything else that the plan wants there must be so."""
        for place, value in write.values.items():
            if place[1:] != (f"userGroup:{OUR_KEY}", PERMISSIONS) or value is not None or self.plan is None:
                continue
            rest = [
                one for one in self.plan.changes if one.target.installation_id == place[0] and place_of(one) != place
            ]
            unfinished = [one for one in rest if self.not_so(one) is not None]
            if unfinished:
                return f"{write.call}: we leave although {self.not_so(unfinished[0])}"
        return None

    def _unplanned(self, write: "Write") -> str | None:
        """Neither the request nor what became of it goes beyond the plan."""
        now = accepted(self.world)
        changed = {place: value for place, value in now.items() if write.accepted.get(place) != value}
        for place, value in {**changed, **write.values}.items():
            change = write.changes.get(place)
            if change is None and not _follows(write, place, value):
                return f"{write.call}: {place} = {value} is in no plan"
            if change is not None and value != wished(change):
                return f"{write.call}: {place} = {value}, and the plan says {wished(change)}"
        return None

    def _repeated(self, write: "Write") -> str | None:
        for place, change in write.changes.items():
            value = write.values[place]
            if _is_hidden(change, write.accepted):
                continue
            if self.seen.get(place, _NEVER) == value:
                return f"{write.call}: {place} showed {value} already"
            if not self.repeats_unseen and value in write.soon.get(place, ()):
                return f"{write.call}: {place} = {value} was on its way already"
        return None

    def _overwritten(self, write: "Write") -> str | None:
        for place, change in write.changes.items():
            their = self.others.get(place, _NEVER)
            stands = their == write.accepted.get(place) and their != on_the_wire(change, change.before)
            if stands and (their == self.seen.get(place) or self.asked_since[place]):
                return f"{write.call}: {place} was {their}, set by another writer before our last look at the site"
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """A request that may change something, and how the world was just before it."""

    call: str
    values: Values
    changes: Mapping[Place, Change]
    levels: Mapping[str, float]
    accepted: Values
    soon: Mapping[Place, list[object]]

    @property
    def switches(self) -> str | None:
        """The installation whose mode it changes."""
        for place, value in self.values.items():
            if place[2] == MODE and self.accepted.get(place) != value:
                return place[0]
        return None

    @property
    def enters_native(self) -> bool:
        """Whether Zaptec's balancing goes by it, which an electrician acknowledged in every scenario that does so."""
        return self.switches is not None and any(
            place[2] == MODE and value == 3 for place, value in self.values.items()
        )


def _follows(write: Write, place: Place, value: object) -> bool:
    """What goes along with a planned value: the available current as it was, and balancing with native OCPP."""
    if place[2] == "useLoadBalancing":
        return write.switches is not None
    if not place[2].startswith("availableCurrent"):
        return False
    former, limit = (write.accepted.get((place[0], "", name)) for name in ("availableCurrent", "maxCurrent"))
    limit = write.values.get((place[0], "", "maxCurrent"), limit)
    return value == former or (value == limit and float(str(former)) > float(str(limit)))


def _is_hidden(change: Change, values: Values) -> bool:
    """Whether the cloud shows nothing there, because the setting belongs to another mode than the present one."""
    mode = values.get((change.target.installation_id, "", MODE))
    return change.row.only_in_mode is not None and mode != MODES[change.row.only_in_mode]
