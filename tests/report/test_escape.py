"""Text that somebody else chose is shown as it is and does nothing else."""

import html
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from rich.cells import cell_len

from reconciler.report import escape
from tests.report.samples import HOSTILE


def rendered(markdown: str) -> str:
    return str(MarkdownIt("commonmark").enable("table").enable("strikethrough").render(markdown))


def text_of(page: str) -> str:
    return html.unescape(re.sub(r"</?(p|code)>", "", page)).strip("\n")


class TestVisible:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("Solbakken borettslag", "Solbakken borettslag"),
            ("Bjørn Æ 東京", "Bjørn Æ 東京"),
            ("a\x1b[31mb", "a\\x1b[31mb"),
            ("a\u202eb", "a\\u202eb"),
            ("a\r\nb\tc", "a\\x0d\\x0ab\\x09c"),
            ("a\x9bb", "a\\x9bb"),
            ("a\u200bb\u2028c", "a\\u200bb\\u2028c"),
            ("a\ud800b", "a\\ud800b"),
            ("a\U000e0041b", "a\\U000e0041b"),
            ("a\u00a0b\u3000c", "a\\xa0b\\u3000c"),
            ("a\u3164\u115f\u2800b", "a\\u3164\\u115f\\u2800b"),
            ("Z\u0301\u0302\u0303\u0304\u0305", "Z\u0301\u0302\u0303\\u0304\\u0305"),
            ("Tiếng Việt นี้ قُرْآن \u2600\ufe0f", "Tiếng Việt นี้ قُرْآن \u2600\ufe0f"),
            ("a\ufe0f\U000e0101", "a\\ufe0f\\U000e0101"),
        ],
    )
    def test_what_cannot_be_seen_is_spelled_out(self, text: str, expected: str) -> None:
        """Control and bidi characters become letters; ordinary names stay."""
        assert escape.visible(text) == expected

    @given(st.text())
    def test_nothing_invisible_is_left(self, text: str) -> None:
        """Whatever the name, the result is printable and can be encoded."""
        shown = escape.visible(text)

        assert not [character for character in shown if unicodedata.category(character)[0] == "C"]
        assert shown.encode("utf-8").decode("utf-8") == shown


class TestCut:
    @given(st.text(), st.integers(min_value=2, max_value=80))
    def test_a_cut_text_fits(self, text: str, cells: int) -> None:
        """Wide characters count twice."""
        assert cell_len(escape.cut(text, cells)) <= cells

    @pytest.mark.parametrize("sign", ["\u200b", "\x00", "\u0301", "\u1161", "\u202e"])
    def test_what_takes_no_room_is_cut_all_the_same(self, sign: str) -> None:
        """Ten thousand signs without a width are neither one cell nor ten thousand escapes."""
        assert len(escape.cut(sign * 10_000)) <= 4 * escape.NAME_CELLS + 1

    def test_a_short_name_stays(self) -> None:
        """Only what is too long is cut."""
        assert escape.cut("Elveveien 12") == "Elveveien 12"

    def test_a_cut_can_be_seen(self) -> None:
        """Nobody takes half a name for a whole one."""
        assert escape.cut("x" * 61).endswith("…")


class TestMarkdown:
    @pytest.mark.parametrize(
        "text",
        [
            HOSTILE,
            "- item",
            "1. item",
            "# heading",
            "+ x",
            "a | b",
            "[x](http://evil.example)",
            "![x](y)",
            "*a* _b_ `c` ~~d~~",
            "<b>x</b> &amp;",
            "a\\",
            "---",
            "=====",
            "> quote",
            "$x$",
        ],
    )
    def test_it_renders_as_plain_text(self, text: str) -> None:
        """No formatting, link, image, list, heading or HTML comes out of a name."""
        out = rendered(escape.for_markdown(text))

        assert set(re.findall(r"</?(\w+)", out)) <= {"p", "code"}
        assert text_of(out) == escape.visible(text)

    @given(st.text(alphabet="-+=>#1.)*_`~[]()<>&|@:!\\$ aw/", min_size=1, max_size=20))
    def test_no_combination_of_signs_makes_a_mark(self, text: str) -> None:
        """Also those that nobody thought of."""
        out = rendered("x " + escape.for_markdown(text) + " x")

        assert set(re.findall(r"</?(\w+)", out)) <= {"p", "code"}
        assert text_of(out) == f"x {text} x"

    @pytest.mark.parametrize("text", ["x:fire", "::y", "a:100", "person:smile", "userGroup:BSJG"])
    def test_a_colon_of_ours_behind_a_name_makes_no_picture(self, text: str) -> None:
        """`x:fire` and the colon of a list would be a flame."""
        assert escape.for_markdown(text) == f"`{text}`"

    @pytest.mark.parametrize("text", ["2026-01-15 06:00", "fleet.yaml:7", "a: b"])
    def test_other_colons_stay(self, text: str) -> None:
        """Times and lines are no pictures."""
        assert escape.for_markdown(text) == text

    @pytest.mark.parametrize("text", ["a #", "a ##", "#", "a # #"])
    def test_a_heading_keeps_the_signs_at_its_end(self, text: str) -> None:
        """Two files whose names differ in them must not read the same."""
        page = rendered(f"## {escape.for_markdown(text)}")

        assert page == f"<h2>{text}</h2>\n"

    @pytest.mark.parametrize("text", ["x ##[add-mask]y", "##vso[task.setvariable]y", "###[group]", "a|##[b]|c"])
    def test_a_code_span_in_a_log_is_no_workflow_command(self, text: str) -> None:
        """Runners look for it anywhere in a line; the span still shows exactly this text."""
        markdown = escape.code(text)

        assert re.search(r"##\w*\[", markdown) is None
        assert text_of(rendered(markdown)) == text

    @pytest.mark.parametrize("text", ["@all", "#12", ":fire:", "https://evil.example", "www.evil.example", "GH-12"])
    def test_github_finds_nothing_to_link(self, text: str) -> None:
        """A mention would send mail to people, a link would lead them away."""
        assert escape.for_markdown(f"see ({text}), please") == f"see (`{text}`), please"

    @pytest.mark.parametrize(
        "text", ["https://a.example/x?y=1|2", "4.5 A", "16 A", "wss://a.example:443/", "a@b.example"]
    )
    def test_a_value_that_people_copy_is_exact(self, text: str) -> None:
        """No invisible character comes along with a URL or a number."""
        markdown = escape.for_markdown(f"{text} is what {text} says")

        assert "8203" not in markdown
        assert "\u200b" not in rendered(markdown)
        assert text_of(rendered(markdown)) == f"{text} is what {text} says"

    @pytest.mark.parametrize("text", ["4.5 A is below 6", "16 A", "2026-01-15"])
    def test_a_number_at_the_start_stays_as_it_is(self, text: str) -> None:
        """Only `1.` and `1)` would begin a list."""
        assert escape.for_markdown(text) == text

    @pytest.mark.parametrize("text", ["", "`", "``a`", "a|b", " x ", "`x"])
    def test_a_code_span_holds_any_text(self, text: str) -> None:
        """Backticks inside need a longer fence, pipes a backslash."""
        table = rendered(f"| a |\n|---|\n| {escape.code(text)} x |")

        assert table.count("<td>") == 1
        assert "<code>" in table

    @given(st.text(alphabet="`|\\ a*<&", min_size=1, max_size=12).filter(str.strip))
    def test_a_code_span_is_exact_in_text_and_in_tables(self, text: str) -> None:
        """What is copied out of it is what a file or the Portal must hold."""
        running = text_of(rendered(f"x {escape.code(text)} x"))
        cell = re.search(r"<td>(.*)</td>", rendered(f"| a |\n|---|\n| x {escape.code(text)} x |"))

        assert running == f"x {text} x"
        assert cell is not None
        assert text_of(cell[1]) == f"x {text} x"


class TestOtherFormats:
    @pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", " =1", "\t=1", "\r=1", "\n@x", "＝1", "＠x"])
    def test_a_spreadsheet_sees_no_formula(self, text: str) -> None:
        """A cell from the cloud must not run in somebody's Excel."""
        assert escape.for_csv(text)[0] in "'\\"

    def test_a_workflow_command_stays_on_its_line(self) -> None:
        """Line breaks and percent signs are encoded as GitHub asks."""
        assert escape.for_workflow("50%\r\n::error::x") == "50%25%0D%0A::error::x"
        assert escape.for_workflow_property("a:b,c") == "a%3Ab%2Cc"

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("::error::x", ":\\:error:\\:x"),
            ("a::set-env", "a:\\:set-env"),
            (":::x", ":\\:\\:x"),
            ("##[group]", "#\\#[group]"),
            ("##vso[x]", "#\\#vso[x]"),
        ],
    )
    def test_a_log_line_is_no_workflow_command(self, text: str, expected: str) -> None:
        """GitHub's runner reads every line of a log."""
        assert escape.for_terminal(text) == expected

    def test_ascii_keeps_the_meaning(self) -> None:
        """Arrows and dots have plain forms; letters are spelled."""
        assert escape.ascii_only("16 A → 20 A … ø") == "16 A -> 20 A ... \\xf8"

    def test_an_empty_name_can_be_seen(self) -> None:
        """A gap in a table is no name."""
        assert escape.name("") == "(no name)"
