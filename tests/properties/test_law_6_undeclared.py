"""Law 6: what the files do not declare never moves."""

from hypothesis import given

from reconciler.model.change import Change
from reconciler.model.desired import DesiredInstallation, DesiredPermissions, PermissionMode
from reconciler.model.settings import Scope
from tests.properties.strategies import PURE, Case, cases, plan_of


def check(case: Case) -> None:
    """Every change and every pending item has a wish that asks for it."""
    plan = plan_of(case)
    files = {site.id: site for site in case.desired.installations}
    for change in plan.changes:
        assert is_declared(files[change.target.installation_id], change), change
    for item in plan.pending:
        site = files[item.target.installation_id]
        mode = item.setting == "authentication.mode" and site.get("authentication.mode") is not None
        alone = item.target.charger is None or item.target.principal is not None
        assert mode or alone or _of_charger(site, item.target.charger or "", item.setting)


def is_declared(site: DesiredInstallation, change: Change) -> bool:
    """Whether the file of its installation asks for a change."""
    match change.target.scope:
        case Scope.INSTALLATION:
            return site.get(change.setting) == change.after
        case Scope.CHARGER:
            return _of_charger(site, change.target.charger or "", change.setting) == [change.after]
        case Scope.PRINCIPAL:
            return _of_principal(site.permissions, change)
        case Scope.CHARGER_PRINCIPAL:
            return _of_principal(dict(site.charger_permissions).get(change.target.charger or ""), change)


def _of_charger(site: DesiredInstallation, serial: str, setting: str) -> list[object]:
    declared = [charger.get(setting) for charger in site.chargers if charger.serial == serial]
    return [value for value in declared if value is not None]


def _of_principal(permissions: DesiredPermissions | None, change: Change) -> bool:
    if permissions is None:
        return False
    principal = change.target.principal
    entries = {one.principal: one.roles for one in permissions.entries}
    if isinstance(change.after, tuple):
        return entries.get(principal or "") == change.after
    listed = principal in {one.principal for one in permissions.absent}
    return principal not in entries and (listed or permissions.mode is PermissionMode.EXCLUSIVE)


@PURE
@given(cases())
def test_every_change_is_asked_for(case: Case) -> None:
    """No change without a wish."""
    check(case)
