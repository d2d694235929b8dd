"""The checked-in table of names, types and behaviours holds for the running sandbox."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from reconciler.sandbox import terms
from reconciler.sandbox.constants import CONSTANTS
from tests.contract.always import ALWAYS, missing, required
from tests.contract.behaviours import BEHAVIOURS, Behaviour
from tests.contract.calls import Answer, answers
from tests.contract.enumerations import ENUMERATIONS, FLAGS
from tests.contract.models import MODELS
from tests.contract.schema import MOMENT, UUID
from tests.sandbox.cloud import ELVEVEIEN, HAVNEN, KAIA, SOLBAKKEN, Cloud

ANSWERED = {
    "/api/installation": ("InstallationModel", "Data"),
    "/api/installation/{id}": ("InstallationModel", None),
    "/api/installation/{id}/hierarchy": ("InstallationTreeModel", None),
    "/api/installation/{id}/messagingConnectionDetails": ("ConnectionDescriptor", None),
    "/api/userGroups/{id}/messagingConnectionDetails": ("ConnectionDescriptor", None),
    "/api/chargers": ("ChargerListModel", "Data"),
    "/api/chargers/{id}": ("ChargerListModel", None),
    "/api/chargers/{id}/state": ("ChargerStateModel", None),
    "/api/chargerFirmware/installation/{installationId}": ("InstallationChargerFirmwareModel", None),
}
SIMPLE = {"string": str, "bool": bool, "double": (int, float), "int": int}
IN_CODE = {
    "InstallationAuthenticationType": (
        terms.Mode,
        {"NATIVE": "Native", "WEBHOOKS": "WebHooks", "OCPP": "Ocpp", "OCPP_NATIVE": "OcppNative"},
    ),
    "UserRoles": (terms.Role, {"NONE": "None", "USER": "User", "OWNER": "Owner", "SERVICE": "Maintainer"}),
    "InstallationTypeCode": (terms.Kind, {"PRO": "Pro", "SMART": "Smart"}),
    "DeviceType": (terms.Device, {"PRO": "Smart", "GO": "Apollo"}),
    "ChargerOperatingMode": (
        terms.Operating,
        {
            "DISCONNECTED": "Disconnected",
            "REQUESTING": "Connected_Requesting",
            "CHARGING": "Connected_Charging",
            "FINISHED": "Connected_Finished",
        },
    ),
    "ObjectType": (
        terms.Holder,
        {"USER": "User", "USER_GROUP": "UserGroup", "INACTIVE_USER": "InactiveUser", "INVITED_USER": "InvitedUser"},
    ),
    "Features": (
        terms.Feature,
        {
            "INTERNAL": "Authentication_Internal",
            "APM": "PowerManagement_Apm",
            "OCPP": "Authentication_Ocpp",
            "OCPP_NATIVE": "Authentication_OcppNative",
        },
    ),
    "ErrorCode": (
        terms.Code,
        {
            "MISSING_REQUIRED_DATA": "MissingRequiredData",
            "OPERATION_FAILED": "OperationFailedForUnknownReasons",
            "UNKNOWN_OBJECT": "UnknownObject",
            "FEATURE_NOT_ENABLED": "FeatureNotEnabled",
            "NOT_SUPPORTED": "NotSupported",
            "DEVICE_COMMAND_REJECTED": "DeviceCommandRejected",
            "INVALID_FORMAT": "InvalidFormat",
            "FORBIDDEN": "Forbidden",
            "CHARGER_STATE": "OperationFailedDueToChargerState",
            "CONSTRAINT": "InstallationConstraintViolation",
            "OCPP_NATIVE_NOT_ALLOWED": "UnauthorizedToPerformOcppNativeChanges",
        },
    ),
}
IN_CONSTANTS = {
    "UserRoles": "UserRoles",
    "Features": "Features",
    "ErrorCodes": "ErrorCode",
    "NetworkTypes": "NetworkType",
    "ChargerOperationModes": "ChargerOperatingMode",
    "Phases": "Phases",
    "DeviceTypes": "DeviceType",
    "ObjectTypes": "ObjectType",
    "UserActionTypes": "UserActionType",
    "InstallationAuthenticationType": "InstallationAuthenticationType",
    "OcppCloudUrlVersions": "OcppCloudUrlVersion",
    "InstallationUpdateStatusCodes": "InstallationUpdateStatusCodes",
    "InstallationTypeConstraints": "ConstraintErrors",
    "SessionCommitMetadata": "CommitMetadata",
}
LIST_CARRIES = (
    *("Id", "Name", "AuthenticationType", "IsRequiredAuthentication", "MaxCurrent", "AvailableCurrent"),
    *("AvailableCurrentPhase1", "AvailableCurrentPhase2", "AvailableCurrentPhase3", "AvailableCurrentMode"),
    *("ThreeToOnePhaseSwitchCurrent", "CurrentUserRoles", "EnabledFeatures", "AvailableFeatures"),
    *("ActiveChargerCount", "UpdatedOn", "HasUserGroupWithAllowOcppNative", "InstallationType", "NetworkType"),
)
CHARGERS_CARRY = (
    *("Id", "DeviceId", "Name", "DeviceType", "InstallationId", "InstallationName", "CircuitId", "Active"),
    *("AuthenticationType", "IsAuthorizationRequired", "CurrentUserRoles", "IsOnline", "OperatingMode", "Pin"),
)


def rows_of(cloud: Cloud) -> Iterator[tuple[Answer, str, dict[str, Any]]]:
    """Every object of every good answer, with its model; a list asked for its size alone has none."""
    for answer in answers(cloud):
        if answer.response.status_code != 200 or answer.path not in ANSWERED or answer.why == "count":
            continue
        model, inner = ANSWERED[answer.path]
        content = answer.response.json
        rows = content[inner] if inner else content if isinstance(content, list) else [content]
        assert rows, f"{answer.path} ({answer.why}) is empty"
        for row in rows:
            yield answer, model, row


def misfits(value: object, model: str, where: str, *, must: frozenset[str] | None = None) -> list[str]:
    """Members that are missing, that the table does not have, or that it has with another type."""
    assert isinstance(value, dict), where
    found = missing(value, ALWAYS[model] if must is None else must, where)
    for name, member in value.items():
        kind = MODELS[model].get(name)
        if kind is None:
            found.append(f"{where}.{name}: not in {model}")
        else:
            found += misfit(member, kind.rstrip("?"), f"{where}.{name}")
    return found


def misfit(value: Any, kind: str, where: str) -> list[str]:
    if kind.endswith("[]"):
        return [text for number, item in enumerate(value) for text in misfit(item, kind[:-2], f"{where}[{number}]")]
    if kind in MODELS:
        return misfits(value, kind, where)
    fits = {
        "guid": lambda: bool(UUID.fullmatch(str(value))),
        "date-time": lambda: bool(MOMENT.fullmatch(str(value))),
        **{name: lambda types=types: isinstance(value, types) for name, types in SIMPLE.items()},
    }.get(kind, lambda: is_member(value, kind))
    wrong = not fits() or (isinstance(value, bool) and kind != "bool")
    return [f"{where}: {value!r} is no {kind}"] if wrong else []


def is_member(value: object, enumeration: str) -> bool:
    numbers = ENUMERATIONS.get(enumeration, {"Amqp10": 0}).values()
    if not isinstance(value, int):
        return False
    if enumeration not in FLAGS:
        return value in numbers
    every = 0
    for number in numbers:
        every |= number
    return value & ~every == 0


class TestMembers:
    def test_answers_have_the_members_of_the_table_with_their_types(self) -> None:
        """Every object of every good answer: none too many, none too few."""
        found = []
        for answer, model, row in rows_of(Cloud()):
            found += misfits(row, model, answer.path, must=required(model, row, answer))

        assert found == []

    def test_what_always_comes_is_part_of_the_table(self) -> None:
        """Every model has members that always come."""
        assert {model: names - MODELS[model].keys() for model, names in ALWAYS.items()} == dict.fromkeys(
            MODELS, frozenset()
        )
        assert all(ALWAYS.values())

    @pytest.mark.parametrize("path", ANSWERED)
    def test_a_row_without_a_member_that_always_comes_is_rejected(self, path: str) -> None:
        """Each of them in turn, and all of them in an empty object."""
        answer, model, row, must = next(
            (answer, model, row, required(model, row, answer))
            for answer, model, row in rows_of(Cloud())
            if answer.path == path
        )
        found = {name: misfits({k: v for k, v in row.items() if k != name}, model, "$", must=must) for name in must}

        assert found == {name: [f"$.{name}: missing"] for name in must}
        assert len(misfits({}, model, "$", must=required(model, {}, answer))) == len(must)

    @pytest.mark.parametrize("model", ALWAYS)
    def test_an_empty_object_is_rejected_inside_others_too(self, model: str) -> None:
        """Circuits, chargers of circuits, users, the support group."""
        found = misfit([{}], f"{model}[]", "$")

        assert found == [f"$[0].{name}: missing" for name in sorted(ALWAYS[model])]

    def test_no_answer_carries_a_null(self) -> None:
        """Members without a value are left out."""
        texts = [a.response.text for a in answers(Cloud()) if a.response.status_code == 200]

        assert not any(re.search(r":\s*null", text) for text in texts)

    @pytest.mark.parametrize("member", LIST_CARRIES)
    def test_the_installation_list_is_enough_to_plan(self, member: str) -> None:
        """Every full row has it."""
        rows = Cloud().get("/api/installation").json["Data"]

        assert [row["Name"] for row in rows if member not in row and row["CurrentUserRoles"] != 1] == []

    @pytest.mark.parametrize("member", CHARGERS_CARRY)
    def test_the_charger_list_is_enough_to_plan(self, member: str) -> None:
        """Every full row has it."""
        rows = Cloud().get("/api/chargers", Roles=6, PageSize=100).json["Data"]

        assert [row["DeviceId"] for row in rows if member not in row] == []

    def test_webhook_and_ocpp_members_appear_where_they_are_set(self) -> None:
        """In the list, too."""
        rows = {row["Id"]: row for row in Cloud().get("/api/installation").json["Data"]}

        assert "WebhooksSessionStartUrl" in rows[HAVNEN]
        assert "OcppCloudUrl" in rows[KAIA]
        assert not {"WebhooksSessionStartUrl", "OcppCloudUrl"} & set(rows[SOLBAKKEN])

    def test_the_table_notices_a_wrong_answer(self) -> None:
        """An unknown member, a text for a number, a number outside its enumeration."""
        row = {**Cloud().row(ELVEVEIEN), "Colour": "red", "MaxCurrent": "25", "AuthenticationType": 4}

        assert len(misfits(row, "InstallationModel", "$")) == 3


class TestEnumerations:
    @pytest.mark.parametrize("name", IN_CODE)
    def test_the_sandbox_uses_the_right_numbers(self, name: str) -> None:
        """Our names for them, their numbers."""
        enumeration, names = IN_CODE[name]
        ours = {member: int(enumeration[member]) for member in names}

        assert set(enumeration.__members__) == set(names)
        assert ours == {mine: ENUMERATIONS[name][theirs] for mine, theirs in names.items()}

    @pytest.mark.parametrize("member", IN_CONSTANTS)
    def test_constants_tell_the_right_numbers(self, member: str) -> None:
        """What clients fetch agrees with the table."""
        assert CONSTANTS[member] == ENUMERATIONS[IN_CONSTANTS[member]]

    def test_observation_numbers(self) -> None:
        """One number, two names; Go has more than Pro."""
        schema: Any = CONSTANTS["Schema"]

        assert schema["Smart"]["ObservationIds"]["ChargerMaxCurrent"] == 510
        assert schema["Smart"]["SettingIds"]["CurrentInMaximum"] == 510
        assert schema["Smart"]["ObservationIds"]["IsStandAlone"] == schema["Smart"]["SettingIds"]["Standalone"] == 712
        assert "StandAloneCurrent" not in schema["Smart"]["ObservationIds"]
        assert schema["Apollo"]["ObservationIds"]["StandAloneCurrent"] == 547


class TestBehaviours:
    @pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda b: b.name)
    def test_holds(self, behaviour: Behaviour) -> None:
        """Each row of the table, against a fresh world."""
        cloud = Cloud()
        for target, setting, value in behaviour.given:
            cloud.world.data["rate_limited"] = False
            behaviour.prepare(cloud, target, setting, value)

        answer = cloud.call(behaviour.method, behaviour.path(cloud), behaviour.body, **behaviour.query)

        assert answer.status_code == behaviour.status
        assert behaviour.fits(answer), answer.text[:300]

    def test_names_are_unique(self) -> None:
        """So that a failure points to one row."""
        names = [behaviour.name for behaviour in BEHAVIOURS]

        assert len(names) == len(set(names))

    def test_a_wrong_row_is_noticed(self) -> None:
        """The comparison of answers can fail."""
        answer = Cloud().get("/api/installation", PageInfoOnly="true")
        right = Behaviour(name="right", call="GET /api/installation", status=200, answer={"Pages": 1})
        wrong = Behaviour(name="wrong", call="GET /api/installation", status=200, answer={"Pages": 2})
        empty = Behaviour(name="empty", call="GET /api/installation", status=200, answer=b"")

        assert [row.fits(answer) for row in (right, wrong, empty)] == [True, False, False]
