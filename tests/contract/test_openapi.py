"""The sandbox's answers fit the official API description.

The document is not ours to ship: its path stands in ZAPTEC_OPENAPI.
"""

import json
import os
from pathlib import Path
from typing import Any, ClassVar

import pytest

from reconciler.sandbox.routes import PUBLIC, ROUTES
from tests.contract.calls import NOT_ANSWERED, answers
from tests.contract.enumerations import ENUMERATIONS, FLAGS
from tests.contract.models import MODELS
from tests.contract.schema import Document
from tests.sandbox.cloud import ELVEVEIEN, Cloud

PATH = os.environ.get("ZAPTEC_OPENAPI", "")
needs_document = pytest.mark.skipif(not PATH, reason="ZAPTEC_OPENAPI does not name the official API description")
UNDECLARED = {
    ("/api/installation/{id}/hierarchy", 204),
    ("/api/installation/{id}", 404),
    ("/api/installation/{id}/messagingConnectionDetails", 404),
    ("/api/chargerFirmware/installation/{installationId}", 404),
    ("/api/chargers/{id}", 404),
    ("/api/chargers/{id}/state", 404),
}
"""Statuses that the real service answers though the document does not declare them."""
TYPES = {
    "guid": ("string", "uuid"),
    "string": ("string", None),
    "bool": ("boolean", None),
    "double": ("number", "double"),
    "int": ("integer", "int32"),
    "date-time": ("string", "date-time"),
}


@pytest.fixture(scope="module")
def document() -> Document:
    return Document(json.loads(Path(PATH).read_text(encoding="utf-8")))


@needs_document
class TestAnswers:
    def test_every_documented_call_is_answered_or_named_as_left_out(self, document: Document) -> None:
        """No call is forgotten."""
        documented = {(method, path) for path, methods in document.paths.items() for method in methods}
        answered = {(a.method, a.path) for a in answers(Cloud())}

        assert documented == answered | NOT_ANSWERED

    def test_every_answer_fits_its_schema(self, document: Document) -> None:
        """All 200 answers, member by member."""
        problems = []
        for answer in answers(Cloud()):
            schema = document.answer_schema(answer.path, answer.method)
            if answer.response.status_code == 200 and schema is not None:
                found = document.problems(answer.response.json, schema)
                problems += [f"{answer.path} ({answer.why}): {text}" for text in found]

        assert problems == []

    def test_answers_without_a_schema_are_empty(self, document: Document) -> None:
        """Writes answer 200 without a body."""
        bodies = [
            answer.response.data
            for answer in answers(Cloud())
            if answer.response.status_code == 200 and document.answer_schema(answer.path, answer.method) is None
        ]

        assert bodies == [b""] * 3

    def test_statuses_are_declared_or_known_from_the_field(self, document: Document) -> None:
        """Nothing else comes back."""
        odd = {
            (answer.path, answer.response.status_code)
            for answer in answers(Cloud())
            if str(answer.response.status_code) not in document.paths[answer.path][answer.method]["responses"]
        }

        assert odd <= UNDECLARED

    def test_declared_problems_fit_their_schema(self, document: Document) -> None:
        """400 and 404 of the installation update."""
        checked = 0
        for answer in answers(Cloud()):
            if answer.path == "/api/installation/{id}/update" and answer.response.status_code in (400, 404):
                checked += 1
                assert list(document.problems(answer.response.json, document.model("ProblemDetails"))) == []

        assert checked == 2


@needs_document
class TestRequests:
    @pytest.mark.parametrize("model", ["InstallationExternalUpdateModel", "ChargerExternalUpdateModel"])
    def test_every_documented_member_of_an_update_is_understood(self, document: Document, model: str) -> None:
        """A value of the wrong kind is noticed in each of them, so none is ignored."""
        cloud = Cloud()
        cloud.world.data["rate_limited"] = False
        send = cloud.update_installation if model.startswith("Installation") else cloud.update_charger
        target = ELVEVEIEN if model.startswith("Installation") else "ZAP012345"
        members = list(document.model(model)["properties"])

        assert {name: send(target, {name: "wrong"}).status_code for name in members} == dict.fromkeys(members, 400)

    @pytest.mark.parametrize("path", ["/api/installation", "/api/chargers"])
    def test_every_documented_parameter_of_a_list_is_understood(self, document: Document, path: str) -> None:
        """Numbers and booleans of the wrong kind are noticed; texts and ids filter."""
        cloud = Cloud()
        cloud.world.data["rate_limited"] = False
        everything = cloud.get(path).json
        wrong = {"Exclude": everything["Data"][0]["Id"], "InstallationId": "no id", "SortDescending": "perhaps"}
        unheard = []
        for name in (p["name"] for p in document.paths[path]["get"]["parameters"]):
            value = wrong.get(name, "BSJG" if name.startswith("ExcludeIf") else "Name")
            answer = cloud.get(path, **{"SortProperty": "Name", name: value})
            plain = cloud.get(path, SortProperty="Name").json
            if answer.status_code == 200 and answer.json == plain and name != "SortProperty":
                unheard.append(name)

        assert unheard == []


@needs_document
class TestTables:
    @pytest.mark.parametrize("model", MODELS)
    def test_our_table_of_members_agrees_with_the_document(self, document: Document, model: str) -> None:
        """Names and types of every model."""
        properties = document.model(model)["properties"]
        names = {name.casefold(): name for name in MODELS[model]}

        assert set(names) == {name.casefold() for name in properties}
        for name, schema in properties.items():
            assert_same_type(MODELS[model][names[name.casefold()]], schema)

    @pytest.mark.parametrize("name", ENUMERATIONS)
    def test_our_enumerations_agree_with_the_document(self, document: Document, name: str) -> None:
        """Names, numbers and whether they add up."""
        schema = document.model(name)

        assert dict(zip(schema["x-enumNames"], schema["enum"], strict=True)) == ENUMERATIONS[name]
        assert bool(schema.get("x-enumFlags")) is (name in FLAGS)


def assert_same_type(ours: str, schema: dict[str, Any]) -> None:
    name = ours.rstrip("?")
    if name.endswith("[]"):
        assert schema["type"] == "array"
        assert_same_type(name[:-2], schema["items"])
    elif name in TYPES:
        kind, form = TYPES[name]
        assert (schema["type"], schema.get("format")) == (kind, form)
    else:
        assert schema["$ref"].endswith(f"/{name}")
    if "$ref" not in schema and not name.endswith("[]"):
        assert bool(schema.get("nullable")) is ours.endswith("?")


class TestTheCheckItself:
    """The checker rejects what is wrong; this needs no document."""

    DOCUMENT = Document(
        {
            "paths": {},
            "components": {
                "schemas": {
                    "Flags": {"enum": [0, 1, 2, 4], "type": "integer", "x-enumFlags": True},
                    "Plain": {"enum": [0, 1, 2], "type": "integer"},
                    "Row": {
                        "type": "object",
                        "additionalProperties": False,
                        "properties": {
                            "id": {"type": "string", "format": "uuid"},
                            "name": {"type": "string", "nullable": True},
                            "maxCurrent": {"type": "number", "format": "double"},
                            "count": {"type": "integer"},
                            "active": {"type": "boolean"},
                            "at": {"type": "string", "format": "date-time"},
                            "roles": {"$ref": "#/components/schemas/Flags"},
                            "mode": {"$ref": "#/components/schemas/Plain"},
                            "children": {"type": "array", "items": {"$ref": "#/components/schemas/Row"}},
                        },
                    },
                }
            },
        }
    )
    RIGHT: ClassVar[dict[str, object]] = {
        "Id": "2f0c6f0e-8f4b-4d0e-9a51-3b1f6f0a1c01",
        "Name": None,
        "MaxCurrent": 32,
        "Count": 1,
        "Active": False,
        "At": "2026-01-01T00:00:00.000",
        "Roles": 7,
        "Mode": 2,
        "Children": [{"Name": "a"}],
    }

    def problems(self, value: object) -> list[str]:
        return list(self.DOCUMENT.problems(value, {"$ref": "#/components/schemas/Row"}))

    def test_a_right_answer_has_no_problem(self) -> None:
        """Whatever the casing."""
        assert self.problems(self.RIGHT) == []

    @pytest.mark.parametrize(
        ("member", "value"),
        [
            ("Id", "abc"),
            ("Id", None),
            ("Name", 7),
            ("MaxCurrent", "32"),
            ("MaxCurrent", True),
            ("Count", 1.5),
            ("Active", 1),
            ("At", "yesterday"),
            ("Roles", 8),
            ("Mode", 3),
            ("Mode", "1"),
            ("Children", {}),
            ("Children", [{"Id": "x"}]),
            ("Children", ["x"]),
            ("Colour", "red"),
        ],
    )
    def test_a_wrong_answer_has_exactly_one(self, member: str, value: object) -> None:
        """One fault, one problem, with its place."""
        found = self.problems({**self.RIGHT, member: value})

        assert len(found) == 1
        assert found[0].startswith(f"$.{member}")

    @needs_document
    def test_a_wrong_answer_of_the_real_kind_is_rejected(self, document: Document) -> None:
        """The official schema notices a misspelt member and a wrong type in our own list."""
        page = Cloud().get("/api/installation").json
        schema = document.answer_schema("/api/installation", "get")
        assert schema is not None
        page["Data"][0]["AuthType"] = page["Data"][0].pop("AuthenticationType")
        page["Data"][1]["MaxCurrent"] = "25"

        assert list(document.problems(page, schema)) == [
            "$.Data[0].AuthType: unknown member",
            "$.Data[1].MaxCurrent: '25' is no number",
        ]


def test_undocumented_calls_of_the_sandbox_are_few_and_known() -> None:
    """Beside the documented calls: the switch to native, the token, the consent page and our partner contract."""
    documented = {f"{a.method.upper()} {a.path}" for a in answers(Cloud())}
    shapes = {
        name.replace("<int:command_id>", "{commandId}")
        .replace("installation/<installation_id>", "installation/{id}")
        .replace("<charger_id>", "{id}")
        .replace("<group_id>", "{id}")
        .replace("chargerFirmware/installation/{id}", "chargerFirmware/installation/{installationId}")
        for name in {**ROUTES, **PUBLIC}
    }

    assert {shape for shape in shapes - documented if "/partner/v1/" not in shape} == {
        "PUT /api/installation/{id}",
        "POST /oauth/token",
        "GET /access/request/<lookup_key>",
        "POST /access/request/<lookup_key>",
        "GET /access/receipt/<success>",
    }
