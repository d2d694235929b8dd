"""The one home of escaping: every text that somebody else may have chosen passes here before it is shown.

Names come from files and from the cloud; anybody with access to an installation can choose them.
"""

import re
import unicodedata

from rich.cells import cell_len

NAME_CELLS = 60
"""Longer names are cut where a report shows them; documents keep them whole."""

_CUT = "…"
_NOT_SHOWN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_WORKFLOW_COMMAND = re.compile(r":(?=:)|#(?=#\[)")  # anywhere, because a line may be folded just before it


def visible(text: str) -> str:
    r"""Control, bidi, zero-width and unassigned characters as `\x1b` or `\u202e`: seen instead of obeyed."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if unicodedata.category(character) not in _NOT_SHOWN:
        return character
    code = ord(character)
    match code:
        case _ if code < 0x100:
            return f"\\x{code:02x}"
        case _ if code < 0x10000:
            return f"\\u{code:04x}"
        case _:
            return f"\\U{code:08x}"


def for_terminal(text: str) -> str:
    """One line for a terminal or a log: nothing in it moves the cursor or reads as a workflow command of GitHub."""
    return _WORKFLOW_COMMAND.sub(r"\g<0>\\", visible(text))


def cut(text: str, cells: int = NAME_CELLS) -> str:
    """At most that many terminal cells; what is cut ends in `…`."""
    if cell_len(text) <= cells:
        return text
    kept = ""
    for character in text:
        if cell_len(kept + character) > cells - 1:
            break
        kept += character
    return kept + _CUT


def name(text: str) -> str:
    """A name for a terminal: escaped, cut, and never empty."""
    return cut(for_terminal(text)) or "(no name)"


def ascii_only(text: str) -> str:
    """For streams that cannot carry UTF-8: our own signs become ASCII ones, other characters backslash escapes."""
    for sign, plain in _PLAIN_SIGNS:
        text = text.replace(sign, plain)
    return text.encode("ascii", "backslashreplace").decode("ascii")


_PLAIN_SIGNS = (("…", "..."), ("→", "->"), ("─", "-"), ("·", "-"), ("✓", "ok"), ("↑", "^"), ("↓", "v"))

_MARKDOWN_SIGNS = re.compile(r"[\\`*_{}\[\]~$]")
_MARKDOWN_START = re.compile(r"^(\s*)([-+=]|#+|\d+(?=[.)](?:\s|$)))")
_MARKDOWN_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;"}
_LINKED = re.compile(
    r"[@#]\w|://|:[\w+-]+:|(?i:www\.|\bGH-\d)"
)  # mentions, issues, web links, emoji, as GitHub has them
_WORD = re.compile(r"\S+")
_OPENS, _CLOSES = "([\"'“", ")]\"'”.,;:!?"  # punctuation beside a word, no part of it
_BACKTICKS = re.compile(r"`+")


def for_markdown(text: str) -> str:
    """Running text in Markdown, also inside a table: shown as it is, without links, mentions, HTML or formatting.

    A word that would become a link or a mention stands in a code span, where it can be copied exactly.
    """
    shown = visible(text)
    end, parts = 0, []
    for word in _WORD.finditer(shown):
        if _LINKED.search(word[0]):
            parts += [_plain(shown[end : word.start()]), _word(word[0])]
            end = word.end()
    return _MARKDOWN_START.sub(_at_start, "".join((*parts, _plain(shown[end:]))))


def _word(word: str) -> str:
    inner = word.lstrip(_OPENS)
    before = word[: len(word) - len(inner)]
    cuts = (inner.rstrip(_CLOSES), inner.rstrip(_CLOSES.replace(":", "")), inner)
    core = next(shorter for shorter in cuts if _LINKED.search(shorter))
    return f"{_plain(before)}{code(core)}{_plain(inner[len(core) :])}"


def _plain(text: str) -> str:
    escaped = _MARKDOWN_SIGNS.sub(r"\\\g<0>", text)
    return "".join(_MARKDOWN_ENTITIES.get(character, character) for character in escaped)


def _at_start(found: re.Match[str]) -> str:
    # A list, a heading line or a number would begin a block of its own.
    space, sign = found.groups()
    return f"{space}{sign}\\" if sign.isdigit() else f"{space}\\{sign}"


def code(text: str) -> str:
    """A code span in Markdown, in tables too, with exactly this text; GitHub makes no links or mentions there.

    A pipe would end the cell of a table, and an escaped one shows its backslash elsewhere, so it stands between spans.
    """
    return _MARKDOWN_ENTITIES["|"].join(_span(part) if part else "" for part in visible(text).split("|")) or _span("")


def _span(shown: str) -> str:
    longest = max((len(run) for run in _BACKTICKS.findall(shown)), default=0)
    fence = "`" * (longest + 1)
    stripped = shown[:1] == shown[-1:] == " " and bool(shown.strip())  # Markdown takes one space off both ends
    pad = " " if longest or not shown or stripped else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def for_csv(text: str) -> str:
    """A cell that no spreadsheet takes for a formula; the csv module adds the quotes."""
    shown = visible(text)
    return f"'{shown}" if shown.lstrip().startswith(("=", "+", "-", "@")) else shown


def for_workflow(text: str) -> str:
    """The message of a GitHub workflow command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def for_workflow_property(text: str) -> str:
    """A property of a GitHub workflow command, for instance `file`."""
    return for_workflow(text).replace(":", "%3A").replace(",", "%2C")
