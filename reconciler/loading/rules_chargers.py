"""Rules about chargers and the bounds that fleet.yaml sets."""

from collections.abc import Iterator
from typing import Any

from reconciler.loading.findings import At, Finding
from reconciler.loading.site import Family, Rule, Site, as_map
from reconciler.loading.yaml_source import TreePath


def zero_is_explained(site: Site) -> Iterator[Finding]:
    """E103 when 0 A has neither reason nor end."""
    for serial, settings in site.chargers.items():
        if "disabled" not in settings and _is_zero(settings.get("maxCurrent")):
            what = "0 A without `disabled`."
            yield Finding(code="E103", path=("chargers", serial, "maxCurrent"), what=what)


def current_is_not_too_fine(site: Site) -> Iterator[Finding]:
    """E105 for a current that would be planned as another one."""
    if "maxCurrent" in site.tree:
        yield from fineness_findings(("maxCurrent",), site.tree["maxCurrent"])
    defaults = as_map(site.tree.get("chargerDefaults"))
    if "maxCurrent" in defaults:
        yield from fineness_findings(("chargerDefaults", "maxCurrent"), defaults["maxCurrent"])
    for serial, settings in site.chargers.items():
        current = settings.get("maxCurrent")
        if isinstance(current, float):
            yield from fineness_findings(("chargers", serial, "maxCurrent"), current)


def disabled_is_at_zero(site: Site) -> Iterator[Finding]:
    """E113 when a reason for 0 A stands at another current."""
    for serial, settings in site.chargers.items():
        if "disabled" not in settings:
            continue
        current = settings.get("maxCurrent")
        if current is None or (isinstance(current, int | float) and not _is_zero(current)):
            what = "`disabled` without `maxCurrent: 0`."
            yield Finding(code="E113", path=("chargers", serial, "disabled"), what=what, at=At.KEY)


def stand_alone_is_for_native_ocpp(site: Site) -> Iterator[Finding]:
    """E222 when a charger would ignore the mode that the file asks for."""
    for serial, settings in site.chargers.items():
        if settings.get("standAlone") is True:
            what = f"stand-alone with mode {site.mode}."
            yield Finding(code="E222", path=("chargers", serial, "standAlone"), what=what)


def bounds_are_kept(site: Site) -> Iterator[Finding]:
    """E021 when a value leaves the bounds of `final`."""
    for name, bounds in (site.fleet.final or {}).items():
        for path, value in _values_of(site, name):
            complaint = _complaint(value, as_map(bounds))
            if complaint:
                yield Finding(code="E021", path=path, what=complaint)


FAMILIES = (
    Family(
        is_there=lambda site: site.tree,
        rules=(
            Rule(code="E103", check=zero_is_explained),
            Rule(code="E105", check=current_is_not_too_fine),
            Rule(code="E113", check=disabled_is_at_zero),
        ),
    ),
    Family(
        is_there=lambda site: site.mode not in {None, "ocppNative"},
        rules=(Rule(code="E222", check=stand_alone_is_for_native_ocpp),),
    ),
    Family(is_there=lambda site: site.fleet.final, rules=(Rule(code="E021", check=bounds_are_kept),)),
)


def fineness_findings(path: TreePath, value: Any) -> Iterator[Finding]:
    """E105 when a number of amperes has more than one decimal."""
    if isinstance(value, float) and round(value, 1) != value:
        what = f"{value} A is finer than 0.1 A."
        yield Finding(code="E105", path=path, what=what, remedy=f"Write {value:.1f}, or what else is meant.")


def _is_zero(value: Any) -> bool:
    return value == 0 and isinstance(value, int | float) and not isinstance(value, bool)


def _values_of(site: Site, name: str) -> Iterator[tuple[TreePath, Any]]:
    steps = tuple(name.split("."))
    if steps[0] == "chargers":
        for serial, charger in site.chargers.items():
            yield ("chargers", serial, *steps[1:]), _below(charger, steps[1:])
        return
    yield steps, _below(site.tree, steps)


def _below(tree: Any, steps: tuple[str, ...]) -> Any:
    value = tree
    for step in steps:
        value = as_map(value).get(step)
    return value


def _complaint(value: Any, bounds: Any) -> str | None:
    if not isinstance(value, bool | int | float | str):
        return None
    wanted = bounds.get("value")
    if isinstance(wanted, bool | int | float | str) and (value != wanted or type(value) is not type(wanted)):
        return "fleet.yaml allows one other value only." if not _same_number(value, wanted) else None
    if isinstance(value, bool | str):
        return None
    low, high = bounds.get("min"), bounds.get("max")
    if isinstance(low, int | float) and value < low:
        return f"{value:g} is below {low:g}, the lowest that fleet.yaml allows."
    if isinstance(high, int | float) and value > high:
        return f"{value:g} is above {high:g}, the highest that fleet.yaml allows."
    return None


def _same_number(first: Any, second: Any) -> bool:
    numbers = all(isinstance(item, int | float) and not isinstance(item, bool) for item in (first, second))
    return numbers and first == second
