"""What the rules look at: one merged installation and the fleet's own rules."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from datetime import date
from typing import Any

from reconciler.loading.findings import Finding
from reconciler.loading.merge import Tree
from reconciler.loading.urls import DeclaredUrl, urls_of
from reconciler.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetRules:
    """What fleet.yaml says to every file; what could not be read of it binds nobody, because it has its own problem.

    Attributes:
        accounts: Empty when they are not known.
        allowed_hosts: None when they are not known.
        final: Setting and its bounds.
        new_accounts, new_hosts: What fleet.yaml says beyond these rules, when they are those of a base.
    """

    today: date
    accounts: tuple[str, ...] = ()
    allowed_hosts: frozenset[str] | None = None
    final: Mapping[str, Any] | None = None
    new_accounts: frozenset[str] = frozenset()
    new_hosts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A merged tree whose chargers already carry the defaults; values that have a problem of their own are BROKEN.

    Attributes:
        authentication: The authentication map, empty when there is none.
        chargers: Serial and settings, empty when there are none; settings that are no map are an empty one.
        permissions: The permissions map, empty when there is none.
        mode: The authentication mode, None when it is unmanaged or broken.
    """

    tree: Tree
    fleet: FleetRules
    authentication: Mapping[str, Any] = field(init=False)
    chargers: Mapping[str, Mapping[str, Any]] = field(init=False)
    permissions: Mapping[str, Any] = field(init=False)
    mode: str | None = field(init=False)
    urls: tuple[DeclaredUrl, ...] = field(init=False)

    def __post_init__(self) -> None:
        authentication = as_map(self.tree.get("authentication"))
        mode = authentication.get("mode")
        object.__setattr__(self, "authentication", authentication)
        chargers = as_map(self.tree.get("chargers"))
        if not all([isinstance(settings, dict) for settings in chargers.values()]):  # noqa: C419  a generator takes longer
            chargers = {serial: as_map(settings) for serial, settings in chargers.items()}
        object.__setattr__(self, "chargers", chargers)
        object.__setattr__(self, "permissions", as_map(self.tree.get("permissions")))
        object.__setattr__(self, "mode", mode if isinstance(mode, str) else None)
        object.__setattr__(self, "urls", tuple(urls_of(authentication)) if authentication else ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule and its code."""

    code: str
    check: Callable[[Site], Iterator[Finding]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Rules about one thing, which find nothing where that is not there.

    Attributes:
        is_there: True or something that counts as true where these rules may find something.
    """

    is_there: Callable[[Site], object]
    rules: tuple[Rule, ...]


def as_map(value: Any) -> Mapping[str, Any]:
    """The value if it is a map, otherwise an empty one."""
    return value if isinstance(value, dict) else {}


def as_items(value: Any) -> list[Any]:
    """The value if it is a list, otherwise an empty one."""
    return value if isinstance(value, list) else []
