"""The simulated world: its data, its clock and its one lock."""

import json
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any, cast, get_origin, get_type_hints

from reconciler.sandbox.records import Charger, Group, Installation, Logged, User, WorldData
from reconciler.sandbox.upgrading import upgrade

KEPT_LOG_ENTRIES = 20_000
DATA_FORMAT = 1


class World:
    """A world that several threads may use; hold `lock` around more than one call.

    World time stands still until somebody advances it, unless `run_clock` ties
    it to wall time. What a real service keeps in memory only (rate buckets, state
    cache) lives in `memory` and is gone with the process. `on_effect` is called after
    each write that took effect.
    """

    def __init__(self, data: WorldData) -> None:
        self.data = data
        self.lock = threading.RLock()
        self.memory = Memory()
        self.on_effect: Callable[[], None] = _nothing
        self._clock: RunningClock | None = None

    @classmethod
    def from_json(cls, text: str) -> "World":
        """The world that `to_json` wrote.

        Raises:
            ValueError: The text is not a world, or one of another format.
        """
        data = json.loads(text)
        if not isinstance(data, dict) or data.get("format") != DATA_FORMAT:
            raise ValueError(f"this is not a sandbox world of format {DATA_FORMAT}")
        wrong = [name for name, hint in get_type_hints(WorldData).items() if not _is_a(data.get(name), hint)]
        if wrong:
            raise ValueError(f"{', '.join(wrong)} missing or of another type")
        try:
            upgrade(data)
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError("its chargers cannot be read") from error
        return cls(cast("WorldData", data))

    def to_json(self) -> str:
        """The whole world as one JSON document, sorted."""
        with self.lock:
            self.data["now"] = self.now()
            return json.dumps(self.data, sort_keys=True, separators=(",", ":"))

    def now(self) -> float:
        """World time, in seconds since 1970."""
        with self.lock:
            if self._clock is None:
                return self.data["now"]
            return self._clock.read()

    def advance(self, seconds: float) -> float:
        """Move world time on and return it.

        Raises:
            ValueError: The time would go backwards.
        """
        if seconds < 0:
            raise ValueError("world time never goes backwards")
        with self.lock:
            self._set(self.now() + seconds)
            return self.now()

    def sleep_until(self, moment: float) -> None:
        """Move world time on to `moment`; nothing when it is past already.

        Sleepers side by side share the time that passes, as in reality.
        """
        with self.lock:
            self._set(max(moment, self.now()))

    def run_clock(self, time_scale: float = 1.0) -> None:
        """From now on world time runs with wall time, `time_scale` times as fast.

        It starts at wall time, or later when the world is ahead of it.
        """
        with self.lock:
            self.data["now"] = max(self.now(), time.time())
            self._clock = RunningClock(self.data["now"], time_scale)
            self.has_changed()  # whatever was under way when the world was saved

    def stop_clock(self) -> None:
        """Let world time stand still where it is."""
        with self.lock:
            self.data["now"] = self.now()
            self._clock = None

    @property
    def time_scale(self) -> float:
        """World seconds per second of wall time; 0 while world time stands still."""
        return self._clock.scale if self._clock else 0.0

    def _set(self, moment: float) -> None:
        # Microseconds, so that many small steps do not drift apart from their sum.
        moment = round(moment, 6)
        self.data["now"] = moment
        if self._clock is not None:
            self._clock = RunningClock(moment, self._clock.scale)

    @property
    def log(self) -> list[Logged]:
        """Every request so far, oldest first; the last 20 000 are kept."""
        return self.data["log"]

    def has_changed(self) -> None:
        """Note that something may be otherwise than it was, or soon will be."""
        with self.lock:
            self.memory.changed_at = self.now()
            self.memory.lists.clear()

    def record(self, entry: Logged) -> None:
        """Append to the log."""
        with self.lock:
            self.data["log"].append(entry)
            del self.data["log"][:-KEPT_LOG_ENTRIES]

    def installations(self) -> Iterator[Installation]:
        """All installations, in the order in which they were made."""
        yield from self.data["installations"].values()

    def chargers_of(self, installation_id: str) -> list[Charger]:
        """The active chargers of one installation."""
        ids = self._index().by_installation.get(installation_id, [])
        chargers = [self.data["chargers"][charger_id] for charger_id in ids]
        return [charger for charger in chargers if charger["active"]]

    def charger_by_serial(self, serial: str) -> Charger | None:
        """The charger with this serial number."""
        charger_id = self._index().by_serial.get(serial.upper())
        return None if charger_id is None else self.data["chargers"][charger_id]

    def _index(self) -> "Index":
        chargers = self.data["chargers"]
        if self.memory.index is None or self.memory.index.size != len(chargers):
            self.memory.index = Index(chargers)
        return self.memory.index

    def user_by_email(self, email: str) -> User | None:
        """The account with this address; capitals do not count."""
        wanted = folded(email)
        return next((u for u in self.data["users"] if folded(u["email"]) == wanted), None)

    def user_by_id(self, user_id: str) -> User | None:
        """The account with this id."""
        return next((u for u in self.data["users"] if u["id"] == user_id), None)

    def group(self, key: str) -> Group | None:
        """The user group with this lookup key."""
        return self.data["groups"].get(key)


def folded(address: str) -> str:
    """An e-mail address for comparing: composed letters, no capitals."""
    return unicodedata.normalize("NFC", address).casefold()


def _is_a(value: object, hint: Any) -> bool:
    kind = get_origin(hint) or hint
    return isinstance(value, int | float if kind is float else kind)


def _nothing() -> None:
    """What happens after a write when nobody asked for more."""


class Index:
    """Where chargers are; made again when their number changes."""

    def __init__(self, chargers: dict[str, Charger]) -> None:
        self.size = len(chargers)
        self.by_serial = {c["serial"]: c["id"] for c in chargers.values()}
        self.by_installation: dict[str, list[str]] = {}
        for charger in chargers.values():
            self.by_installation.setdefault(charger["installation"], []).append(charger["id"])


class Memory:
    """What the service forgets when it restarts."""

    def __init__(self) -> None:
        self.buckets: dict[str, tuple[float, float]] = {}
        self.logins: list[float] = []
        self.index: Index | None = None
        self.written: dict[str, float] = {}
        self.changed_at = 0.0
        self.lists: dict[object, Any] = {}
        self.states: dict[str, tuple[float, dict[str, tuple[str | None, float]]]] = {}


class RunningClock:
    """World time that runs with wall time."""

    def __init__(self, start: float, scale: float) -> None:
        self.scale = scale
        self._start = start
        self._origin = time.monotonic()

    def read(self) -> float:
        """World time now."""
        return self._start + (time.monotonic() - self._origin) * self.scale
