"""Makes installations one after the other, as the cloud has them and as their files describe them."""

import random
from collections.abc import Iterator, Sequence

from reconciler.sandbox.builders import Site, add_circuit, add_installation, empty_world
from reconciler.sandbox.generating.access import Access, prepared
from reconciler.sandbox.generating.authentication import drawn_authentication
from reconciler.sandbox.generating.chargers import Serials, add_chargers
from reconciler.sandbox.generating.draft import Draft, drafted
from reconciler.sandbox.generating.drifting import Drifter
from reconciler.sandbox.generating.naming import drawn_name
from reconciler.sandbox.generating.parameters import Parameters
from reconciler.sandbox.generating.site import Document, Drifted, GeneratedSite
from reconciler.sandbox.permissions import made_id
from reconciler.sandbox.records import Charger, Fields, Installation
from reconciler.sandbox.terms import Kind
from reconciler.sandbox.world import World

UNNAMED = "(uten navn)"
NATIVE_PROFILE = "native-ocpp"
ACKNOWLEDGED = {
    "guard": "unbalanced-circuit",
    "by": "operations",
    "reason": "an electrician has looked at it",
    "until": "2099-12-31",
}


def generated_sites(
    parameters: Parameters, installations: int, *, seed: int, now: float | None = None
) -> Iterator[GeneratedSite]:
    """So many installations, each forgotten once the next is asked for: for fleets that no memory would hold.

    Raises:
        ValueError: There are not so many serials.
    """
    scratch = prepared(empty_world(seed=seed) if now is None else empty_world(seed=seed, now=now))
    for site in sites_in(scratch, parameters, installations, seed=seed):
        yield site
        scratch.data["installations"].clear()
        scratch.data["chargers"].clear()


def sites_in(world: World, parameters: Parameters, installations: int, *, seed: int) -> Iterator[GeneratedSite]:
    """The same, put into a world and kept there."""
    maker = _Maker(world)
    burst = _burst(parameters, installations, seed)
    for number in range(installations):
        draft = drafted(parameters, seed=seed, number=number)
        yield maker.site(draft, is_in_burst=number in burst)


def _burst(parameters: Parameters, installations: int, seed: int) -> range:
    size = min(parameters.drift.burst, installations)
    first = random.Random(f"{seed}:burst").randint(0, installations - size)  # noqa: S311 - repeatable
    return range(first, first + size)


class _Maker:
    """Serials and people are counted through; nothing else of an installation depends on those before it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._serials = Serials()

    def site(self, draft: Draft, *, is_in_burst: bool) -> GeneratedSite:
        """Put one installation into the world."""
        serials = self._serials.of(draft)
        name = drawn_name(draft.dice, draft.segment.name, draft.parameters.names)
        fields, authentication = drawn_authentication(draft, serials[0])
        owners, installation = self._installation(draft, name, fields)
        made = list(add_chargers(self._world, installation, draft=draft, serials=serials))
        chargers = tuple(charger for charger, _ in made)
        document = {
            **_head(draft, installation),
            "authentication": authentication,
            **_access(draft, owners),
            "chargers": {charger["serial"]: said for charger, said in made if said is not None},
            **_acknowledged(draft, chargers),
        }
        drifted = _drifted(draft, installation, chargers, document=document, is_in_burst=is_in_burst)
        _settle(installation, chargers)
        return GeneratedSite(
            number=draft.number,
            segment=draft.segment,
            country=draft.country.code,
            mode=draft.mode,
            installation=installation,
            chargers=chargers,
            document=document,
            is_visible=draft.is_visible,
            drifted=drifted,
        )

    def _installation(self, draft: Draft, name: str, fields: Fields) -> tuple[list[str], Installation]:
        limits = _circuit_limits(draft)
        site = Site(
            id=made_id(f"generated:{self._world.data['seed']}:{draft.number}"),
            name=name,
            kind=draft.kind,
            max_current_a=_installation_limit(draft, limits),
            fields={
                "NetworkType": draft.grid,
                "CountryId": made_id(f"country:{draft.country.code}"),
                "TimeZoneIanaName": draft.country.time_zone,
                **fields,
            },
        )
        access = Access(self._world, draft.dice, draft.parameters.access)
        owners, held = access.owners(draft.number, draft.segment.owners.draw(draft.dice))
        ours = access.ours(is_visible=draft.is_visible, only_user=draft.only_user)
        permissions = [*held, *access.others(draft.number), *ours]
        installation = add_installation(self._world, site, permissions=permissions)
        for number, limit in enumerate(limits):
            add_circuit(installation, name=f"Circuit {number + 1}", max_current_a=limit)
        return owners, installation


def _circuit_limits(draft: Draft) -> list[float]:
    currents = draft.parameters.currents
    if draft.kind is Kind.SMART:
        return [currents.smart.draw(draft.dice)]
    return [currents.circuit.draw(draft.dice) for _ in range(-(-draft.size // draft.per_circuit))]


def _installation_limit(draft: Draft, circuits: Sequence[float]) -> float:
    currents = draft.parameters.currents
    if draft.kind is Kind.SMART:
        return circuits[0]
    return max(*circuits, currents.least_pro, min(currents.most_pro, sum(circuits)))


def _head(draft: Draft, installation: Installation) -> Document:
    profiles = {"profiles": [NATIVE_PROFILE]} if draft.mode == "ocppNative" else {}
    limit = int(float(str(installation["fields"]["MaxCurrent"])))
    return {
        "version": 1,
        "id": installation["id"],
        "name": installation["name"] or UNNAMED,
        "account": "main",
        "labels": {"country": draft.country.code, "segment": draft.segment.name},
        **profiles,
        **({"maxCurrent": limit} if draft.happens(draft.parameters.declared["maxCurrent"]) else {}),
    }


def _access(draft: Draft, owners: Sequence[str]) -> Document:
    if not draft.happens(draft.parameters.declared["permissions"]) or not owners:
        return {}
    return {"permissions": {"entries": [{"user": owner, "roles": ["user", "owner"]} for owner in owners]}}


def _acknowledged(draft: Draft, chargers: Sequence[Charger]) -> Document:
    """Where a charger stands alone beside others, nothing balances them, and somebody has looked at it."""
    stands_alone = draft.mode != "ocppNative" and any(charger["values"]["712"] == "1" for charger in chargers)
    return {"acknowledge": [dict(ACKNOWLEDGED)]} if stands_alone and len(chargers) > 1 else {}


def _drifted(
    draft: Draft, installation: Installation, chargers: tuple[Charger, ...], *, document: Document, is_in_burst: bool
) -> tuple[Drifted, ...]:
    happens, cause = draft.happens(draft.parameters.drift.share), draft.parameters.drift.causes.draw(draft.dice)
    if not draft.is_readable or not (happens or is_in_burst):
        return ()
    drifter = Drifter(draft.dice, installation, chargers, document)
    return drifter.burst() if is_in_burst else drifter.drifted(cause)


def _settle(installation: Installation, chargers: Sequence[Charger]) -> None:
    """All of that has been so for long; nothing is on its way."""
    installation["former"] = {**installation["fields"]}
    for charger in chargers:
        charger["former"] = {**charger["values"]}
