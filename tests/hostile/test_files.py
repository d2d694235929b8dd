"""Files that a pull request could bring: each is a problem with its place, whatever it is; nothing else happens."""

import os
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.conftest import Shop
from tests.hostile.checks import flaws_of_json, flaws_of_markdown, flaws_of_stream, too_wide

HEAD = "version: 1\nid: 2f0c6f0e-8f4b-4d0e-9a51-3b1f6f0aff01\nname: Here\naccount: main\n"
BOMB = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(24)
)
SLOWEST_S = 20.0

Maker = Callable[[Path], None]


def holds(data: str | bytes) -> Maker:
    """An ordinary file with that in it."""
    raw = data if isinstance(data, bytes) else data.encode()
    return lambda path: path.write_bytes(raw) and None


def leads_to(target: str) -> Maker:
    """A symlink."""
    return lambda path: path.symlink_to(target)


def listens(path: Path) -> None:
    """A socket; its path may not be long, so it is made from inside its folder."""
    here = os.open(".", os.O_RDONLY)
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.fchdir(here)
        os.close(here)


CONTENTS: dict[str, tuple[Maker, str]] = {
    "an alias bomb": (holds(BOMB), "x.yaml:1:4 E00"),
    "an anchor that holds itself": (holds("a: &a [*a]\n"), "x.yaml:1:4 E00"),
    "merge keys": (holds(HEAD + "<<: {name: x}\n"), "x.yaml:5:1 E00"),
    "an object of Python": (holds(HEAD + "labels: !!python/object/apply:os.system [touch evil]\n"), "x.yaml:5:9 E00"),
    "a hundred thousand brackets": (holds("[" * 100_000), "x.yaml:1:21 E0"),
    "a hundred thousand levels": (holds("".join(f"{' ' * n}a:\n" for n in range(1_000))), "x.yaml:21:"),
    "a text of half a megabyte": (holds(HEAD + "labels: {a: " + "x" * 500_000 + "}\n"), "x.yaml:5:13 E"),
    "a key of half a megabyte": (holds(HEAD + "? " + "x" * 500_000 + "\n: 1\n"), "x.yaml:5:3 E"),
    "a hundred thousand keys": (holds(HEAD + "".join(f"k{n}: 1\n" for n in range(100_000))), "x.yaml:"),
    "a hundred thousand items": (holds(HEAD + "profiles:\n" + "- a\n" * 100_000), "x.yaml:"),
    "more than a megabyte": (holds(HEAD + "#" * 1_100_000), "x.yaml:1:1 E011"),
    "broken UTF-8": (holds(HEAD.encode() + b"labels: {a: \xff\xfe}\n"), "x.yaml:5:13 E010"),
    "UTF-16": (holds(HEAD.encode("utf-16")), "x.yaml:1:1 E010"),
    "a NUL": (holds(HEAD + "labels: {a: \x00}\n"), "x.yaml:5:13 E010"),
    "an escape sequence": (holds(HEAD + "labels: {a: \x1b[31m}\n"), "x.yaml:5:13 E010"),
    "an escaped escape sequence": (holds(HEAD + 'labels: {a: "\\e[31m\\u202e"}\n'), "x.yaml:5:13 E010"),
    "turned writing": (holds(HEAD + "labels: {a: \u202eevil}\n"), "x.yaml:5:13 E010"),
    "another version of YAML": (holds("%YAML 9.9\n---\n" + HEAD), "x.yaml:"),
    "a directive that nothing uses": (holds("%TAG ! tag:evil.example,2000:\n---\n" + HEAD), ""),
    "a folder": (lambda path: path.mkdir(), ""),
    "a pipe": (os.mkfifo, "x.yaml E012"),
    "a socket": (listens, "x.yaml E0"),
    "a way to a device": (leads_to("/dev/zero"), "x.yaml E012"),
    "a way to a terminal": (leads_to("/dev/tty"), "x.yaml E012"),
    "a way to our own memory": (leads_to("/proc/self/environ"), "x.yaml E012"),
    "a way out": (leads_to("../../../outside.yaml"), "x.yaml E012"),
    "a way round": (leads_to("x.yaml"), "x.yaml E012"),
    "a way nowhere": (leads_to("nowhere.yaml"), "x.yaml E012"),
}
NAMES = {
    "a line break": "a\n::error::x\n.yaml",
    "a carriage return": "good\rbad.yaml",
    "an escape sequence": "\x1b[2J\x1b]52;c;ZXZpbA==\x07.yaml",
    "turned writing": "\u202elmay.yaml",
    "nothing to see": "\u200b\u2060\ufeff.yaml",
    "bytes that are no text": os.fsdecode(b"\xff\xfe.yaml"),
    "a command for a runner": "::error file=x::y ##[add-mask]z.yaml",
    "tags": "<script>x<img src=x>.yaml",
    "a table and a link": "|[a](http:evil.example)|`x` @all #1.yaml",
    "a formula": "=cmd|' C'!A0.yaml",
    "an option": "--fleet.yaml",
    "a shell": "$(touch evil)`touch evil`;.yaml",
    "the longest": "x" * 250 + ".yaml",
}


@pytest.fixture
def home(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the files go; beside the fleet lies one that is nobody's business."""
    monkeypatch.setenv("COLUMNS", "80")
    (shop.folder / "outside.yaml").write_text(HEAD + "labels: {secret: CANARY-outside}\n")
    return shop.folder / "fleet" / "installations" / "homes"


def validated(shop: Shop) -> tuple[set[int], str]:
    """Exit codes and everything that is said in all formats; nothing of it acts, hangs, or runs a command."""
    began, codes, said = time.monotonic(), set(), ""
    for command in (("validate",), ("validate", "--format", "markdown"), ("validate", "--format", "json"), ("plan",)):
        ended = shop.run(*command)
        codes.add(int(ended.code))
        said += ended.out + ended.err
        assert flaws_of_stream(ended.out + ended.err) == []
        assert "internal error" not in ended.err
        if "markdown" in command:
            assert flaws_of_markdown(ended.out) == []
        elif "json" in command:
            assert flaws_of_json(ended.out) == []
        else:
            assert too_wide(ended.out, 80) == []
    assert time.monotonic() - began < SLOWEST_S
    assert not (shop.folder / "evil").exists()
    assert "CANARY" not in said
    return codes, said


@pytest.mark.parametrize("name", CONTENTS)
def test_a_bad_file_is_a_problem_with_its_place(shop: Shop, home: Path, name: str) -> None:
    """Exit 3 and file, line and column; the plan is not made."""
    make, expected = CONTENTS[name]
    make(home / "x.yaml")

    codes, said = validated(shop)

    assert codes == ({3} if expected else {0, 4})
    assert expected in said


@pytest.mark.parametrize("name", ["fleet.yaml", "exceptions.yaml"])
@pytest.mark.parametrize("kind", ["an alias bomb", "a pipe", "a way to a device", "a folder", "broken UTF-8"])
def test_so_is_one_at_a_fixed_place(shop: Shop, home: Path, name: str, kind: str) -> None:
    """Nothing that the whole fleet stands on is read on trust."""
    (shop.folder / "fleet" / name).unlink()
    CONTENTS[kind][0](shop.folder / "fleet" / name)

    codes, said = validated(shop)

    assert codes == {3}
    assert f"fleet/{name}" in said


@pytest.mark.parametrize("name", NAMES)
def test_a_file_name_is_shown_and_not_obeyed(shop: Shop, home: Path, name: str) -> None:
    """Problems name their file, in a log, on a terminal and in a comment."""
    (home / NAMES[name]).write_text(HEAD + "bad: 1\n")

    codes, said = validated(shop)

    assert codes == {3}
    assert "E003" in said


def test_a_file_name_reaches_the_plan_as_text(shop: Shop, home: Path) -> None:
    """The same where the file is good and its changes are listed with their file."""
    for name in NAMES.values():
        (home / "bakkegata-7.yaml").rename(home / name)

        codes, _ = validated(shop)

        assert codes == {0, 4}
        (home / name).rename(home / "bakkegata-7.yaml")


def test_folders_that_lie_too_deep_are_told(shop: Shop, home: Path) -> None:
    """Two hundred folders in each other end in a message, not in a stack that overflows."""
    deep = home.joinpath(*["d"] * 200)
    deep.mkdir(parents=True)
    (deep / "x.yaml").write_text(HEAD)

    codes, said = validated(shop)

    assert codes == {3}
    assert "more than 20 levels deep" in said
