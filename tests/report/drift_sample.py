"""A drift report made of a real run over builders, with names that somebody hostile chose."""

from dataclasses import replace
from datetime import timedelta

from reconciler.model.desired import Origin
from reconciler.model.finding import DriftReport
from reconciler.model.ledger import Ledger
from reconciler.model.value import ABSENT, Reason, Unreadable
from reconciler.workflows.drift import DriftRun, drift_of
from tests.builders import (
    NOW,
    OTHER_SITE,
    FixedOrigins,
    charger,
    fleet,
    gone,
    has_access,
    live,
    permissions,
    person,
    wants,
    wants_charger,
)
from tests.planning.drift_case import CHARGERS, exception, looked_up

HOSTILE = "=cmd|'/c calc'!A1 \x1b[31m | ::error::x <img src=x> @everyone `a` [x](http://evil.example)"
A, B, C, D, E = CHARGERS


def sample(*, name: str = HOSTILE, more: int = 0, runs: int = 1, apart: timedelta = timedelta(days=1)) -> DriftReport:
    """Nearly every kind of finding, with a ledger; `more` adds that many chargers that are off."""
    serials = [f"ZPR09{number:04d}" for number in range(more)]
    files = fleet(
        wants(
            wants_charger(A, maxCurrent=16.0),
            wants_charger(B, maxCurrent=32.0),
            wants_charger(C, standAlone=False),
            wants_charger(D, maxCurrent=16.0),
            wants_charger(E, maxCurrent=16.0),
            *(wants_charger(serial, maxCurrent=16.0) for serial in serials),
            settings={"authentication.mode": "ocppCloud", "authentication.ocppCloud.url": "wss://a.example/{deviceId}"},
            access=permissions(person("person:c-1", "user", "owner"), absent=[gone("person:c-2")]),
            name=name,
            labels={"region": "oslo"},
        ),
        deviations=[exception("maxCurrent", charger=D, days=10)],
    )
    observed = live(
        charger(A, maxCurrent=0.0),
        charger(B, maxCurrent=Unreadable(reason=Reason.FORBIDDEN)),
        charger(C, standAlone=True),
        charger(D, maxCurrent=10.0),
        charger("ZPR089999"),
        *(charger(serial, maxCurrent=0.0) for serial in serials),
        settings={"authentication.mode": "ocppCloud", "authentication.ocppCloud.url": ABSENT},
        circuits={"c1": 63.0},
        access=[
            has_access("person:c-1", "user", "owner", accepted=False, invited_at=NOW - timedelta(days=9)),
            has_access("person:c-2", "user"),
        ],
        name=name,
    )
    lookup, plan = looked_up(files, observed, live(site=OTHER_SITE, name=name))
    run = DriftRun(
        desired=files,
        observed=lookup.observed,
        seen=lookup.observed,
        plan=plan,
        policy=lookup.policy,
        origins=FixedOrigins(),
        exceptions=[(files.deviations[0], Origin(file="fleet/exceptions.yaml", line=7))],
    )
    ledger = Ledger()
    for number in range(1, runs):
        ledger = Ledger(lines=(*ledger.lines, *drift_of(_at(run, apart * (number - runs)), ledger).lines))
    return drift_of(run, ledger).report


def _at(run: DriftRun, later: timedelta) -> DriftRun:
    observed = replace(run.observed, observed_at=run.observed.observed_at + later)
    return replace(run, observed=observed, seen=observed)
