"""Markdown for a pull request: complete, compact, and deaf to names that want to be more than names."""

import html
import re
import unicodedata
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from reconciler.report.markdown import plan_markdown, result_markdown, validation_markdown
from tests.report.golden import kept
from tests.report.samples import CONVERGED, EMPTY, FIXTURE, HOSTILE_PLAN, REFUSED, RESULT
from tests.report.test_json_document import PROBLEM


def rendered(markdown: str) -> str:
    return str(MarkdownIt("commonmark").enable("table").render(markdown))


class TestKeptTexts:
    def test_a_plan_reads_as_reviewed(self) -> None:
        """Table first, the rest folded."""
        text = plan_markdown(FIXTURE)

        assert text == kept("plan.md", text)

    def test_a_hostile_plan_reads_as_reviewed(self) -> None:
        """Names made to deceive."""
        text = plan_markdown(HOSTILE_PLAN)

        assert text == kept("plan-hostile.md", text)

    def test_a_result_reads_as_reviewed(self) -> None:
        """What was not done stands open, the rest folded."""
        text = result_markdown(RESULT, FIXTURE)

        assert text == kept("result.md", text)

    def test_problems_read_as_reviewed(self) -> None:
        """One line per problem."""
        text = validation_markdown((PROBLEM,), files=3)

        assert text == kept("validation.md", text)


class TestPlan:
    def test_every_change_is_a_row(self) -> None:
        """Nothing is summed up away."""
        page = rendered(plan_markdown(FIXTURE))

        assert page.count("<tr>") == 1 + len(FIXTURE.changes)
        assert page.count("<td") == 7 * len(FIXTURE.changes)

    def test_an_empty_plan_says_what_was_compared(self) -> None:
        """Green without coverage would be a promise too much."""
        text = plan_markdown(EMPTY)

        assert "no changes" in text
        assert "Compared 10 of 10 installations, 62 of 62 chargers" in text
        assert "|" not in text

    def test_a_refused_run_stands_at_the_top(self) -> None:
        """Before the table of what will not happen."""
        text = plan_markdown(REFUSED)

        assert text.index("**Refused:**") < text.index("| Installation |")
        assert "PARTIAL" in text

    def test_hostile_names_stay_inside_their_cell(self) -> None:
        """No script, no image, no link, no mention, and no extra column."""
        text = plan_markdown(HOSTILE_PLAN)

        page = rendered(text)
        tags = set(re.findall(r"<(\w+)", page))
        assert tags <= {
            "h3",
            "p",
            "table",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
            "strong",
            "code",
            "details",
            "summary",
            "ul",
            "li",
        }
        assert page.count("<td") == 7 * len(HOSTILE_PLAN.changes)
        assert "<script>" in html.unescape(page)
        assert not re.search(r"@all", re.sub(r"`+[^`]*`?[^`]*`+", "", text))


class TestValues:
    """What people compare and copy is exactly what it says."""

    @pytest.mark.parametrize(
        "text", [plan_markdown(FIXTURE), plan_markdown(HOSTILE_PLAN), result_markdown(RESULT, FIXTURE)]
    )
    def test_nothing_invisible_is_put_in(self, text: str) -> None:
        """A copied URL works."""
        page = html.unescape(rendered(text))

        assert not [sign for sign in page if unicodedata.category(sign) == "Cf"]

    def test_values_stand_in_code_spans(self) -> None:
        """Amperes and URLs alike; that there is no value is said in words."""
        text = plan_markdown(FIXTURE)

        assert "| `0 A` | **`16 A`** |" in text
        assert "**`wss://ocpp.backend-b.example/cp/{deviceId}`**" in text
        assert "| not set | **`off`** |" in text

    def test_problems_show_values_as_they_are(self) -> None:
        """`4.5 A` at the start of a sentence is a number, not a list."""
        problem = replace(PROBLEM, what="4.5 A is between 0 and 6.", remedy="Use https://a.example/x instead.")

        text = validation_markdown((problem,), files=1)
        assert "| 4.5 A is between 0 and 6. A charger" in text
        assert "| Use `https://a.example/x` instead. |" in text


class TestResult:
    @pytest.mark.parametrize("outcome", RESULT.outcomes, ids=lambda outcome: outcome.kind.value)
    def test_every_outcome_is_told(self, outcome: object) -> None:
        """With its reason."""
        text = html.unescape(rendered(result_markdown(RESULT, FIXTURE)))

        assert outcome.detail in text  # type: ignore[attr-defined]  # an outcome

    def test_a_run_without_receipt_says_so(self) -> None:
        """No proof is not silent."""
        bare = RESULT.__class__(run_id="r", plan_digest="d", accounts=("main",), outcomes=())

        assert "No receipt" in result_markdown(bare, FIXTURE)

    def test_a_converged_run_is_short(self) -> None:
        """Nothing stands open."""
        text = result_markdown(CONVERGED, FIXTURE)

        assert "converged" in text
        assert text.index("<details>") < text.index("| Installation |")
