"""The figures of the page about scale are those of the program."""

import os
import re
from collections.abc import Callable, Iterable, Sequence

import pytest

from reconciler.cli.shards import JOB_MINUTES
from reconciler.loading.json_source import MAX_BYTES
from reconciler.model.shard import minutes
from reconciler.planning.reading_time import requests_for
from tests.documentation.test_tutorial import CHECKOUT

PAGE = CHECKOUT / "docs" / "explanation.md"
CHARGERS_PER_SITE = 4.48
BYTES_PER_CHARGER = 500
"""Of a generated snapshot, everything included."""
USUAL, HIGHEST = 5.0, 9.8
SIZES = (1_000, 10_000, 44_800, 100_000, 1_000_000)
INTERVALS = (("every hour", 60), ("every night, in 5.5 hours", JOB_MINUTES), ("once a day", 24 * 60))


def sites_of(chargers: int) -> int:
    """So many installations have that many chargers."""
    return round(chargers / CHARGERS_PER_SITE)


def reading(chargers: int) -> int:
    """Requests of a plan or drift report."""
    return requests_for(sites_of(chargers), chargers, states=chargers)


def taking_a_snapshot(chargers: int) -> int:
    """The same with the circuits of every site."""
    return requests_for(sites_of(chargers), chargers, states=chargers, sites=sites_of(chargers))


def most_within(span_minutes: float, rate: float) -> int:
    """The most chargers that are read in that time, in hundreds."""
    low, high = 0, 10_000_000
    while high - low > 100:
        middle = (low + high) // 200 * 100
        low, high = (middle, high) if minutes(reading(middle), rate) <= span_minutes else (low, middle)
    return low


def long(span_minutes: float) -> str:
    """A time that people can take in."""
    if span_minutes < 100:
        return f"{span_minutes:.1f} min"
    return f"{span_minutes / 60:.1f} h" if span_minutes < 48 * 60 else f"{span_minutes / 60 / 24:.1f} days"


def number(value: int) -> str:
    """With a thin gap between thousands, as the page has it."""
    return f"{value:,}".replace(",", " ")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """As Markdown; numbers to the right."""
    lines = [head, ["---:"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def reading_time() -> str:
    """Requests and time by size."""
    head = ("chargers", "installations", "lists alone", "plan or drift", "at 5/s", "at 9.8/s", "snapshot", "at 5/s")
    rows = [
        (
            number(size),
            number(sites_of(size)),
            number(requests_for(sites_of(size), size, states=0)),
            number(reading(size)),
            long(minutes(reading(size), USUAL)),
            long(minutes(reading(size), HIGHEST)),
            number(taking_a_snapshot(size)),
            long(minutes(taking_a_snapshot(size), USUAL)),
        )
        for size in SIZES
    ]
    return table(head, rows)


def reading_interval() -> str:
    """Chargers that one account can keep up with."""
    head = ("one account, all states", "chargers at 5/s", "chargers at 9.8/s")
    rows = [(name, number(most_within(span, USUAL)), number(most_within(span, HIGHEST))) for name, span in INTERVALS]
    return table(head, rows)


def region(name: str) -> str:
    """A computed part of the page."""
    found = re.search(rf"<!-- computed: {name} -->\n(.*?)<!-- end -->", PAGE.read_text("utf-8"), re.DOTALL)
    assert found, f"docs/explanation.md has no region {name}"
    return found[1]


@pytest.mark.parametrize(("name", "computed"), [("reading time", reading_time), ("reading interval", reading_interval)])
def test_the_tables_are_computed_by_what_the_program_computes_with(name: str, computed: Callable[[], str]) -> None:
    """RECONCILER_WRITE_GOLDEN=1 writes them anew."""
    if os.environ.get("RECONCILER_WRITE_GOLDEN"):
        start = f"<!-- computed: {name} -->\n"
        PAGE.write_text(PAGE.read_text("utf-8").replace(start + region(name), start + computed()), "utf-8")

    assert region(name) == computed()


def test_what_the_text_says_is_computed_too() -> None:
    """Ten thousand sites, the lists alone, a job, an hour, a million chargers with both settings in the list."""
    text = " ".join(PAGE.read_text("utf-8").split())

    assert (sites_of(44_800), reading(44_800)) == (10_000, 45_348)
    assert "45 348 requests, and that is 2.5 hours at 5 a second" in text
    assert round(minutes(45_348, USUAL) / 60, 1) == 2.5
    assert requests_for(10_000, 44_800, states=0) == 548
    assert "10 000 sites need 548 pages and so 2 hours for the lists alone" in text
    assert round(548 / 150 * 0.5) == 2
    assert f"{number(int(JOB_MINUTES * 60 * USUAL))} requests at 5 a second" in text
    assert 35 < minutes(requests_for(sites_of(1_000_000), 1_000_000, states=0), USUAL) < 45
    assert 17_500 < most_within(60, USUAL) < 18_000
    assert "some 18 000 chargers per account" in text
    assert f"documents above {MAX_BYTES // 1024 // 1024} MiB are not read" in text
    assert f"beyond some {number(int(round(MAX_BYTES / BYTES_PER_CHARGER, -5)))} chargers" in text
