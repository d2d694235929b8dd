"""The api route: documented calls only."""

from collections.abc import Sequence

from reconciler.live.client import Client
from reconciler.live.failures import RefusedError
from reconciler.model.change import Change
from reconciler.model.plan import Step

NATIVE_URL = "authentication.ocppNative.url"
MAX_CURRENT = "maxCurrent"


def update_charger(client: Client, step: Step, changes: Sequence[Change]) -> None:
    """`POST /api/chargers/{id}/update`. Raises RefusedError or UncertainError."""
    client.set_charger_limit(step.target_id, max_current_a=_amperes(step, changes))


def update_installation(client: Client, step: Step, changes: Sequence[Change]) -> None:
    """`POST /api/installation/{id}/update`. Raises CallError when the available current cannot be read first."""
    former = next((change.before for change in changes if change.setting == MAX_CURRENT), None)
    instead_of_a = former if isinstance(former, float) else None
    client.set_installation_limit(step.target_id, max_current_a=_amperes(step, changes), instead_of_a=instead_of_a)


def switch_to_ocpp_native(client: Client, step: Step, changes: Sequence[Change]) -> None:
    """`PUT /api/installation/{id}`; the call exists with mode and URL together only."""
    url = _after(changes, NATIVE_URL)
    if not isinstance(url, str):
        raise RefusedError("not sent: the switch needs its URL in the same request", call=_call(step))
    client.switch_to_ocpp_native(step.target_id, url=url)


def _amperes(step: Step, changes: Sequence[Change]) -> float:
    value = _after(changes, MAX_CURRENT)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RefusedError("not sent: the step holds no current", call=_call(step))
    return float(value)


def _after(changes: Sequence[Change], setting: str) -> object:
    return next((change.after for change in changes if change.setting == setting), None)


def _call(step: Step) -> str:
    return f"{step.method} {step.path}"
