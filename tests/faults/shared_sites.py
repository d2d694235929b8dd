"""Sites with shared circuits: limits, breakers, native OCPP, chargers off line, boards, and work in the Portal."""

import random
from dataclasses import replace

from reconciler.model.desired import RemovalGate, Route, SwitchPolicy
from reconciler.sandbox.terms import Kind, Role
from tests.builders import account, gone, permissions, person, wants, wants_charger
from tests.faults.building import (
    BACKEND_A,
    BACKEND_B,
    IN_NATIVE_OCPP,
    IN_WEBHOOKS,
    INSTALLER,
    USER_OWNER,
    Box,
    Place,
    files,
    world_of,
)
from tests.faults.homes import FORMER, OTHER_OWNER, OWNER
from tests.faults.situation import Situation


def swap(dice: random.Random, seed: int) -> Situation:
    """Nothing balances the circuit, so the one that goes down must be down before the other goes up."""
    high, low = dice.choice((16.0, 20.0, 24.0)), dice.choice((6.0, 8.0, 10.0))
    serials = ["ZPR080001", "ZPR080002"]
    dice.shuffle(serials)
    boxes = (Box(serial=serials[0], amperes=high, stand_alone=True), Box(serial=serials[1], amperes=low))
    site = Place(name="Kaia", kind=Kind.PRO, limit_a=63.0, circuits_a=(high + low,), boxes=boxes)
    file = wants(
        wants_charger(serials[0], maxCurrent=low),
        wants_charger(serials[1], maxCurrent=high),
        site=site.id,
        name=site.name,
    )
    return Situation(world=world_of(site, seed=seed), desired=files(file))


def breaker(dice: random.Random, seed: int) -> Situation:
    """One site gets a smaller breaker, the other a larger one."""
    down, up = float(dice.choice((20, 22))), float(dice.choice((32, 35)))
    smaller = Place(
        name="Nedre vei 1",
        limit_a=32.0,
        circuits_a=(20.0,),
        boxes=(Box(serial="ZAP020001", amperes=20.0),),
    )
    larger = Place(
        name="Ovre vei 2",
        kind=Kind.PRO,
        limit_a=25.0,
        circuits_a=(25.0,),
        boxes=(Box(serial="ZPR080011", amperes=10.0), Box(serial="ZPR080012", amperes=20.0)),
    )
    return Situation(
        world=world_of(smaller, larger, seed=seed),
        desired=files(
            wants(
                wants_charger("ZAP020001", maxCurrent=dice.choice((10.0, 16.0))),
                settings={"maxCurrent": down},
                site=smaller.id,
                name=smaller.name,
            ),
            wants(
                wants_charger("ZPR080011", maxCurrent=dice.choice((16.0, 20.0))),
                wants_charger("ZPR080012", maxCurrent=dice.choice((10.0, 16.0))),
                settings={"maxCurrent": up},
                site=larger.id,
                name=larger.name,
                acknowledged=("raise-installation-limit",),
            ),
        ),
    )


def leaving_native(dice: random.Random, seed: int) -> Situation:
    """Back to Zaptec's own operation: first the mode, then stand-alone, then the limits."""
    first, second = dice.sample((8.0, 10.0, 13.0, 16.0), 2)
    boxes = (
        Box(serial="ZPR080021", amperes=first, stand_alone=True),
        Box(serial="ZPR080022", amperes=second, stand_alone=True),
    )
    site = Place(name="Havnen", kind=Kind.PRO, limit_a=40.0, circuits_a=(32.0,), boxes=boxes, fields=IN_NATIVE_OCPP)
    file = wants(
        *(wants_charger(box.serial, maxCurrent=dice.choice((20.0, 32.0)), standAlone=False) for box in boxes),
        settings={"authentication.mode": "native", "authentication.authorizationRequired": dice.random() < 0.5},
        site=site.id,
        name=site.name,
        switch=SwitchPolicy(),
    )
    return Situation(world=world_of(site, seed=seed), desired=files(file))


def entering_native(dice: random.Random, seed: int) -> Situation:
    """To another back end: lower limits hold before Zaptec stops balancing."""
    boxes = (Box(serial="ZPR080031", amperes=32.0), Box(serial="ZPR080032", amperes=dice.choice((20.0, 32.0))))
    site = Place(name="Verkstedet", kind=Kind.PRO, limit_a=63.0, circuits_a=(40.0,), boxes=boxes)
    file = wants(
        *(wants_charger(box.serial, maxCurrent=dice.choice((10.0, 16.0))) for box in boxes),
        settings={"authentication.mode": "ocppNative", "authentication.ocppNative.url": BACKEND_B},
        site=site.id,
        name=site.name,
        switch=SwitchPolicy(),
        acknowledged=("lose-load-balancing",),
    )
    return Situation(world=world_of(site, seed=seed), desired=files(file))


def offline(dice: random.Random, seed: int) -> Situation:
    """What an offline charger was told waits in the cloud; what needs it is not reached."""
    serials = ("ZPR080041", "ZPR080042", "ZPR080043")
    away = dice.choice(serials)
    boxes = tuple(
        Box(serial=serial, amperes=amperes, stand_alone=True, online=serial != away)
        for serial, amperes in zip(serials, (16.0, 16.0, 6.0), strict=True)
    )
    site = Place(name="Lufthavn P4", kind=Kind.PRO, limit_a=63.0, circuits_a=(38.0,), boxes=boxes)
    file = wants(
        wants_charger(serials[0], maxCurrent=dice.choice((6.0, 10.0))),
        wants_charger(serials[1], maxCurrent=dice.choice((8.0, 10.0))),
        wants_charger(serials[2], maxCurrent=dice.choice((10.0, 13.0))),
        site=site.id,
        name=site.name,
    )
    return Situation(world=world_of(site, seed=seed), desired=files(file))


def new_board(dice: random.Random, seed: int) -> Situation:
    """A new board: people come before others go, and the installer's group loses its role."""
    site = Place(
        name="Solbakken borettslag",
        kind=Kind.PRO,
        limit_a=63.0,
        circuits_a=(63.0,),
        boxes=(Box(serial="ZPR080051", amperes=16.0),),
        people=("b-17", "d-204"),
        groups=(("HANS", int(Role.SERVICE | Role.OWNER)), ("PAYC", int(Role.SERVICE))),
    )
    file = wants(
        wants_charger("ZPR080051"),
        access=permissions(
            person(dice.choice((OWNER, OTHER_OWNER)), "user", "owner"),
            person("person:board-solbakken", "owner"),
            person(INSTALLER, "service"),
            absent=[gone(FORMER, gate=RemovalGate.OWNER_ACCEPTED), gone("userGroup:PAYC"), gone("person:d-204")],
        ),
        site=site.id,
        name=site.name,
    )
    return Situation(world=world_of(site, seed=seed), desired=files(file))


def own_chargers(dice: random.Random, seed: int) -> Situation:
    """Flats change hands: on one charger somebody comes before another goes, on the next a role shrinks."""
    boxes = (
        Box(serial="ZPR080071", amperes=16.0, people=(("b-17", int(Role.USER)), ("d-204", int(Role.USER)))),
        Box(serial="ZPR080072", amperes=10.0, people=(("b-17", USER_OWNER),), online=dice.random() < 0.5),
    )
    site = Place(
        name="Lia sameie", kind=Kind.PRO, limit_a=63.0, circuits_a=(40.0,), boxes=boxes, people=("board-solbakken",)
    )
    first, second = (
        wants_charger("ZPR080071", maxCurrent=dice.choice((10.0, 20.0))),
        wants_charger("ZPR080072"),
    )
    comer = person(dice.choice((OWNER, OTHER_OWNER)), "user")
    file = wants(
        replace(first, permissions=permissions(comer, absent=[gone(FORMER), gone("person:d-204")])),
        replace(second, permissions=permissions(person(FORMER, "user"))),
        site=site.id,
        name=site.name,
    )
    return Situation(world=world_of(site, seed=seed), desired=files(file))


def portal(dice: random.Random, seed: int) -> Situation:
    """The mode is a person's work; limits and stand-alone go by themselves, and what comes after the mode waits."""
    by = account(authentication=Route.PORTAL, permissions=Route.PORTAL)
    hooks = Place(name="Torget", boxes=(Box(serial="ZAP040001", amperes=10.0),), fields=IN_WEBHOOKS)
    native = Place(
        name="Parken",
        kind=Kind.PRO,
        limit_a=40.0,
        circuits_a=(32.0,),
        boxes=(
            Box(serial="ZPR080061", amperes=16.0, stand_alone=True),
            Box(serial="ZPR080062", amperes=10.0, stand_alone=True),
        ),
        fields=IN_NATIVE_OCPP,
    )
    cloud_url = {"authentication.mode": "ocppCloud", "authentication.ocppCloud.url": f"{BACKEND_A}/{{deviceId}}"}
    return Situation(
        world=world_of(hooks, native, seed=seed),
        desired=files(
            wants(
                wants_charger("ZAP040001", maxCurrent=dice.choice((16.0, 20.0)), standAlone=True),
                settings={**cloud_url, "authentication.ocppCloud.urlVersion": "ocpp16Compliant"},
                site=hooks.id,
                name=hooks.name,
                switch=SwitchPolicy(),
            ),
            wants(
                wants_charger("ZPR080061", maxCurrent=dice.choice((8.0, 10.0)), standAlone=False),
                wants_charger("ZPR080062", maxCurrent=dice.choice((16.0, 20.0)), standAlone=False),
                settings={"authentication.mode": "native"},
                site=native.id,
                name=native.name,
                switch=SwitchPolicy(),
            ),
            by=by,
        ),
    )
