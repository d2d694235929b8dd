"""Documents that other programs read: they fit their schemas, and nothing in them is a surprise."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from reconciler.model.exit import Condition
from reconciler.model.outcome import OutcomeKind
from reconciler.model.plan import Plan
from reconciler.model.problem import Problem, Severity
from reconciler.report.json_document import plan_document, result_document, to_text, validation_document
from reconciler.report.worksheet import worksheet
from reconciler.report.worksheet_forms import worksheet_document
from tests.report.samples import (
    CONVERGED,
    EMPTY,
    FIXTURE,
    HOSTILE_PLAN,
    KAIA,
    PORTAL,
    REFUSED,
    RESULT,
    SHARED,
    change,
    plan_of,
)

SCHEMAS = Path(__file__).parents[2] / "schemas"
PROBLEM = Problem(
    file="fleet/installations/a.yaml",
    line=3,
    column=5,
    code="E101",
    path="maxCurrent",
    what="40 is above 32.",
    why="A charger takes 0 or 6 to 32 A.",
    remedy="Lower it.",
)
SHEET = worksheet(PORTAL, frozenset(one.id for one in PORTAL.changes))


def schema(kind: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((SCHEMAS / f"{kind}.schema.json").read_text())
    return loaded


REGISTRY: Registry[Any] = Registry().with_resource("plan.schema.json", Resource.from_contents(schema("plan")))
DOCUMENTS = [
    plan_document(FIXTURE),
    plan_document(EMPTY),
    plan_document(REFUSED),
    plan_document(HOSTILE_PLAN),
    plan_document(PORTAL),
    result_document(RESULT),
    result_document(CONVERGED),
    validation_document((PROBLEM,), 1),
    validation_document((), 10),
    worksheet_document(SHEET),
]


def unknown_keys(document: Any, part: dict[str, Any]) -> list[str]:
    """Keys that the schema does not describe, at any depth."""
    if "$ref" in part:
        name = part["$ref"].rpartition("/")[2]
        return unknown_keys(document, schema("plan")["$defs"][name])
    if isinstance(document, list):
        return [key for item in document for key in unknown_keys(item, part.get("items", {}))]
    if not isinstance(document, dict):
        return []
    options = [part, *part.get("anyOf", ())]
    known: dict[str, Any] = {key: value for option in options for key, value in option.get("properties", {}).items()}
    inner = [key for name in known.keys() & document.keys() for key in unknown_keys(document[name], known[name])]
    return [*(document.keys() - known.keys()), *inner]


class TestSchemas:
    @pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: str(document["kind"]))
    def test_every_document_fits_its_schema(self, document: dict[str, Any]) -> None:
        """What we print is what we promise, and everything in it is described."""
        kind = document["kind"]

        validator = Draft202012Validator(schema(kind), registry=REGISTRY)
        assert [error.message for error in validator.iter_errors(json.loads(to_text(document)))] == []
        assert unknown_keys(document, schema(kind)) == []

    @pytest.mark.parametrize("kind", ["plan", "result", "validation", "worksheet"])
    def test_every_property_is_described(self, kind: str) -> None:
        """A schema without words helps no editor."""
        missing: list[str] = []

        def walk(part: Any, place: str) -> None:
            if isinstance(part, dict):
                for name, value in part.get("properties", {}).items():
                    if "$ref" not in value and "description" not in value:
                        missing.append(f"{place}/{name}")
                for name, value in part.items():
                    walk(value, f"{place}/{name}")

        walk(schema(kind), kind)
        Draft202012Validator.check_schema(schema(kind))
        assert missing == []


class TestPlan:
    def test_the_kept_document(self) -> None:
        """Field for field, as others rely on it."""
        from tests.report.golden import kept

        text = to_text(plan_document(FIXTURE))

        assert text == kept("plan.json", text)

    def test_whole_amperes_have_no_fraction(self) -> None:
        """16, not 16.0; but 15.5 stays."""
        whole = change(KAIA, "maxCurrent", charger="ZPR1", before=16.0, after=15.5)

        text = to_text(plan_document(plan_of(changes=(whole,))))
        assert '"before": 16,' in text
        assert '"after": 15.5,' in text

    @pytest.mark.parametrize(
        ("plan", "code"), [(FIXTURE, 4), (EMPTY, 0), (REFUSED, 5), (plan_of(changes=FIXTURE.changes), 2)]
    )
    def test_the_exit_code_is_the_detailed_one(self, plan: Plan, code: int) -> None:
        """A document tells the same as the process with --detailed-exitcode."""
        document = plan_document(plan)

        assert document["exit"]["code"] == code  # type: ignore[index]  # an object

    def test_it_is_ascii(self) -> None:
        """No name in a document acts on the terminal that prints it."""
        text = to_text(plan_document(HOSTILE_PLAN))

        assert text.isascii()
        assert "\x1b" not in text

    def test_a_change_that_a_guard_holds_back_has_no_step(self) -> None:
        """So that nobody counts it as planned work."""
        document: Any = plan_document(FIXTURE)

        held = {part["installation"] for part in document["changes"] if part["step"] is None}
        assert SHARED.installation_id in held
        assert document["summary"]["by_route"] == {"api": 6, "partner": 11, "portal": 1}


class TestResult:
    def test_counts_are_those_of_the_outcomes(self) -> None:
        """Never those of the plan."""
        document: Any = result_document(RESULT)

        assert sum(document["counts"].values()) == len(RESULT.outcomes)
        assert document["counts"]["done"] == 3
        assert set(document["counts"]) == {kind.value for kind in OutcomeKind}

    def test_conditions_that_no_outcome_tells_can_be_added(self) -> None:
        """Ctrl-C, for instance."""
        document: Any = result_document(CONVERGED, also=(Condition.INTERRUPTED,))

        assert document["exit"] == {"code": 130, "conditions": ["interrupted"]}


class TestValidation:
    def test_a_warning_alone_is_no_failure(self) -> None:
        """Only errors stop."""
        warning = Problem(
            file="a.yaml", line=1, column=1, code="W1", path="", what="x", why="", remedy="", severity=Severity.WARNING
        )

        document: Any = validation_document((warning,), 1)
        assert document["exit"]["code"] == 0
        assert document["counts"] == {"errors": 0, "warnings": 1}
