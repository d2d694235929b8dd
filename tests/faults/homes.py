"""Homes: handed over, in a row, side by side and in waves, and with another back end."""

import random

from reconciler.model.desired import DesiredInstallation, RemovalGate, SwitchPolicy
from tests.builders import gone, permissions, person, wants, wants_charger
from tests.faults.building import IN_NATIVE_OCPP, IN_WEBHOOKS, OUR_GROUP, Box, Place, files, world_of
from tests.faults.situation import Situation

OWNER = "person:c-88121"
OTHER_OWNER = "person:c-88124"
FORMER = "person:b-17"
NEWCOMER = "person:c-88122"
"""Has no account yet, so a grant sends an invitation."""

HOME_A = (10.0, 13.0, 16.0, 20.0)


def _handed_over(dice: random.Random, place: Place, *, owner: str, former: str | None = None) -> DesiredInstallation:
    """The file of a home that goes to its owner; our group leaves last."""
    leaving = [gone(OUR_GROUP, gate=RemovalGate.OWNER_ACCEPTED)]
    if former is not None:
        leaving.append(gone(former, gate=RemovalGate.OWNER_ACCEPTED))
    return wants(
        *(wants_charger(box.serial, maxCurrent=dice.choice(HOME_A), standAlone=False) for box in place.boxes),
        settings={"authentication.mode": "native", "authentication.authorizationRequired": False},
        access=permissions(person(owner, "user", "owner"), absent=leaving),
        site=place.id,
        name=place.name,
        switch=SwitchPolicy(),
    )


def _home_in_native(name: str, serial: str, *, people: tuple[str, ...] = ()) -> Place:
    box = Box(serial=serial, amperes=0.0, stand_alone=True)
    return Place(name=name, boxes=(box,), fields=IN_NATIVE_OCPP, people=people)


def handover(dice: random.Random, seed: int) -> Situation:
    """The owner has an account, so our group leaves in the same run."""
    home = _home_in_native("Bakkegata 7", "ZAP012347", people=("b-17",))
    file = _handed_over(dice, home, owner=dice.choice((OWNER, OTHER_OWNER)), former=FORMER)
    return Situation(world=world_of(home, seed=seed), desired=files(file))


def invitation(dice: random.Random, seed: int) -> Situation:
    """The owner is invited, so our group waits."""
    home = _home_in_native("Fjellveien 3", "ZAP012346")
    return Situation(world=world_of(home, seed=seed), desired=files(_handed_over(dice, home, owner=NEWCOMER)))


def _row_of_homes(dice: random.Random, count: int) -> tuple[list[Place], list[DesiredInstallation]]:
    amperes = [dice.sample(HOME_A, 2) for _ in range(count)]
    places = [
        Place(name=f"Rekkehus {number}", boxes=(Box(serial=f"ZAP03000{number}", amperes=before),))
        for number, (before, _) in enumerate(amperes, start=1)
    ]
    dice.shuffle(places)
    wanted_a = {f"ZAP03000{number}": after for number, (_, after) in enumerate(amperes, start=1)}
    found = [
        wants(
            *(wants_charger(box.serial, maxCurrent=wanted_a[box.serial], standAlone=False) for box in place.boxes),
            settings={"authentication.mode": "native", "authentication.authorizationRequired": True},
            site=place.id,
            name=place.name,
        )
        for place in places
    ]
    return places, found


def side_by_side(dice: random.Random, seed: int) -> Situation:
    """A limit and card reading at each."""
    places, wanted = _row_of_homes(dice, 3)
    return Situation(world=world_of(*places, seed=seed), desired=files(*wanted), side_by_side=3)


def in_waves(dice: random.Random, seed: int) -> Situation:
    """One home first, the rest once it is healthy."""
    places, wanted = _row_of_homes(dice, 3)
    return Situation(world=world_of(*places, seed=seed), desired=files(*wanted), waves="1,rest")


def webhooks(dice: random.Random, seed: int) -> Situation:
    """Another back end answers the cards, with a secret that is set and never read back."""
    site = Place(name="Kinogarden", boxes=(Box(serial="ZAP040011", amperes=16.0),), fields=IN_WEBHOOKS)
    host = dice.choice(("hooks.backend-b.example", "hooks.backend-c.example"))
    file = wants(
        wants_charger("ZAP040011", maxCurrent=dice.choice((6.0, 10.0))),
        settings={
            "authentication.mode": "webhooks",
            "authentication.webhooks.authUrl": f"https://{host}/auth",
            "authentication.webhooks.authPayload": "env:FLEET_SECRET_HOOK",
            "authentication.webhooks.sessionStartUrl": f"https://{host}/start",
            "authentication.webhooks.sessionEndUrl": f"https://{host}/end",
        },
        site=site.id,
        name=site.name,
    )
    return Situation(world=world_of(site, seed=seed), desired=files(file))
