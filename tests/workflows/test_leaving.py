"""A run whose last step takes our own access away: what it may claim, wherever the plug is pulled."""

from dataclasses import dataclass

import httpx
import pytest

from reconciler.model.desired import DesiredPermission, RemovalGate
from reconciler.model.outcome import LEFT, UNACCEPTED, OutcomeKind
from reconciler.model.plan import Plan
from reconciler.sandbox.app import create_app
from reconciler.sandbox.generated import generated_world
from reconciler.sandbox.permissions import accept
from reconciler.sandbox.portal import find_installation, set_value
from reconciler.sandbox.principals import address_of
from tests.builders import account, fleet, gone, permissions, person, wants, wants_charger
from tests.properties.machine import Machine, Watched
from tests.workflows.killed import kinds, twin
from tests.workflows.test_resume import killed_at

OURS = "userGroup:BSJG"
OWNER = "person:c-88121"
COMER = "person:c-88122"


def leaving(*invited: DesiredPermission, limit_a: float = 10.0) -> Machine:
    """A home with an owner who accepted; whoever is invited comes, a limit is set, and then our group goes."""
    made = generated_world(1, 1, seed=3, drift=0.0)
    (site,) = made.desired
    (serial,) = site["chargers"]
    installation = find_installation(made.world, site["id"])
    set_value(made.world, site["id"], setting=f"permissions.{OWNER}", value="user,owner")
    accept(made.world, email=address_of(made.world, OWNER), installation=installation)
    access = permissions(person(OWNER, "user", "owner"), *invited, absent=[gone(OURS, gate=RemovalGate.OWNER_ACCEPTED)])
    file = wants(wants_charger(serial, maxCurrent=limit_a), settings={}, access=access, site=site["id"], name="Home")
    return Machine(world=made.world, desired=fleet(file, accounts=(account(),)))


def ended(plan: Plan, machine: Machine) -> dict[str, tuple[OutcomeKind, str]]:
    return {plan.change(one.change_id).target.principal or "limit": (one.kind, one.detail) for one in machine.told}


class TestLeaving:
    def test_our_own_access_last_is_a_good_end(self) -> None:
        """Nobody can read the site again, and nobody has to."""
        machine = leaving()
        plan = machine.plan()

        _, proof = machine.apply(plan)

        assert ended(plan, machine)[OURS] == (OutcomeKind.DONE, LEFT)
        assert (proof.receipt.converged, proof.receipt.open_reasons) == (True, ())

    def test_an_invitation_that_stays_open_is_no_good_end(self) -> None:
        """The owner accepted, so our access may go; whether this guest ever does nobody will see."""
        machine = leaving(person(COMER, "user"))
        plan = machine.plan()

        _, proof = machine.apply(plan)

        assert ended(plan, machine)[COMER] == (OutcomeKind.WAITING, UNACCEPTED)
        assert ended(plan, machine)[OURS] == (OutcomeKind.DONE, LEFT)
        assert not proof.receipt.converged

    def test_our_access_waits_for_the_owner_whom_the_file_names(self) -> None:
        """That somebody else owned the home before, and accepted, says nothing about who gets it now."""
        machine = leaving(person(COMER, "user", "owner"))
        plan = machine.plan()

        machine.apply(plan)

        assert ended(plan, machine)[OURS][0] is OutcomeKind.WAITING
        assert not any(method == "DELETE" for method, *_ in machine.written)

    @pytest.mark.parametrize("invited", [(), (person(COMER, "user"),)], ids=["nobody comes", "one is invited"])
    def test_every_moment_ends_alike(self, invited: tuple[DesiredPermission, ...]) -> None:
        """Only where the removal took effect and nobody heard the answer does a resume claim less, never more."""
        machine = leaving(*invited)
        plan = machine.plan()
        undisturbed = twin(machine)
        _, expected = undisturbed.apply(plan)
        modest = 0

        for moment in range(undisturbed.moment.count):
            killed = twin(machine)
            killed_at(killed, plan, moment)
            _, proof = killed.apply(plan)

            assert kinds(plan, proof.outcomes) == kinds(plan, expected.outcomes)
            assert len(killed.written) == len(undisturbed.written), "something was written twice"
            modest += proof.receipt.converged != expected.receipt.converged
            assert proof.receipt.converged <= expected.receipt.converged

        assert modest <= 2, "just before and just after the answer to the removal"

    def test_killed_again_and_again(self) -> None:
        """What nobody had accepted stays told, however often the run is resumed after our access went."""
        machine = twin(leaving(person(COMER, "user")))
        plan = machine.plan()
        machine.apply(plan)

        for _ in range(3):
            _, proof = machine.apply(plan)
            assert ended(plan, machine)[COMER] == (OutcomeKind.WAITING, UNACCEPTED)
            assert not proof.receipt.converged


@dataclass
class Robbed(Machine):
    """The cloud accepts a removal and forgets it, and at that moment somebody takes our own access away."""

    def transport(self) -> httpx.BaseTransport:
        """The sandbox, but for that request."""
        return _Robbing(create_app(self.world), self)


class _Robbing(Watched):
    def __init__(self, app: object, machine: Robbed) -> None:
        super().__init__(app, machine)
        self._world = machine.world

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.method != "DELETE":
            return super().handle_request(request)
        for site in self._world.installations():
            site["permissions"] = [one for one in site["permissions"] if one.get("key") != "BSJG"]
        return httpx.Response(200)


def test_losing_access_proves_nothing_about_anybody_else() -> None:
    """Another group was to go; nobody can look whether it did, so nobody says so."""
    made = generated_world(1, 1, seed=3, drift=0.0)
    (site,) = made.desired
    set_value(made.world, site["id"], setting="permissions.userGroup:PAYC", value="service")
    file = wants(access=permissions(absent=[gone("userGroup:PAYC")]), settings={}, site=site["id"], name="Home")
    machine = Robbed(world=made.world, desired=fleet(file, accounts=(account(group="BSJG"),)))
    plan = machine.plan()

    (outcome,), proof = machine.apply(plan)

    assert outcome.kind is OutcomeKind.UNCERTAIN
    assert not proof.receipt.converged
