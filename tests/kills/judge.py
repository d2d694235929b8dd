"""What must hold after every kill; each check gives sentences about what does not."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.sandbox.records import Logged
from reconciler.sandbox.world import World
from tests.kills.facts import Place, Seen, Special, agrees, held, shown, written
from tests.kills.fleet import SECRET
from tests.kills.left import Left
from tests.kills.proxy import Exchange

SETTLED = ("done", "already")
LONGEST_SAYING = 2000


@dataclass(slots=True, kw_only=True)
class Findings:
    """What is wrong, by kind; all empty is what we want."""

    not_converged: list[str] = field(default_factory=list)
    overstated: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unplanned: list[str] = field(default_factory=list)
    unproven: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[str]:
        for kind in ("not_converged", "overstated", "doubled", "unplanned", "unproven"):
            yield from (f"{kind.replace('_', ' ')}: {sentence}" for sentence in getattr(self, kind))


def told_truly(left: Left, exchanges: Sequence[Exchange], serials: dict[str, str]) -> list[str]:
    """Every `done` and `already` of the journal so far was seen in an answer, a `done` after its write had left."""
    wishes = left.wishes(serials)
    found = []
    for record in left.events("outcome"):
        id_, kind = str(record.data["change"]), record.data["outcome"]
        place, wish = wishes[id_]
        since = _last_write(place, exchanges) if kind == "done" else 0
        if kind in SETTLED and not _was_shown(place, wish, exchanges, since=since):
            found.append(f"change {id_} was called {kind} before any answer showed it")
    return found


def _last_write(place: Place, exchanges: Sequence[Exchange]) -> int:
    return max((one.number for one in exchanges if one.is_write and place in written(one)), default=10**9)


def _was_shown(place: Place, wish: Seen, exchanges: Sequence[Exchange], *, since: int) -> bool:
    return any(agrees(shown(one, place), wish) or _hides(one, place, wish) for one in exchanges if one.number > since)


def _hides(exchange: Exchange, place: Place, wish: Seen) -> bool:
    """A secret that is set and never shown cannot be seen otherwise than by an answer about its installation."""
    return wish is Special.SECRET and shown(exchange, (place[0], "AuthenticationType")) is not Special.UNSEEN


def ended(left: Left | None, *, code: int | None, said: str) -> list[str]:
    """What is wrong about a process that came to its end unkilled: only 0 and a result that holds are right.

    `code` is None when it hung. Whatever is wrong, what it `said` comes along.
    """
    found = [] if code == 0 else ["it hung" if code is None else f"it ended with {code}"]
    found += ["it left no run"] if left is None else result_of(left)
    return [*found, f"it said: {said.strip()[-LONGEST_SAYING:]}"] if found else []


def result_of(left: Left) -> list[str]:
    """A converged receipt, one outcome per change, counts that are those of the outcomes."""
    if left.result is None:
        return [f"run {left.run_id} has no result"]
    result = left.result
    found = []
    if not (result["receipt"] or {}).get("converged"):
        found.append("the receipt does not say converged")
    outcomes = [outcome["change"] for outcome in result["outcomes"]]
    if sorted(outcomes) != sorted(left.changes):
        found.append(f"{len(left.changes)} changes, outcomes for {len(set(outcomes))}, {len(outcomes)} in all")
    kinds = Counter(outcome["outcome"] for outcome in result["outcomes"])
    if kinds != Counter({kind: count for kind, count in result["counts"].items() if count}):
        found.append("the counts are not those of the outcomes")
    return found


def overstated(left: Left, world: Mapping[Place, Seen], serials: dict[str, str]) -> list[str]:
    """Every `done` and `already` of the result holds in the served world."""
    wishes = left.wishes(serials)
    outcomes = left.result["outcomes"] if left.result else []
    settled = [outcome for outcome in outcomes if outcome["outcome"] in SETTLED]
    return [
        f"change {one['change']} is called {one['outcome']} and is not so"
        for one in settled
        if not agrees(_at(world, wishes[one["change"]][0]), wishes[one["change"]][1])
    ]


def _at(world: Mapping[Place, Seen], place: Place) -> Seen:
    """What the world holds at a place; a principal without an entry has no role."""
    return world.get(place, 0 if ":" in place[1] else None)


def doubled(exchanges: Sequence[Exchange]) -> list[str]:
    """Writes whose process had been shown before that all of it was so already, or had not looked at all."""
    return [
        f"write {one.number} by {one.by} ({one.method} {one.path}) {why}"
        for one in exchanges
        if one.is_write and (why := _why_double(one, exchanges))
    ]


def _why_double(write: Exchange, exchanges: Sequence[Exchange]) -> str:
    before = [one for one in exchanges if one.number < write.number and one.by == write.by]
    open_places = 0
    for place, value in written(write).items():
        if isinstance(value, Special):
            open_places += _is_first(write, exchanges)
            continue
        looks = [seen for one in before if (seen := shown(one, place)) is not Special.UNSEEN]
        if not looks:
            return "was sent without looking first"
        open_places += not agrees(looks[-1], value)
    return "" if open_places else "repeats what was visible before it was sent"


def _is_first(write: Exchange, exchanges: Sequence[Exchange]) -> bool:
    """Whether no write before it went to the same object; a secret cannot be seen, so this alone speaks for it."""
    return not any(one.is_write and one.path == write.path and one.number < write.number for one in exchanges)


def repeated(log: Sequence[Logged], exchanges: Sequence[Exchange]) -> list[str]:
    """Writes with the very same content that took effect more than once, by the server's own log."""
    effects = Counter((one["method"], one["path"]) for one in log if one["effect"] and one["path"] != "/oauth/token")
    forwarded = Counter((one.method, one.path) for one in exchanges if one.is_write and one.forwarded)
    found = [f"{' '.join(call)}: {count} effects of {forwarded[call]} writes" for call, count in effects.items()
             if count > forwarded[call]]  # fmt: skip
    contents = Counter((one.method, one.path, one.body) for one in exchanges if one.is_write and one.forwarded)
    found += [f"{method} {path} took effect {count} times" for (method, path, _), count in contents.items()
              if count > 1 and effects[method, path] > 1]  # fmt: skip
    return found


def took_effect(write: Exchange, log: Sequence[Logged], exchanges: Sequence[Exchange]) -> bool:
    """Whether a write took effect, by the server's own log: the entry of the same call with the same place in line."""
    if not write.forwarded:
        return False
    call = (write.method, write.path)
    before = sum(one.forwarded and (one.method, one.path) == call for one in exchanges if one.number < write.number)
    entries = [one for one in log if (one["method"], one["path"]) == call]
    return before < len(entries) and entries[before]["effect"]


def unplanned(plans: Sequence[Left], exchanges: Sequence[Exchange], serials: dict[str, str]) -> list[str]:
    """Writes that say something which no plan of theirs wants, or that left before their journal entry."""
    wishes = {wish for left in plans for wish in left.wishes(serials).values()}
    found = [
        f"write {one.number} by {one.by} ({one.method} {one.path}) is not of the plan"
        for one in exchanges
        if one.is_write and not set(written(one).items()) <= wishes
    ]
    entries = sum(len(left.events("before-write")) for left in plans)
    sent = sum(one.is_write for one in exchanges)
    return found if sent <= entries else [*found, f"{sent} writes left, {entries} entries are in the journals"]


def moved_beside(start: World, end: Mapping[Place, Seen], plan: Left, serials: dict[str, str]) -> list[str]:
    """Values that differ from the first world though the plan does not name them."""
    first = held(start)
    planned = {place for place, _ in plan.wishes(serials).values()}
    by_mode = {"UseLoadBalancing"}
    places = [place for place in first.keys() | end.keys() if place not in planned and place[1] not in by_mode]
    names = _other_names(planned, first, end)
    return [
        f"{place[0]} {place[1].partition(':')[0]} moved and is not planned"
        for place in sorted(places)
        if place not in names and _at(first, place) != _at(end, place)
    ]


def _other_names(planned: set[Place], *worlds: Mapping[Place, Seen]) -> set[Place]:
    """The ids of principals at installations where the plan gives or takes access; their names are compared."""
    sites = {id_ for id_, member in planned if ":" in member}
    return {place for world in worlds for place in world if place[0] in sites and place[1].startswith("objectid:")}


def leaked(folder: Path) -> list[str]:
    """Files of the run folders that hold the secret."""
    files = [path for path in (folder / ".reconciler").rglob("*") if path.is_file()]
    return [f"{path.name} holds a secret" for path in files if SECRET.encode() in path.read_bytes()]
