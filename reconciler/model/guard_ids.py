"""The guards by name: what a file may acknowledge. The functions behind the names are planning's."""

from enum import StrEnum

from reconciler.records import dataclass


class LiftedBy(StrEnum):
    """What lifts a guard."""

    FILE = "file"  # `acknowledge` of one installation, or --accept for one run
    RUN = "run"  # a limit in fleet.yaml, or --accept for one run
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardId:
    """One guard: its id for people, what lifts it, and what it holds back, as a few words for editors."""

    id: str
    lifted_by: LiftedBy
    about: str


GUARD_IDS: tuple[GuardId, ...] = (
    GuardId(id="above-circuit", lifted_by=LiftedBy.NOTHING, about="a current above the breaker that feeds it"),
    GuardId(id="above-home-limit", lifted_by=LiftedBy.NOTHING, about="an installation of type Go / Home above 32 A"),
    GuardId(id="access-removed", lifted_by=LiftedBy.RUN, about="more people and groups losing access than the budget"),
    GuardId(id="amperes-raised", lifted_by=LiftedBy.RUN, about="more amperes added to limits than the budget"),
    GuardId(
        id="available-current-unreadable",
        lifted_by=LiftedBy.NOTHING,
        about="the limit of the installation would change while its available current is not known",
    ),
    GuardId(id="changed-installations", lifted_by=LiftedBy.RUN, about="more changed installations than the budget"),
    GuardId(
        id="changes-identities",
        lifted_by=LiftedBy.FILE,
        about="the backend would see the chargers under other identities; it must know them first",
    ),
    GuardId(
        id="charger-permissions-not-pro",
        lifted_by=LiftedBy.NOTHING,
        about="only chargers of Zaptec Pro have permissions of their own",
    ),
    GuardId(id="chargers-to-zero", lifted_by=LiftedBy.RUN, about="more chargers switched off than the budget"),
    GuardId(id="current-range", lifted_by=LiftedBy.NOTHING, about="a current that no charger may have"),
    GuardId(id="firmware-too-old", lifted_by=LiftedBy.NOTHING, about="a charger needs newer firmware for native OCPP"),
    GuardId(id="last-owner", lifted_by=LiftedBy.FILE, about="too few owners who have accepted would remain"),
    GuardId(
        id="lose-load-balancing",
        lifted_by=LiftedBy.FILE,
        about="several chargers would lose Zaptec's load balancing; an electrician knows whether the backend balances",
    ),
    GuardId(
        id="lose-user-reports",
        lifted_by=LiftedBy.FILE,
        about="reports would name chargers instead of residents; whoever bills decides",
    ),
    GuardId(
        id="lower-installation-unreadable",
        lifted_by=LiftedBy.FILE,
        about="the limit of the installation would go down while circuits or chargers below it are not known",
    ),
    GuardId(
        id="non-converging",
        lifted_by=LiftedBy.FILE,
        about="what was written does not stay; whoever knows who else writes it decides",
    ),
    GuardId(id="ocpp-native-not-allowed", lifted_by=LiftedBy.NOTHING, about="no user group may switch to OCPP 1.6J"),
    GuardId(id="ocpp-native-unsupported", lifted_by=LiftedBy.NOTHING, about="a charger cannot do native OCPP"),
    GuardId(id="own-access", lifted_by=LiftedBy.FILE, about="we might lock ourselves out"),
    GuardId(id="power-managed", lifted_by=LiftedBy.NOTHING, about="automatic power management blocks updates"),
    GuardId(
        id="raise-circuit-unreadable",
        lifted_by=LiftedBy.FILE,
        about="a charger would go up on a circuit that could not be read; an electrician knows its breaker",
    ),
    GuardId(
        id="raise-installation-limit",
        lifted_by=LiftedBy.FILE,
        about="the limit of the installation would go up; an electrician knows the breaker in the cabinet",
    ),
    GuardId(id="role-missing", lifted_by=LiftedBy.NOTHING, about="the account may not change this"),
    GuardId(
        id="shared-installation",
        lifted_by=LiftedBy.FILE,
        about="chargers that the file does not list would be hit too",
    ),
    GuardId(
        id="switch-gave-up",
        lifted_by=LiftedBy.FILE,
        about="the mode has waited for idle chargers longer than the file allows",
    ),
    GuardId(
        id="switch-while-busy",
        lifted_by=LiftedBy.FILE,
        about="the mode would switch under a car or an offline charger",
    ),
    GuardId(
        id="unbalanced-circuit",
        lifted_by=LiftedBy.FILE,
        about="nothing would balance a shared circuit, and its chargers do not fit; an electrician decides",
    ),
)
"""Sorted by id."""

ACKNOWLEDGEABLE: tuple[str, ...] = tuple(guard.id for guard in GUARD_IDS if guard.lifted_by is LiftedBy.FILE)
"""The ids that `acknowledge` in a file may name."""
