"""What a plan keeps for its way back: what a change of mode leaves behind, and which chargers share a circuit."""

from collections.abc import Iterable, Mapping

from reconciler.model.change import Change
from reconciler.model.observed import ObservedInstallation
from reconciler.model.plan import FormerValue
from reconciler.model.settings import Kind, Scope, Setting, settings_of
from reconciler.model.value import SECRET_SET, Absent, Observation, Reason, Unreadable
from reconciler.planning.normalise import tidy
from reconciler.planning.site import MODE


def former_values(
    changes: Iterable[Change], observed: Mapping[tuple[str, str], ObservedInstallation]
) -> tuple[FormerValue, ...]:
    """The configuration of every mode that is left, without what was not set; of a secret only that it is set.

    Args:
        changes: All changes of a plan.
        observed: Live installations by account and id.
    """
    switches = (change for change in changes if change.setting == MODE)
    found = (
        FormerValue(
            target=change.target, installation_name=change.installation_name, setting=row.name, value=_seen(row, site)
        )
        for change in switches
        if (site := observed.get((change.target.account, change.target.installation_id))) is not None
        for row in rows_of_mode(change.before)
    )
    kept = (one for one in found if not isinstance(one.value, Absent))
    return tuple(sorted(kept, key=lambda one: (one.target.sort_key, one.setting)))


def circuits_of(
    changes: Iterable[Change], observed: Mapping[tuple[str, str], ObservedInstallation]
) -> tuple[tuple[str, str], ...]:
    """Serial and circuit of each charger with a change; without those whose circuit nobody told."""
    found: dict[str, str] = {}
    for change in changes:
        site = observed.get((change.target.account, change.target.installation_id))
        serial = change.target.charger
        charger = None if site is None or serial is None else site.charger(serial)
        if charger is not None and charger.circuit_id is not None:
            found[charger.serial] = charger.circuit_id
    return tuple(sorted(found.items()))


def rows_of_mode(mode: Observation) -> tuple[Setting, ...]:
    """The settings that mean something in one mode only."""
    return tuple(row for row in settings_of(Scope.INSTALLATION) if row.only_in_mode == mode)


def _seen(row: Setting, site: ObservedInstallation) -> Observation:
    value = site.get(row.name)
    if value is None:
        return Unreadable(reason=Reason.NOT_READ)
    shown = tidy(row, value)
    return SECRET_SET if row.kind is Kind.SECRET and isinstance(shown, str) else shown
