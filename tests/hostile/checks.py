"""What no output may hold, judged without our own escaping."""

import hashlib
import json
import re
import unicodedata
from base64 import b64encode
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
_TOWER = re.compile(r"[\u0300-\u036f\u0483-\u0489]{4}")
_COMMAND = re.compile(r"^\s*::\w|##\w*\[", re.MULTILINE)
_CELL = re.compile(r"(?<!\\)\|")
_ADDRESS = re.compile(r"\w@\w+\.\w")
_ON_GITHUB = re.compile(r"(?<!\w)@\w|://|\bwww\.|#\d|\bGH-\d|:[a-z0-9_+-]+:", re.IGNORECASE)
_OWN_HTML = re.compile(r"<details><summary>[\w ,:'-]+</summary>|</details>")
_OUR_SCRIPT = Path(__file__).parents[2] / "reconciler" / "report" / "templates" / "worksheet.js"
_OWN_TOKENS = frozenset(
    f"{name}_{side}"
    for name in ("heading", "paragraph", "bullet_list", "ordered_list", "list_item", "table", "thead", "tbody")
    for side in ("open", "close")
) | {"inline", "text", "code_inline", "softbreak", "html_block", "blockquote_open", "blockquote_close"}
_OWN_TOKENS |= {f"{name}_{side}" for name in ("tr", "th", "td", "strong") for side in ("open", "close")}


def flaws_of_stream(text: str) -> list[str]:
    """What could act on a terminal, hide from a reader, or be a command for a CI runner."""
    plain = _COLOUR.sub("", text)
    signs = {
        f"U+{ord(sign):04X}"
        for sign in set(plain) - {"\n", " "}
        if unicodedata.category(sign) in _INVISIBLE or sign in _BLANK
    }
    found = [f"the sign {sign}" for sign in sorted(signs)]
    found += ["a tower of marks"] if _TOWER.search(plain) else []
    found += [f"the command {hit[0]!r}" for hit in _COMMAND.finditer(plain)]
    found += [f"the address {hit[0]!r}" for hit in _ADDRESS.finditer(plain)]
    return found


def too_wide(text: str, columns: int) -> list[str]:
    """Lines beyond the page, but for those that are one piece to be copied."""
    from rich.cells import cell_len

    lines = _COLOUR.sub("", text).splitlines()
    return [line for line in lines if cell_len(line) > columns and " " in line.strip().removeprefix("--accept ")]


def flaws_of_markdown(text: str) -> list[str]:
    """What would become a link, a mention, HTML, another block or another cell."""
    tokens = MarkdownIt("commonmark").enable("table").enable("strikethrough").parse(text)
    found = []
    for token in _flat(tokens):
        if token.type not in _OWN_TOKENS:
            found.append(f"{token.type}: {token.content[:60]!r}")
        if token.type == "html_block":
            found += [f"HTML {line!r}" for line in token.content.split("\n") if line and not _OWN_HTML.fullmatch(line)]
        if token.type == "text" and (hit := _ON_GITHUB.search(token.content)):
            found.append(f"GitHub would make something of {hit[0]!r} in {token.content[:60]!r}")
    return found + _uneven_tables(text, tokens)


def _flat(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _flat(token.children or [])


def _uneven_tables(text: str, tokens: list[Token]) -> list[str]:
    """Rows with other signs for cells than their head; a parser drops what is too much, so the text is counted."""
    found, lines = [], text.split("\n")
    for begin, end in [token.map for token in tokens if token.type == "table_open" and token.map]:
        head, *rows = (len(_CELL.findall(line)) for line in lines[begin:end])
        found += [f"a row of {cells} signs for a cell below a head of {head}" for cells in rows if cells != head]
    return found


def flaws_of_json(text: str) -> list[str]:
    """It must be one document of plain ASCII."""
    json.loads(text)
    return [] if text.isascii() else ["not ASCII"]


class Page(HTMLParser):
    """The elements and attributes of a page, and the style and the script in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.links: list[str] = []
        self.policy = ""
        self.texts: dict[str, list[str]] = {"style": [], "script": []}
        self._inside = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what a browser would make an element of."""
        values = dict(attrs)
        self.elements.append((tag, tuple(sorted(values))))
        self.links += [f"{name}={values[name]}" for name in ("href", "src", "action", "style") if name in values]
        self._inside = tag
        if values.get("http-equiv") == "Content-Security-Policy":
            self.policy = values["content"] or ""

    def handle_data(self, data: str) -> None:
        """Keep style and script."""
        if self._inside in self.texts:
            self.texts[self._inside].append(data)

    def handle_endtag(self, tag: str) -> None:
        """It ends."""
        self._inside = ""


def flaws_of_page(text: str) -> list[str]:
    """Anything that loads, leads elsewhere, or runs and is not our own script to the letter."""
    page = Page(text)
    names = {name for _, attributes in page.elements for name in attributes}
    found = [f"the attribute {name}" for name in sorted(names) if name.startswith("on")]
    found += [f"the link {link}" for link in page.links if not re.fullmatch(r"href=#site-\d+", link)]
    tags = [tag for tag, _ in page.elements]
    for kind in sorted({"style", *({"script"} & {*tags})}):
        digest = b64encode(hashlib.sha256("".join(page.texts[kind]).encode()).digest()).decode()
        found += [] if f"{kind}-src 'sha256-{digest}';" in page.policy else [f"a {kind} that the policy does not know"]
    found += [] if page.policy.startswith("default-src 'none';") else ["no policy"]
    if "script" in tags:
        ours = _OUR_SCRIPT.read_text("utf-8").rstrip("\n")
        found += [] if "".join(page.texts["script"]) == ours else ["a foreign script"]
        found += ["a second script"] if tags.count("script") > 1 else []
    return found + [f"the element {tag}" for tag in {"img", "svg", "iframe", "form", "object"} & {*tags}]
