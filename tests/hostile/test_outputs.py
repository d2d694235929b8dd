"""Names made to deceive, in the cloud and in the files: no output of any command obeys them."""

import json
from pathlib import Path

import pytest

from tests.acceptance.conftest import Shop
from tests.hostile.checks import (
    flaws_of_json,
    flaws_of_markdown,
    flaws_of_page,
    flaws_of_stream,
    too_wide,
)
from tests.hostile.texts import IN_FILES, TEXTS

COLUMNS = 80
LAID_OUT = frozenset({"validate", "plan", "show", "apply"})
"""Commands that wrap at the width of the page; the others print values in one piece, to be copied."""
SITES = 10
DECKS = range(0, len(TEXTS), SITES)
FIRST = "fleet/installations/homes/bakkegata-7.yaml"


def quoted(text: str) -> str:
    """The text as YAML, whatever it holds."""
    return json.dumps(text, ensure_ascii=False)


def fill_world(shop: Shop, deck: int) -> None:
    """Give every installation, circuit, charger and user group of the cloud another text for a name."""
    texts = [*TEXTS.values()]
    with shop.open_world() as world:
        for number, site in enumerate(world.data["installations"].values(), start=deck):
            site["name"] = texts[number % len(texts)]
            for circuit in site["circuits"]:
                circuit["name"] = texts[(number + 1) % len(texts)]
        for number, charger in enumerate(world.data["chargers"].values(), start=deck):
            charger["name"] = texts[number % len(texts)]
        for number, group in enumerate(world.data["groups"].values(), start=deck):
            group["name"] = texts[number % len(texts)]


def fill_files(shop: Shop, deck: int) -> None:
    """The same for everything that a pull request may write in its own words."""
    texts = [*IN_FILES.values()]
    for number, file in enumerate(sorted((shop.folder / "fleet" / "installations").rglob("*.yaml")), start=deck):
        file.write_text(
            "".join(
                _line(line, name=texts[number % len(texts)], label=texts[(number + 3) % len(texts)][:80])
                for line in file.read_text().splitlines(keepends=True)
            )
        )
    reason = quoted(texts[deck % len(texts)])
    entry = f"{{guard: lose-load-balancing, by: {reason}, reason: {reason}, until: 2030-01-31}}"
    with (shop.folder / FIRST).open("a") as stream:
        stream.write(f"\nacknowledge:\n  - {entry}\n")


def _line(line: str, *, name: str, label: str) -> str:
    match line.partition(":")[0]:
        case "name":
            return f"name: {quoted(name)}\n"
        case "labels":
            return f"labels: {{region: {quoted(label)}}}\n"
        case _:
            return line


@pytest.fixture
def deceived(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A page of 80 columns, and a secret that a partner step needs."""
    monkeypatch.setenv("COLUMNS", str(COLUMNS))
    shop.run("sandbox", "reset")
    return shop


class Watch:
    """Runs commands and collects what is wrong with anything they say or write."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.flaws: list[str] = []
        self.codes: list[int] = []

    def run(self, *arguments: str) -> None:
        """One command in text, once more in colour and talkative."""
        for extra in ((), ("--color", "always", "-vv")):
            ended = self.shop.run(*arguments, *extra)
            self.codes.append(ended.code)
            self.note([*arguments, "out"], flaws_of_stream(ended.out))
            if arguments[0] in LAID_OUT:
                self.note([*arguments, "wide"], too_wide(ended.out, COLUMNS))
            self.note([*arguments, "err"], flaws_of_stream(ended.err))
            assert "Traceback" not in ended.err
            assert "internal error" not in ended.err

    def reports(self, *arguments: str) -> None:
        """The same on stdout in each format, and as report files."""
        files = {name: self.shop.folder / f"report.{name}" for name in ("text", "markdown", "json")}
        extra = [part for name, path in files.items() for part in ("--report", f"{name}={path}")]
        for name, path in files.items():
            ended = self.shop.run(*arguments, "--format", name, *extra)
            self.note([*arguments, name], flaws_of_stream(ended.out + ended.err))
            assert ended.out == path.read_text()
        self.note([*arguments, "markdown"], flaws_of_markdown(files["markdown"].read_text()))
        self.note([*arguments, "json"], flaws_of_json(files["json"].read_text()))

    def note(self, where: list[str], found: list[str]) -> None:
        """Keep what was found with its place."""
        self.flaws += [f"{' '.join(where)}: {flaw[:200]}" for flaw in found]

    def folder(self) -> None:
        """Everything below .reconciler but the world itself, which is the cloud's own memory."""
        for path in sorted((self.shop.folder / ".reconciler").rglob("*")):
            if path.is_file() and path.name != "sandbox.json":
                self.note([str(path.relative_to(self.shop.folder))], _flaws_of_file(path))


def _flaws_of_file(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    found = flaws_of_stream(text)
    match path.suffix:
        case ".json":
            found += flaws_of_json(text)
        case ".jsonl":
            found += [flaw for line in text.splitlines() for flaw in flaws_of_json(line)]
        case ".html":
            found += flaws_of_page(text)
        case ".md":
            found += flaws_of_markdown(text)
    return found


@pytest.mark.parametrize("deck", DECKS)
def test_reading_commands_show_names_and_do_nothing_else(deceived: Shop, deck: int) -> None:
    """Files, plans, explanations and the sandbox's own lists, in every format."""
    fill_world(deceived, deck)
    fill_files(deceived, deck)
    watch = Watch(deceived)

    watch.run("validate")
    watch.reports("validate")
    watch.run("plan", "--out", "plan.json")
    watch.reports("plan")
    watch.run("show", "plan.json")
    watch.reports("show", "plan.json")
    watch.run("explain", FIRST)
    watch.run("attest", FIRST, "--by", "KL", "--evidence", [*TEXTS.values()][deck])
    watch.run("sandbox", "log")
    watch.run("sandbox", "outbox")

    assert not watch.flaws, "\n".join(watch.flaws)
    assert {0, 4} <= {*watch.codes} <= {0, 4, 64}


@pytest.mark.parametrize("deck", DECKS)
def test_an_apply_writes_names_down_and_does_nothing_else(deceived: Shop, deck: int) -> None:
    """Result, worksheet, journal, log of requests and the files of the lock."""
    fill_world(deceived, deck)
    fill_files(deceived, deck)
    watch = Watch(deceived)

    watch.run("apply", "--yes")
    watch.folder()
    for result in sorted((deceived.folder / ".reconciler" / "runs").glob("*/result.json")):
        watch.reports("show", str(result))
    sheets = sorted((deceived.folder / ".reconciler" / "runs").glob("*/worksheet.md"))
    watch.run("sandbox", "carry-out", *map(str, sheets))

    assert sheets
    assert not watch.flaws, "\n".join(watch.flaws)
