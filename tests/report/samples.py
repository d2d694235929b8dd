"""Plans and results made by hand after the shipped fixture: every kind of finding stands in them once."""

from datetime import UTC, datetime, timedelta

from reconciler.model.change import Change, Target
from reconciler.model.desired import Cloud, Route
from reconciler.model.outcome import Outcome, OutcomeKind, Receipt, RunResult
from reconciler.model.plan import (
    Counts,
    Coverage,
    DesiredReference,
    Gate,
    GuardScope,
    Operation,
    PendingItem,
    Plan,
    PlanAccount,
    PlanWarning,
    Refusal,
    Requests,
    Step,
    UnreadableItem,
    UnverifiableItem,
    WaitingItem,
)
from reconciler.model.seen import SiteSeen
from reconciler.model.value import ABSENT, Absent, Observation, Reason, Unreadable, Value

NOW = datetime(2026, 1, 15, 6, 0, tzinfo=UTC)
HOME = "2f0c6f0e-8f4b-4d0e-9a51-3b1f6f0a1c0"
FJELLVEIEN = (HOME + "2", "Fjellveien 3")
BAKKEGATA = (HOME + "3", "Bakkegata 7")
NABOLAGET = (HOME + "4", "Nabolaget 5")
SOLBAKKEN = ("5a7d0d52-0b5e-4a3c-8f11-7a9e4c2d1b02", "Solbakken borettslag")
FURULIA = ("5a7d0d52-0b5e-4a3c-8f11-7a9e4c2d1b06", "Furulia sameie")
KAIA = ("91c2b6f4-6a0d-4c1e-b7a3-0d5e8f2a4c03", "Kaia P-hus")
VERKSTED = ("c04f3a7e-2d18-4b6b-9e70-5b8a1f6d2e04", "Verkstedgata 4")
HAVNEN = ("e7b1d9c0-5f32-4a8d-8c46-2f9b3e7a5d05", "Havnen kontor")
LUFTHAVN = ("7d3e0a44-9c15-4f0b-a1d2-6b8e5c7f9a10", "Lufthavn P1")
FILES = {
    FJELLVEIEN: "installations/homes/fjellveien-3.yaml",
    BAKKEGATA: "installations/homes/bakkegata-7.yaml",
    NABOLAGET: "installations/homes/nabolaget-5.yaml",
    SOLBAKKEN: "installations/coops/solbakken.yaml",
    FURULIA: "installations/coops/furulia.yaml",
    KAIA: "installations/public/kaia-p-hus.yaml",
    VERKSTED: "installations/work/verkstedgata-4.yaml",
    HAVNEN: "installations/work/havnen-kontor.yaml",
    LUFTHAVN: "installations/public/lufthavn-p1.yaml",
}
Site = tuple[str, str]


def target(site: Site, *, charger: str | None = None, principal: str | None = None) -> Target:
    return Target(account="main", installation_id=site[0], charger=charger, principal=principal)


def change(
    site: Site,
    setting: str,
    *,
    before: Observation,
    after: Value | Absent,
    route: Route = Route.PARTNER,
    charger: str | None = None,
    principal: str | None = None,
    line: int = 7,
    file: str | None = None,
) -> Change:
    return Change(
        target=target(site, charger=charger, principal=principal),
        installation_name=site[1],
        setting=setting,
        before=before,
        after=after,
        route=route,
        file="fleet/" + (file or FILES.get(site, "installations/other.yaml")),
        line=line,
    )


NATIVE_IS_LEFT = "native OCPP keeps chargers in stand-alone mode until it is left"
SHARED_CIRCUIT = "a stand-alone charger on a shared circuit ignores load balancing"
LOWER_FIRST = "a stand-alone charger ignores load balancing, so lower limits must hold before"
ADDED_BEFORE = "people are added before others are removed"
_OPERATIONS = {
    ("api", "maxCurrent"): (Operation.UPDATE_CHARGER, "POST", "/api/chargers/{id}/update"),
    ("partner", "permissions"): (Operation.PARTNER_PERMISSION, None, None),
    ("partner", "standAlone"): (Operation.PARTNER_STAND_ALONE, None, None),
}


def step(
    number: int, *changes: Change, after: tuple[str, ...] = (), because: str = "", gate: Gate = Gate.NOTHING
) -> Step:
    first = changes[0]
    fallback = (Operation.PARTNER_AUTHENTICATION, None, None)
    operation, method, path = _OPERATIONS.get((first.route.value, first.setting), fallback)
    if first.route is Route.PORTAL:
        operation, method, path = Operation.PORTAL, None, None
    return Step(
        id=f"s{number:03}-{first.target.installation_id[:8]}",
        account="main",
        installation_id=first.target.installation_id,
        target_id=first.target.charger or first.target.installation_id,
        route=first.route,
        operation=operation,
        method=method,
        path=path,
        change_ids=tuple(sorted(item.id for item in changes)),
        after=after,
        because=(because,) if because else (),
        gate=gate,
    )


def plan_of(
    *,
    changes: tuple[Change, ...] = (),
    steps: tuple[Step, ...] = (),
    refusals: tuple[Refusal, ...] = (),
    pending: tuple[PendingItem, ...] = (),
    waiting: tuple[WaitingItem, ...] = (),
    unreadable: tuple[UnreadableItem, ...] = (),
    unverifiable: tuple[UnverifiableItem, ...] = (),
    warnings: tuple[PlanWarning, ...] = (),
    selection: str | None = None,
    coverage: Coverage | None = None,
    accepted: tuple[str, ...] = (),
    sites: tuple[SiteSeen, ...] = (),
) -> Plan:
    writes = sum(item.route is not Route.PORTAL for item in steps)
    return Plan(
        tool_version="0.1.0",
        created_at=NOW,
        valid_until=NOW + timedelta(hours=24),
        accounts=(PlanAccount(name="main", cloud=Cloud.SANDBOX, rate=5.0),),
        desired=DesiredReference(path="fleet", commit="1f0c9ab2d4", digest="sha256:" + "ab" * 32),
        selection=selection,
        coverage=coverage or FULL,
        requests=Requests(read=73, write=writes, read_floor=73),
        changes=tuple(sorted(changes, key=lambda item: item.sort_key)),
        steps=steps,
        refusals=refusals,
        pending=pending,
        waiting=waiting,
        unreadable=unreadable,
        unverifiable=unverifiable,
        warnings=warnings,
        accepted=accepted,
        sites=sites,
    )


def seen(
    site: Site,
    *,
    chargers: int = 1,
    charging: int = 0,
    silent: int = 0,
    mode: str = "native",
    pro: bool | None = True,
    off: tuple[str, ...] = (),
    stand_alone: tuple[str, ...] = (),
) -> SiteSeen:
    return SiteSeen(
        account="main",
        installation_id=site[0],
        installation_name=site[1],
        mode=mode,
        pro=pro,
        chargers=chargers,
        charging=charging,
        silent=silent,
        off=off,
        stand_alone=stand_alone,
    )


FULL = Coverage(
    installations=Counts(desired=10, compared=10, unreadable=0, unmanaged=1),
    chargers=Counts(desired=62, compared=62, unreadable=0, unmanaged=62),
)
PARTLY = Coverage(
    installations=Counts(desired=10, compared=9, unreadable=1, unmanaged=1),
    chargers=Counts(desired=62, compared=61, unreadable=1, unmanaged=62),
)

# Bakkegata 7: back to the end user, everything at once.
PROFILE = "profiles/handover.yaml"
B_MODE = change(BAKKEGATA, "authentication.mode", before="ocppNative", after="native", file=PROFILE, line=3)
B_AUTH = change(BAKKEGATA, "authentication.authorizationRequired", before=ABSENT, after=False, file=PROFILE, line=4)
B_ALONE = change(BAKKEGATA, "standAlone", charger="ZAP012347", before=True, after=False, file=PROFILE, line=6)
B_MAX = change(BAKKEGATA, "maxCurrent", charger="ZAP012347", before=0.0, after=16.0, route=Route.API, line=9)
B_GRANT = change(BAKKEGATA, "permissions", principal="person:c-88123", before=ABSENT, after=("user", "owner"), line=12)
B_STEPS = (
    step(1, B_MODE, B_AUTH),
    step(2, B_ALONE, after=("s001-" + HOME[:8],), because=NATIVE_IS_LEFT),
    step(3, B_MAX, after=("s002-" + HOME[:8],), because=SHARED_CIRCUIT),
    step(4, B_GRANT),
)

# Solbakken: three amperes to set, one waits for stand-alone in the Portal, one charger is offline.
S_LOWER = change(SOLBAKKEN, "maxCurrent", charger="ZPR081003", before=32.0, after=16.0, route=Route.API, line=14)
S_RAISE = change(SOLBAKKEN, "maxCurrent", charger="ZPR081010", before=16.0, after=32.0, route=Route.API, line=0)
S_OFFLINE = change(SOLBAKKEN, "maxCurrent", charger="ZPR081020", before=16.0, after=32.0, route=Route.API, line=0)
S_ALONE = change(SOLBAKKEN, "standAlone", charger="ZPR081030", before=True, after=False, route=Route.PORTAL, line=0)
S_LATER = change(SOLBAKKEN, "maxCurrent", charger="ZPR081031", before=16.0, after=20.0, route=Route.API, line=47)
S_STEPS = (
    step(5, S_LOWER),
    step(6, S_ALONE),
    step(7, S_RAISE),
    step(8, S_OFFLINE),
    step(9, S_LATER, after=("s006-5a7d0d52",), because=SHARED_CIRCUIT),
)

F_GRANT = change(FURULIA, "permissions", principal="person:b-31", before=ABSENT, after=("user", "owner"), line=9)
F_REMOVE = change(FURULIA, "permissions", principal="person:b-17", before=("user", "owner"), after=ABSENT, line=8)
F_STEPS = (
    step(10, F_GRANT),
    step(11, F_REMOVE, after=("s010-5a7d0d52",), because=ADDED_BEFORE, gate=Gate.OWNER_ACCEPTED),
)

K_URL = change(
    KAIA,
    "authentication.ocppCloud.url",
    before="wss://ocpp.backend-b.example/cp",
    after="wss://ocpp.backend-b.example/cp/{deviceId}",
)
H_PAYLOAD = change(
    HAVNEN, "authentication.webhooks.authPayload", before=ABSENT, after="env:FLEET_SECRET_HAVNEN_PAYLOAD"
)
H_START = change(
    HAVNEN,
    "authentication.webhooks.sessionStartUrl",
    before="http://hooks.old-billing.example/start",
    after="https://hooks.paycharge.example/v1/start",
    line=9,
)
H_END = change(
    HAVNEN,
    "authentication.webhooks.sessionEndUrl",
    before=ABSENT,
    after="https://hooks.paycharge.example/v1/end",
    line=10,
)
N_MODE = change(NABOLAGET, "authentication.mode", before="ocppCloud", after="native")
L_RAISE = change(LUFTHAVN, "maxCurrent", charger="ZPR085002", before=16.0, after=32.0, route=Route.API, line=11)

FIXTURE_CHANGES = (
    *(B_MODE, B_AUTH, B_ALONE, B_MAX, B_GRANT, N_MODE, S_LOWER, S_RAISE, S_OFFLINE, S_ALONE, S_LATER),
    *(F_GRANT, F_REMOVE, K_URL, H_PAYLOAD, H_START, H_END, L_RAISE),
)
FIXTURE_STEPS = (*B_STEPS, *S_STEPS, *F_STEPS, step(12, K_URL), step(13, H_PAYLOAD, H_START, H_END))

SHARED = Refusal(
    code="P320",
    guard="shared-installation",
    scope=GuardScope.INSTALLATION,
    account="main",
    installation_id=NABOLAGET[0],
    installation_name=NABOLAGET[1],
    measured="1 charger that no file names (ZAP012349)",
    limit="0",
    message="switching the authentication mode would also hit chargers of somebody else",
    remedy="move that charger to an installation of its own, or list it in the file",
    liftable=True,
    held_back=("Authentication OCPP 1.6J Cloud → Zaptec", "Authorisation required not set → off"),
)
TOO_OLD = Refusal(
    code="P306",
    guard="ocpp-native-unsupported",
    scope=GuardScope.INSTALLATION,
    account="main",
    installation_id=VERKSTED[0],
    installation_name=VERKSTED[1],
    charger="ZPR079911",
    measured="serial ZPR079911",
    limit="ZPR080000 or later",
    message="this charger is too old to be an OCPP client itself",
    remedy="choose another mode, or move this charger to another installation",
    liftable=False,
)
UNKNOWN_CIRCUIT = Refusal(
    code="P317",
    guard="raise-circuit-unreadable",
    scope=GuardScope.INSTALLATION,
    account="main",
    installation_id=LUFTHAVN[0],
    installation_name=LUFTHAVN[1],
    charger="ZPR085002",
    measured="16 A to 32 A on a circuit that is not readable",
    limit="a known circuit",
    message="raising a charger needs the breaker of its circuit",
    remedy="get Owner or Service on the installation so that the circuit can be read",
    liftable=True,
)
TOO_MANY = Refusal(
    code="P310",
    guard="changed-installations",
    scope=GuardScope.FLEET,
    account=None,
    installation_id=None,
    installation_name="",
    measured="40 installations",
    limit="25",
    message="more installations would change than the budget allows",
    remedy="select fewer, or raise the budget in fleet.yaml",
    liftable=True,
)
CHARGING = PendingItem(
    target=target(VERKSTED, charger="ZPR083101"),
    installation_name=VERKSTED[1],
    setting="authentication.mode",
    before="ocppCloud",
    after="ocppNative",
    reason="a car is charging; the mode switches when every charger is idle, and gives up after 72 h",
)
SENT = PendingItem(
    target=target(SOLBAKKEN, charger="ZPR081020"),
    installation_name=SOLBAKKEN[1],
    setting="maxCurrent",
    before=16.0,
    after=32.0,
    reason="the charger is offline; it takes the value when it is back",
    since=NOW - timedelta(hours=30),
)
INVITED = WaitingItem(
    target=target(FJELLVEIEN, principal="person:c-88122"),
    installation_name=FJELLVEIEN[1],
    setting="permissions",
    reason="invited, but not accepted yet",
    since=NOW - timedelta(days=9),
)
GATED = WaitingItem(
    target=target(BAKKEGATA, principal="userGroup:BSJG"),
    installation_name=BAKKEGATA[1],
    setting="permissions",
    reason="is removed once an owner is seen to have accepted",
)
REDUCED = UnreadableItem(
    target=target(LUFTHAVN),
    installation_name=LUFTHAVN[1],
    what="Authentication, OCPP Cloud URL, OCPP Cloud URL version",
    unreadable=Unreadable(reason=Reason.NO_ROLE, detail="our account has only the User role here"),
)
STATE = UnreadableItem(
    target=target(LUFTHAVN, charger="ZPR085001"),
    installation_name=LUFTHAVN[1],
    what="Stand-alone mode, Maximum current",
    unreadable=Unreadable(reason=Reason.FORBIDDEN, detail="403"),
)
UNATTESTED = UnverifiableItem(
    target=target(KAIA),
    installation_name=KAIA[1],
    setting="permissions",
    reason="permissions cannot be read on this route; confirm them with `reconciler attest`",
)
RENAMED = PlanWarning(
    code="P201",
    target=target(KAIA),
    installation_name=KAIA[1],
    message="the cloud calls this installation Kaia Parkeringshus; names are not written",
)

FIXTURE_SITES = (
    seen(BAKKEGATA, mode="ocppNative", pro=False, off=("ZAP012347",), stand_alone=("ZAP012347",)),
    seen(NABOLAGET, chargers=2, mode="ocppCloud", pro=False),
    seen(SOLBAKKEN, chargers=34, charging=3, silent=1, off=("ZPR081013",), stand_alone=("ZPR081030",)),
    seen(FURULIA, chargers=2),
    seen(LUFTHAVN, chargers=62, charging=4, mode="ocppCloud"),
    seen(KAIA, chargers=12, charging=1, mode="ocppCloud"),
    seen(HAVNEN, chargers=2, mode="webhooks"),
)

FIXTURE = plan_of(
    changes=FIXTURE_CHANGES,
    steps=FIXTURE_STEPS,
    refusals=(SHARED, TOO_OLD, UNKNOWN_CIRCUIT),
    pending=(SENT, CHARGING),
    waiting=(GATED, INVITED),
    unreadable=(REDUCED, STATE),
    unverifiable=(UNATTESTED,),
    warnings=(RENAMED,),
    coverage=PARTLY,
    sites=FIXTURE_SITES,
)
EMPTY = plan_of()
REFUSED = plan_of(changes=(S_LOWER,), steps=(step(1, S_LOWER),), refusals=(TOO_MANY,), selection="solbakken")

HOSTILE = "::error::evil \x1b[31m\u202e<script>|`*@all #1 \r\n=HYPERLINK(1) " + "x" * 300
HOSTILE_SITE = (HOME + "9", HOSTILE)
HOSTILE_CHANGES = (
    change(HOSTILE_SITE, "authentication.ocppCloud.url", before=HOSTILE, after="wss://a.example/" + "y" * 300),
    change(HOSTILE_SITE, "permissions", principal="userGroup:" + HOSTILE, before=ABSENT, after=("owner",)),
    change(HOSTILE_SITE, "maxCurrent", charger=HOSTILE, before=32.0, after=0.0, route=Route.PORTAL),
)
HOSTILE_PLAN = plan_of(
    changes=HOSTILE_CHANGES,
    steps=(step(1, HOSTILE_CHANGES[0]), step(2, HOSTILE_CHANGES[1]), step(3, HOSTILE_CHANGES[2])),
    warnings=(PlanWarning(code="P201", target=target(HOSTILE_SITE), installation_name=HOSTILE, message=HOSTILE),),
    waiting=(
        WaitingItem(target=target(HOSTILE_SITE), installation_name=HOSTILE, setting="permissions", reason=HOSTILE),
    ),
    selection=HOSTILE,
)


def outcome(of: Change, kind: OutcomeKind, *, detail: str = "", number: int = 1) -> Outcome:
    return Outcome(change_id=of.id, step_id=f"s{number:03}", kind=kind, detail=detail, at=NOW)


RESULT = RunResult(
    run_id="20260115T060000Z-4f2a",
    plan_digest=FIXTURE.digest,
    accounts=("main",),
    outcomes=(
        outcome(B_MODE, OutcomeKind.DONE),
        outcome(B_AUTH, OutcomeKind.DONE),
        outcome(B_ALONE, OutcomeKind.ALREADY, number=2),
        outcome(
            B_MAX, OutcomeKind.UNCERTAIN, detail="no answer came, and the charger's state could not be read", number=3
        ),
        outcome(B_GRANT, OutcomeKind.DONE, number=4),
        outcome(S_LOWER, OutcomeKind.CONFLICT, detail="the plan saw 32 A, it is 20 A now; wanted 16 A", number=5),
        outcome(S_ALONE, OutcomeKind.WAITING, detail="in the worksheet", number=6),
        outcome(S_OFFLINE, OutcomeKind.PENDING, detail="sent; the charger is offline", number=8),
        outcome(S_LATER, OutcomeKind.NOT_REACHED, detail="waits for step s006-5a7d0d52", number=9),
        Outcome(change_id=N_MODE.id, step_id="", kind=OutcomeKind.REFUSED, detail=SHARED.message, at=NOW),
        outcome(K_URL, OutcomeKind.FAILED, detail="PUT authentication answered 403", number=12),
    ),
    receipt=Receipt(
        converged=False,
        desired_digest="sha256:" + "ab" * 32,
        observed_digest="sha256:" + "cd" * 32,
        second_plan_changes=4,
        requests_read=31,
        requests_write=9,
        started_at=NOW,
        finished_at=NOW + timedelta(seconds=48),
    ),
    residual_plan=".reconciler/runs/20260115T060000Z-4f2a/residual.json",
    worksheet=".reconciler/runs/20260115T060000Z-4f2a/worksheet.md",
)
CONVERGED = RunResult(
    run_id="20260115T060000Z-77aa",
    plan_digest=FIXTURE.digest,
    accounts=("main",),
    outcomes=(outcome(B_MODE, OutcomeKind.DONE), outcome(B_MAX, OutcomeKind.DONE, number=3)),
    receipt=Receipt(
        converged=True,
        desired_digest="sha256:" + "ab" * 32,
        observed_digest="sha256:" + "cd" * 32,
        second_plan_changes=0,
        requests_read=11,
        requests_write=2,
        started_at=NOW,
        finished_at=NOW + timedelta(seconds=9),
    ),
)


def _by_hand(site: Site, setting: str, **rest: object) -> Change:
    return change(site, setting, route=Route.PORTAL, **rest)  # type: ignore[arg-type]  # passed on as they are


P_MODE = _by_hand(BAKKEGATA, "authentication.mode", before="ocppNative", after="native")
P_AUTH = _by_hand(BAKKEGATA, "authentication.authorizationRequired", before=ABSENT, after=False)
P_ALONE = _by_hand(BAKKEGATA, "standAlone", charger="ZAP012347", before=True, after=False)
P_GRANT = _by_hand(
    BAKKEGATA, "permissions", principal="person:c-88123", before=ABSENT, after=("user", "owner"), line=12
)
P_REMOVE = _by_hand(BAKKEGATA, "permissions", principal="userGroup:BSJG", before=("owner", "service"), after=ABSENT)
P_PAYLOAD = _by_hand(
    HAVNEN, "authentication.webhooks.authPayload", before=ABSENT, after="env:FLEET_SECRET_HAVNEN_PAYLOAD"
)
P_END = _by_hand(
    HAVNEN, "authentication.webhooks.sessionEndUrl", before=ABSENT, after="https://hooks.paycharge.example/v1/end"
)
P_GROUP = _by_hand(HAVNEN, "permissions", principal="userGroup:PAYC", before=("owner",), after=("owner", "service"))
P_AFTER_API = _by_hand(SOLBAKKEN, "standAlone", charger="ZPR081003", before=False, after=True)
PORTAL = plan_of(
    changes=(P_MODE, P_AUTH, P_ALONE, P_GRANT, P_REMOVE, P_PAYLOAD, P_END, P_GROUP, S_LOWER, P_AFTER_API),
    steps=(
        step(1, P_MODE, P_AUTH),
        step(2, P_ALONE, after=("s001-" + HOME[:8],), because=NATIVE_IS_LEFT),
        step(3, P_GRANT),
        step(4, P_REMOVE, after=("s003-" + HOME[:8],), because=ADDED_BEFORE, gate=Gate.OWNER_ACCEPTED),
        step(5, P_PAYLOAD, P_END),
        step(6, P_GROUP),
        step(7, S_LOWER),
        step(8, P_AFTER_API, after=("s007-5a7d0d52",), because=LOWER_FIRST),
    ),
)
