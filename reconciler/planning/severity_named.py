"""Severities of findings that are no difference of one value: missing, unmanaged, not readable, unfinished."""

from reconciler.model.finding import Severity
from reconciler.planning.severity import Rule

NOT_VISIBLE = Rule(
    code="D204",
    severity=Severity.S1,
    title="Installation not visible",
    why="access withdrawn? Our account does not see this site any more, or never did",
    more="The lists of the account do not show the installation. Usually its owner has withdrawn our access. Nothing "
    "of the site was compared, and nothing is concluded from it.",
    remedy="Ask the owner, or let the account's user group be added again. If the site is being handed over, "
    "`reconciler handover status` tells what is left, and `reconciler handover finish` files it away.",
)
MISSING = Rule(
    code="D307",
    severity=Severity.S2,
    title="Charger missing",
    why="the file lists a charger that is nowhere to be seen",
    more="The charger was deactivated, exchanged, or moved to an installation that the account does not see.",
    remedy="Find out what became of it; then correct the serial or take it out of the file.",
)
MOVED = Rule(
    code="D405",
    severity=Severity.S3,
    title="Charger in another installation",
    why="the charger is elsewhere, so limits, access and billing of another site apply",
    more="The serial was seen in another installation than the file says.",
    remedy="Move its lines to the file of that installation, or move the charger back in the Portal.",
)
UNREADABLE = Rule(
    code="D406",
    severity=Severity.S3,
    title="Not readable",
    why="nobody knows whether it is as wanted",
    more="A missing role, an empty answer or a failing cloud. Unknown is neither in order nor gone.",
    remedy="Give the account Owner or Service there, or look again when the cloud answers.",
)
UNVERIFIABLE = Rule(
    code="D407",
    severity=Severity.S3,
    title="Not verifiable",
    why="no call can tell whether it is as wanted",
    more="No documented call reads permissions, or a person is not in the directory of people.",
    remedy="Look in the Portal and attest what you see (`reconciler attest`), or name the person in FLEET_PEOPLE.",
)
UNFINISHED = Rule(
    code="D408",
    severity=Severity.S3,
    title="Waiting for a person",
    why="somebody must still act",
    more="An invitation that nobody has accepted, or something that comes after one. It is neither drift nor success.",
    remedy="Remind the person; the report says for how long it has been waiting.",
)
UNMANAGED = Rule(
    code="D502",
    severity=Severity.S4,
    title="Without a file",
    why="it is live and no file says anything about it",
    more="The account sees an installation that no file describes, or a charger that the file of its installation does "
    "not list. Nothing is ever written to it, and it does not decide the exit code.",
    remedy="Adopt what can be read of it (`reconciler adopt`), or leave it alone.",
)
RENAMED = Rule(
    code="D503",
    severity=Severity.S4,
    title="Another name",
    why="names are for people, and two names confuse them",
    more="The cloud calls the installation something else than the file. Names are never written.",
    remedy="Correct the name in the file or in the Portal, whichever is wrong.",
)

NAMED: tuple[Rule, ...] = (NOT_VISIBLE, MISSING, MOVED, UNREADABLE, UNVERIFIABLE, UNFINISHED, UNMANAGED, RENAMED)
