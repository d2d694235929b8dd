"""Changes single values in the text of a YAML file; comments, layout, quotes and line ends stay as they are.

Each edit cuts the text at the places of `yaml_nodes`; afterwards the strict reader must see exactly what was wanted and
every comment on a line of its own must still be there. What cannot be done so is refused, never half done.
"""

import re
from collections import Counter
from collections.abc import Sequence

from reconciler.loading.edits import Drop, Edit, EditError, Insert, Put, alike, edited
from reconciler.loading.layout import predecessor, stands_apart
from reconciler.loading.yaml_nodes import Form, Node, entries, found, root_of
from reconciler.loading.yaml_source import TreePath, UnreadableError, read_yaml
from reconciler.loading.yaml_text import entry_lines, flow, item_line, scalar

MARK = "\ufeff"
_COMMENT = re.compile(r"^[ \t]*#.*$", re.MULTILINE)
_BLANK_LINE = re.compile(r"\n\r?\n")
_NO_SIGN = re.compile(r"(?:\s|#[^\n]*)*")


class PatchError(Exception):
    """The text cannot be changed like this by a patch; it stays as it is."""


def patched(text: str, edits: Sequence[Edit]) -> str:
    """The text after all edits.

    Args:
        text: A whole file as it stands on disk, line ends included.
        edits: Carried out one after the other, so that positions in lists count as they are then.

    Raises:
        PatchError: The file has flaws, an edit has no place, or the layout is too unusual to be kept.
    """
    before = read_yaml(text.encode())
    if before.flaws or not isinstance(before.value, dict):
        raise PatchError("the file has problems of its own; see `reconciler validate`")
    body = text.removeprefix(MARK)
    try:
        wanted = edited(before.value, edits)
        for edit in edits:
            body = _with(body, edit)
    except (EditError, UnreadableError) as error:
        raise PatchError("the file has no place for this value") from error
    result = text[: len(text) - len(text.removeprefix(MARK))] + body
    _check(result, wanted, comments=_comments(text))
    return result


def _check(text: str, wanted: object, *, comments: Counter[str]) -> None:
    after = read_yaml(text.encode())
    if after.flaws or not alike(after.value, wanted):
        raise PatchError("the layout of the file is too unusual for a patch; edit it by hand")
    if comments - _comments(text):
        raise PatchError("a comment would be lost; edit the file by hand")


def _comments(text: str) -> Counter[str]:
    return Counter(line.strip() for line in _COMMENT.findall(text))


def _with(text: str, edit: Edit) -> str:
    root = root_of(text)
    match edit:
        case Put(path=path, value=value):
            return _put(text, root, path, value)
        case Insert(path=path, value=value):
            return _inserted(text, _container(root, path[:-1]), path[-1], value)
        case Drop(path=path):
            node = found(root, path)
            return text if node is None or node.inside is None else _dropped(text, node, node.inside)


def _container(root: Node, path: TreePath) -> Node:
    node = found(root, path)
    if node is None or not node.is_container:
        raise EditError("there is nothing to put it in")
    return node


def _put(text: str, root: Node, path: TreePath, value: object) -> str:
    node = found(root, path)
    if node is not None:
        return _replaced(text, node, value)
    depth = next(depth for depth in range(len(path) - 1, -1, -1) if found(root, path[:depth]) is not None)
    for step in reversed(path[depth + 1 :]):
        value = {step: value}
    return _added(text, _container(root, path[:depth]), str(path[depth]), value)


def _replaced(text: str, node: Node, value: object) -> str:
    if not node.is_container and not isinstance(value, dict | list | tuple):
        return text[: node.start] + scalar(value, like=node.form) + text[node.end :]
    if node.form is Form.BLOCK and node.key is not None:
        return _in_place_of_block(text, node, flow(value))
    return _cut(text, node.start, node.end, flow(value))


def _in_place_of_block(text: str, node: Node, value: str) -> str:
    """The value comes behind the key; the lines of the block go, comments between them stay."""
    colon = text.index(":", node.key.end if node.key else node.start)
    first, stop = _line_end(text, colon) + 1, _line_end(text, node.end) + 1
    if first > node.start:
        raise EditError("the block begins beside its key")
    return f"{text[: colon + 1]} {value}{text[colon + 1 : first]}{_kept(text[first:stop], text)}{text[stop:]}"


def _added(text: str, node: Node, key: str, value: object) -> str:
    if not node.is_map:
        raise EditError("a list has no keys")
    if node.form is Form.FLOW:
        return _added_in_flow(text, node, f"{scalar(key)}: {flow(value)}", behind=_last(node))
    lines = entry_lines(key, value, indent=node.column)
    if node.inside is not None:
        return _lines_behind(text, _last(node), lines)
    before = node.children.get(predecessor(key, (str(one) for one in node.children)) or "")
    apart = [""] if stands_apart(key) and _BLANK_LINE.search(text) else []
    return _lines_behind(text, before or _last(node), [*apart, *lines])


def _inserted(text: str, node: Node, place: str | int, value: object) -> str:
    before = node.children.get(int(place) - 1) if int(place) else None
    if node.form is Form.FLOW:
        return _added_in_flow(text, node, flow(value), behind=before)
    line = item_line(value, indent=node.column)
    if before is not None:
        return _lines_behind(text, before, [line])
    start = _line_start(text, next(entries(node)).start)
    if text[start : node.start].strip():
        raise EditError("the list begins beside something else")
    return text[:start] + line + _newline(text) + text[start:]


def _last(node: Node) -> Node | None:
    return list(entries(node))[-1] if node.children else None


def _lines_behind(text: str, node: Node | None, lines: Sequence[str]) -> str:
    if node is None:
        raise EditError("an empty block")
    newline = _newline(text)
    stop = _line_end(text, node.end)
    ended = text[:stop].endswith("\r")
    stop -= ended
    return text[:stop] + "".join(newline + line for line in lines) + text[stop:]


def _added_in_flow(text: str, node: Node, words: str, *, behind: Node | None) -> str:
    if behind is not None:
        return f"{text[: behind.end]}, {words}{text[behind.end :]}"
    more = ", " if node.children else ""
    return f"{text[: node.start + 1]}{words}{more}{text[node.start + 1 :]}"


def _dropped(text: str, node: Node, inside: Node) -> str:
    siblings = list(entries(inside))
    if inside.form is Form.FLOW:
        return _dropped_from_flow(text, node, siblings)
    if len(siblings) == 1:
        empty: object = {} if inside.is_map else []
        return _replaced(text, inside, empty)
    first = node.first if inside.is_map else _dash(text, siblings, node)
    start, stop = _line_start(text, first), _line_end(text, node.end) + 1
    if not text[start:first].strip():
        kept = _kept(text[start:stop], text)
        if inside.inside is None and not kept:
            return _without_gap(text, start, stop)
        return text[:start] + kept + text[stop:]
    if not inside.is_map or node is siblings[-1]:
        raise EditError("it stands beside something else")
    # The first key of an item stands behind the dash of the item; the next key moves up there.
    second = siblings[siblings.index(node) + 1].first
    return text[:start] + _kept(text[first:second], text) + text[start:first] + text[second:]


def _without_gap(text: str, start: int, stop: int) -> str:
    """Without these lines of a top entry; of the blank lines around them one goes along."""
    before, behind = text[:start], text[stop:]
    newline = _newline(text)
    if before.endswith(newline * 2) and (not behind or behind.startswith(newline)):
        before = before.removesuffix(newline)
    return before + behind


def _dash(text: str, siblings: list[Node], node: Node) -> int:
    """The dash of an item: the first sign behind the item before it that is no comment."""
    at = siblings.index(node)
    start = siblings[at - 1].end if at else node.inside.start if node.inside else node.start
    gap = _NO_SIGN.match(text, start)
    return gap.end() if gap else start


def _dropped_from_flow(text: str, node: Node, siblings: list[Node]) -> str:
    at = siblings.index(node)
    if at:
        comma = _comma(text, siblings[at - 1].end, node.first)
        gap = text[comma + 1 : node.first]
        return _cut(text, comma, node.end, gap if gap.strip() else "")
    if len(siblings) == 1:
        return _cut(text, node.first, node.end, "")
    comma = _comma(text, node.end, siblings[1].first)
    gap = text[node.end : comma] + text[comma + 1 : siblings[1].first]
    return _cut(text, node.first, siblings[1].first, gap if gap.strip() else "")


def _comma(text: str, start: int, stop: int) -> int:
    """The comma between two entries; a comment there may hold others."""
    bare = re.sub(r"(?<=\s)#[^\n]*", lambda comment: "#" * len(comment[0]), text[start:stop])
    return start + bare.index(",")


def _cut(text: str, start: int, stop: int, words: str) -> str:
    """Other words in that place; comments on lines of their own that would go move in front of the line."""
    lost = _comments(text[start:stop]) - _comments(words)
    lines = "".join((line + _newline(text)) for line in lost.elements())
    begin = _line_start(text, start)
    return text[:begin] + lines + text[begin:start] + words + text[stop:]


def _kept(part: str, text: str) -> str:
    """The comments of removed lines that have a line of their own."""
    lines = [line.rstrip("\r") for line in part.split("\n")]
    return "".join(line + _newline(text) for line in lines if line.lstrip().startswith("#"))


def _line_start(text: str, index: int) -> int:
    return text.rfind("\n", 0, index) + 1


def _line_end(text: str, index: int) -> int:
    """The line feed behind a place, or the end of the text."""
    end = text.find("\n", index)
    return len(text) if end < 0 else end


def _newline(text: str) -> str:
    """How the lines of the file end."""
    return "\r\n" if "\r\n" in text else "\n"
