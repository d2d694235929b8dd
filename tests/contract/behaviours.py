"""What the service does, as a table: sections 3 and 6 of the API notes, one row each.

Paths name installations by the fixture's short names and chargers by serial.
"""

from dataclasses import dataclass, field
from typing import Any

from werkzeug.test import TestResponse

from reconciler.sandbox.portal import set_value
from tests.sandbox import cloud as places
from tests.sandbox.cloud import NATIVE_URL, UNKNOWN, Cloud

NATIVE = {"AuthenticationType": 3, "OcppCentralSystemUrl": NATIVE_URL}
APM = "Cannot update installation when using APM"


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """One call, and what comes back.

    `answer`: bytes compare the whole body; a mapping must be contained in the JSON
    object; None does not look.
    """

    name: str
    call: str
    status: int
    body: object = None
    query: dict[str, object] = field(default_factory=dict)
    given: tuple[tuple[str, str, object], ...] = ()
    answer: bytes | dict[str, object] | None = None

    @property
    def method(self) -> str:
        return self.call.split(" ")[0]

    def path(self, cloud: Cloud) -> str:
        parts = self.call.split(" ")[1].split("/")
        return "/".join(self._id(cloud, part) for part in parts)

    def _id(self, cloud: Cloud, part: str) -> str:
        if part.isupper() and part.isalpha():
            return str(getattr(places, part))
        if part[:3].isupper() and part[3:].isdigit():
            return cloud.charger(part)["id"]
        return part

    def prepare(self, cloud: Cloud, target: str, setting: str, value: object) -> None:
        set_value(cloud.world, getattr(places, target, target), setting=setting, value=value)

    def fits(self, response: TestResponse) -> bool:
        match self.answer:
            case None:
                return True
            case bytes():
                return response.data == self.answer
            case _:
                content = response.json
                return all(content.get(name) == value for name, value in self.answer.items())


def _refused(code: int, **more: object) -> dict[str, object]:
    return {"Code": code, "StackTrace": None, **more}


_FREE = (("ZPR083101", "operatingMode", "disconnected"),)
_OUTSIDER = (
    ("SOLBAKKEN", "permissions.userGroup:BSJG", "none"),
    ("SOLBAKKEN", "permissions.owner@sandbox.example", "owner"),
)
_FORMER = {"InstallationType": 2, "OcppCentralSystemUrl": NATIVE_URL}
_GONE = {"status": 404}
_NO_CHARGER = {"errorCode": 512, "message": "Charger not found."}


def _row(name: str, call: str, status: int, answer: bytes | dict[str, object] | None = None, **more: Any) -> Behaviour:
    return Behaviour(name=name, call=call, status=status, answer=answer, **more)


READS = (
    _row("list in pages", "GET /api/installation", 200, {"Pages": 3}, query={"PageSize": 5}),
    _row("page info only", "GET /api/chargers", 200, {"Pages": 3}, query={"PageInfoOnly": "true"}),
    _row("page beyond the end", "GET /api/installation", 200, {"Data": []}, query={"PageIndex": 9}),
    _row("detail", "GET /api/installation/KAIA", 200, {"AuthenticationType": 2, "MaxCurrent": 250}),
    _row("reduced detail", "GET /api/installation/LUFTHAVN", 200, {"CurrentUserRoles": 1}),
    _row("unknown installation", f"GET /api/installation/{UNKNOWN}", 404, _GONE),
    _row("hierarchy without access", "GET /api/installation/LUFTHAVN/hierarchy", 204, b""),
    _row("hierarchy of nothing", f"GET /api/installation/{UNKNOWN}/hierarchy", 204, b""),
    _row("firmware without access", "GET /api/chargerFirmware/installation/LUFTHAVN", 403, b""),
    _row("messaging without access", "GET /api/installation/LUFTHAVN/messagingConnectionDetails", 403, b""),
    _row("charger detail", "GET /api/chargers/ZPR081001", 200, {"DeviceId": "ZPR081001", "DeviceType": 1}),
    _row("charger detail without role", "GET /api/chargers/ZPR085001", 403, b""),
    _row("unknown charger", f"GET /api/chargers/{UNKNOWN}", 404, _GONE),
    _row("state without role", "GET /api/chargers/ZPR085001/state", 403, b""),
    _row("state of nothing", f"GET /api/chargers/{UNKNOWN}/state", 404, _NO_CHARGER),
    _row("settings call", "GET /api/chargers/ZAP012345/settings", 404),
    _row("circuits call", f"GET /api/circuits/{UNKNOWN}", 404),
)
_HOME = "POST /api/chargers/ZAP012345/update"
_PUBLIC = "POST /api/installation/KAIA/update"
_TEN = {"maxChargeCurrent": 10}
_EXTERNAL = (("ZAP012345", "externallyManaged", True),)
_OFFLINE = (("ZAP012345", "online", False),)
UPDATES = (
    _row("charger update", _HOME, 200, b"", body={"MaxChargeCurrent": 10}),
    _row("charger update ignores strangers", _HOME, 200, b"", body={"712": False}),
    _row("charger update above 32 A", _HOME, 400, body={"maxChargeCurrent": 40}),
    _row("charger update without role", "POST /api/chargers/ZPR085001/update", 403, b"", body=_TEN),
    _row("charger of an external system", _HOME, 403, b"", body=_TEN, given=_EXTERNAL),
    _row("offline charger accepts", _HOME, 200, b"", body=_TEN, given=_OFFLINE),
    _row("put of a charger", "PUT /api/chargers/ZAP012345", 405, body={"PropertyAuthenticationDisabled": True}),
    _row("installation update", _PUBLIC, 200, b"", body={"availableCurrent": 100}),
    _row("installation update ignores strangers", _PUBLIC, 200, b"", body={"ocppCloudUrl": "x"}),
    _row("installation update without role", "POST /api/installation/LUFTHAVN/update", 403, b"", body={}),
    _row("installation update of nothing", f"POST /api/installation/{UNKNOWN}/update", 404, _GONE, body={}),
    _row(
        "installation update with APM",
        _PUBLIC,
        500,
        _refused(527, Details=APM),
        body={"availableCurrent": 100},
        given=(("KAIA", "apm", True),),
    ),
    _row("home above 32 A", "POST /api/installation/ELVEVEIEN/update", 500, _refused(539), body={"maxCurrent": 40}),
)
_SWITCH = "PUT /api/installation/FURULIA"
_CAMEL = {"authenticationType": 3, "ocppCentralSystemUrl": NATIVE_URL}
SWITCHES = (
    _row("to native", _SWITCH, 200, b"", body=NATIVE),
    _row("to native in camel case", _SWITCH, 200, b"", body=_CAMEL),
    _row("to Zaptec", _SWITCH, 403, _refused(533), body={"AuthenticationType": 0}),
    _row("the Portal's own put", _SWITCH, 403, _refused(533), body={"IsRequiredAuthentication": True}),
    _row("to native the former way", _SWITCH, 403, _refused(533), body=_FORMER),
    _row("to native while charging", "PUT /api/installation/VERKSTED", 500, _refused(538), body=NATIVE),
    _row("to native with an old Pro", "PUT /api/installation/VERKSTED", 500, _refused(539), body=NATIVE, given=_FREE),
    _row(
        "to native without the right",
        "PUT /api/installation/SOLBAKKEN",
        500,
        _refused(542),
        body=NATIVE,
        given=_OUTSIDER,
    ),
)
BEHAVIOURS = (*READS, *UPDATES, *SWITCHES)
