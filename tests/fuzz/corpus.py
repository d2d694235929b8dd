"""Valid seeds: the shipped fleet, a small fleet that says everything, and answers recorded from the sandbox."""

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
from tests.live import answers as answers_by_hand
from tests.report import drift_samples, samples
from tests.sandbox.cloud import HAVNEN, KAIA, TESTVEIEN, UNKNOWN, VERKSTED, Cloud

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

_HEAD = f"version: 1\nid: {SITE}\nname: Here\naccount: main\n"
_FLEET = "version: 1\naccounts: {main: {cloud: sandbox}}\n"
_URLS = (
    "http://hooks.paycharge.example/x",
    "ws://ocpp.backend-b.example/x",
    "wss://evil.example/{serial}",
    "wss://127.0.0.1/ZAP000001",
    "wss://ocpp.backend-b.example/?token=x",
    "wss://me:you@ocpp.backend-b.example/",
    "wss://ocpp.backend-b.example/a b",
    "wss://ocpp.backend-b.example/" + "x" * 600,
    "wss://" + "0x7f.1/",
    "not a URL",
    "wss://[::1",
)
MISTAKES: tuple[tuple[str, str], ...] = (
    *(
        ("installations/here.yaml", f"{_HEAD}authentication: {{mode: {mode}, {mode}: {{{key}: {json.dumps(url)}}}}}\n")
        for url in _URLS
        for mode, key in (("ocppNative", "url"), ("ocppCloud", "url"), ("webhooks", "authUrl"))
    ),
    ("installations/here.yaml", _HEAD + "authentication: {mode: Zaptec, ocppNative: {}, webhooks: {}}\n"),
    (
        "installations/here.yaml",
        _HEAD + "authentication: {mode: ocppCloud, webhooks: {}, authorizationRequired: true}\n",
    ),
    ("installations/here.yaml", _HEAD + "authentication: {mode: ocppNative}\n"),
    (
        "installations/here.yaml",
        _HEAD + "authentication: {mode: ocppCloud, ocppCloud: {url: 'wss://ocpp.backend-b.example/x',"
        " urlVersion: ocpp16Compliant}}\nchargers: {ZAP012345: {}, ZAP012346: {standAlone: true}, ZAP012347: 5}\n",
    ),
    ("installations/here.yaml", _HEAD + "chargers: {ZAP012345: {maxCurrent: 0}, ZAP012346: {maxCurrent: 16.05}}\n"),
    (
        "installations/here.yaml",
        _HEAD + "chargerDefaults: {maxCurrent: 0, disabled: {reason: x, until: 2020-01-01}}\n"
        "chargers: {ZAP012345: {maxCurrent: 16}, ZAP012346: {}, ZAP012347: {unmanaged: [maxCurrent], disabled: 5}}\n",
    ),
    ("installations/here.yaml", _HEAD + "permissions: {mode: exclusive, entries: [{userGroup: A, roles: [user]}]}\n"),
    (
        "installations/here.yaml",
        _HEAD + "permissions: {mode: exclusive, entries: [5, {user: 'person:a', roles: [x]}]}\n",
    ),
    ("installations/here.yaml", _HEAD + "permissions: {mode: exclusive, entries: 5, absent: [{userGroup: A}]}\n"),
    (
        "installations/here.yaml",
        _HEAD + "permissions: {entries: [{userGroup: A, roles: [owner]}, {userGroup: A, roles: [user]}],"
        " absent: [{userGroup: A}, {userGroup: B, after: ownerAccepted}]}\n",
    ),
    (
        "installations/here.yaml",
        _HEAD + "acknowledge: [{guard: above-circuit, by: x, reason: x, until: 2026-02-30},"
        " {guard: changed-installations, by: x, reason: x, until: 2035-01-01}, {guard: loose-load-balancing}]\n",
    ),
    ("installations/here.yaml", _HEAD + "profiles: [handower, p, q, 5]\nunmanaged: [maxCurent, maxCurrent, labels]\n"),
    ("installations/here.yaml", f"version: 1\nid: {SITE}\nname: Here\n"),
    ("installations/here.yaml", f"version: 2\nid: {SITE}\nname: Here\naccount: maine\nlabels: {{a: 1}}\nswitch: 5\n"),
    ("installations/a/there.yaml", _HEAD + "chargers: {ZAP012345: {}}\n"),
    ("profiles/p.yaml", "authentication: 5\nchargers: 5\npermissions: 5\nunmanaged: 5\n"),
    (
        "profiles/p.yaml",
        "permissions: {entries: [{user: 'person:a', roles: [user]}], absent: 5}\nunmanaged: [chargers]\n",
    ),
    ("profiles/q.yaml", "unknown: 1\nunmanaged: [chargers.maxCurrent, authentication.ocppCloud]\nmaxCurrent: null\n"),
    ("fleet.yaml", _FLEET + "defaults: 5\nallowedHosts: 5\nfinal: {chargers.maxCurent: {max: 5}, maxCurrent: 5}\n"),
    ("fleet.yaml", _FLEET + "acounts: 5\nalowedHosts: [x]\nfinale: 5\ndefaults: {maxCurrent: 5}\n"),
    ("fleet.yaml", "version: 1\naccounts: {main: {cloud: zaptec, routes: {permissions: partner}, agreement: x}}\n"),
    ("fleet.yaml", "version: 1\naccounts: {main: {cloud: sandbox, routes: {permissions: partner}}}\n"),
    (
        "fleet.yaml",
        _FLEET + "final: {maxCurrent: {value: 40.0, min: 41, max: 20}, authentication.mode: {value: native}}\n",
    ),
    ("fleet.yaml", _FLEET + "final: {authentication.mode: {min: 1}, permissions.mode: {max: 1}}\n"),
    ("fleet.yaml", "version: 1\naccounts: {}\nallowedHosts: [null]\n"),
    (
        "exceptions.yaml",
        "version: 1\nexceptions:\n"
        + "".join(
            f"  - {{installation: {site}, {what}, until: {until}, owner: x, reason: x}}\n"
            for site in (SITE, "11111111-0000-4000-8000-00000000000f", "5")
            for until in ("2026-02-30", "2020-01-01", "2026-05-06")
            for what in (
                "setting: maxCurrent, value: 16.05",
                "setting: maxCurent, value: 16",
                "charger: ZAP012345, setting: standAlone, value: 16",
                "charger: ZAP999999, setting: permissions, value: x",
                "setting: authentication.webhooks.authPayload, value: x",
                "setting: x, ignore: true, value: 1",
                "setting: 5, ignore: true",
            )
        ),
    ),
    (f"attestations/{SITE}.yaml", f"version: 1\ninstallation: {SITE[:-1]}2\nattestedOn: 2026-02-30\nvalidUntil: 5\n"),
)
"""Files with one mistake or several, so that every rule has something to say."""

WAVES = (
    Wave(number=1, installations=5, healthy=True),
    Wave(number=2, installations=1, healthy=False, reasons=("a charger is offline",)),
)
PEOPLE: Mapping[str, str] = {
    "people.yaml": "- {id: c-1, email: kari@people.example, name: Kari, language: nb}\n"
    "- {id: 88121, email: ola@people.example}\n",
    "people-in-a-map.yaml": "people:\n  - {id: c-1, email: kari@people.example}\n",
    "people.csv": "id,email,name,language\nc-1,kari@people.example,Kari,nb\nc-2,ola@people.example,,\n",
    "quoted.csv": '"email","id"\r\n"kari@people.example","c-1"\r\n"ola@people.example","c-2"\r\n',
}


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
    return tuple(_file(name, text.encode()) for name, text in EVERYTHING.items())


@cache
def mistaken_files() -> tuple[Seed, ...]:
    """Files of the small fleet, each with mistakes."""
    return tuple(_file(name, text.encode()) for name, text in MISTAKES)


@cache
def shipped_files() -> tuple[Seed, ...]:
    """The fleet that comes with the tool."""
    paths = sorted(path for path in SHIPPED.rglob("*.yaml") if not path.name.startswith("."))
    return tuple(_file(str(path.relative_to(SHIPPED)), path.read_bytes()) for path in paths)


@cache
def people_files() -> tuple[Seed, ...]:
    """Directories of people."""
    return tuple(
        Seed(name=name, data=text.encode(), tree=_tree(text.encode()) if name.endswith("yaml") else None)
        for name, text in PEOPLE.items()
    )


def _file(name: str, data: bytes) -> Seed:
    return Seed(name=name, data=data, tree=_tree(data))


def _tree(data: bytes) -> Any:
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


@cache
def answers() -> tuple[Seed, ...]:
    """Bodies that the sandbox answered, good ones and refusals; the name is the call without its ids."""
    cloud = Cloud()
    found = {seed.data: seed for seed in _recorded(cloud)}
    return tuple(found.values())


def _recorded(cloud: Cloud) -> Iterator[Seed]:
    yield _answer("token", cloud.log_in())
    yield _answer("token", cloud.log_in(password="wrong"))
    for size in (2, 100):
        yield _answer("installations", cloud.get("/api/installation", PageSize=size, PageIndex=0))
        yield _answer("chargers", cloud.get("/api/chargers", PageSize=size, PageIndex=0))
    for site in cloud.world.installations():
        place = f"/api/installation/{site['id']}"
        yield _answer("installation", cloud.get(place))
        yield _answer("hierarchy", cloud.get(f"{place}/hierarchy"))
        yield _answer("permissions", cloud.get(f"/partner/v1/installation/{site['id']}/permissions"))
        yield _answer("firmware", cloud.get(f"/api/chargerFirmware/installation/{site['id']}"))
        for charger in cloud.world.chargers_of(site["id"])[:2]:
            yield _answer("charger", cloud.get(f"/api/chargers/{charger['id']}"))
            yield _answer("state", cloud.get(f"/api/chargers/{charger['id']}/state"))
    yield from _refused(cloud)


def _refused(cloud: Cloud) -> Iterator[Seed]:
    yield _answer("error", cloud.get(f"/api/installation/{UNKNOWN}"))
    yield _answer("error", cloud.update_installation(KAIA, {"maxCurrent": -1}))
    yield _answer("error", cloud.update_installation(KAIA, {"maxCurrent": "x"}))
    yield _answer("error", cloud.call("PUT", f"/api/installation/{VERKSTED}", {"AuthenticationType": 9}))
    yield _answer("error", cloud.call("PUT", f"/partner/v1/installation/{HAVNEN}/permissions", {"Roles": 99}))
    yield _answer("error", cloud.update_installation(TESTVEIEN, {"maxCurrent": 99}))
    yield from _rare_installations()
    bodies: tuple[tuple[int, object], ...] = (
        (500, {"Code": 527, "Details": "see https://h.example/x"}),
        (500, {"Code": 999, "Details": "kari@people.example said no, hunter2"}),
        (404, {"errorCode": 512, "message": "x"}),
        (400, {"type": "x", "title": "x", "status": 400, "errors": {"MaxCurrent": ["x"], "$.a[0]": ["y"]}}),
        (403, {}),
    )
    for status, body in bodies:
        yield Seed(name="error", data=json.dumps(body).encode(), tree=body, status=status)


_PHASE = "AvailableCurrentPhase"
_RARE: tuple[dict[str, object], ...] = (
    {f"{_PHASE}1": 6, f"{_PHASE}2": 7, f"{_PHASE}3": 8},
    {f"{_PHASE}1": 6, f"{_PHASE}2": 6, f"{_PHASE}3": 6},
    {f"{_PHASE}1": 20, f"{_PHASE}2": 20, f"{_PHASE}3": 20, "AvailableCurrent": None},
    {f"{_PHASE}1": 6, "AvailableCurrent": ""},
    {f"{_PHASE}1": "x"},
    {"CurrentUserRoles": 1, "MaxCurrent": None},
    {"CurrentUserRoles": None, "AvailableCurrent": None},
    {"AuthenticationType": 2, "OcppCloudUrl": "https://[x", "AvailableCurrent": None},
    {"AuthenticationType": 3, "OcppCentralSystemUrl": "https://me:you@h.example/kari@people.example?a#b"},
    {"AuthenticationType": 1, "WebhooksAuthUrl": "https://h.example/x"},
    {"AuthenticationType": 9},
)


def _rare_installations() -> Iterator[Seed]:
    for members in _RARE:
        tree = {key: value for key, value in {**answers_by_hand.INSTALLATION, **members}.items() if value is not None}
        yield Seed(name="installation", data=json.dumps(tree).encode(), tree=tree)


def _answer(name: str, response: Any) -> Seed:
    data = bytes(response.data)
    return Seed(name=name, data=data, tree=json.loads(data) if data else None, status=response.status_code)
