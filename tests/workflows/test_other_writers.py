"""What an apply does when a site is not as it was planned: somebody else changed it, or it does not answer."""

from datetime import UTC, datetime

from reconciler.model.desired import DesiredInstallation, SwitchPolicy
from reconciler.model.outcome import Outcome, OutcomeKind
from reconciler.model.plan import Plan
from reconciler.sandbox.access import group_permission
from reconciler.sandbox.builders import Site, add_charger, add_circuit, add_installation, empty_world
from reconciler.sandbox.faults import fault
from reconciler.sandbox.operations import script_fault
from reconciler.sandbox.portal import set_value
from reconciler.sandbox.records import Fields
from reconciler.sandbox.terms import Kind, Mode
from reconciler.sandbox.world import World
from tests.builders import SITE, fleet, wants, wants_charger
from tests.properties.machine import Machine

NATIVE_URL = "wss://ocpp.backend-b.example/cp"
IN_NATIVE: Fields = {"AuthenticationType": int(Mode.OCPP_NATIVE), "OcppCentralSystemUrl": NATIVE_URL}


def world(*amperes: float, fields: Fields | None = None) -> World:
    """One site with a circuit of 40 A and chargers ZPR080001, ZPR080002 and so on."""
    made = empty_world(now=datetime(2026, 1, 15, 8, 0, tzinfo=UTC).timestamp())
    site = Site(id=SITE, name="Kaia", kind=Kind.PRO, max_current_a=63.0, fields=fields or {})
    installation = add_installation(made, site, permissions=[group_permission(made, "BSJG", 6)])
    circuit = add_circuit(installation, name="Kurs A", max_current_a=40.0)
    for number, limit in enumerate(amperes, start=1):
        add_charger(made, installation, circuit=circuit, serial=f"ZPR08000{number}", max_current_a=limit)
    return made


def machine(of: World, file: DesiredInstallation) -> Machine:
    return Machine(world=of, desired=fleet(file))


def ends(outcomes: tuple[Outcome, ...], plan: Plan) -> dict[str, OutcomeKind]:
    return {plan.change(one.change_id).setting: one.kind for one in outcomes}


class TestSwitchToNative:
    """Mode and URL go in one documented request, which always writes both."""

    def test_a_mode_that_somebody_else_set_is_left_alone(self) -> None:
        """Sending the URL alone would overwrite their mode."""
        settings = {"authentication.mode": "ocppNative", "authentication.ocppNative.url": NATIVE_URL}
        mine = machine(
            world(16.0), wants(wants_charger("ZPR080001"), settings=settings, site=SITE, switch=SwitchPolicy())
        )
        plan = mine.plan()
        set_value(mine.world, SITE, setting="authentication.mode", value="webhooks")

        outcomes, _ = mine.apply(plan)

        assert ends(outcomes, plan) == {
            "authentication.mode": OutcomeKind.CONFLICT,
            "authentication.ocppNative.url": OutcomeKind.NOT_REACHED,
        }
        assert mine.written == []


class TestUnread:
    def test_what_must_come_after_something_that_did_not_answer(self) -> None:
        """Native OCPP keeps chargers in stand-alone mode, so that stays on while nobody knows the mode."""
        settings = {"authentication.mode": "native"}
        file = wants(wants_charger("ZPR080001", standAlone=False), settings=settings, site=SITE, switch=SwitchPolicy())
        mine = machine(world(16.0, fields=IN_NATIVE), file)
        set_value(mine.world, "ZPR080001", setting="standAlone", value=True)
        plan = mine.plan()
        script_fault(mine.world, fault("revoked-access", path=f"/api/installation/{SITE}"))

        outcomes, _ = mine.apply(plan)

        assert ends(outcomes, plan) == {
            "authentication.mode": OutcomeKind.NOT_REACHED,
            "standAlone": OutcomeKind.NOT_REACHED,
        }
        assert mine.written == []


class TestNeighbours:
    """Native OCPP balances nothing, so what a charger may get depends on the others of its circuit."""

    def test_a_raise_beside_a_charger_that_is_in_order(self) -> None:
        """10 A and 20 A fit under 40 A: the neighbour is read although nothing of it changes."""
        file = wants(
            wants_charger("ZPR080001", maxCurrent=20.0), wants_charger("ZPR080002", maxCurrent=10.0), site=SITE
        )
        mine = machine(world(6.0, 10.0, fields=IN_NATIVE), file)
        plan = mine.plan()

        outcomes, _ = mine.apply(plan)

        assert ends(outcomes, plan) == {"maxCurrent": OutcomeKind.DONE}

    def test_a_raise_beside_a_charger_that_somebody_else_raised(self) -> None:
        """20 A and 32 A do not fit, and the new value of the neighbour is nobody's plan."""
        file = wants(
            wants_charger("ZPR080001", maxCurrent=20.0), wants_charger("ZPR080002", maxCurrent=10.0), site=SITE
        )
        mine = machine(world(6.0, 10.0, fields=IN_NATIVE), file)
        plan = mine.plan()
        set_value(mine.world, "ZPR080002", setting="maxCurrent", value=32.0)

        outcomes, _ = mine.apply(plan)

        assert ends(outcomes, plan) == {"maxCurrent": OutcomeKind.NOT_REACHED}
        assert mine.written == []
