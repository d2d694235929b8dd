"""What the operator and the new owner do next in a hand-over, by how far it is."""

from collections.abc import Sequence
from datetime import datetime

from reconciler.model.change import Change
from reconciler.model.desired import Route
from reconciler.model.handover_stage import Stage
from reconciler.model.value import Unreadable
from reconciler.records import dataclass

_ACCEPT = (
    "open the e-mail from Zaptec (spam folder, too), activate the account, then log in to the Zaptec app with the same "
    "e-mail address"
)
_NEXT = {
    Stage.INVITE: "`reconciler handover start {serial} --owner person:… --order seed` invites the owner",
    Stage.DONE: "`reconciler handover finish {serial}`",
    Stage.PENDING: "`reconciler apply {file}` again once the charger is online and idle",
    Stage.BLOCKED: "do what is said there, then plan again",
    Stage.LOST: "ask the owner, who alone can see it: if the invitation was accepted, the charger works as the file "
    "says and our group is not there, `reconciler attest {file} --by INITIALS --left`, otherwise ask for access again",
}
_REMINDING = (
    "wait for the owner",
    "remind the owner: {letter}",
    "remind the owner again, and compare the e-mail address with the customer register: {letter}",
    "call the owner: after 60 days the address is probably wrong, or nobody wants the charger",
)
_ATTEST_ACCEPTED = "; once the Portal shows that the invitation was accepted: `{attest} --accepted`"

STILL_SEEN = (
    "our account still sees the installation, although no group that the file takes away is there: if it does so in a "
    "minute as well, it has its access another way (is `group:` in fleet.yaml ours? is the login there as a person?)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Next steps for one hand-over, with commands that run as they stand, but for INITIALS."""

    file: str
    serial: str

    @property
    def attest(self) -> str:
        """What records a person's word."""
        return f"reconciler attest {self.file} --by INITIALS"

    def next(self, stage: Stage) -> str:
        """Of a stage that says enough by itself."""
        return _NEXT[stage].format(file=self.file, serial=self.serial)

    @property
    def lost_uninvited(self) -> str:
        """Where the file names no owner yet, so that no attestation can speak of one."""
        return (
            "the file invites nobody yet, so there is nothing to attest: ask for access again; if that is not to be, "
            f"`reconciler handover start {self.serial} --owner person:…` names the owner first"
        )

    def waiting(self, reminders: int, *, by_hand: bool) -> str:
        """While the owner has not accepted; in the Portal only a person can see it."""
        said = _REMINDING[reminders].format(letter=f"`reconciler handover letter {self.serial}`")
        return said + _ATTEST_ACCEPTED.format(attest=self.attest) if by_hand else said

    def settings(self, changes: Sequence[Change], *, asked: bool) -> str:
        """While a plan has something to do besides taking our access away."""
        portal = [one for one in changes if one.route is Route.PORTAL]
        if not portal:
            return f"`reconciler apply {self.file}`"
        blind = any(one.target.principal is not None and isinstance(one.before, Unreadable) for one in portal)
        sheet = "work through its worksheet"
        parts = [f"`reconciler apply {self.file}`", sheet]
        if asked and len(portal) == len(changes):
            parts = ["work through the worksheet that apply wrote"]
        parts.append(f"then `{self.attest}`" if blind else f"then `reconciler plan {self.file}`, which reads it back")
        return ", ".join(parts)

    def leaving(self, *, by_hand: bool) -> str:
        """Once the owner has accepted."""
        if by_hand:
            return (
                "take our group out in the Portal (Permissions), the last step: our account still sees the installation"
            )
        return f"`reconciler apply {self.file}` takes our own access away, the last step"


GONE = "the cloud does not show us the installation any more"


def why_lost(asked_at: datetime | None, early: Sequence[str] = ()) -> str:
    """What is known where the cloud shows us nothing and nobody vouches for the owner.

    Args:
        asked_at: Since when a worksheet asks for the removal of our access.
        early: Who had not accepted when a run of ours took it away.
    """
    if early:
        return f"{GONE}: our access went before {', '.join(early)} was seen to have accepted"
    if asked_at is None:
        return f"{GONE}, and no run of ours is known to have taken our access away with the permissions of this file"
    return (
        f"{GONE}; a worksheet of ours asks since {asked_at:%Y-%m-%d} for the removal of our access, and nobody attests "
        "that the owner had accepted before"
    )


def owner_step(stage: Stage) -> str:
    """What only the new owner can do."""
    match stage:
        case Stage.WAITING:
            return _ACCEPT
        case Stage.LEAVING | Stage.DONE:
            return "nothing; authorisation can be switched on in the Zaptec app"
        case _:
            return ""
