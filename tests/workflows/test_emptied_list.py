"""A list of people on a charger that comes back without its rows: nothing tells it from the truth but another look."""

import json
from dataclasses import dataclass, field, replace

import httpx

from reconciler.model.outcome import OutcomeKind
from reconciler.sandbox.app import create_app
from reconciler.sandbox.permissions import made_id
from reconciler.sandbox.records import Charger
from reconciler.sandbox.terms import Kind, Role
from reconciler.sandbox.world import World
from tests.builders import gone, permissions, wants, wants_charger
from tests.faults.building import Box, Place, files, world_of
from tests.properties.machine import Machine, Watched

SERIAL, FORMER = "ZPR080001", "person:b-17"


@dataclass
class Emptied(Machine):
    """One answer about who is on a charger is an empty list: the one with that number, counted from 0."""

    lie: int = 0
    asked: list[str] = field(default_factory=list)

    def transport(self) -> httpx.BaseTransport:
        """The sandbox, but for one answer."""
        return _Liar(create_app(self.world), self)


class _Liar(Watched):
    def __init__(self, app: object, machine: Emptied) -> None:
        super().__init__(app, machine)
        self._emptied = machine

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = super().handle_request(request)
        path = request.url.path
        if request.method != "GET" or "/chargers/" not in path or not path.endswith("/permissions"):
            return answer
        self._emptied.asked.append(path)
        if len(self._emptied.asked) - 1 != self._emptied.lie:
            return answer
        found = json.loads(answer.read())
        assert isinstance(found, dict)
        rows = {name: [] if isinstance(value, list) else value for name, value in found.items()}
        return httpx.Response(200, json=rows)


def machine(lie: int) -> Emptied:
    place = Place(
        name="Lia sameie",
        kind=Kind.PRO,
        boxes=(Box(serial=SERIAL, amperes=16.0, people=(("b-17", int(Role.USER)),)),),
    )
    charger = replace(wants_charger(SERIAL), permissions=permissions(absent=[gone(FORMER)]))
    world = world_of(place, seed=1)
    return Emptied(world=world, desired=files(wants(charger, site=place.id, name=place.name)), lie=lie)


def people_on(world: World) -> Charger:
    found = world.charger_by_serial(SERIAL)
    assert found is not None
    return found


def test_whichever_answer_is_empty_nothing_false_is_claimed() -> None:
    """The last look finds him again, so the removal is uncertain and left to do, and the run has not converged."""
    plan = machine(-1).plan()
    honest = machine(-1)
    honest.apply(plan)
    kinds = []

    for lie in range(len(honest.asked)):
        liar = machine(lie)
        _, proof = liar.apply(plan)
        (outcome,) = proof.outcomes
        still_there = bool(people_on(liar.world)["permissions"])

        kinds.append(outcome.kind)
        assert proof.receipt.converged is not still_there
        assert (outcome.kind in {OutcomeKind.DONE, OutcomeKind.ALREADY}) is not still_there
        assert (proof.residual is not None) is still_there

    assert {OutcomeKind.DONE, OutcomeKind.UNCERTAIN} <= set(kinds)
    assert made_id("faults:Lia sameie") == plan.changes[0].target.installation_id
