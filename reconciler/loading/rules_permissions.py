"""Rules about people, groups and dates."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from reconciler.loading.findings import Finding
from reconciler.loading.nearest import nearest
from reconciler.loading.site import Family, Rule, Site, as_items, as_map
from reconciler.loading.yaml_source import BROKEN, TreePath
from reconciler.model.desired import Account, DesiredInstallation
from reconciler.model.principal import GROUP

_NEARLY = 0.75
"""One letter of four is another."""


def exclusive_has_an_owner(site: Site) -> Iterator[Finding]:
    """E232 when everybody would be removed who could manage the installation."""
    permissions = site.permissions
    entries = permissions.get("entries", {})
    if permissions.get("mode") != "exclusive" or not isinstance(entries, dict):
        return
    if not any(_may_have("owner", entry) for entry in entries.values()):
        what = "mode exclusive without anybody who is owner."
        yield Finding(code="E232", path=("permissions", "mode"), what=what)


def hand_over_has_a_new_owner(site: Site) -> Iterator[Finding]:
    """E233 when somebody leaves after an acceptance that cannot come."""
    entries = as_map(site.permissions.get("entries"))
    if any(_may_have("owner", entry) and _may_be_person(entry) for entry in entries.values()):
        return
    for principal, removal in as_map(site.permissions.get("absent")).items():
        if as_map(removal).get("after") == "ownerAccepted":
            what = "leaves after an owner has accepted, but no person under `entries` is owner."
            yield Finding(code="E233", path=("permissions", "absent", principal), what=what)


def service_is_for_groups(site: Site) -> Iterator[Finding]:
    """W236 for a person with the role service."""
    for principal, entry in as_map(site.permissions.get("entries")).items():
        if "service" in as_items(as_map(entry).get("roles")) and "user" in entry:
            yield Finding(
                code="W236", path=("permissions", "entries", principal, "roles"), what="service for a person."
            )


def ends_are_in_the_future(site: Site) -> Iterator[Finding]:
    """E240 for an acknowledgement or a switched-off charger whose time is over."""
    for index, item in enumerate(as_items(site.tree.get("acknowledge"))):
        yield from end_findings(("acknowledge", str(index), "until"), as_map(item).get("until"), today=site.fleet.today)
    for serial, settings in site.chargers.items():
        if "disabled" in settings:
            until = as_map(settings["disabled"]).get("until")
            yield from end_findings(("chargers", serial, "disabled", "until"), until, today=site.fleet.today)


def each_guard_is_acknowledged_once(site: Site) -> Iterator[Finding]:
    """E247 for a second acknowledgement of the same guard."""
    seen: set[str] = set()
    for index, item in enumerate(as_items(site.tree.get("acknowledge"))):
        guard = as_map(item).get("guard")
        if isinstance(guard, str) and guard in seen:
            path = ("acknowledge", str(index), "guard")
            yield Finding(code="E247", path=path, what="this guard is acknowledged already.")
        elif isinstance(guard, str):
            seen.add(guard)


FAMILIES = (
    Family(
        is_there=lambda site: site.permissions,
        rules=(
            Rule(code="E232", check=exclusive_has_an_owner),
            Rule(code="E233", check=hand_over_has_a_new_owner),
            Rule(code="W236", check=service_is_for_groups),
        ),
    ),
    Family(is_there=lambda site: site.tree, rules=(Rule(code="E240", check=ends_are_in_the_future),)),
    Family(
        is_there=lambda site: site.tree.get("acknowledge"),
        rules=(Rule(code="E247", check=each_guard_is_acknowledged_once),),
    ),
)


def end_findings(path: TreePath, until: Any, *, today: date) -> Iterator[Finding]:
    """E240 for an end before today, E017 for a day that the calendar does not have."""
    if not isinstance(until, str):
        return
    day = day_of(until)
    if day is None:
        yield Finding(code="E017", path=path, what="the calendar has no such day.")
    elif day < today:
        yield Finding(code="E240", path=path, what=f"{day.isoformat()} is over.")


def day_of(text: str) -> date | None:
    """The day, None when the calendar has none of that name."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _may_have(role: str, entry: Any) -> bool:
    """An entry that has its own problem may mean anything; it must not cause a second message that is not true."""
    if not isinstance(entry, dict):
        return True
    roles = entry.get("roles")
    return BROKEN in entry.values() or BROKEN in as_items(roles) or role in as_items(roles)


def _may_be_person(entry: Any) -> bool:
    return not isinstance(entry, dict) or "user" in entry


def mistyped_groups(accounts: Iterable[Account], sites: Sequence[DesiredInstallation]) -> Iterator[Finding]:
    """W234 for an account whose own group stands in none of its files, while one that is nearly the same does."""
    for account in accounts:
        if account.group is None:
            continue
        named = set(_groups_named(sites, account.name))
        near = None if account.group.upper() in named else nearest(account.group, named, cutoff=_NEARLY)
        if near is not None:
            yield Finding(
                code="W234",
                path=("accounts", account.name, "group"),
                what=f"no file names {account.group}.",
                remedy=f"Did you mean `{near}`?",
            )


def _groups_named(sites: Iterable[DesiredInstallation], account: str) -> Iterator[str]:
    for site in sites:
        if site.account != account or site.permissions is None:
            continue
        there = [one.principal for one in site.permissions.entries] + [one.principal for one in site.permissions.absent]
        yield from (one.removeprefix(GROUP) for one in there if one.startswith(GROUP))
