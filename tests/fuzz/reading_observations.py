"""The target that observes a site whose answers are mutated, and plans with what was observed."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx

from reconciler.errors import CloudError
from reconciler.loading.load import load_fleet
from reconciler.model.observed import Breadth, ObservedFleet, ReadNeed
from reconciler.planning.make import make_plan
from reconciler.planning.reads import needs_of
from tests.fuzz import corpus
from tests.fuzz.answering import seed_of
from tests.fuzz.cases import Case, Target
from tests.fuzz.findings import check, check_error
from tests.fuzz.fleet_on_disk import POLICY, TODAY
from tests.fuzz.reading_answers import PEOPLE, check_parsed
from tests.fuzz.reading_documents import reads_back
from tests.live import answers as small
from tests.live.cloud import ALL_PARTNER, Opening, VirtualClock, account_of


def targets(folder: Path) -> tuple[Target, ...]:
    """One; `folder` takes files."""
    whole = _Snapshot(folder)
    return (Target(name="snapshot", share=4, seeds=_SMALL, check=whole.check, most=2),)


class _Snapshot:
    """A whole observation of one site, and a plan of it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "snapshot"
        fleet = self._folder / "fleet"
        for name, text in _SITE.items():
            (fleet / name).parent.mkdir(parents=True, exist_ok=True)
            (fleet / name).write_text(text)
        loaded = load_fleet(fleet, today=TODAY)
        assert loaded.desired is not None, loaded.problems
        self._desired, self._origins = loaded.desired, loaded.origins

    def check(self, case: Case) -> None:
        """The plan of whatever was observed can be made, saved and read."""
        bodies = {seed.name: seed.data for seed in (*_SMALL, *case)}

        def answer(request: httpx.Request) -> httpx.Response:
            if request.url.path == "/oauth/token":
                return httpx.Response(200, content=b'{"access_token": "abc"}')
            return httpx.Response(200, content=bodies.get(f"{request.method} {request.url.path}", b"{}"))

        opening = Opening(account=account_of(routes=ALL_PARTNER, rate=9.8), people=PEOPLE, concurrency=2)
        live = opening.over(httpx.MockTransport(answer), VirtualClock())
        for breadth in Breadth:
            self._check_one(live.observer, needs_of(self._desired), breadth)

    def _check_one(self, observer: Any, needs: Sequence[ReadNeed], breadth: Breadth) -> None:
        try:
            observed = observer.observe(needs, breadth=breadth)
        except CloudError as error:
            check_error(error)
            check("GET /" in error.where, f"the error names no call: {error.where}")
            return
        check_parsed(observed, ObservedFleet)
        plan = make_plan(self._desired, observed, POLICY, self._origins)
        reads_back(plan, self._folder / "plan.json")


_SITE = {
    "fleet.yaml": corpus.EVERYTHING["fleet.yaml"].split("defaults:")[0] + "allowedHosts: [ocpp.backend-b.example]\n",
    "installations/here.yaml": f"""\
version: 1
id: {small.SITE}
name: Here
account: main
authentication: {{mode: ocppNative, ocppNative: {{url: "wss://ocpp.backend-b.example/cp"}}}}
maxCurrent: 40
chargers: {{{small.SERIAL}: {{maxCurrent: 32, standAlone: false}}}}
permissions: {{mode: exclusive, entries: [{{user: "person:c-1", roles: [user, owner]}}], absent: [{{userGroup: HANS}}]}}
switch: {{when: idle}}
""",
}
_SMALL = (
    seed_of("GET /api/installation", small.paged(small.INSTALLATION)),
    seed_of("GET /api/chargers", small.paged(small.CHARGER_ROW)),
    seed_of(f"GET /api/installation/{small.SITE}", small.INSTALLATION),
    seed_of(f"GET /api/installation/{small.SITE}/hierarchy", small.HIERARCHY),
    seed_of(f"GET /api/chargers/{small.CHARGER}/state", small.STATE),
    seed_of(
        f"GET /partner/v1/installation/{small.SITE}/permissions",
        {
            "Permissions": [
                {"ObjectId": small.CHARGER, "Email": "kari@people.example", "Roles": 3, "Accepted": True},
                {"ObjectId": small.CIRCUIT, "LookupKey": "HANS", "Roles": 4, "Accepted": True},
                {
                    "ObjectId": small.SITE,
                    "Email": "x@people.example",
                    "Roles": 1,
                    "Accepted": False,
                    "InvitedAt": "2026-01-01T00:00:00",
                },
            ]
        },
    ),
)
