"""The portal route: a person does it, so nothing is ever sent; the worksheet tells how."""

from typing import NoReturn

from reconciler.live.failures import RefusedError
from reconciler.model.plan import Step


def refuse(step: Step) -> NoReturn:
    """Raise RefusedError: no request can carry out a step of the Portal."""
    raise RefusedError("not sent: a person does this in the Portal", call=f"step {step.id}")
