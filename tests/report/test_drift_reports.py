"""A drift report in every format: what matters comes first, nothing in it acts, nothing gets lost."""

import csv
import json
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from reconciler.errors import ReconcilerError
from reconciler.loading.drift_parts import read_drift
from reconciler.model.finding import Ageing, DriftReport, FindingKind, Severity
from reconciler.report.drift_csv import COLUMNS, drift_csv
from reconciler.report.drift_markdown import BUDGET, MARKER, drift_markdown
from reconciler.report.drift_text import drift_text
from reconciler.report.json_document import to_text
from reconciler.report.json_drift import drift_document
from reconciler.report.stream import Color
from tests.report.drift_samples import (
    EVERY_KIND,
    HOSTILE,
    KINDS,
    NOW,
    aged,
    every_kind,
    finding,
    report_of,
    summary,
)
from tests.report.test_json_document import schema, unknown_keys

REPORT = every_kind(name=HOSTILE)
PLAIN = every_kind(name="Solbakken borettslag")


def text(report: DriftReport, width: int = 100, least: Severity = Severity.S3) -> str:
    return drift_text(report, width=width, color=Color.NONE, least=least)


class TestTheSample:
    def test_it_has_every_kind(self) -> None:
        """A sample without them would prove little."""
        assert {one.finding.kind for one in REPORT.findings} == set(FindingKind)


class TestTerminal:
    def test_coverage_comes_before_counts_and_the_worst_before_the_rest(self) -> None:
        """Whoever reads one screen reads the right one."""
        shown = text(PLAIN)
        places = [shown.index(part) for part in ("Compared", "S0 ", "S1  Access", "S2  Maximum current")]

        assert places == sorted(places)

    @pytest.mark.parametrize(("flaps", "expected"), [(0, "new"), (2, "back again, came back 2 times")])
    def test_what_came_back_is_not_called_new(self, flaps: int, expected: str) -> None:
        """It starts young again, and everybody has seen it before."""
        one = replace(
            aged(finding(1, KINDS[0]), 0), ageing=Ageing(first_seen_at=NOW, last_seen_at=NOW, times_seen=1, flaps=flaps)
        )

        assert f"ZAP000001 Maximum current  {expected}\n" in text(report_of([], [one]))

    def test_leftovers_are_counted_and_shown_on_request(self) -> None:
        """Four thousand of them would hide the rest."""
        assert "S4 hidden: 1 (--all)" in text(PLAIN)
        assert "S4  Without a file" in text(PLAIN, least=Severity.S4)

    def test_suppressed_and_ending_are_told_apart(self) -> None:
        """With owner and line."""
        shown = text(PLAIN)

        assert "Suppressed by an exception" in shown
        assert "in 10 days  Solbakken borettslag  maxCurrent: the cable is exchanged (drift team;" in shown
        assert "fleet/exceptions.yaml:4" in shown

    @pytest.mark.parametrize("width", [60, 80, 160])
    def test_lines_fit_and_nothing_acts(self, width: int) -> None:
        """Names are hostile until shown otherwise."""
        shown = text(REPORT, width)

        assert max(map(len, shown.splitlines())) <= width
        assert "\x1b" not in shown
        assert "::error" not in shown

    def test_many_of_one_cause_are_one_group(self) -> None:
        """Ten are named, the rest counted."""
        shown = text(every_kind(name="Solbakken", more=200))

        assert "and 191 more" in shown
        assert shown.count("\n") < 200


class TestSecondRun:
    def again(self, ageing: Ageing) -> DriftReport:
        """A run in which nothing happened, all of whose findings are that old."""
        findings = tuple(replace(one, ageing=ageing) for one in EVERY_KIND.findings)
        return replace(EVERY_KIND, findings=findings, transitions=())

    def test_what_was_there_before_is_not_new(self) -> None:
        """A night without news says so in one sentence, and tells how often each thing was seen."""
        third = self.again(Ageing(first_seen_at=NOW - timedelta(days=2), last_seen_at=NOW, times_seen=3))

        for shown in (text(third), drift_markdown(third)):
            assert "Nothing happened since the last run." in shown
            assert "for 2 days, seen 3 times" in shown
            assert "new" not in shown.split()

    def test_a_second_look_within_the_hour_is_not_new_either(self) -> None:
        """Somebody asks twice in a row."""
        soon = self.again(Ageing(first_seen_at=NOW - timedelta(seconds=13), last_seen_at=NOW, times_seen=2))

        assert "for less than an hour, seen 2 times" in text(soon)
        assert "new" not in text(soon).split()

    def test_the_first_sight_is_new(self) -> None:
        """But for what says itself since when."""
        first, second = (finding(number, KINDS[number]) for number in (0, 6))
        waits = replace(second, since=NOW - timedelta(days=9))
        shown = drift_markdown(report_of([summary(0, [first]), summary(6, [waits])], [aged(first, 0), aged(waits, 0)]))

        assert "| new |" in shown
        assert "| for 9 days: remind |" in shown
        assert "**Since the last run:** 2 new, 1 resolved" in shown


class TestMarkdown:
    def test_what_to_copy_stands_in_code(self) -> None:
        """A command with backslashes before its backticks is nothing to copy."""
        shown = drift_markdown(PLAIN)

        assert "\\`" not in shown
        assert "`reconciler apply " in shown

    def test_it_can_be_found_again(self) -> None:
        """A workflow updates its own issue."""
        assert drift_markdown(REPORT).startswith(MARKER)

    def test_nothing_in_it_acts(self) -> None:
        """No HTML of others, no mention, no link."""
        shown = drift_markdown(REPORT)

        assert "<img" not in shown
        assert "\x1b" not in shown
        assert "[x](http" not in shown

    def test_a_long_one_leaves_out_details_and_still_leads_with_what_matters(self) -> None:
        """GitHub cuts nothing: it refuses."""
        shown = drift_markdown(every_kind(name="Solbakken \N{SNOWMAN} " * 3, more=3000), least=Severity.S4)

        assert len(shown.encode()) <= BUDGET
        assert "#### S1" in shown
        assert "#### S2" in shown


class TestCsv:
    def test_a_line_per_finding_and_no_formula(self) -> None:
        """It is opened in a spreadsheet."""
        rows = list(csv.reader(StringIO(drift_csv(REPORT))))

        assert tuple(rows[0]) == COLUMNS
        assert len(rows) == len(REPORT.findings) + 1
        assert all(not cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


class TestDocument:
    def test_it_fits_its_schema_and_everything_in_it_is_described(self) -> None:
        """What we print is what we promise."""
        document = drift_document(REPORT)
        registry = Registry().with_resource("plan.schema.json", Resource.from_contents(schema("plan")))
        validator = Draft202012Validator(schema("drift"), registry=registry)

        assert [error.message for error in validator.iter_errors(json.loads(to_text(document)))] == []
        described = {"labels", "worst"}  # their keys are labels and groups
        cut = {
            **document,
            "sites": [{k: v for k, v in site.items() if k not in described} for site in _sites(document)],
        }
        assert unknown_keys(cut, schema("drift")) == []

    def test_it_reads_back_as_it_was(self, tmp_path: Path) -> None:
        """Document, report, document: the same text."""
        path = tmp_path / "drift.json"
        path.write_text(to_text(drift_document(REPORT)))

        assert read_drift(path) == REPORT
        assert to_text(drift_document(read_drift(path))) == path.read_text()

    def test_a_finding_that_was_moved_to_another_charger_is_noticed(self, tmp_path: Path) -> None:
        """Its fingerprint does not fit."""
        path = tmp_path / "drift.json"
        path.write_text(to_text(drift_document(REPORT)).replace("ZAP000000", "ZPR099999"))

        with pytest.raises(ReconcilerError, match="fingerprint"):
            read_drift(path)


def _sites(document: dict[str, object]) -> list[dict[str, object]]:
    sites = document["sites"]
    assert isinstance(sites, list)
    return sites
