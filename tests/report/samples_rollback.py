"""The way back from a run, and a run in waves, made by hand after the shipped fixture."""

from dataclasses import replace

from reconciler.model.desired import Route
from reconciler.model.outcome import OutcomeKind, Wave
from reconciler.model.plan import FormerValue, NotRestored, PlanWarning, Rollback
from reconciler.model.value import ABSENT, SECRET_SET
from tests.report.samples import (
    BAKKEGATA,
    CONVERGED,
    FURULIA,
    HAVNEN,
    HOSTILE,
    HOSTILE_SITE,
    SOLBAKKEN,
    change,
    outcome,
    plan_of,
    step,
    target,
)

RUN = "20260115T060000Z-4f2a"
URL = "authentication.ocppNative.url"
MODE_BACK = change(BAKKEGATA, "authentication.mode", before="native", after="ocppNative", route=Route.API)
URL_BACK = change(BAKKEGATA, URL, before=ABSENT, after="wss://ocpp.backend-b.example/cp", route=Route.API)
ALONE_BACK = change(BAKKEGATA, "standAlone", charger="ZAP012347", before=False, after=True)
MAX_BACK = change(BAKKEGATA, "maxCurrent", charger="ZAP012347", before=16.0, after=0.0, route=Route.API)
INVITED_BACK = change(FURULIA, "permissions", principal="person:b-17", before=ABSENT, after=("user", "owner"))

BACK = replace(
    plan_of(
        changes=(MODE_BACK, URL_BACK, ALONE_BACK, MAX_BACK, INVITED_BACK),
        steps=(
            step(1, MAX_BACK),
            step(2, MODE_BACK, URL_BACK),
            step(3, ALONE_BACK),
            step(4, INVITED_BACK),
        ),
        warnings=(
            PlanWarning(
                code="P204",
                target=target(FURULIA, principal="person:b-17"),
                installation_name=FURULIA[1],
                message="person:b-17 is invited again and must accept again, as if for the first time",
            ),
        ),
    ),
    former=(
        FormerValue(
            target=target(BAKKEGATA), installation_name=BAKKEGATA[1], setting=URL, value="wss://a.example/{deviceId}"
        ),
        FormerValue(
            target=target(HAVNEN),
            installation_name=HAVNEN[1],
            setting="authentication.webhooks.authPayload",
            value=SECRET_SET,
        ),
    ),
    rollback=Rollback(
        run_id=RUN,
        lost=(
            NotRestored(
                target=target(SOLBAKKEN, charger="ZPR081003"),
                installation_name=SOLBAKKEN[1],
                setting="maxCurrent",
                reason="it was 4 A before, which nothing here may write (allowed: 0 A or 6 to 32 A)",
            ),
        ),
    ),
)
HOSTILE_BACK = replace(
    plan_of(),
    rollback=Rollback(
        run_id=RUN,
        lost=(
            NotRestored(
                target=target(HOSTILE_SITE),
                installation_name=HOSTILE,
                setting="authentication.mode",
                reason=f"it was {HOSTILE}",
            ),
        ),
    ),
)
BACK_RESULT = replace(
    CONVERGED,
    plan_digest=BACK.digest,
    outcomes=(outcome(MODE_BACK, OutcomeKind.DONE), outcome(MAX_BACK, OutcomeKind.ALREADY)),
    rollback=".reconciler/runs/20260115T060000Z-77aa/rollback.json",
)
WAVED = replace(
    CONVERGED,
    rollback=".reconciler/runs/20260115T060000Z-77aa/rollback.json",
    waves=(
        Wave(number=1, installations=5, healthy=True),
        Wave(
            number=2,
            installations=10,
            healthy=False,
            reasons=("ZAP012345 went offline", f"{HOSTILE}: 1 change ended as failed"),
        ),
        Wave(number=3, installations=285, healthy=None),
    ),
)
