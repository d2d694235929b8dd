"""Random trees in random layouts: blocks and lines, quotes, comments, blank lines, both kinds of line ends."""

from typing import Any

from hypothesis import strategies as st

from reconciler.loading.yaml_text import flow, quoted, scalar

KEYS = st.sampled_from(["mode", "maxCurrent", "ZAP012345", "url", "name", "a-b", "NO", "12", "true"])
WORDS = st.sampled_from(
    ["native", "NO", "22:00", "012", "a # b", "it's", 'say "hi"', "Bærum 4", "{x}", "- x", "#", "a: b"]
)
SCALARS = st.one_of(
    st.booleans(),
    st.integers(-5, 100),
    st.sampled_from([13.5, 0.1, 16.0]),
    WORDS,
    st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=12),
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
)
ROOTS = st.dictionaries(KEYS, TREES, max_size=5).map(lambda tree: {"version": 1, **tree})


@st.composite
def texts(draw: st.DrawFn, tree: dict[str, Any]) -> str:
    """The tree as a file in some layout."""
    lines: list[str] = draw(st.sampled_from([[], ["# head"], ["# head", "", "#"]]))
    lines = [*lines, *_block(draw, tree, 0), *draw(st.sampled_from([[], ["# end"], ["", "# end", ""]]))]
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    return draw(st.sampled_from(["", "\ufeff"])) + newline.join(lines) + draw(st.sampled_from(["", newline]))


def _block(draw: st.DrawFn, tree: Any, indent: int) -> list[str]:
    """Lines of a map or list that is not empty."""
    lines: list[str] = []
    items = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for number, (key, value) in enumerate(items):
        comment = f"{' ' * draw(st.integers(0, 6))}# note {indent}.{number}, with - and : {{"
        lines += [comment] * draw(st.integers(0, 1)) + [""] * draw(st.integers(0, 1))
        lead = f"{scalar(key)}:" if isinstance(tree, dict) else "-"
        lines += _entry(draw, " " * indent + lead, value, indent)
    return lines


def _entry(draw: st.DrawFn, head: str, value: Any, indent: int) -> list[str]:
    tail = draw(st.sampled_from(["", "  # beside, it", " #"]))
    if isinstance(value, dict | list) and value and draw(st.booleans()):
        return [head + tail, *_block(draw, value, indent + 2)]
    if isinstance(value, dict | list):
        return [f"{head} {_flow(draw, value, indent)}{tail}"]
    return [f"{head} {_scalar(draw, value)}{tail}"]


def _scalar(draw: st.DrawFn, value: Any) -> str:
    if isinstance(value, str):
        single = "'" + value.replace("'", "''") + "'"
        return draw(st.sampled_from([scalar(value), quoted(value), single]))
    return scalar(value)


def _flow(draw: st.DrawFn, value: Any, indent: int) -> str:
    text = flow(value)
    if not value or not draw(st.booleans()):
        return text
    gap = draw(
        st.sampled_from(
            [" ", f"\n{' ' * (indent + 4)}", f" # in, it\n{' ' * (indent + 4)}# line\n{' ' * (indent + 4)}"]
        )
    )
    parts = (
        [f"{scalar(key)}: {flow(item)}" for key, item in value.items()]
        if isinstance(value, dict)
        else [flow(item) for item in value]
    )
    opening, closing = ("{", "}") if isinstance(value, dict) else ("[", "]")
    return opening + gap + f",{gap}".join(parts) + gap + closing
