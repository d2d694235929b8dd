"""Groups changes into requests: one per object and endpoint."""

from collections.abc import Mapping

from reconciler.model.change import Change, Target
from reconciler.model.desired import Route
from reconciler.model.digest import short_id_of
from reconciler.model.plan import Gate, Operation
from reconciler.model.settings import Scope
from reconciler.planning.site import MODE, NATIVE_URL, Site
from reconciler.records import dataclass

_DOCUMENTED = {
    Operation.UPDATE_CHARGER: ("POST", "/api/chargers/{}/update"),
    Operation.UPDATE_INSTALLATION: ("POST", "/api/installation/{}/update"),
    Operation.SWITCH_TO_OCPP_NATIVE: ("PUT", "/api/installation/{}"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A step before it is known what must come before it.

    Attributes:
        target: What the step is about; a step for one principal names it.
        target_id: The cloud's id that the request names.
    """

    id: str
    target: Target
    target_id: str
    route: Route
    operation: Operation
    changes: tuple[Change, ...]
    gate: Gate = Gate.NOTHING

    @property
    def call(self) -> tuple[str | None, str | None]:
        """Method and path of a documented call, otherwise nothing."""
        method, path = _DOCUMENTED.get(self.operation, (None, None))
        return method, path and path.format(self.target_id)

    @property
    def only(self) -> Change:
        """The change that decides what kind of step this is; the mode where there is one."""
        return next((change for change in self.changes if change.setting == MODE), self.changes[0])


def drafts_of(site: Site, gates: Mapping[str, Gate]) -> tuple[Draft, ...]:
    """One draft per object and endpoint, or per thing, section and principal where a person does it."""
    groups: dict[tuple[Target, Operation, Route, str], list[Change]] = {}
    for change in site.changes:
        operation = operation_of(change)
        section = change.row.route_key if operation is Operation.PORTAL else ""
        groups.setdefault((change.target, operation, change.route, section), []).append(change)
    return tuple(
        Draft(
            id=short_id_of([*target.sort_key, operation.value, section]),
            target=target,
            target_id=_target_id(target, site),
            route=route,
            operation=operation,
            changes=tuple(sorted(changes, key=lambda change: change.sort_key)),
            gate=Gate.NOTHING if target.charger is not None else gates.get(target.principal or "", Gate.NOTHING),
        )
        for (target, operation, route, section), changes in groups.items()
    )


def operation_of(change: Change) -> Operation:
    """Which request carries out a change."""
    if change.route is Route.PORTAL:
        return Operation.PORTAL
    match change.target.scope:
        case Scope.PRINCIPAL:
            return Operation.PARTNER_PERMISSION
        case Scope.CHARGER_PRINCIPAL:
            return Operation.PARTNER_CHARGER_PERMISSION
        case Scope.CHARGER:
            api = change.route is Route.API
            return Operation.UPDATE_CHARGER if api else Operation.PARTNER_STAND_ALONE
        case Scope.INSTALLATION:
            return _installation_operation(change)


def _installation_operation(change: Change) -> Operation:
    if change.route is Route.PARTNER:
        return Operation.PARTNER_AUTHENTICATION
    native = change.setting in (MODE, NATIVE_URL)
    return Operation.SWITCH_TO_OCPP_NATIVE if native else Operation.UPDATE_INSTALLATION


def _target_id(target: Target, site: Site) -> str:
    charger = site.chargers.get(target.charger or "")
    return target.installation_id if charger is None else charger.id
