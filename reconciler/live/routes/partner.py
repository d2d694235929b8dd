"""The partner route: calls that need Zaptec's written agreement, made by an adapter that the operator supplies.

An adapter is a class without constructor arguments, found by the entry point group `reconciler.partner`. It gets a
narrow `PartnerCall`, bound to the account's host, rate and token, and never sees any of these.
`docs/partner-adapter.md` has a template.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from typing import Protocol, cast

from reconciler.errors import CloudError
from reconciler.live.routes import CHARGER_PERMISSIONS
from reconciler.model.desired import Account, Cloud, Route
from reconciler.model.secret import Secret
from reconciler.records import dataclass

ENTRY_POINTS = "reconciler.partner"
SANDBOX = "sandbox"
LONGEST_NAME = 60

PartnerValue = bool | int | float | str | Secret | None
"""What a body may hold. A Secret is written out only on the wire."""


class PartnerCall(Protocol):
    """Sends one request to the account's own host."""

    def __call__(self, method: str, path: str, *, json: Mapping[str, PartnerValue] | None = None) -> object:
        """Send it and return the JSON of a GET, or None for anything else.

        Failures raise; let them pass, they already say whether a write may have taken effect. While reading nothing but
        GET is sent, while writing one write and no second.

        Args:
            method: GET, PUT, POST, PATCH or DELETE. A GET is repeated when its failure may pass, a write never.
            path: Starts with a slash; `?query` may follow and is not logged.
            json: The body.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerPermission:
    """What somebody may do on an installation or a charger, in the cloud's terms.

    Attributes:
        object_id: Id (UUID) of the user or user group.
        email: For persons, also invited ones; None for a user group.
        lookup_key: For user groups: letters, digits, - and _.
        roles: `user`, `owner`, `service`, no other word.
        accepted: False for an invitation that is still open.
        invited_at: With its offset.
    """

    object_id: str
    email: str | None = field(default=None, repr=False)
    lookup_key: str | None = None
    roles: tuple[str, ...]
    accepted: bool
    invited_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerPrincipal:
    """Whose roles to set; exactly one of the three is given."""

    email: Secret | None = None
    lookup_key: str | None = None
    object_id: str | None = None


class PartnerAdapter(Protocol):
    """What an operator's agreement covers; each method makes as few calls as it can, a write exactly one.

    The last two are needed only where an account names the route `chargerPermissions`.
    """

    def read_permissions(self, call: PartnerCall, *, installation_id: str) -> Sequence[PartnerPermission]:
        """Everybody who holds or was offered a role."""
        ...

    def write_authentication(
        self, call: PartnerCall, *, installation_id: str, members: Mapping[str, PartnerValue]
    ) -> None:
        """Set these members, named and typed as in Zaptec's InstallationModel, and leave all others alone."""
        ...

    def write_stand_alone(self, call: PartnerCall, *, charger_id: str, enabled: bool) -> None:
        """Switch a charger's stand-alone mode."""
        ...

    def write_permission(
        self, call: PartnerCall, *, installation_id: str, principal: PartnerPrincipal, roles: tuple[str, ...]
    ) -> None:
        """Give a principal exactly these roles; none takes its access away."""
        ...

    def read_charger_permissions(self, call: PartnerCall, *, charger_id: str) -> Sequence[PartnerPermission]:
        """Everybody who holds or was offered a role on this one charger, and not merely through its installation."""
        ...

    def write_charger_permission(
        self, call: PartnerCall, *, charger_id: str, principal: PartnerPrincipal, roles: tuple[str, ...]
    ) -> None:
        """Give a principal exactly these roles on this one charger; none takes its access away."""
        ...


_METHODS = ("read_permissions", "write_authentication", "write_stand_alone", "write_permission")
_CHARGER_METHODS = ("read_charger_permissions", "write_charger_permission")


def adapter_for(account: Account) -> PartnerAdapter | None:
    """The adapter of an account; None unless it names the partner route and an agreement.

    Raises:
        CloudError: The adapter is not named, not installed or not usable.
    """
    if not account.agreement or all(route is not Route.PARTNER for _, route in account.routes):
        return None
    name = account.partner or (SANDBOX if account.cloud is Cloud.SANDBOX else None)
    if name is None:
        raise _unusable(account, "the partner route is named, but no `partner:` says which adapter")
    if name == SANDBOX and account.cloud is not Cloud.SANDBOX:
        raise _unusable(account, "the sandbox's adapter is not for the real cloud")
    return _loaded(account, name)


def _loaded(account: Account, name: str) -> PartnerAdapter:
    load = _built_in if name == SANDBOX else _installed(account, name)
    try:
        made = load()()
        missing = [method for method in _needed_by(account) if not inspect.ismethod(getattr(made, method, None))]
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001  somebody else's code may ask to exit, and quote a secret
        what = f"the partner adapter {name!r} cannot be loaded ({type_name(type(error))})"
        raise _unusable(account, what) from None
    if missing:
        raise _unusable(account, f"the partner adapter {name!r} lacks {', '.join(missing)}")
    return cast("PartnerAdapter", made)


def _built_in() -> Callable[[], object]:
    from reconciler.live.routes.sandbox_partner import SandboxPartner  # noqa: PLC0415  it speaks in this module's terms

    return SandboxPartner


def _installed(account: Account, name: str) -> Callable[[], Callable[[], object]]:
    from importlib.metadata import entry_points  # noqa: PLC0415  reads every installed package; the sandbox needs none

    found = {point.name: point for point in entry_points(group=ENTRY_POINTS)}
    if name not in found:
        known = ", ".join(sorted({SANDBOX, *found}))
        raise _unusable(account, f"no partner adapter {name!r} is installed (installed: {known})")
    return found[name].load


def _needed_by(account: Account) -> tuple[str, ...]:
    """An adapter that knows nothing of single chargers serves every account that does not ask for them."""
    chargers = account.route_for(CHARGER_PERMISSIONS) is Route.PARTNER
    return (*_METHODS, *_CHARGER_METHODS) if chargers else _METHODS


def type_name(kind: type) -> str:
    """The name of somebody else's exception, as far as it is one."""
    name = kind.__name__
    return name if name.isascii() and name.isidentifier() and len(name) <= LONGEST_NAME else "an exception"


def _unusable(account: Account, what: str) -> CloudError:
    return CloudError(
        what,
        where=f"account {account.name}",
        remedy="see docs/partner-adapter.md; or set the routes of this account to portal",
    )
