"""exceptions.yaml and attestations: what may differ for a while, and what people vouch for."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from reconciler.loading.desire import normal
from reconciler.loading.findings import Finding, Source, place_in
from reconciler.loading.merge import Tree
from reconciler.loading.nearest import nearest
from reconciler.loading.rules_chargers import fineness_findings
from reconciler.loading.rules_permissions import day_of, end_findings
from reconciler.loading.site import as_items, as_map
from reconciler.loading.yaml_source import TreePath
from reconciler.model.desired import Attestation, Deviation, Origin
from reconciler.model.settings import Kind, Scope, Setting, settings_of
from reconciler.model.words import days_left

REMIND_BEFORE = timedelta(days=14)


def exception_findings(
    tree: Tree, serials: Mapping[str, Collection[str]], *, today: date, knows_all_ids: bool
) -> Iterator[Finding]:
    """Everything about exceptions.yaml.

    Args:
        tree: What the file holds.
        serials: The declared chargers of each installation id.
        today: Decides which ends are over.
        knows_all_ids: Whether every installation file could be read; otherwise an unknown id may be right.
    """
    yield from _twice(as_items(tree.get("exceptions")))
    for index, entry in enumerate(as_items(tree.get("exceptions"))):
        if isinstance(entry, dict):
            path = ("exceptions", index)
            yield from _end(path, entry.get("until"), today=today)
            if knows_all_ids or entry.get("installation") in serials:
                yield from _target(path, entry, serials)
            yield from _fit(path, entry)


def deviations_of(tree: Tree, source: Source) -> tuple[tuple[Deviation, Origin], ...]:
    """Entries of a tree without problems and where the end of each stands; by installation, charger and setting."""
    found = [
        (replace(_deviation(entry), origin=end), end)
        for index, entry in enumerate(as_items(tree.get("exceptions")))
        for end in (_end_of(source, index),)
    ]
    return tuple(sorted(found, key=lambda pair: (pair[0].installation_id, pair[0].charger or "", pair[0].setting)))


def _end_of(source: Source, index: int) -> Origin:
    place = place_in(source, ("exceptions", index, "until"))
    return Origin(file=source.name or source.shown, line=place.key_line)


def attestation_findings(tree: Tree, file_name: str) -> Iterator[Finding]:
    """E245 for another name than the installation's, E017 for days that do not exist."""
    identity = tree.get("installation")
    if isinstance(identity, str) and file_name != f"{identity}.yaml":
        yield Finding(code="E245", path=("installation",), what="the file has another name.")
    for key in ("attestedOn", "validUntil"):
        text = tree.get(key)
        if isinstance(text, str) and day_of(text) is None:
            yield Finding(code="E017", path=(key,), what="the calendar has no such day.")


def attestation_of(tree: Tree) -> Attestation:
    """The attestation of a tree without problems."""
    return Attestation(
        installation_id=tree["installation"],
        digest=tree["digest"],
        attested_on=date.fromisoformat(tree["attestedOn"]),
        valid_until=date.fromisoformat(tree["validUntil"]),
        by=tree["by"],
        evidence=tree["evidence"],
        accepted=tree.get("accepted") is True,
        left=tree.get("left") is True,
    )


def attested_twice() -> Finding:
    """E247 for a second file about the same installation."""
    return Finding(code="E247", path=("installation",), what="another file attests this installation already.")


def _twice(entries: list[Any]) -> Iterator[Finding]:
    """E247 for a second exception of the same setting at the same place."""
    seen: set[tuple[Any, ...]] = set()
    for index, entry in enumerate(entries):
        about = tuple(as_map(entry).get(key) for key in ("installation", "setting", "charger"))
        if not all(one is None or isinstance(one, str) for one in about) or about[:2] == (None, None):
            continue
        if about in seen:
            yield Finding(code="E247", path=("exceptions", index), what="this setting has an exception already.")
        seen.add(about)


def _end(path: TreePath, until: Any, *, today: date) -> Iterator[Finding]:
    place = (*path, "until")
    yield from end_findings(place, until, today=today)
    day = day_of(until) if isinstance(until, str) else None
    if day is not None and today <= day <= today + REMIND_BEFORE:
        yield Finding(code="W242", path=place, what=f"this ends {days_left((day - today).days)}.")


def _target(path: TreePath, entry: Mapping[str, Any], serials: Mapping[str, Collection[str]]) -> Iterator[Finding]:
    identity, charger = entry.get("installation"), entry.get("charger")
    if not isinstance(identity, str):
        return
    if identity not in serials:
        yield Finding(code="E243", path=(*path, "installation"), what="no file has this installation id.")
    elif isinstance(charger, str) and charger not in serials[identity]:
        yield Finding(code="E243", path=(*path, "charger"), what="the installation's file does not list this charger.")


def _fit(path: TreePath, entry: Mapping[str, Any]) -> Iterator[Finding]:
    name = entry.get("setting")
    if not isinstance(name, str):
        return
    rows = _rows(entry)
    if name not in rows and name != "permissions":
        right = nearest(name, list(rows))
        remedy = f"Did you mean `{right}`?" if right else f"Known: {', '.join(rows)}."
        whose = "a charger" if "charger" in entry else "an installation; name the `charger` if it is a charger's"
        yield Finding(code="E244", path=(*path, "setting"), what=f"this is not a setting of {whose}.", remedy=remedy)
    elif "value" in entry:
        yield from _value_fit((*path, "value"), rows.get(name), entry["value"])


def _value_fit(path: TreePath, row: Setting | None, value: Any) -> Iterator[Finding]:
    if not _fits(row, value):
        yield Finding(code="E244", path=path, what="this value is not of the setting's kind.")
    elif row is not None and row.kind is Kind.AMPERES:
        yield from fineness_findings(path, value)


def _rows(entry: Mapping[str, Any]) -> dict[str, Setting]:
    scope = Scope.CHARGER if "charger" in entry else Scope.INSTALLATION
    return {row.name: row for row in settings_of(scope)}


def _fits(row: Setting | None, value: Any) -> bool:
    if row is None:
        return False
    match row.kind:
        case Kind.SWITCH:
            return isinstance(value, bool)
        case Kind.AMPERES:
            return isinstance(value, int | float) and not isinstance(value, bool)
        case Kind.CHOICE:
            return value in [word for word, _ in row.choices]
        case Kind.TEXT:
            return isinstance(value, str)
        case _:
            return False  # secrets are never compared; roles are no setting of these two scopes


def _deviation(entry: Mapping[str, Any]) -> Deviation:
    row = _rows(entry).get(entry["setting"])
    value = entry.get("value")
    return Deviation(
        installation_id=entry["installation"],
        setting=entry["setting"],
        charger=entry.get("charger"),
        value=None if value is None or row is None else normal(row, value),
        until=date.fromisoformat(as_map(entry)["until"]),
        owner=entry["owner"],
        reason=entry["reason"],
    )
