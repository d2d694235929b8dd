"""Building worlds by hand: installations and chargers with everything a row shows."""

from dataclasses import dataclass, field

from reconciler.sandbox.people import WITH_ACCOUNT, directory
from reconciler.sandbox.permissions import made_id
from reconciler.sandbox.planted import MESSAGING, OBSERVATIONS, PERSONAL, SUPPORT_GROUP, USERS
from reconciler.sandbox.records import Charger, Fields, Installation, Permission, User, WorldData
from reconciler.sandbox.terms import Feature, Kind, Mode, Operating
from reconciler.sandbox.world import DATA_FORMAT, World

OWNER_EMAIL = "owner@sandbox.example"
OWNER_PASSWORD = "sandbox"  # noqa: S105 - printed in the manual
STARTS_AT = 1_768_464_000.0  # 2026-01-15T08:00:00Z
YEAR_S = 365 * 86_400.0
FEATURES = int(Feature.INTERNAL | Feature.OCPP | Feature.OCPP_NATIVE)
GROUPS = (
    ("BSJG", "Kraftlading Drift", True),
    ("HANS", "Hansen Elektro", False),
    ("PAYC", "PayCharge", False),
)
DEFAULTS: Fields = {
    "AuthenticationType": int(Mode.NATIVE),
    "AvailableCurrentMode": 0,
    "AvailableFeatures": FEATURES,
    "EnabledFeatures": 0,
    "IsRequiredAuthentication": False,
    "MessagingEnabled": False,
    "NetworkType": 4,
    "OcppCloudUrlVersion": 0,
    "OcppCentralSystemUrl": None,
    "PropertyIsMinimumPowerOfflineMode": False,
    "ThreeToOnePhaseSwitchCurrent": 0.0,
    "DefaultThreeToOneSwitchCurrent": 0.0,
    "TimeZoneIanaName": "Europe/Oslo",
    "UpdateStatusCode": 0,
    "Notifications": 0,
    "UseLoadBalancing": True,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """An installation to build; `fields` overrides what every row carries."""

    id: str
    name: str
    kind: Kind
    max_current_a: float
    fields: Fields = field(default_factory=dict)


def empty_world(*, now: float = STARTS_AT, seed: int = 1) -> World:
    """A world with the people, groups and the one login, but no installation."""
    data: WorldData = {
        "format": DATA_FORMAT,
        "seed": seed,
        "now": now,
        "born_at": now,
        "rate_limited": True,
        "token_key": made_id(f"token key:{seed}"),
        "users": _users(),
        "people": directory(),
        "groups": {
            key: {
                "id": made_id(f"group:{key}"),
                "key": key,
                "name": name,
                "allows_ocpp_native": native,
            }
            for key, name, native in GROUPS
        },
        "installations": {},
        "chargers": {},
        "observations": {family: {**table} for family, table in OBSERVATIONS.items()},
        "support_group": {**SUPPORT_GROUP},
        "messaging": {**MESSAGING},
        "faults": [],
        "log": [],
        "outbox": [],
    }
    return World(data)


def _users() -> list[User]:
    owner: User = {
        "id": made_id("user:owner"),
        "email": OWNER_EMAIL,
        "name": "Sandbox Owner",
        "password": OWNER_PASSWORD,
        "groups": ["BSJG"],
    }
    others: list[User] = [
        {
            "id": made_id(f"user:{person['email']}"),
            "email": person["email"],
            "name": person["name"],
            "password": "",
            "groups": [],
        }
        for person in directory()
        if person["id"] in WITH_ACCOUNT
    ]
    return [owner, *others]


def add_installation(world: World, site: Site, *, permissions: list[Permission]) -> Installation:
    """Put an installation into the world; it was made and changed a year ago."""
    a = site.max_current_a
    currents: Fields = {
        "MaxCurrent": a,
        "AvailableCurrent": a,
        "AvailableCurrentPhase1": a,
        "AvailableCurrentPhase2": a,
        "AvailableCurrentPhase3": a,
    }
    fields = {**DEFAULTS, **PERSONAL, **currents, "CountryId": made_id("country:NO"), **site.fields}
    long_ago = world.now() - YEAR_S
    installation: Installation = {
        "id": site.id,
        "name": site.name,
        "kind": int(site.kind),
        "active": True,
        "provisioned_at": long_ago,
        "updated_at": long_ago,
        "writes": 0,
        "fields": fields,
        "former": {**fields},
        "settling": [],
        "permissions": permissions,
        "settling_permissions": [],
        "circuits": [],
        "users": [{**user} for user in USERS],
    }
    world.data["installations"][site.id] = installation
    return installation


def add_circuit(installation: Installation, *, name: str, max_current_a: float) -> str:
    """Put a circuit into an installation and return its id."""
    circuit_id = made_id(f"circuit:{installation['id']}:{name}")
    installation["circuits"].append({"id": circuit_id, "name": name, "max_current_a": max_current_a})
    return circuit_id


def add_charger(
    world: World, installation: Installation, *, circuit: str, serial: str, max_current_a: float
) -> Charger:
    """Put an idle charger that is on line into a circuit."""
    values: Fields = {
        "510": f"{max_current_a:.3f}",
        "511": "6.000",
        "520": "3",
        "710": str(int(Operating.DISCONNECTED)),
        "712": "0",
        "911": "7.6.0.2" if serial.startswith("Z") and serial[:3] != "ZAP" else "2.5.1.0",
    }
    charger: Charger = {
        "id": made_id(f"charger:{serial}"),
        "serial": serial,
        "name": serial,
        "installation": installation["id"],
        "circuit": circuit,
        "pin": "CANARY-pin",
        "active": True,
        "online": True,
        "externally_managed": False,
        "writes": 0,
        "values": values,
        "former": {**values},
        "reported": {},
        "settling": [],
        "detail": {
            "PropertyOcppPassword": "CANARY-ocpp-password",
            "PropertyOcppUrl": "wss://CANARY-user:CANARY-pass@ocpp.backend-b.example/cp?key=CANARY",
            "PropertyAuthenticationDisabled": False,
            "PropertyOfflineCurrentOverride": -1.0,
            "PropertyOfflinePhaseOverride": 0,
        },
        "permissions": [],
        "settling_permissions": [],
    }
    world.data["chargers"][charger["id"]] = charger
    return charger
