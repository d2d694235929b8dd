"""Valid seeds: the shipped fleet, a small fleet that says everything, and documents as we write them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from reconciler.loading.load import load_fleet
from reconciler.model.desired import Cloud as CloudName
from reconciler.model.outcome import Wave
from reconciler.model.plan import Plan, PlanAccount
from reconciler.model.snapshot import Snapshot
from reconciler.model.under_way import Queued, SwitchWait
from reconciler.model.value import SECRET_SET
from reconciler.planning.rollback import rollback_plan
from reconciler.report.json_document import plan_document, result_document, to_text
from reconciler.report.json_drift import drift_document
from reconciler.report.json_snapshot import snapshot_document, snapshot_json
from reconciler.report.worksheet import worksheet
from reconciler.report.worksheet_forms import worksheet_document
from tests import builders
from tests.report import drift_samples, samples

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "fleet"
REGRESSIONS = Path(__file__).parent / "regressions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """Something valid to start from.

    Attributes:
        name: What it is: a place in a fleet, a kind of document, a call.
        tree: The same as maps, lists and scalars; None when only its bytes count.
        status: Of an answer.
    """

    name: str
    data: bytes
    tree: Any = None
    status: int = 200


SITE = "11111111-0000-4000-8000-000000000001"
EVERYTHING: Mapping[str, str] = {
    "fleet.yaml": """\
version: 1
accounts:
  main: {cloud: sandbox, credentials: ZAPTEC, agreement: our own, group: BSJG, rate: 5,
    routes: {authentication: partner, standAlone: partner, permissions: partner}}
  other: {cloud: zaptec, credentials: ZAPTEC_OTHER, routes: {permissions: portal}, partner: acme, rate: 9.8}
defaults:
  chargerDefaults: {standAlone: false, maxCurrent: 25}
  labels: {region: oslo}
  permissions: {entries: [{user: "person:c-1", roles: [user]}], absent: [{userGroup: HANS}]}
guards: {maxChangedInstallations: 25, maxChargersToZero: 3, minAcceptedOwners: 1, maxRaisedA: 800.5,
  maxAccessRemoved: 2, invitationsPerDay: 9}
allowedHosts: [ocpp.backend-b.example, hooks.paycharge.example]
final:
  chargers.maxCurrent: {min: 0, max: 32}
  authentication.authorizationRequired: {value: true}
  maxCurrent: {max: 63}
""",
    "profiles/p.yaml": """\
authentication: {mode: native, authorizationRequired: false}
chargerDefaults: {standAlone: false, maxCurrent: 16}
permissions:
  mode: additive
  entries: [{user: "person:c-2", roles: [owner]}]
  absent: [{userGroup: BSJG, after: ownerAccepted}]
labels: {segment: home, floor: 2, lift: true}
unmanaged: [maxCurrent]
switch: {when: idle, giveUpAfterHours: 24}
acknowledge: [{guard: lose-load-balancing, by: KL, reason: x, until: 2035-01-31}]
""",
    "profiles/q.yaml": """\
authentication:
  mode: ocppCloud
  ocppCloud: {url: "wss://ocpp.backend-b.example/{deviceId}", urlVersion: ocpp16Compliant,
    initialPassword: {secretRef: {env: FLEET_SECRET_A}}}
maxCurrent: 40
chargers: {ZAP000009: {maxCurrent: 0, disabled: {reason: water, until: 2035-01-01}}}
unmanaged: [permissions, chargers.maxCurrent]
""",
    "installations/here.yaml": f"""\
# comment
version: 1
id: {SITE}
name: Here
account: main
labels: {{region: oslo, segment: home}}
profiles: [p]
authentication:
  mode: native
  authorizationRequired: true
maxCurrent: 40
chargerDefaults: {{standAlone: false, maxCurrent: 16}}
chargers:
  ZAP012345:
    maxCurrent: 16.5
    unmanaged: [standAlone]
  ZAP012346: {{}}
  ZAP012347: {{maxCurrent: 0, disabled: {{reason: "water damage", until: 2035-01-15}}}}
permissions:
  mode: exclusive
  entries:
    - {{user: "person:c-88121", roles: [user, owner]}}
    - {{userGroup: HANS, roles: [service]}}
    - {{user: "user-id:2f0c6f0e-8f4b-4d0e-9a51-3b1f6f0a1c01", roles: [service]}}
  absent:
    - {{userGroup: BSJG, after: ownerAccepted}}
acknowledge:
  - {{guard: lose-load-balancing, by: "electrician KL", reason: "backend balances", until: 2027-01-31}}
switch: {{when: idle, giveUpAfterHours: 72}}
unmanaged: [permissions.absent]
""",
    "installations/a/there.yaml": """\
version: 1
id: 11111111-0000-4000-8000-000000000002
name: There
account: other
profiles: [q]
authentication:
  mode: webhooks
  webhooks:
    authUrl: https://hooks.paycharge.example/oauth
    authPayload: {secretRef: {file: payload}}
    sessionStartUrl: https://hooks.paycharge.example/start
    sessionEndUrl: https://hooks.paycharge.example/end
chargers:
  ZPR000001: {maxCurrent: 32, standAlone: false}
""",
    "installations/a/native.yaml": """\
version: 1
id: 11111111-0000-4000-8000-000000000003
name: Native
account: main
authentication: {mode: ocppNative, ocppNative: {url: "wss://ocpp.backend-b.example/cp"}}
chargers: {ZPR000002: {standAlone: true}}
""",
    "exceptions.yaml": f"""\
version: 1
exceptions:
  - {{installation: {SITE}, charger: ZAP012345, setting: maxCurrent, value: 10, until: 2035-03-31, owner: o, reason: x}}
  - {{installation: {SITE}, setting: authentication.mode, ignore: true, until: 2026-05-10, owner: ops, reason: x}}
  - {{installation: {SITE}, setting: maxCurrent, value: 20, until: 2035-05-10, owner: ops, reason: x}}
  - {{installation: {SITE}, setting: authentication.authorizationRequired, value: true, until: 2035-05-10,
    owner: o, reason: x}}
  - {{installation: {SITE}, setting: authentication.ocppNative.url, value: x, until: 2035-05-10, owner: o, reason: x}}
  - {{installation: {SITE}, setting: permissions, ignore: true, until: 2035-05-10, owner: ops, reason: x}}
""",
    f"attestations/{SITE}.yaml": f"""\
version: 1
installation: {SITE}
digest: sha256:{"0" * 64}
attestedOn: 2026-01-01
validUntil: 2026-07-01
by: KL
evidence: seen in the Portal
""",
}
"""A fleet in which every key of every kind of file stands at least once."""

WAVES = (
    Wave(number=1, installations=5, healthy=True),
    Wave(number=2, installations=1, healthy=False, reasons=("a charger is offline",)),
)


def kind_of(name: str) -> str:
    """Which schema a place in a fleet has."""
    match name.split("/", maxsplit=1)[0]:
        case "fleet.yaml":
            return "fleet"
        case "exceptions.yaml":
            return "exceptions"
        case "profiles":
            return "profile"
        case "attestations":
            return "attestation"
        case _:
            return "installation"


@cache
def files_that_say_everything() -> tuple[Seed, ...]:
    """The small fleet, one seed for each file."""
    return tuple(yaml_seed(name, text.encode()) for name, text in EVERYTHING.items())


@cache
def shipped_files() -> tuple[Seed, ...]:
    """The fleet that comes with the tool."""
    paths = sorted(path for path in SHIPPED.rglob("*.yaml") if not path.name.startswith("."))
    return tuple(yaml_seed(str(path.relative_to(SHIPPED)), path.read_bytes()) for path in paths)


def yaml_seed(name: str, data: bytes) -> Seed:
    """A file with its tree."""
    return Seed(name=name, data=data, tree=yaml_tree(data))


def yaml_tree(data: bytes) -> Any:
    """Maps, lists and scalars; what a file says before anybody judges it."""
    loader = _Texts(data)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()


class _Texts(yaml.SafeLoader):
    """Numbers, switches and texts, but no dates."""


_Texts.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@cache
def documents() -> tuple[Seed, ...]:
    """Plans, results, a snapshot, a drift report and a worksheet, as we write them."""
    plans = (samples.FIXTURE, samples.EMPTY, samples.REFUSED, samples.PORTAL, samples.HOSTILE_PLAN)
    sheet = worksheet(samples.PORTAL, frozenset(change.id for change in samples.PORTAL.changes))
    waves = replace(samples.CONVERGED, receipt=None, waves=WAVES, rollback="runs/x/rollback.json")
    found = [("plan", plan_document(plan)) for plan in (*plans, *map(_part_of, plans), _way_back())]
    found += [("plan", forged) for forged in _forged(json.loads(to_text(found[0][1])))]
    found += [("result", result_document(result)) for result in (samples.RESULT, samples.CONVERGED, waves)]
    found += [("worksheet", worksheet_document(sheet))]
    found += [("drift", drift_document(drift_samples.EVERY_KIND)), ("snapshot", snapshot_document(_snapshot()))]
    texts = [(kind, to_text(document)) for kind, document in found]
    texts += [("snapshot", snapshot_json(_snapshot()))]
    return tuple(Seed(name=kind, data=text.encode(), tree=json.loads(text)) for kind, text in texts)


def _snapshot() -> Snapshot:
    """Two sites with everything that a look can find or miss."""
    seen = builders.live(
        builders.charger("ZPR080001", maxCurrent=16.0, standAlone=False, roles=7),
        builders.charger("ZPR080002", circuit=None, online=None, mode=None, maxCurrent=builders.FORBIDDEN),
        settings={"authentication.mode": "webhooks", "authentication.webhooks.authPayload": SECRET_SET},
        access=(
            builders.has_access("person:c-1", "user", "owner"),
            builders.has_access("userGroup:BSJG", "service", accepted=False),
        ),
    )
    lost = builders.live(
        site=builders.OTHER_SITE,
        name=None,
        circuits=builders.FORBIDDEN,
        access=builders.NO_CALL,
        roles=None,
        native_allowed=None,
    )
    target = {"account": builders.MAIN, "installation_id": builders.SITE}
    return Snapshot(
        tool_version="1.0",
        observed=builders.cloud(seen, lost),
        accounts=(PlanAccount(name=builders.MAIN, cloud=CloudName.SANDBOX, rate=5.0),),
        people_known=frozenset({"c-1", "c-2"}),
        queued=(Queued(**target, charger="ZPR080001", setting="maxCurrent", value=10.0, at=builders.NOW),),
        switch_waits=(SwitchWait(**target, mode="native", since=builders.NOW),),
    )


def _way_back() -> Plan:
    """The rollback of a plan over the shipped fleet."""
    desired = load_fleet(SHIPPED, today=samples.NOW.date()).desired
    assert desired is not None
    return rollback_plan(samples.FIXTURE, desired, run_id="20260115T060000Z-1", now=samples.NOW)


def _forged(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What a careless or clever hand makes of a plan, with fitting ids."""
    changes, steps = plan["changes"], plan["steps"]
    chained = [{**step, "after": [steps[number - 1]["id"]]} for number, step in enumerate(steps)]
    yield {**plan, "changes": [*changes, changes[0]]}
    yield {**plan, "steps": [*steps, steps[0]]}
    yield {**plan, "steps": [{**steps[0], "after": ["nowhere"]}, *steps[1:]]}
    yield {**plan, "steps": [{**steps[0], "changes": ["0" * 16]}, *steps[1:]]}
    yield {**plan, "steps": chained}


def _part_of(plan: Plan) -> Plan:
    """A small plan is read faster, so that more of them are tried."""
    return samples.plan_of(changes=plan.changes[:1], refusals=plan.refusals[:1], warnings=plan.warnings[:1])
