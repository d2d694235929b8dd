"""How a call can fail, inside this package.

CloudError
└── CallError          one call failed; `reason` is what the object that it reads becomes
    ├── PassingError   may go away by itself, so a read is repeated
    ├── RefusedError   a write that certainly changed nothing
    └── UncertainError a write of which nobody knows whether it took effect

None of them carries anything of an answer's body, except the cleaned refusal text of a write.
"""

from reconciler.errors import CloudError
from reconciler.model.value import Reason, Unreadable

_REMEDIES = {
    Reason.NO_ROLE: "ask the owner to give this account the Owner or Service role",
    Reason.FORBIDDEN: "check the roles of this account on the object",
    Reason.NOT_FOUND: "check the id, and whether this account still has access",
    Reason.EMPTY_ANSWER: "check the roles of this account, or try again when the object is provisioned",
    Reason.BAD_ANSWER: "run again with -v; if it stays, report which call it is",
    Reason.NOT_ANSWERED: "run again later; nothing was concluded from the missing answer",
}


class CallError(CloudError):
    """One call failed.

    Args:
        what: One sentence; never a body, an address or a query.
        call: Method and path.
        reason: What an object that was to be read by this call becomes.
        remedy: Where the reason alone does not tell what to do.
    """

    def __init__(self, what: str, *, call: str, reason: Reason, remedy: str | None = None) -> None:
        super().__init__(what, where=call, remedy=remedy or _REMEDIES.get(reason, _REMEDIES[Reason.BAD_ANSWER]))
        self.reason = reason

    def unreadable(self) -> Unreadable:
        """The same as a value."""
        return Unreadable(reason=self.reason, detail=f"{self.where}: {self.what}")


class PassingError(CallError):
    """May go away by itself.

    Args:
        pause_s: Seconds for which the cloud asked, None when it did not.
    """

    def __init__(self, what: str, *, call: str, pause_s: float | None = None) -> None:
        super().__init__(what, call=call, reason=Reason.NOT_ANSWERED)
        self.pause_s = pause_s


class RefusedError(CallError):
    """A write that changed nothing."""

    def __init__(self, what: str, *, call: str, remedy: str | None = None) -> None:
        super().__init__(what, call=call, reason=Reason.FORBIDDEN, remedy=remedy)


class UncertainError(CallError):
    """A write that may or may not have taken effect."""

    def __init__(self, what: str, *, call: str, remedy: str | None = None) -> None:
        super().__init__(what, call=call, reason=Reason.NOT_ANSWERED, remedy=remedy)
