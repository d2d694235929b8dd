"""What was measured, as a table for people and as JSON for programs."""

import json
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from reconciler import __version__
from tests.bench.budgets import Budget

NO_DETAIL: Mapping[str, float] = {}
PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
PACKAGES = ("click", "deepdiff", "httpx", "jsonschema", "msgspec", "pyyaml", "werkzeug")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured figure.

    Attributes:
        at: Of what: a size, a latency.
        budget: None for what is only worth knowing.
        binding: False where the budget speaks of another size, so that missing it here is no failure.
        detail: The measurements behind it, by name.
    """

    what: str
    at: str
    measured: float
    unit: str = ""
    budget: Budget | None = None
    binding: bool = True
    detail: Mapping[str, float]

    @property
    def verdict(self) -> str:
        """In one word."""
        if self.budget is None:
            return ""
        if self.budget.is_met(self.measured):
            return "met"
        return "MISSED" if self.binding else "above"

    @property
    def missed(self) -> bool:
        """Whether the bench must fail for it."""
        return self.verdict == "MISSED"


def figure(
    budget: Budget, at: str, measured: float, *, binding: bool = True, detail: Mapping[str, float] = NO_DETAIL
) -> Figure:
    """A figure of a budget."""
    return Figure(
        what=budget.what,
        at=at,
        measured=measured,
        unit=budget.unit,
        budget=budget,
        binding=binding,
        detail=_rounded(detail),
    )


def told(what: str, at: str, measured: float, *, unit: str = "", detail: Mapping[str, float] = NO_DETAIL) -> Figure:
    """A figure without a budget."""
    return Figure(what=what, at=at, measured=measured, unit=unit, detail=_rounded(detail))


def _rounded(detail: Mapping[str, float]) -> Mapping[str, float]:
    return {name: round(value, 4) for name, value in detail.items()}


def machine() -> dict[str, str]:
    """What it was measured on, and with which versions."""
    return {
        "machine": f"{_processor()}, {_cores()} cores, {_memory()}",
        "system": f"{platform.system()} {platform.release().split('-', maxsplit=1)[0]}",
        "python": platform.python_version(),
        "reconciler": __version__,
        **{name: version(name) for name in PACKAGES},
    }


def about_machine() -> str:
    """The same in one line."""
    return ", ".join(value if name in {"machine", "system"} else f"{name} {value}" for name, value in machine().items())


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _memory() -> str:
    info = Path("/proc/meminfo")
    kib = int(info.read_text().split()[1]) if info.exists() else 0
    return f"{kib / 1024 / 1024:.0f} GiB" if kib else "memory unknown"


def as_table(figures: Sequence[Figure]) -> str:
    """A Markdown table; figures that need more have their parts below it."""
    rows = [("what", "of", "measured", "budget", "")]
    rows += [(one.what, one.at, _number(one), one.budget.told if one.budget else "", one.verdict) for one in figures]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])


def _number(one: Figure) -> str:
    text = f"{one.measured:.0f}" if one.measured >= 100 else f"{one.measured:.3g}"
    parts = ", ".join(f"{name} {value:g}" for name, value in one.detail.items())
    return f"{text}{one.unit}" + (f" ({parts})" if parts else "")


def as_text(figures: Sequence[Figure]) -> str:
    """Machine and table, and what misses its budget."""
    missed = [
        f"MISSED: {one.what} ({one.at}) is {one.measured:.3g}{one.unit}, the budget is {one.budget.told}"
        for one in figures
        if one.missed and one.budget
    ]
    return "\n\n".join(
        [about_machine(), as_table(figures), "\n".join(missed) or "Every budget that was measured is met."]
    )


def as_json(figures: Sequence[Figure]) -> dict[str, Any]:
    """The same for programs."""
    return {
        "kind": "bench",
        "machine": machine(),
        "command": sys.argv[1:],
        "figures": [
            {
                "what": one.what,
                "budget": one.budget.id if one.budget else None,
                "limit": one.budget.told if one.budget else None,
                "of": one.at,
                "measured": round(one.measured, 4),
                "unit": one.unit.strip(),
                "verdict": one.verdict,
                "detail": dict(one.detail),
            }
            for one in figures
        ],
    }


def write_page(name: str, figures: Sequence[Figure], today: date) -> None:
    """Put the table into docs/benchmarks.md, with the day and the machine; `name` says which of its tables."""
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->\n"
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(begin)
    table = f"Measured on {today.isoformat()}: {about_machine()}.\n\n{as_table(figures)}"
    PAGE.write_text(f"{before}{begin}\n{table}\n\n{end}{rest.partition(end)[2]}", encoding="utf-8")


def write_json(path: Path, figures: Sequence[Figure]) -> None:
    """Keep the figures."""
    path.write_text(json.dumps(as_json(figures), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
