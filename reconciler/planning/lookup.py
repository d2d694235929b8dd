"""Everything that all installations of a plan share, indexed once."""

from collections.abc import Mapping
from functools import cached_property

from reconciler.model.desired import Account, Attestation, DesiredFleet, Deviation
from reconciler.model.observed import ObservedFleet, ObservedInstallation
from reconciler.model.ports import Origins
from reconciler.model.value import Reason, Unreadable
from reconciler.planning.policy import Policy
from reconciler.records import dataclass

_WITHHELD = frozenset({Reason.NOT_FOUND, Reason.FORBIDDEN, Reason.NOT_VISIBLE})


def _is_withheld(found: ObservedInstallation) -> bool:
    if found.roles is not None or found.chargers:
        return False
    reasons = {value.reason if isinstance(value, Unreadable) else None for _, value in found.values}
    return bool(reasons) and reasons <= _WITHHELD


@dataclass(frozen=True, kw_only=True)
class Lookup:
    """Files, snapshot and policy by id. Not slotted, so that indexes are built only when asked for."""

    desired: DesiredFleet
    observed: ObservedFleet
    policy: Policy
    origins: Origins

    @cached_property
    def accounts(self) -> Mapping[str, Account]:
        """Accounts by name."""
        return {account.name: account for account in self.desired.accounts}

    @cached_property
    def installations(self) -> Mapping[tuple[str, str], ObservedInstallation]:
        """Live installations by account and id: several accounts may see the same one.

        One that was asked for by its id and that the account may not see is none, as where lists are read.
        """
        return {(found.account, found.id): found for found in self.observed.installations if not _is_withheld(found)}

    @cached_property
    def deviations(self) -> Mapping[str, tuple[Deviation, ...]]:
        """Exceptions by installation id."""
        by_id: dict[str, tuple[Deviation, ...]] = {}
        for deviation in self.desired.deviations:
            by_id[deviation.installation_id] = (*by_id.get(deviation.installation_id, ()), deviation)
        return by_id

    @cached_property
    def attestations(self) -> Mapping[str, tuple[Attestation, ...]]:
        """Attestations by installation id."""
        by_id: dict[str, tuple[Attestation, ...]] = {}
        for attestation in self.desired.attestations:
            by_id[attestation.installation_id] = (*by_id.get(attestation.installation_id, ()), attestation)
        return by_id

    @cached_property
    def places(self) -> Mapping[str, ObservedInstallation]:
        """Where each serial of the snapshot is; built only when one is missing from its own installation."""
        return {charger.serial: found for found in self.observed.installations for charger in found.chargers}
