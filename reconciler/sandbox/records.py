"""The shapes inside the world's data: everything here is plain JSON.

Times are seconds since 1970 in world time. Currents are amperes per phase.
"""

from typing import NotRequired, TypedDict, final

Scalar = str | int | float | bool | None
Fields = dict[str, Scalar]


class Permission(TypedDict):
    """Who holds which roles on an installation or a charger; `holder` is an ObjectType number.

    `tree_at` is when a group that was let in begins to get the hierarchy.
    """

    holder: int
    id: str
    name: str
    roles: int
    accepted: bool
    email: NotRequired[str]
    key: NotRequired[str]
    invited_at: NotRequired[float]
    tree_at: NotRequired[float]


class Settling(TypedDict):
    """Values that were accepted and become readable at `at`.

    `at` is null while the charger that must fetch them is offline.
    """

    at: float | None
    values: Fields


class SettlingPermission(TypedDict):
    """A permission that becomes visible at `at`; roles 0 take it away."""

    at: float
    permission: Permission


class Circuit(TypedDict):
    """One shared breaker."""

    id: str
    name: str
    max_current_a: float


@final
class Installation(TypedDict):
    """One site. `fields` holds what reads answer, by the names on the wire."""

    id: str
    name: str
    kind: int
    active: bool
    provisioned_at: float
    updated_at: float
    writes: int
    fields: Fields
    former: Fields
    settling: list[Settling]
    permissions: list[Permission]
    settling_permissions: list[SettlingPermission]
    circuits: list[Circuit]
    users: NotRequired[list[dict[str, str | list[str]]]]


@final
class Charger(TypedDict):
    """One charger. `values` maps an observation's number to its text; `permissions` are those on it alone."""

    id: str
    serial: str
    name: str
    installation: str
    circuit: str
    pin: str
    active: bool
    online: bool
    externally_managed: bool
    writes: int
    values: Fields
    former: Fields
    reported: dict[str, float]
    settling: list[Settling]
    detail: Fields
    permissions: list[Permission]
    settling_permissions: list[SettlingPermission]


Place = Installation | Charger
"""What roles are held on."""


class Group(TypedDict):
    """A partner's user group."""

    id: str
    key: str
    name: str
    allows_ocpp_native: bool


class User(TypedDict):
    """Somebody with an account; `password` is empty where nobody logs in."""

    id: str
    email: str
    name: str
    password: str
    groups: list[str]


class Person(TypedDict):
    """An entry of the people directory."""

    id: str
    email: str
    name: str
    language: str


class Fault(TypedDict):
    """A scripted failure; see `faults`."""

    kind: str
    method: str
    path: str
    times: int
    after_n: int
    seen: int
    status: int
    body: str
    code: NotRequired[int]


class Logged(TypedDict):
    """One request; never a body, never a value of the query.

    `status` is 0 when no answer reached the caller. `effect` says whether a
    write took effect.
    """

    at: float
    method: str
    path: str
    query: list[str]
    status: int
    effect: bool


class Letter(TypedDict):
    """An invitation that the cloud mailed; `charger` is a serial when it is to that charger alone."""

    at: float
    to: str
    installation: str
    charger: NotRequired[str]


class WorldData(TypedDict):
    """The whole world."""

    format: int
    seed: int
    now: float
    born_at: float
    rate_limited: bool
    token_key: str
    users: list[User]
    people: list[Person]
    groups: dict[str, Group]
    installations: dict[str, Installation]
    chargers: dict[str, Charger]
    observations: dict[str, dict[str, str]]
    support_group: Fields
    messaging: Fields
    faults: list[Fault]
    log: list[Logged]
    outbox: list[Letter]
