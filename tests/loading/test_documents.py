"""A document reads back to what it was made from, and one that somebody changed is noticed."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import InvalidDocumentError
from reconciler.loading import json_source
from reconciler.loading.documents import kind_of, read_plan, read_result, read_worksheet_steps
from reconciler.model.change import Change
from reconciler.model.desired import Route
from reconciler.model.plan import Plan, WaitingItem
from reconciler.model.value import ABSENT, Absent, Observation, Reason, Unreadable, Value
from reconciler.planning.guards import FLEET_GUARDS, GUARDS
from reconciler.report.json_document import plan_document, result_document, to_text
from reconciler.report.worksheet import worksheet
from reconciler.report.worksheet_forms import worksheet_document
from tests.report.samples import (
    CONVERGED,
    EMPTY,
    FIXTURE,
    HOSTILE_PLAN,
    NOW,
    PORTAL,
    REFUSED,
    RESULT,
    change,
    plan_of,
    step,
    target,
)


def saved(folder: Path, document: object) -> Path:
    path = folder / "document.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document), "utf-8")
    return path


def edited(edit: Callable[[Any], object], *, document: dict[str, object] | None = None) -> object:
    """A plan document after a hand has been at it."""
    copy = json.loads(to_text(document or plan_document(FIXTURE)))
    edit(copy)
    return copy


AMPERES = st.integers(min_value=0, max_value=320).map(lambda tenth: tenth / 10)
ROLES = st.sets(st.sampled_from(("user", "owner", "service")), min_size=1).map(
    lambda chosen: tuple(role for role in ("user", "owner", "service") if role in chosen)
)
UNKNOWN: st.SearchStrategy[Observation] = st.one_of(
    st.just(ABSENT), st.sampled_from(Reason).map(lambda reason: Unreadable(reason=reason))
)
SETTINGS: tuple[tuple[str, str, st.SearchStrategy[Value]], ...] = (
    ("authentication.mode", "", st.sampled_from(("native", "webhooks", "ocppCloud", "ocppNative"))),
    ("authentication.ocppCloud.url", "", st.text(max_size=20)),
    ("authentication.authorizationRequired", "", st.booleans()),
    ("maxCurrent", "charger", AMPERES),
    ("standAlone", "charger", st.booleans()),
    ("permissions", "principal", ROLES),
)


@st.composite
def changes(draw: st.DrawFn) -> Change:
    name, kind, values = draw(st.sampled_from(SETTINGS))
    before = draw(st.one_of(values, UNKNOWN))
    after: Value | Absent = draw(values)
    if before == after:
        before = Unreadable(reason=Reason.NO_ROLE)
    site = (draw(st.uuids()).hex, draw(st.text(max_size=30)))
    who = draw(st.text(min_size=1, max_size=12))
    return change(
        site,
        name,
        before=before,
        after=after,
        route=draw(st.sampled_from(Route)),
        charger=who if kind == "charger" else None,
        principal=who if kind == "principal" else None,
        line=draw(st.integers(min_value=0, max_value=9999)),
    )


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    made = draw(st.lists(changes(), max_size=6, unique_by=lambda one: one.id))
    planned = made[: draw(st.integers(min_value=0, max_value=len(made)))]
    waiting = [
        WaitingItem(
            target=target((one.target.installation_id, "")),
            installation_name=draw(st.text(max_size=10)),
            setting="permissions",
            reason=draw(st.text(max_size=20)),
            since=draw(st.sampled_from((None, NOW))),
        )
        for one in made[:2]
    ]
    return plan_of(
        changes=tuple(made),
        steps=tuple(step(number, one) for number, one in enumerate(planned, start=1)),
        waiting=tuple(waiting),
        selection=draw(st.none() | st.text(max_size=20)),
    )


class TestRoundTrip:
    @given(plan=plans())
    def test_document_to_plan_to_document_is_the_same_text(
        self, plan: Plan, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        """Law 7: what was reviewed is what is applied, to the last byte."""
        text = to_text(plan_document(plan))
        path = saved(tmp_path_factory.getbasetemp(), text)

        again = read_plan(path)

        assert again == plan
        assert to_text(plan_document(again)) == text

    def test_a_slow_rate_stays_what_it_is(self, tmp_path: Path) -> None:
        """One request in 25 seconds is not none at all."""
        slow = replace(FIXTURE, accounts=tuple(replace(one, rate=0.04) for one in FIXTURE.accounts))

        again = read_plan(saved(tmp_path, to_text(plan_document(slow))))

        assert {one.rate for one in again.accounts} == {0.04}

    @pytest.mark.parametrize("plan", [FIXTURE, EMPTY, REFUSED, PORTAL, HOSTILE_PLAN])
    def test_every_kind_of_finding_survives(self, plan: Plan, tmp_path: Path) -> None:
        """Refusals, pending, waiting, unreadable, unverifiable, warnings, names made to deceive."""
        text = to_text(plan_document(plan))

        again = read_plan(saved(tmp_path, text))
        assert again == plan
        assert to_text(plan_document(again)) == text

    @pytest.mark.parametrize("result", [RESULT, CONVERGED])
    def test_a_result_survives(self, result: Any, tmp_path: Path) -> None:
        """With its receipt and paths."""
        path = saved(tmp_path, to_text(result_document(result)))

        assert read_result(path) == result
        assert kind_of(path) == "result"

    def test_a_worksheet_survives(self, tmp_path: Path) -> None:
        """`sandbox carry-out` does what is printed, in the same order."""
        sheet = worksheet_document(worksheet(PORTAL, frozenset(one.id for one in PORTAL.changes)))

        assert read_worksheet_steps(saved(tmp_path, to_text(sheet))) == sheet["tasks"]

    def test_a_newer_minor_version_is_read(self, tmp_path: Path) -> None:
        """Minor versions add fields; we ignore what we do not know."""

        def newer(copy: Any) -> None:
            copy["format_version"] = "1.7"
            copy["added_later"] = {"x": 1}
            copy["changes"][0]["added_later"] = 2

        assert read_plan(saved(tmp_path, edited(newer))) == FIXTURE


def _swap_after(copy: Any) -> None:
    part = next(part for part in copy["changes"] if part["setting"] == "authentication.mode")
    part["after"] = "webhooks"


def _swap_serial(copy: Any) -> None:
    part = next(part for part in copy["changes"] if part["charger"] == "ZPR081003")
    part["charger"] = "ZPR081004"


def _swap_before(copy: Any) -> None:
    part = next(part for part in copy["changes"] if part["charger"] == "ZPR081003")
    part["before"] = 31


def _swap_route(copy: Any) -> None:
    part = next(part for part in copy["changes"] if part["route"] == "portal")
    part["route"] = "api"


class TestForged:
    @pytest.mark.parametrize("edit", [_swap_after, _swap_serial, _swap_before, _swap_route])
    def test_an_edited_change_is_named(self, edit: Callable[[Any], None], tmp_path: Path) -> None:
        """Nobody raises a fuse by editing a reviewed plan."""
        with pytest.raises(InvalidDocumentError, match="does not have the id of its content"):
            read_plan(saved(tmp_path, edited(edit)))

    def test_a_change_taken_out_is_noticed(self, tmp_path: Path) -> None:
        """The digest is over all of them."""

        def take_out(copy: Any) -> None:
            gone = next(part for part in copy["changes"] if part["step"] is None)
            copy["changes"].remove(gone)

        with pytest.raises(InvalidDocumentError, match="digest"):
            read_plan(saved(tmp_path, edited(take_out)))

    def test_a_change_that_stands_twice_is_noticed(self, tmp_path: Path) -> None:
        """It would be written twice."""
        with pytest.raises(InvalidDocumentError, match="twice"):
            read_plan(saved(tmp_path, edited(lambda copy: copy["changes"].append(copy["changes"][0]))))

    def test_a_value_finer_than_any_plan_holds_is_noticed(self, tmp_path: Path) -> None:
        """Shown it would be 16.1 A, whatever id it brings; found by fuzzing."""
        fine = change(("0" * 32, "Here"), "maxCurrent", before=32.0, after=16.05, charger="ZAP000001")
        document = plan_document(plan_of(changes=(fine,)))
        document["changes"][0]["after"] = 16.05

        with pytest.raises(InvalidDocumentError, match="finer than a tenth"):
            read_plan(saved(tmp_path, document))

    @pytest.mark.parametrize(
        "edit",
        [
            lambda copy: copy["steps"][0].update(changes=["0" * 16]),
            lambda copy: copy["steps"][0].update(installation="elsewhere"),
            lambda copy: copy["steps"][0].update(route="api"),
            lambda copy: copy["steps"][0].update(after=["nothing"]),
            lambda copy: copy["steps"][0].update(after=[copy["steps"][1]["id"]]),
            lambda copy: copy["steps"].append(copy["steps"][0]),
        ],
        ids=["unknown change", "other site", "other route", "unknown step", "circle", "twice"],
    )
    def test_steps_must_fit_their_changes(self, edit: Callable[[Any], None], tmp_path: Path) -> None:
        """Order and routes are part of what was reviewed."""
        with pytest.raises(InvalidDocumentError):
            read_plan(saved(tmp_path, edited(edit)))

    @pytest.mark.parametrize(
        ("edit", "match"),
        [
            (lambda copy: copy["steps"][3].update(after=["nowhere"]), "does not fit the changes and steps"),
            (lambda copy: copy["steps"][1].update(changes=copy["steps"][0]["changes"]), "stands in its steps twice"),
            (lambda copy: copy["refusals"][0].update(guard="no-such-guard"), r"refusals\[0\].guard is not"),
        ],
        ids=["waits for an unknown step", "a change in two steps", "an unknown guard"],
    )
    def test_the_message_says_what_does_not_fit(self, edit: Callable[[Any], None], match: str, tmp_path: Path) -> None:
        """Somebody looks for the mistake in a long file."""
        with pytest.raises(InvalidDocumentError, match=match):
            read_plan(saved(tmp_path, edited(edit)))

    def test_the_schema_knows_exactly_our_guards(self) -> None:
        """A new guard must not make its own plan unreadable."""
        schema = json.loads((Path(__file__).parents[2] / "schemas" / "plan.schema.json").read_text("utf-8"))

        ours = {guard.id for guard in (*GUARDS, *FLEET_GUARDS)}
        assert set(schema["$defs"]["refusal"]["properties"]["guard"]["enum"]) == ours

    def test_counts_of_a_result_must_fit(self, tmp_path: Path) -> None:
        """A report of success cannot be written by hand."""
        forged = edited(lambda copy: copy["counts"].update(done=11), document=result_document(RESULT))

        with pytest.raises(InvalidDocumentError, match="counts"):
            read_result(saved(tmp_path, forged))


class TestUnusable:
    @pytest.mark.parametrize(
        ("text", "match"),
        [
            ("", "not JSON"),
            ("[]", "not one JSON object"),
            ("{", "not JSON"),
            ('{"kind": "plan", "kind": "plan"}', "stands twice"),
            ('{"kind": NaN}', "not a number"),
            ('{"kind": 1e999}', "not a number"),
            ('{"kind": "result", "format_version": "1.0"}', "not a plan document"),
            ('{"format_version": "1.0"}', "not a plan document"),
            ('{"kind": "plan", "format_version": "2.0"}', "format version"),
            ('{"kind": "plan"}', "format version"),
            ('{"kind": "plan", "format_version": "1.0"}', "not as the schema says"),
            ('{"a":' * 100_000, "nested too deep|not JSON"),
        ],
    )
    def test_what_is_wrong_is_said(self, text: str, match: str, tmp_path: Path) -> None:
        """One sentence, and what to do."""
        with pytest.raises(InvalidDocumentError, match=match) as caught:
            read_plan(saved(tmp_path, text))

        assert caught.value.remedy
        assert caught.value.exit_code == 3

    @pytest.mark.parametrize(
        "edit",
        [
            lambda copy: copy["changes"][0].update(setting="noSuchSetting"),
            lambda copy: copy["changes"][0].update(after=True),
            lambda copy: copy["changes"][0].update(after=copy["changes"][0]["before"]),
            lambda copy: copy["changes"][0].update(before_state="unreadable"),
            lambda copy: copy.update(created_at="2026-99-99T00:00:00Z"),
            lambda copy: copy.update(digest="x"),
            lambda copy: copy["steps"][0].update(path="/api/../evil?x=1"),
            lambda copy: copy.pop("changes"),
        ],
        ids=["setting", "type", "same", "state", "time", "digest", "path", "missing"],
    )
    def test_nonsense_is_an_error_with_a_remedy(self, edit: Callable[[Any], None], tmp_path: Path) -> None:
        """Never a traceback."""
        with pytest.raises(InvalidDocumentError):
            read_plan(saved(tmp_path, edited(edit)))

    @pytest.mark.parametrize(
        "at",
        ["2026-01-15T06:00:00", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59Z", "2200-01-01T00:00:00Z"],
        ids=["no zone", "before time", "end of time", "later than any clock"],
    )
    def test_a_time_that_cannot_be_is_an_error(self, at: str, tmp_path: Path) -> None:
        """Whoever reads it elsewhere would take it for another time."""
        with pytest.raises(InvalidDocumentError):
            read_plan(saved(tmp_path, edited(lambda copy: copy.update(created_at=at))))

    def test_values_are_not_repeated_in_the_message(self, tmp_path: Path) -> None:
        """Whatever stands in a broken file may be a secret."""
        broken = edited(lambda copy: copy.update(valid_until="hunter2-secret"))

        with pytest.raises(InvalidDocumentError) as caught:
            read_plan(saved(tmp_path, broken))
        assert "hunter2" not in str(caught.value)

    @pytest.mark.parametrize(
        ("text", "match"),
        [
            ('{"kind": "plan", "x": ' + "9" * 5000 + "}", "18 digits"),
            ('{"kind": "plan", "x": "\\ud800"}', "half a character"),
            ('{"kind": "plan", "format_version": "1.0", "changes": ' + "[" * 900 + "]" * 900 + "}", "schema|too deep"),
        ],
        ids=["digits", "half a character", "deep"],
    )
    def test_what_could_not_be_written_again_is_not_read(self, text: str, match: str, tmp_path: Path) -> None:
        """It would fail later, at some output."""
        with pytest.raises(InvalidDocumentError, match=match):
            read_plan(saved(tmp_path, text))

    @pytest.mark.parametrize(
        "text",
        [
            '{"kind": "kari@people.example"}',
            '{"kind": "plan", "format_version": "kari@people.example"}',
            '{"kari@people.example": 1, "kari@people.example": 2}',
        ],
    )
    def test_no_address_of_a_foreign_file_is_repeated(self, text: str, tmp_path: Path) -> None:
        """Somebody may give the wrong file."""
        with pytest.raises(InvalidDocumentError) as caught:
            read_plan(saved(tmp_path, text))

        assert "@" not in str(caught.value)

    def test_a_count_with_a_fraction_is_no_count(self, tmp_path: Path) -> None:
        """We never write 7.0 for a line."""
        with pytest.raises(InvalidDocumentError, match="line is not as the schema says"):
            read_plan(saved(tmp_path, edited(lambda copy: copy["changes"][0].update(line=7.0))))

    def test_a_mode_that_nobody_knows_is_no_value(self, tmp_path: Path) -> None:
        """Not even with a fitting id."""

        def edit(copy: Any) -> None:
            part = next(part for part in copy["changes"] if part["setting"] == "authentication.mode")
            part["after"] = "ocpp99"

        with pytest.raises(InvalidDocumentError, match="does not take such a value"):
            read_plan(saved(tmp_path, edited(edit)))

    @pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")])
    def test_what_is_no_ordinary_file_is_not_read(self, make: Callable[[Path], None], tmp_path: Path) -> None:
        """A device has no end, and a pipe may never begin."""
        make(tmp_path / "plan.json")

        with pytest.raises(InvalidDocumentError, match="not an ordinary file"):
            read_plan(tmp_path / "plan.json")

    def test_a_missing_file_is_no_traceback(self, tmp_path: Path) -> None:
        """Typing mistakes happen."""
        with pytest.raises(InvalidDocumentError, match="cannot be read"):
            read_plan(tmp_path / "nothing.json")

    def test_a_binary_file_is_no_traceback(self, tmp_path: Path) -> None:
        """Neither is a picture."""
        path = tmp_path / "picture.json"
        path.write_bytes(b"\x89PNG\xff\xfe")

        with pytest.raises(InvalidDocumentError, match="UTF-8"):
            read_plan(path)

    def test_a_huge_file_is_not_read(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Memory is not for sale."""
        monkeypatch.setattr(json_source, "MAX_BYTES", 10)

        with pytest.raises(InvalidDocumentError, match="larger"):
            read_plan(saved(tmp_path, to_text(plan_document(EMPTY))))
