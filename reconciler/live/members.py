"""From changes to what a partner's adapter sends; addresses and secrets are looked up here, at the last moment."""

from collections.abc import Callable, Mapping, Sequence

from reconciler.live.failures import RefusedError
from reconciler.live.routes.partner import PartnerPrincipal, PartnerValue
from reconciler.model.change import Change
from reconciler.model.people import People
from reconciler.model.plan import Step
from reconciler.model.secret import Secret
from reconciler.model.settings import Kind
from reconciler.model.value import Absent

STAND_ALONE = "standAlone"


def authentication(changes: Sequence[Change], secrets: Callable[[str], Secret]) -> Mapping[str, PartnerValue]:
    """Members of the installation with their new values, in the order of their names; None clears a member."""
    body = {change.row.cloud: _value(change, secrets) for change in changes}
    return {name: body[name] for name in sorted(body)}


def _value(change: Change, secrets: Callable[[str], Secret]) -> PartnerValue:
    after = change.after
    if isinstance(after, Absent | tuple):
        return None
    match change.row.kind:
        case Kind.CHOICE:
            return dict(change.row.choices)[str(after)]
        case Kind.SECRET:
            return secrets(str(after))
        case _:
            return after


def stand_alone(step: Step, changes: Sequence[Change]) -> bool:
    """The wished switch of the step. Raises RefusedError when it holds none."""
    for change in changes:
        if change.setting == STAND_ALONE and isinstance(change.after, bool):
            return change.after
    raise RefusedError("not sent: the step holds no switch", call=f"step {step.id}")


def permission(
    step: Step, changes: Sequence[Change], people: People | None
) -> tuple[PartnerPrincipal, tuple[str, ...]]:
    """Whose roles, and which; none takes the access away.

    Raises:
        RefusedError: The step is not about exactly one principal, or nobody knows the person's address.
    """
    if len(changes) != 1 or changes[0].target.principal is None:
        raise RefusedError("not sent: the step is not about exactly one principal", call=f"step {step.id}")
    after = changes[0].after
    roles = after if isinstance(after, tuple) else ()
    return _principal(step, changes[0].target.principal, people), roles


def _principal(step: Step, principal: str, people: People | None) -> PartnerPrincipal:
    kind, _, name = principal.partition(":")
    match kind:
        case "userGroup":
            return PartnerPrincipal(lookup_key=name)
        case "user-id":
            return PartnerPrincipal(object_id=name)
    person = people.get(name) if people is not None else None
    if person is None:
        raise RefusedError(f"not sent: {principal} is not in the directory of people", call=f"step {step.id}")
    return PartnerPrincipal(email=Secret(person.email))


def is_known(principal: str, people: People | None) -> bool:
    """Whether a principal that a read does not show is really absent, and not merely somebody we cannot recognise."""
    kind, _, name = principal.partition(":")
    return kind != "person" or (people is not None and people.get(name) is not None)
