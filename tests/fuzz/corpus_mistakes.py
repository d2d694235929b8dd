"""Files of the small fleet with mistakes, so that every rule has something to say."""

import json
from functools import cache

from tests.fuzz.corpus import SITE, Seed, yaml_seed

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
_NEARLY_OURS = "permissions: {entries: [{userGroup: BSJH, roles: [service]}]}\n"
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
    (
        "installations/here.yaml",
        _HEAD + "profiles: [handower, p, 5]\nunmanaged: [maxCurent, maxCurrent, 5, labels]\n",
    ),
    (
        "installations/here.yaml",
        _HEAD + "acknowledge: [{guard: lose-load-balancing, by: x, reason: x, until: 2035-01-01},"
        " {guard: lose-load-balancing, by: y, reason: y, until: 2035-01-01}]\nmaxCurrent: 64\n",
    ),
    (
        "installations/here.yaml",
        _HEAD + "profiles: [p]\nchargers: {ZAP012345: {permissions: {entries: [{user: 'person:c-3', roles: [user]}],"
        " absent: [{userGroup: HANS}]}}, ZAP012346: {permissions: {mode: exclusive, entries: [5, {user: x}]}}}\n",
    ),
    ("installations/here.yaml", f"{_HEAD}chargers: {{ZAP012345: {{}}}}\n{_NEARLY_OURS}"),
    ("installations/here.yaml", _HEAD + 'labels: {a: "kari\\x40people.example"}\n'),
    ("installations/here.yaml", _HEAD + 'labels: {"kari\\x40people.example": a}\n'),
    ("installations/here.yaml", f"version: 1\nid: {SITE}\nname: Here\n"),
    ("installations/here.yaml", f"version: 2\nid: {SITE}\nname: Here\naccount: maine\nlabels: {{a: 1}}\nswitch: 5\n"),
    ("installations/a/there.yaml", _HEAD + "chargers: {ZAP012345: {}}\n"),
    ("profiles/q.yaml", "chargers: {ZAP000009: 5, ZAP000008: {maxCurrent: 0}}\n"),
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
    ("fleet.yaml", _FLEET + "final: {chargers.maxCurrent: {min: 20, max: 24}}\n"),
    ("profiles/p.yaml", "unmanaged: [chargers.maxCurent]\nmaxCurrent: 32\n"),
    ("fleet.yaml", _FLEET.replace("main:", "main: {cloud: sandbox}, other:") + "allowedHosts: [ocpp.b.example]\n"),
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
                "setting: authentication.mode, value: native",
            )
        ),
    ),
    (f"attestations/{SITE}.yaml", f"version: 1\ninstallation: {SITE[:-1]}2\nattestedOn: 2026-02-30\nvalidUntil: 5\n"),
)
"""Files with one mistake or several, so that every rule has something to say."""
_RESIDENTS = "permissions: {entries: [{user: 'person:c-7', roles: [owner, user]}], absent: [{userGroup: BSJG}]}"
_ATTESTED = f"version: 1\ninstallation: {SITE}\ndigest: sha256:{'1' * 64}\n"
BESIDE: tuple[tuple[str, str], ...] = (
    (
        "installations/b/new.yaml",
        f"version: 1\nid: {SITE[:-1]}4\nname: New\naccount: main\nlabels: {{region: bergen, floor: 3}}\n"
        f"chargers: {{ZPR000004: {{{_RESIDENTS}}}, ZPR000005: {{maxCurrent: 16}}}}\n",
    ),
    ("installations/b/named.yaml", f"version: 1\nid: {SITE[:-1]}5\nname: There\naccount: other\n{_RESIDENTS}\n"),
    ("installations/b/twin.yaml", _HEAD + "chargers: {ZPR000006: {}}\n"),
    (
        "installations/b/lender.yaml",
        f"version: 1\nid: {SITE[:-1]}6\nname: Lender\naccount: main\nchargers: {{ZPR000002: {{}}}}\n",
    ),
    (
        "installations/b/warned.yaml",
        f"version: 1\nid: {SITE[:-1]}7\nname: Warned\naccount: main\nunmanaged: [permissions, maxCurrent]\n",
    ),
    (
        f"attestations/a/{SITE}.yaml",
        _ATTESTED + "attestedOn: 2026-01-01\nvalidUntil: 2026-07-01\nby: KL\nevidence: seen in the Portal\n",
    ),
)
"""Files that may come to the small fleet: good ones, and some that are only wrong beside the others."""
GOOD_BESIDE = ("installations/b/new.yaml", "installations/b/named.yaml", "installations/b/warned.yaml")
ODD = (
    "null\n",
    "~",
    "{[a]: b}: c\n",
    "a: {[b, c]: 1}\n",
    "? - a\n: b\n",
    "k" * 90 + ": 1\n",
    f"? {'k ' * 80}\n  {'k ' * 80}\n  {'k ' * 1000}\n: 1\n",
    "? |\n" + ("  " + "k" * 150 + "\n") * 60 + ": 1\n",
    "- |\n" + ("  " + "k" * 150 + "\n") * 60,
)
"""YAML that nobody writes, within the limits of the quick reader or nearly."""


@cache
def mistaken_files() -> tuple[Seed, ...]:
    """Files of the small fleet, each with mistakes."""
    return tuple(yaml_seed(name, text.encode()) for name, text in MISTAKES)


@cache
def files_beside_others() -> tuple[Seed, ...]:
    """Files that may come to the small fleet."""
    return tuple(yaml_seed(name, text.encode()) for name, text in BESIDE)


@cache
def oddly_written_files() -> tuple[Seed, ...]:
    """YAML as bytes alone: it has no tree that one could write again."""
    return tuple(Seed(name="installations/here.yaml", data=text.encode()) for text in ODD)
