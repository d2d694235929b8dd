"""fleet.yaml: accounts, guards, allowed hosts and bounds."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from reconciler.loading.findings import At, Finding
from reconciler.loading.merge import SETTING_NAMES, Tree
from reconciler.loading.nearest import nearest
from reconciler.loading.own_rules import name_finding
from reconciler.loading.site import FleetRules, as_items, as_map
from reconciler.loading.tree_reader import ReadFile
from reconciler.loading.yaml_source import BROKEN
from reconciler.model.desired import Account, Cloud, GuardLimits, Route

_PARTS = ("version", "accounts", "defaults", "guards", "allowedHosts", "final")


def fleet_rules(read: ReadFile | None, *, today: date) -> FleetRules:
    """What fleet.yaml says to every other file; None when there is no such file or it must not be read."""
    if read is None or read.tree is None:
        return FleetRules(today=today)
    hosts, accounts = read.tree.get("allowedHosts", []), read.tree.get("accounts")
    hosts_are_known = knows(read, "allowedHosts") and BROKEN not in as_items(hosts)
    return FleetRules(
        today=today,
        accounts=tuple(as_map(accounts)) if knows(read, "accounts") else (),
        allowed_hosts=frozenset(host for host in as_items(hosts) if isinstance(host, str)) if hosts_are_known else None,
        final=as_map(read.tree.get("final")),
    )


def knows(read: ReadFile | None, part: str) -> bool:
    """Whether one key at the top of fleet.yaml could be read whole, or certainly does not stand there.

    An unknown key that may be a misspelt `part` leaves it unknown.
    """
    if read is None or read.tree is None or read.tree.get(part) is BROKEN:
        return False
    if any(path[0] == part for path in read.lost):
        return False
    unknown = (str(path[0]) for path in read.lost if len(path) == 1)
    return part in read.tree or not any(nearest(key, _PARTS) in {part, None} for key in unknown)


def fleet_findings(tree: Tree) -> Iterator[Finding]:
    """E023 for partner routes that nothing allows, E022 for bounds of unknown settings."""
    for name, account in as_map(tree.get("accounts")).items():
        yield from _partner_findings(name, as_map(account))
    for name in as_map(tree.get("final")):
        if name not in SETTING_NAMES:
            found = name_finding(name, ("final", name))
            yield Finding(code=found.code, path=found.path, what=found.what, remedy=found.remedy, at=At.KEY)


def accounts_of(tree: Tree) -> tuple[Account, ...]:
    """Accounts of a tree without problems, sorted by name."""
    return tuple(_account(name, account) for name, account in sorted(tree["accounts"].items()))


def limits_of(tree: Tree) -> GuardLimits:
    """Limits of the fleet guards, with the usual values for what is left out."""
    guards = as_map(tree.get("guards"))
    usual = GuardLimits()
    return GuardLimits(
        max_changed_installations=int(guards.get("maxChangedInstallations", usual.max_changed_installations)),
        max_chargers_to_zero=int(guards.get("maxChargersToZero", usual.max_chargers_to_zero)),
        min_accepted_owners=int(guards.get("minAcceptedOwners", usual.min_accepted_owners)),
        max_raised_a=float(guards.get("maxRaisedA", usual.max_raised_a)) + 0.0,
        max_access_removed=int(guards.get("maxAccessRemoved", usual.max_access_removed)),
        invitations_per_day=int(guards.get("invitationsPerDay", usual.invitations_per_day)),
    )


def _partner_findings(name: str, account: Mapping[str, Any]) -> Iterator[Finding]:
    partner_routes = [key for key, route in as_map(account.get("routes")).items() if route == "partner"]
    if partner_routes and "agreement" not in account:
        yield Finding(code="E023", path=("accounts", name, "routes"), what="a partner route without `agreement`.")
    elif partner_routes and account.get("cloud") == "zaptec" and "partner" not in account:
        yield Finding(code="E023", path=("accounts", name, "routes"), what="a partner route without `partner`.")


def _account(name: str, tree: Mapping[str, Any]) -> Account:
    cloud = Cloud(tree["cloud"])
    routes = {key: Route(route) for key, route in as_map(tree.get("routes")).items()}
    return Account(
        name=name,
        cloud=cloud,
        credentials=tree.get("credentials", "ZAPTEC"),
        routes=tuple(sorted(routes.items())),
        agreement=tree.get("agreement"),
        partner=tree.get("partner", "sandbox" if cloud is Cloud.SANDBOX else None),
        group=tree.get("group"),
        rate=float(tree.get("rate", 5)),
    )
