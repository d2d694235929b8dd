"""The one home of escaping: every text that somebody else may have chosen passes here before it is shown.

Names come from files and from the cloud; anybody with access to an installation can choose them.
"""

import re
import unicodedata

NAME_CELLS = 60
"""Longer names are cut where a report shows them; documents keep them whole."""

_CUT = "…"
_CHARACTERS_PER_CELL = 4  # a letter and its marks
_NOT_SHOWN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})
_MARKS = frozenset({"Mn", "Me"})
_MOST_MARKS = 3
"""Marks on one letter; no language that Zaptec's customers write needs more, and a tower of them covers other lines."""
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0").union(
    map(chr, (*range(0x180B, 0x1810), *range(0xFE00, 0xFE0E), *range(0xE0100, 0xE01F0)))
)
"""Letters and marks that show nothing, though Unicode counts them as letters and marks."""
_PICTURE_STYLES = "\ufe0e\ufe0f"  # follow a picture, for instance a sun, and say how to draw it
_WORKFLOW_COMMAND = re.compile(r":(?=:)|#(?=#\w*\[)")  # anywhere, because a line may be folded just before it

_WORKFLOW_COMMAND_IN_JSON = re.compile(r"#(?=#\w*\[)")  # the other kind begins a line, and no line of JSON begins so


def visible(text: str) -> str:
    r"""Control, bidi, zero-width and unassigned characters as `\x1b` or `\u202e`: seen instead of obeyed.

    So are spaces that are none, and marks beyond the third on one letter.
    """
    if text.isascii() and text.isprintable():
        return text
    shown: list[str] = []
    marks, before = 0, " "
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in _MARKS else 0
        hidden = (category in _NOT_SHOWN and character != " ") or marks > _MOST_MARKS or character in _BLANK
        loose = character in _PICTURE_STYLES and unicodedata.category(before) != "So"
        shown.append(_spelled(character) if hidden or loose else character)
        before = character
    return "".join(shown)


def _spelled(character: str) -> str:
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
    """Made visible, at most that many terminal cells; what is cut ends in `…`."""
    from rich.cells import cell_len, chop_cells  # noqa: PLC0415  what shows no text to people does without rich

    shown = visible(text)
    most = _CHARACTERS_PER_CELL * cells
    if len(shown) <= most and cell_len(shown) <= cells:
        return shown
    kept = shown[:most]
    return next(iter(chop_cells(kept, cells - 1)), kept) + _CUT


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
_MARKDOWN_END = re.compile(r"(^|\s)(#+\s*)$")
_MARKDOWN_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;"}
_LINKED = re.compile(
    # Mentions, issues, web links and emoji, as GitHub has them; a principal with a colon behind it may be an emoji too.
    r"[@#]\w|://|:[\w+-]+:|(?i:www\.|\bGH-\d)|\b(?:person|userGroup|user-id):\w"
)
_HALF_A_PICTURE = re.compile(r":(?:100|1234|[\w+-]*[A-Za-z+-][\w+-]*)$")  # a colon of ours behind it would be the rest
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
        if _LINKED.search(word[0]) or _HALF_A_PICTURE.search(word[0]):
            parts += [_plain(shown[end : word.start()]), _word(word[0])]
            end = word.end()
    escaped = _MARKDOWN_START.sub(_at_start, "".join((*parts, _plain(shown[end:]))))
    return _MARKDOWN_END.sub(r"\1\\\2", escaped)  # a heading would end there


def _word(word: str) -> str:
    inner = word.lstrip(_OPENS)
    before = word[: len(word) - len(inner)]
    cuts = (inner.rstrip(_CLOSES), inner.rstrip(_CLOSES.replace(":", "")), inner)
    core = next((shorter for shorter in cuts if _LINKED.search(shorter)), inner)
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
    So does the sign that makes a workflow command, for whoever prints the Markdown in a log.
    """
    parts = _BETWEEN_SPANS.split(visible(text))
    return "".join(_BETWEEN.get(part) or (_span(part) if part else "") for part in parts) or _span("")


_BETWEEN = {"|": "&#124;", "#": "&#35;"}
_BETWEEN_SPANS = re.compile(r"(\||#(?=#\w*\[))")


def _span(shown: str) -> str:
    longest = max((len(run) for run in _BACKTICKS.findall(shown)), default=0)
    fence = "`" * (longest + 1)
    stripped = shown[:1] == shown[-1:] == " " and bool(shown.strip())  # Markdown takes one space off both ends
    pad = " " if longest or not shown or stripped else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def for_json(text: str) -> str:
    """A JSON document as text, spelled so that no line of it is a workflow command; it reads back the same."""
    return _WORKFLOW_COMMAND_IN_JSON.sub(r"\\u0023", text)


def for_csv(text: str) -> str:
    """A cell that no spreadsheet takes for a formula; the csv module adds the quotes."""
    shown = visible(text)
    return f"'{shown}" if shown.lstrip().startswith(_FORMULA_STARTS) else shown


_FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # some spreadsheets take the wide ones as well


def for_workflow(text: str) -> str:
    """The message of a GitHub workflow command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def for_workflow_property(text: str) -> str:
    """A property of a GitHub workflow command, for instance `file`."""
    return for_workflow(text).replace(":", "%3A").replace(",", "%2C")
