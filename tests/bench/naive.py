"""A client that asks for everything about each object, as one does who begins with the API's pages.

For each installation detail, hierarchy and firmware, for each charger detail and state, and the lists to find them.
It keeps the same rate. At a small size it really runs, against the sandbox, in world time.
"""

from collections.abc import Iterator
from typing import Any

import httpx

from reconciler.cli.clouds import SandboxTransport, WorldClock
from reconciler.live.rate import Pace
from reconciler.sandbox.app import create_app
from reconciler.sandbox.builders import OWNER_EMAIL, OWNER_PASSWORD
from reconciler.sandbox.generating.fleet import fewest_reads, generated_fleet
from reconciler.sandbox.world import World
from tests.bench.prepared import RATE, SEED, mixed, prepared
from tests.bench.results import Figure, told

SMALL = 40
PAGE = 100
OF_AN_INSTALLATION = 3
OF_A_CHARGER = 2
HOUR_S = 3600


def counted(size: int) -> Iterator[Figure]:
    """Our requests against those that it would need, and the hours that both take at the rate."""
    fleet = prepared(size)
    naive = size * OF_AN_INSTALLATION + fleet.chargers * OF_A_CHARGER + _pages(size) + _pages(fleet.chargers)
    yield told(
        "our requests ÷ those of a naive client (computed)",
        f"{size} installations, {fleet.chargers} chargers",
        fleet.fewest_reads / naive,
        detail={
            "ours": fleet.fewest_reads,
            "naive": naive,
            "ours_h": fleet.fewest_reads / RATE / HOUR_S,
            "naive_h": naive / RATE / HOUR_S,
        },
    )


def run() -> Iterator[Figure]:
    """The naive client itself, and our floor, at the rate in world time."""
    made = generated_fleet(mixed(), SMALL, seed=SEED)
    started_at = made.world.now()
    requests = _Naive(made.world).everything()
    naive_s = made.world.now() - started_at
    ours = fewest_reads(made.sites)
    yield told(
        "our requests ÷ those of a naive client (run on the sandbox)",
        f"{SMALL} installations, {len(made.world.data['chargers'])} chargers",
        ours / requests,
        detail={"ours": ours, "naive": requests, "ours_s": ours / RATE, "naive_s": naive_s},
    )


def _pages(count: int) -> int:
    return -(-count // PAGE)


class _Naive:
    """One request after the other."""

    def __init__(self, world: World) -> None:
        clock = WorldClock(world.now, world.sleep_until)
        self._pace = Pace(clock, rate=RATE)
        self._http = httpx.Client(transport=SandboxTransport(create_app(world)), base_url="http://sandbox.invalid")
        form = {"grant_type": "password", "username": OWNER_EMAIL, "password": OWNER_PASSWORD}
        token = self._http.post("/oauth/token", data=form).json()["access_token"]
        self._http.headers["Authorization"] = f"Bearer {token}"
        self._requests = 0

    def everything(self) -> int:
        """Ask for it all; how many requests that took."""
        for site in self._listed("/api/installation"):
            for path in ("", "/hierarchy"):
                self._get(f"/api/installation/{site['Id']}{path}")
            self._get(f"/api/chargerFirmware/installation/{site['Id']}")
        for charger in self._listed("/api/chargers"):
            self._get(f"/api/chargers/{charger['Id']}")
            self._get(f"/api/chargers/{charger['Id']}/state")
        return self._requests

    def _listed(self, path: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        pages, index = 1, 0
        while index < pages:
            answer = self._get(f"{path}?PageSize={PAGE}&PageIndex={index}").json()
            rows, pages, index = [*rows, *answer["Data"]], answer["Pages"], index + 1
        return rows

    def _get(self, path: str) -> httpx.Response:
        self._pace.wait()
        self._requests += 1
        answer = self._http.get(path)
        assert answer.status_code != httpx.codes.TOO_MANY_REQUESTS, "the naive client keeps the rate too"
        return answer
