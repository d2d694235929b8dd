"""Further seeds of our own documents: small ones, rare parts, and what a careless or clever hand makes of them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from reconciler.loading.snapshot_rows import CONTENT
from reconciler.model.change import Target
from reconciler.model.desired import Cloud, GuardLimits, WholeFleet
from reconciler.model.digest import digest_of
from reconciler.model.plan import PlanAccount
from reconciler.model.plan_origin import BaseReference, Owed, PolicyChange, PolicyKind, SnapshotReference, Why
from reconciler.model.problem import Problem, Severity
from reconciler.model.shard import Shard, Sighting
from reconciler.model.snapshot import Snapshot
from reconciler.model.under_way import Queued
from reconciler.model.value import ABSENT, Reason, Unreadable
from reconciler.report.json_document import owed_document, plan_document, to_text, validation_document
from reconciler.report.json_drift import drift_document
from reconciler.report.json_snapshot import snapshot_document, snapshot_json
from tests import builders
from tests.fuzz import trees, values
from tests.fuzz.corpus import Seed
from tests.report import drift_samples, samples, samples_rollback

SHARD = Shard(
    whole=WholeFleet(
        digest="sha256:" + "ab" * 32, accounts=("main", "other"), installations=3, chargers=5, limits=GuardLimits()
    ),
    sightings=(
        Sighting(serial="ZAP000001", account="main", installation_id=builders.SITE, installation_name="Here"),
        Sighting(serial=None, account="main", installation_id=builders.OTHER_SITE, installation_name="There"),
    ),
)
Edits = Mapping[trees.Path, Any]
_SAID = f"see {values.SECRET}"
"""Stands where only words of ours do; it is not repeated."""
_NAIVE = "2026-01-15T06:00:00"


def _seed(kind: str, text: str) -> Seed:
    return Seed(name=kind, data=text.encode(), tree=json.loads(text))


def _edited(document: Any, edits: Edits) -> Any:
    for path, value in edits.items():
        document = trees.changed(document, path, lambda _, value=value: value)
    return document


@cache
def further_documents() -> tuple[Seed, ...]:
    """Plans, drift reports, validations, adoptions and what is owed."""
    found = [("plan", plan) for plan in _plans()] + [("drift", drift) for drift in _drifts()]
    problem = Problem(
        file="fleet/x.yaml",
        line=3,
        column=1,
        code="E008",
        path="maxCurrent",
        what="what.",
        why="why.",
        remedy="remedy.",
        severity=Severity.ERROR,
    )
    validation = validation_document([problem, replace(problem, line=4, severity=Severity.WARNING)], 7)
    found += [("validation", validation), ("validation", {**validation, "counts": {"errors": 2, "warnings": 0}})]
    found += [("owed", owed_document(_owed())), ("adoption", _ADOPTION)]
    return tuple(_seed(kind, to_text(document)) for kind, document in found)


def _owed() -> tuple[Owed, ...]:
    target = Target(account="main", installation_id=builders.SITE, charger="ZAP000001", principal=None)
    site = Target(account="main", installation_id=builders.SITE, charger=None, principal="person:c-1")
    return (
        Owed(target=target, installation_name="Here", setting="maxCurrent", after=16.0, why=Why.PENDING),
        Owed(target=site, installation_name="Here", setting="permissions", after=ABSENT, why=Why.WAITING),
    )


def _plans() -> Iterator[dict[str, Any]]:
    lost = samples.change(
        samples.KAIA, "maxCurrent", before=Unreadable(reason=Reason.FORBIDDEN), after=16.0, charger="ZPR084001"
    )
    document = plan_document(samples.plan_of(changes=(lost,)))
    yield document
    yield {**document, "shard": None}
    yield {**document, "digest": "sha256:" + "0" * 64}
    yield _edited(document, {("changes", 0, "after"): 16.05})
    yield _edited(document, {("changes", 0, "before"): 16.05, ("changes", 0, "before_state"): "known"})
    yield _edited(document, {("created_at",): _NAIVE})
    yield plan_document(replace(samples.plan_of(changes=(lost,)), shard=SHARD))
    reviewed = replace(
        samples.plan_of(changes=(lost,)),
        snapshot=SnapshotReference(taken_at=samples.NOW, digest="sha256:" + "cd" * 32, selection="kaia"),
        base=BaseReference(commit="1f0c9ab2d4", applied="2f0c9ab2d4", no_longer_managed=((builders.SITE, "Here"),)),
        policy_changes=(PolicyChange(kind=PolicyKind.GUARD, subject="maxRaisedA", before="1", after=None),),
        withdrawn=(samples.K_URL,),
        owed=_owed(),
    )
    yield plan_document(reviewed)
    back = plan_document(samples_rollback.BACK)
    yield back
    yield _edited(back, {("former", 0, "setting"): "maxCurrant"})
    former = back["former"][0]
    unread = {**former, "before": None, "before_state": "unreadable", "before_reason": "forbidden"}
    yield {**plan_document(samples.EMPTY), "former": [former, unread]}


def _drifts() -> Iterator[dict[str, Any]]:
    rows = [drift_samples.finding(number, row) for number, row in enumerate(drift_samples.KINDS) if number in (0, 5, 7)]
    sites = [drift_samples.summary(number, [one]) for number, one in enumerate(rows)]
    found = [drift_samples.aged(one, 5 * number) for number, one in enumerate(rows)]
    odd = replace(rows[0], wanted=ABSENT, since=drift_samples.NOW, exception=drift_samples.EXCEPTION)
    found.append(replace(found[0], finding=odd, ageing=None))
    report = drift_samples.report_of(sites, found)
    document = drift_document(replace(report, trend=report.trend[:2]))
    yield document
    yield drift_document(replace(report, trend=(), shard=SHARD))
    yield _edited(document, {("findings", 0, "fingerprint"): "0" * 16})
    yield _edited(document, {("findings", 0, "wanted"): None, ("findings", 0, "wanted_state"): "known"})
    yield _edited(document, {("findings", 0, "actual"): 16.05, ("findings", 0, "actual_state"): "known"})
    yield _edited(document, {("findings", 0, "exception"): document["ending"][0]["exception"]})
    yield _edited(document, {("ending", 0, "exception", "until"): "2026-02-30"})
    yield _edited(document, {("ending", 0, "exception", "until"): "tomorrow"})
    yield _edited(document, {("observed_at",): _NAIVE})
    yield _edited(document, {("findings", 0, "actual_state"): "unreadable", ("findings", 0, "actual_reason"): _SAID})
    yield _edited(document, {("trend",): []})


@cache
def snapshots() -> tuple[Seed, ...]:
    """Small ones, as text with one installation on a line and otherwise, and forged ones."""
    text = snapshot_json(_snapshot())
    tree = json.loads(text)
    forged = [_signed(_edited(tree, edits)) for edits in _FORGED]
    lines = text.splitlines(keepends=True)
    begins = next(number for number, line in enumerate(lines) if line.startswith('    {"account"'))
    return (
        _seed("snapshot", text),
        _seed("snapshot", to_text(tree)),
        _seed("snapshot", snapshot_json(replace(_snapshot(), shard=SHARD))),
        _seed("snapshot", to_text(snapshot_document(replace(_snapshot(), shard=SHARD)))),
        *(_seed("snapshot", to_text(one, rows="installations")) for one in forged),
        *(_seed("snapshot", to_text(one)) for one in forged),
        *(_seed("snapshot", to_text(_edited(tree, edits), rows="installations")) for edits in _LEFT_AS_THEY_ARE),
        Seed(name="snapshot", data="".join(lines[: begins + 1]).encode()),
    )


def _signed(tree: dict[str, Any]) -> dict[str, Any]:
    return {**tree, "digest": digest_of({name: tree[name] for name in CONTENT if name in tree})}


def _snapshot() -> Snapshot:
    seen = builders.live(
        builders.charger("ZPR080001", maxCurrent=16.0, standAlone=False, firmware="1.2.3.4", roles=7),
        builders.charger(
            "ZPR080002", circuit=None, online=None, mode=None, access=(builders.has_access("person:c-2", "user"),)
        ),
        settings={"authentication.ocppNative.url": "wss://a.example/#1", "authentication.mode": "ocppNative"},
        access=(
            builders.has_access("person:c-1", "user", "owner"),
            builders.has_access("userGroup:BSJG", "service", accepted=False, invited_at=builders.NOW),
            builders.has_access("user-id:2f0c6f0e-8f4b-4d0e-9a51-3b1f6f0a1c01", "service"),
        ),
    )
    return Snapshot(
        tool_version="1.0",
        observed=builders.cloud(seen, builders.live(site=builders.OTHER_SITE, name="Kaféet #2", access=())),
        accounts=(PlanAccount(name=builders.MAIN, cloud=Cloud.SANDBOX, rate=5.0),),
        queued=(
            Queued(
                account=builders.MAIN,
                installation_id=builders.SITE,
                charger="ZPR080001",
                setting="maxCurrent",
                value=10.0,
                at=builders.NOW,
            ),
        ),
    )


_SITE, _CHARGER = ("installations", 0), ("installations", 0, "chargers", 0)
_PERMISSION = (*_SITE, "permissions", 0)
_FORBIDDEN = {"state": "unreadable", "reason": "forbidden", "detail": ""}
_FORGED: tuple[Edits, ...] = (
    {(*_SITE, "chargers", 1, "id"): "id-ZPR080001"},
    {("installations", 1, "id"): builders.SITE},
    {(*_SITE, "account"): "nobody's"},
    {("coverage", "chargers", "visible"): 3},
    {(*_SITE, "permissions", 1, "principal"): "person:c-1"},
    {(*_PERMISSION, "accepted"): "yes"},
    {(*_PERMISSION, "accepted"): None},
    {(*_PERMISSION, "invited_at"): _NAIVE},
    {(*_PERMISSION, "principal"): "kari"},
    {(*_PERMISSION, "roles"): ["owner", "owner"]},
    {("queued", 0, "value"): _FORBIDDEN},
    {("queued", 0, "value"): "16"},
    {("queued", 0, "setting"): "firmware", ("queued", 0, "value"): "1.2.3.4"},
    {(*_CHARGER, "values"): {"maxCurant": 16}},
    {(*_CHARGER, "values"): {"firmware": "not a version\n"}},
    {(*_CHARGER, "values"): {"firmware": 5}},
    {(*_CHARGER, "values"): {"maxCurrent": {**_FORBIDDEN, "detail": 5}}},
    {(*_CHARGER, "values"): {"maxCurrent": {**_FORBIDDEN, "state": "gone"}}},
    {(*_CHARGER, "values"): {"maxCurrent": {**_FORBIDDEN, "reason": _SAID}}},
    {(*_CHARGER, "values"): {"maxCurrent": True}},
    {(*_CHARGER, "serial"): "x" * 301},
    {(*_CHARGER, "mode"): 99},
    {(*_CHARGER, "mode"): "3"},
    {(*_CHARGER, "roles"): 1.0},
    {(*_CHARGER, "online"): 1},
    {(*_CHARGER, "id"): ""},
    {(*_SITE, "values"): {}},
    {(*_SITE, "circuits"): [{"id": "c1", "name": "c1", "max_current_a": -1}]},
    {(*_SITE, "name"): 5},
    {(*_SITE, "name"): "a" * 301},
    {(*_SITE, "available_unknown"): _FORBIDDEN},
    {(*_SITE, "values", "authentication.ocppNative.url"): "wss://a.example/##[error]"},
    {(*_SITE, "name"): "##[group]Kaféet"},
    {("installations",): []},
    {("installations",): [5]},
    {("installations",): 5},
)
"""Each with the digest of its content, so that the content itself is looked at."""
_LEFT_AS_THEY_ARE: tuple[Edits, ...] = (
    {("digest",): "sha256:" + "0" * 64},
    {(*_SITE, "name"): "Other"},
)
_PLACE = {"account": "main", "installation": builders.SITE, "name": "Here"}
_ADOPTION: dict[str, Any] = {
    "kind": "adoption",
    "format_version": "1.0",
    "exit": {"code": 0, "conditions": []},
    "tool": {"name": "reconciler", "version": "1.0"},
    "created_at": "2026-01-15T06:00:00Z",
    "summary": {"files": 1, "settings": 1, "left": 1, "lines_saved": 3},
    "shared": [
        {"file": "fleet.yaml", "action": "patched", "profile": None, "installations": [builders.SITE], "diff": "+a\n"}
    ],
    "files": [
        {
            **_PLACE,
            "file": "installations/here.yaml",
            "action": "new",
            "adopted": [
                {
                    "charger": None,
                    "principal": None,
                    "setting": "maxCurrent",
                    "was": None,
                    "now": 16,
                    "raises_limit": False,
                }
            ],
            "left": [
                {"charger": "ZAP000001", "principal": None, "setting": "standAlone", "kind": "unreadable", "why": "x"}
            ],
            "warnings": ["one"],
            "diff": "+a\n-b\n",
        }
    ],
}
