"""Steps and changes as a plan would hold them."""

from reconciler.model.change import Change, Target
from reconciler.model.desired import Route
from reconciler.model.plan import Operation, Step
from reconciler.model.value import ABSENT, Absent, Observation, Value

_ROUTES = {
    Operation.UPDATE_CHARGER: Route.API,
    Operation.UPDATE_INSTALLATION: Route.API,
    Operation.SWITCH_TO_OCPP_NATIVE: Route.API,
    Operation.PARTNER_AUTHENTICATION: Route.PARTNER,
    Operation.PARTNER_STAND_ALONE: Route.PARTNER,
    Operation.PARTNER_PERMISSION: Route.PARTNER,
    Operation.PARTNER_CHARGER_PERMISSION: Route.PARTNER,
    Operation.PORTAL: Route.PORTAL,
}


def change(
    setting: str,
    after: Value | Absent,
    *,
    installation_id: str,
    before: Observation = ABSENT,
    charger: str | None = None,
    principal: str | None = None,
) -> Change:
    """One change."""
    return Change(
        target=Target(account="main", installation_id=installation_id, charger=charger, principal=principal),
        installation_name="Somewhere",
        setting=setting,
        before=before,
        after=after,
        route=Route.PARTNER,
        file="somewhere.yaml",
        line=1,
    )


def step(operation: Operation, *changes: Change, target_id: str | None = None) -> Step:
    """The step that carries them out."""
    installation_id = changes[0].target.installation_id
    return Step(
        id="step-1",
        account="main",
        installation_id=installation_id,
        target_id=target_id or installation_id,
        route=_ROUTES[operation],
        operation=operation,
        method=None,
        path=None,
        change_ids=tuple(sorted(one.id for one in changes)),
    )
