"""Short texts in Markdown: cut, escaped, never empty. Longer ones belong into a document."""

from collections.abc import Iterable

from reconciler.report.escape import code, cut, for_markdown

_TEXT_CELLS = 400
_CODE_CELLS = 200


def text(words: str) -> str:
    """A sentence."""
    return for_markdown(cut(words, _TEXT_CELLS))


def prose(words: str) -> str:
    """Sentences of ours, in which `backticks` mark what to copy; what else may be in them is escaped all the same."""
    parts = cut(words, _TEXT_CELLS).split("`")
    if len(parts) % 2 == 0:  # one has no partner
        return text(words)
    return "".join((code(part) if number % 2 else for_markdown(part)) for number, part in enumerate(parts))


def name(words: str) -> str:
    """A name of an installation."""
    return for_markdown(cut(words.strip())) or "(no name)"


def span(words: str) -> str:
    """Something to copy."""
    return code(cut(words, _CODE_CELLS))


def folded(title: str, lines: Iterable[str]) -> str:
    """A list that opens on a click; the title must be escaped already."""
    items = "\n".join(f"- {line}" for line in lines)
    return f"<details><summary>{title}</summary>\n\n{items}\n\n</details>"
