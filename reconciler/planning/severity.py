"""How bad a difference is: one table of rules, worst first; the first rule that fits decides.

The rules follow what goes wrong first: S0 could exceed a fuse, S1 lock-out or unwanted access, S2 people cannot charge,
S3 billing or integration is wrong, S4 leftovers.
"""

from collections.abc import Callable

from reconciler.model.finding import Severity
from reconciler.model.settings import Scope
from reconciler.planning.case import (
    AUTHORISATION,
    Case,
    above_what_feeds_it,
    is_about,
    lost_owner,
    nobody_decides,
    overloads_circuit,
    starves,
    unbalanced_rise,
    unwanted_access,
)
from reconciler.planning.site import MODE
from reconciler.records import dataclass

__all__ = ["RULES", "Case", "Rule", "judge"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row of the table.

    Attributes:
        code: For `explain`; its first digit is one more than that of the severity.
        title: What it is called.
        why: Why it matters, in one clause.
        more: The same in whole sentences, for `explain`.
        remedy: What usually helps, in whole sentences.
        fits: Whether the rule is about a case; None for rules that are named directly.
    """

    code: str
    severity: Severity
    title: str
    why: str
    more: str
    remedy: str
    fits: Callable[[Case], bool] | None = None


_RESTORE = "Restore the value of the file, or adopt the live one if it is right."

RULES: tuple[Rule, ...] = (
    Rule(
        code="D101",
        severity=Severity.S0,
        title="Charger above its circuit or installation",
        why="the charger may draw more than what feeds it is fused for",
        more="The live maximum current of a charger is above the wanted one and above the limit of its circuit or of "
        "the installation. Load balancing may hide it until the connection to the cloud is lost.",
        remedy="Restore the value of the file at once. A limit must never stand above the breaker.",
        fits=above_what_feeds_it,
    ),
    Rule(
        code="D102",
        severity=Severity.S0,
        title="Charger raised where nothing balances the load",
        why="no load balancing restrains the charger, and its circuit is not known",
        more="The live maximum current is above the wanted one, the charger shares its installation, and it is in "
        "stand-alone mode or the site runs native OCPP, so Zaptec balances nothing. The circuit was not read.",
        remedy="Restore the value of the file, and let the account read the circuits (Owner or Service).",
        fits=unbalanced_rise,
    ),
    Rule(
        code="D103",
        severity=Severity.S0,
        title="Stand-alone chargers may overload their circuit",
        why="stand-alone chargers ignore load balancing, and together they may exceed the circuit",
        more="A charger in stand-alone mode takes its own maximum, whatever the others on its circuit take. The sum "
        "of those on this circuit, and 6 A for the rest, is above what the circuit carries.",
        remedy="Turn stand-alone mode off, or lower the maximum currents until they fit.",
        fits=overloads_circuit,
    ),
    Rule(
        code="D104",
        severity=Severity.S0,
        title="Installation limit above the wanted one",
        why="the limit of the whole installation is above what the files say its fuse carries",
        more="The charging system's breaker value in the cloud is higher than in the file. All load balancing counts "
        "on that number.",
        remedy="Restore the value of the file, or have an electrician confirm the higher one and adopt it.",
        fits=lambda case: is_about(case, Scope.INSTALLATION, "maxCurrent") and case.above,
    ),
    Rule(
        code="D201",
        severity=Severity.S1,
        title="Access that the file does not give",
        why="somebody has rights here that no file gives",
        more="A person or a group has a role that the permissions of the file do not list.",
        remedy="Take the access away (`apply`), or list it in the file if it is right.",
        fits=unwanted_access,
    ),
    Rule(
        code="D202",
        severity=Severity.S1,
        title="Owner or Service is missing",
        why="somebody who should manage this site cannot",
        more="The file gives Owner or Service to a person or a group that does not have it. Without an owner nobody "
        "can manage or hand over an installation.",
        remedy="Give the role back (`apply`), or correct the file.",
        fits=lost_owner,
    ),
    Rule(
        code="D203",
        severity=Severity.S1,
        title="Open to everybody",
        why="authorisation is off, so anybody can charge",
        more="The file requires authorisation and the cloud does not, so every car that is plugged in gets current "
        "and nobody is billed for it.",
        remedy=_RESTORE,
        fits=lambda case: is_about(case, Scope.INSTALLATION, AUTHORISATION) and case.actual is False,
    ),
    Rule(
        code="D301",
        severity=Severity.S2,
        title="No charging: maximum current below 6 A",
        why="below 6 A nothing is allocated, so no car charges",
        more="A maximum current of 0 to 5.9 A switches charging off while the charger looks healthy. It is a usual "
        "leftover of an energy manager or of a former operator.",
        remedy="Restore the value of the file. If another program writes it, see the page on exceptions.",
        fits=lambda case: case.setting == "maxCurrent" and starves(case),
    ),
    Rule(
        code="D302",
        severity=Severity.S2,
        title="Stand-alone mode left on",
        why="a stand-alone charger ignores its operator, so users may be unable to charge",
        more="In stand-alone mode a charger ignores the cloud's allocation. It is the usual leftover of native OCPP.",
        remedy="Turn stand-alone mode off.",
        fits=lambda case: is_about(case, Scope.CHARGER, "standAlone") and case.actual is True,
    ),
    Rule(
        code="D303",
        severity=Severity.S2,
        title="Authentication points elsewhere",
        why="another party, or nobody, decides who may charge",
        more="The live authentication mode is not the one of the file, so requests go to a backend that may not know "
        "these chargers or may be gone. The charger still looks healthy.",
        remedy=_RESTORE,
        fits=lambda case: is_about(case, Scope.INSTALLATION, MODE),
    ),
    Rule(
        code="D304",
        severity=Severity.S2,
        title="Authentication points at nothing",
        why="the address of whoever decides is empty, so nobody can charge",
        more="The mode in use needs this address, and the cloud has none.",
        remedy="Restore the address of the file.",
        fits=nobody_decides,
    ),
    Rule(
        code="D305",
        severity=Severity.S2,
        title="Authorisation on where it should be off",
        why="users without an account or a card cannot charge",
        more="The file wants charging without authorisation, usually for a hand-over, and the cloud asks for it.",
        remedy=_RESTORE,
        fits=lambda case: is_about(case, Scope.INSTALLATION, AUTHORISATION) and case.actual is True,
    ),
    Rule(
        code="D306",
        severity=Severity.S2,
        title="A user has no access",
        why="somebody who should charge here cannot",
        more="The file gives User to a person or a group that does not have it.",
        remedy="Give the role back (`apply`), or correct the file.",
        fits=lambda case: case.target.principal is not None,
    ),
    Rule(
        code="D401",
        severity=Severity.S3,
        title="Current above the wanted one",
        why="the charger takes more than agreed; load balancing or its circuit still bounds it",
        more="The live maximum current is above the wanted one, and nothing that was read says that a fuse could be "
        "exceeded.",
        remedy=_RESTORE,
        fits=lambda case: case.setting == "maxCurrent" and case.above,
    ),
    Rule(
        code="D402",
        severity=Severity.S3,
        title="Current below the wanted one",
        why="cars charge slower than agreed",
        more="The live maximum current is below the wanted one, but high enough to charge.",
        remedy=_RESTORE,
        fits=lambda case: case.setting == "maxCurrent",
    ),
    Rule(
        code="D403",
        severity=Severity.S3,
        title="Stand-alone mode off where it should be on",
        why="the charger depends on a connection that the file does not count on",
        more="The file wants stand-alone mode, usually because the site has no dependable internet.",
        remedy=_RESTORE,
        fits=lambda case: is_about(case, Scope.CHARGER, "standAlone"),
    ),
    Rule(
        code="D404",
        severity=Severity.S3,
        title="Integration differs",
        why="sessions may reach the wrong party, or none",
        more="An address, a behaviour or a secret of OCPP or of the webhooks is not the one of the file. Of secrets "
        "only whether they are set is compared.",
        remedy=_RESTORE,
        fits=lambda case: case.setting.startswith("authentication."),
    ),
    Rule(
        code="D501",
        severity=Severity.S4,
        title="Leftover",
        why="it is not as the file says",
        more="A difference that no other rule is about.",
        remedy=_RESTORE,
        fits=lambda _: True,
    ),
)
"""Worst first. Findings that are no difference of a value have their rules in `severity_named`."""


def judge(case: Case) -> Rule:
    """The first rule that fits; the last one fits everything."""
    return next(one for one in RULES if one.fits is None or one.fits(case))
