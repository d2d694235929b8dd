"""The judges of the other tests see what they are there to see."""

import pytest

from tests.hostile import checks
from tests.hostile.texts import TEXTS

HARMLESS = {"a shell", "a path", "a template", "broken JSON", "broken YAML", "encoded lines", "nothing", "a footnote"}
"""Texts that are dangerous elsewhere only: in a document that is built by hand, or in a command line."""
GOOD_PAGE = (
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src '
    "'sha256-gG2yISYereRMiG2lMXrbiUgi0Ubw9p7QCeWcroOvy9Y=';\"><style>p{}</style>"
)


@pytest.mark.parametrize("name", sorted({*TEXTS} - HARMLESS))
def test_every_text_is_dangerous_somewhere_when_nobody_escapes_it(name: str) -> None:
    """In a terminal, a comment, a page, a spreadsheet, or by its length."""
    text = TEXTS[name]

    found = (
        checks.flaws_of_stream(text) + checks.flaws_of_markdown(f"{text}\n") + checks.flaws_of_markdown(f"| {text} |")
    )
    found += checks.flaws_of_page(GOOD_PAGE + text) + checks.too_wide(f"x {text}", 80)
    found += ["a formula"] if text.lstrip().startswith(("=", "+", "-", "@")) else []
    found += ["a heading"] if text.startswith("# ") else []
    found += ["a quote"] if text.startswith(">") else []
    found += ["another line"] if "\n" in text else []
    found += ["another cell"] if " | " in text else []

    assert found


@pytest.mark.parametrize(
    ("page", "flaw"),
    [
        ("<script>x</script>", "a foreign script"),
        ("<p onclick=x>", "the attribute onclick"),
        ("<a href=https://evil.example>", "the link href=https://evil.example"),
        ("<style>*{display:none}</style>", "a style that the policy does not know"),
    ],
)
def test_a_bad_page_is_noticed(page: str, flaw: str) -> None:
    """Each kind of element that does more than show text."""
    assert flaw in checks.flaws_of_page(GOOD_PAGE + page)


def test_a_good_page_is_left_alone() -> None:
    """Otherwise nothing above would mean anything."""
    assert checks.flaws_of_page(GOOD_PAGE + "<p>x <a href='#site-1'>y</a></p>") == []


def test_ordinary_output_is_left_alone() -> None:
    """Colours of our own, tables, folded parts and code."""
    assert checks.flaws_of_stream("\x1b[1mPlan\x1b[0m for fleet: 16 A → 20 A\n") == []
    assert checks.flaws_of_markdown("### Plan\n\n| a | b |\n|---|---|\n| `@x` | **c** |\n") == []
    assert checks.flaws_of_markdown("<details><summary>2 refused</summary>\n\n- a\n\n</details>\n") == []


@pytest.mark.parametrize("row", ["| a | b | c |", "| a |", "| `a|b` | c |"])
def test_a_row_with_another_number_of_cells_is_noticed(row: str) -> None:
    """A name with a pipe would push the others aside."""
    assert checks.flaws_of_markdown(f"| x | y |\n|---|---|\n{row}\n") != []


def test_html_and_wide_lines_are_noticed() -> None:
    """Folded parts are ours, anything else is not."""
    assert checks.flaws_of_markdown("<details><summary>x</summary><b>y</b>\n") != []
    assert checks.too_wide("word " * 30, 80) != []
