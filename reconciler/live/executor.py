"""Turns one step into calls: what it reads before and after, and one honest answer for what it writes."""

from collections.abc import Callable, Mapping, Sequence
from typing import assert_never

from reconciler.errors import CloudError, ReconcilerError, WriteForbiddenError
from reconciler.live import members
from reconciler.live.client import Client
from reconciler.live.failures import CallError, RefusedError, UncertainError
from reconciler.live.partner_route import PartnerRoute
from reconciler.live.routes import api, portal
from reconciler.model.change import Change
from reconciler.model.observed import ObservedPermission
from reconciler.model.outcome import WriteAnswer, WriteStatus
from reconciler.model.people import People
from reconciler.model.plan import Operation, Step
from reconciler.model.secret import Secret
from reconciler.model.settings import Scope
from reconciler.model.value import ABSENT, Observation, Reason, Unreadable

_NO_CALL = Unreadable(reason=Reason.NO_DOCUMENTED_CALL, detail="Zaptec documents no call that reads permissions")


class CloudExecutor:
    """Carries out steps of one account. Implements `workflows.ports.Executor`; thread safe.

    Args:
        partner: The partner route, None when the account has none.
        permissions: The same when it may be used for permissions.
        charger_permissions: The same when it may be used for those of single chargers.
        secrets: Resolves `env:NAME` and `file:NAME`; called only while a secret is written.
    """

    def __init__(
        self,
        client: Client,
        *,
        partner: PartnerRoute | None,
        permissions: PartnerRoute | None,
        charger_permissions: PartnerRoute | None,
        people: People | None,
        secrets: Callable[[str], Secret],
    ) -> None:
        self._client = client
        self._partner = partner
        self._permissions = permissions
        self._charger_permissions = charger_permissions
        self._people = people
        self._secrets = secrets

    def read(self, step: Step, changes: Sequence[Change]) -> Mapping[str, Observation]:
        """What is there now: change id -> observation. One request per kind of target; never raises CloudError."""
        found: dict[str, Observation] = {}
        for scope in Scope:
            chosen = [change for change in changes if change.target.scope is scope]
            if chosen:
                found.update(self._read(scope, step, chosen))
        return found

    def _read(self, scope: Scope, step: Step, changes: Sequence[Change]) -> Mapping[str, Observation]:
        try:
            values = self._values(scope, step)
        except CallError as error:
            return {change.id: error.unreadable() for change in changes}
        except CloudError as error:
            why = Unreadable(reason=Reason.NOT_ANSWERED, detail=f"{error.where}: {error.what}")
            return {change.id: why for change in changes}
        return {change.id: self._observation(change, values) for change in changes}

    def _values(self, scope: Scope, step: Step) -> Mapping[str, Observation] | Unreadable:
        match scope:
            case Scope.INSTALLATION:
                return dict(self._client.installation(step.installation_id).values)
            case Scope.CHARGER:
                return dict(self._client.charger_state(step.target_id))
            case Scope.PRINCIPAL:
                if self._permissions is None:
                    return _NO_CALL
                return _roles(self._permissions.permissions(step.installation_id))
            case Scope.CHARGER_PRINCIPAL:
                if self._charger_permissions is None:
                    return _NO_CALL
                return _roles(self._charger_permissions.charger_permissions(step.target_id))
            case _:
                assert_never(scope)

    def _observation(self, change: Change, values: Mapping[str, Observation] | Unreadable) -> Observation:
        if isinstance(values, Unreadable):
            return values
        principal = change.target.principal
        if principal is None:
            missing = Unreadable(reason=Reason.MISSING_MEMBER, detail=f"the answer has no {change.setting}")
            return values.get(change.setting, missing)
        if principal not in values and not members.is_known(principal, self._people):
            detail = f"{principal} is not in the directory of people"
            return Unreadable(reason=Reason.NO_PEOPLE_DIRECTORY, detail=detail)
        return values.get(principal, ABSENT)

    def write(self, step: Step, changes: Sequence[Change]) -> WriteAnswer:
        """Send the step once.

        Only a request that the cloud certainly did not look at (429, or 401 with an expired token) is sent again.
        """
        try:
            self._send(step, changes)
        except WriteForbiddenError:
            raise
        except UncertainError as error:
            return _answer(WriteStatus.UNCERTAIN, error)
        except RefusedError as error:
            return _answer(WriteStatus.REFUSED, error)
        except ReconcilerError as error:
            # Reading first, logging in or resolving a secret failed, so there was no write.
            why = f"{error.where}: {error.what}" if isinstance(error, CloudError) else error.what
            return WriteAnswer(status=WriteStatus.REFUSED, detail=f"not sent: {why}")
        return WriteAnswer(status=WriteStatus.ACCEPTED)

    def _send(self, step: Step, changes: Sequence[Change]) -> None:
        match step.operation:
            case Operation.UPDATE_CHARGER:
                api.update_charger(self._client, step, changes)
            case Operation.UPDATE_INSTALLATION:
                api.update_installation(self._client, step, changes)
            case Operation.SWITCH_TO_OCPP_NATIVE:
                api.switch_to_ocpp_native(self._client, step, changes)
            case Operation.PARTNER_AUTHENTICATION:
                body = members.authentication(changes, self._secrets)
                self._by_partner(step).write_authentication(step.installation_id, body)
            case Operation.PARTNER_STAND_ALONE:
                self._by_partner(step).write_stand_alone(step.target_id, enabled=members.stand_alone(step, changes))
            case Operation.PARTNER_PERMISSION:
                principal, roles = members.permission(step, changes, self._people)
                self._by_partner(step).write_permission(step.installation_id, principal=principal, roles=roles)
            case Operation.PARTNER_CHARGER_PERMISSION:
                principal, roles = members.permission(step, changes, self._people)
                self._by_partner(step).write_charger_permission(step.target_id, principal=principal, roles=roles)
            case Operation.PORTAL:
                portal.refuse(step)
            case _:
                assert_never(step.operation)

    def _by_partner(self, step: Step) -> PartnerRoute:
        if self._partner is None:
            raise RefusedError("not sent: the account has no partner route", call=f"step {step.id}")
        return self._partner


def _roles(found: Sequence[ObservedPermission]) -> Mapping[str, Observation]:
    return {permission.principal: permission.roles for permission in found}


def _answer(status: WriteStatus, error: CallError) -> WriteAnswer:
    return WriteAnswer(status=status, detail=f"{error.where}: {error.what}")
