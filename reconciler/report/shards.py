"""The shards of a fleet: for people, as a JSON document, and as the matrix of a workflow."""

from collections.abc import Sequence
from math import ceil

from rich.table import Table

from reconciler.model.plan import DesiredReference
from reconciler.model.shard import PackedShard, ReadingTime
from reconciler.report import wording
from reconciler.report.json_document import head
from reconciler.report.json_parts import Json, rate
from reconciler.report.page import Look, Page, Tone
from reconciler.report.stream import Color, Glyphs

_COLUMNS = ("Shard", "Installations", "Chargers", "Plan: requests", "minutes", "Snapshot: requests", "minutes")


def shards_text(shards: Sequence[PackedShard], *, width: int, color: Color, glyphs: Glyphs = Glyphs.UNICODE) -> str:
    """A line per shard, below it the accounts when there are several, and what the numbers are."""
    page = Page(Look(width=width, color=color, glyphs=glyphs))
    if not shards:
        page.line("No shards: no account has an installation in the files.")
        return str(page)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="")
    for place, title in enumerate(_COLUMNS):
        table.add_column(page.look.text((title, Tone.QUIET)), justify="right" if place else "left")
    for shard in shards:
        table.add_row(*(page.look.text(cell) for cell in _row(shard.name, shard.accounts)))
    page.show(table)
    page.blank()
    accounts = [one for shard in shards for one in shard.accounts]
    page.line(
        f"{wording.counted(len(shards), 'shard')} of {wording.counted(len(accounts), 'account')}, read side by side; "
        "each account at its own rate. The fewest requests as far as the files tell."
    )
    return str(page)


def _row(name: str, accounts: Sequence[ReadingTime]) -> tuple[str, ...]:
    plan = sum(one.plan_requests for one in accounts)
    snapshot = sum(one.snapshot_requests for one in accounts)
    return (
        name,
        str(sum(one.installations for one in accounts)),
        str(sum(one.chargers for one in accounts)),
        str(plan),
        _told(max(one.plan_minutes for one in accounts)),
        str(snapshot),
        _told(max(one.snapshot_minutes for one in accounts)),
    )


def _told(minutes: float) -> str:
    return f"{tenths(minutes):g}"


def tenths(minutes: float) -> float:
    """Rounded up, so that nothing is said to take no time."""
    return ceil(round(minutes * 10, 6)) / 10


def shards_document(shards: Sequence[PackedShard], *, desired: DesiredReference, tool_version: str) -> Json:
    """The same with every account."""
    return {
        **head("shards", ()),
        "tool": {"name": "reconciler", "version": tool_version},
        "desired": {"path": desired.path, "commit": desired.commit, "digest": desired.digest},
        "shards": [_shard(shard) for shard in shards],
    }


def _shard(shard: PackedShard) -> Json:
    return {
        "shard": shard.name,
        **_sums(shard),
        "accounts": [
            {
                "name": one.account,
                "rate": rate(one.rate),
                "installations": one.installations,
                "chargers": one.chargers,
                "plan_requests": one.plan_requests,
                "plan_minutes": tenths(one.plan_minutes),
                "snapshot_requests": one.snapshot_requests,
                "snapshot_minutes": tenths(one.snapshot_minutes),
            }
            for one in shard.accounts
        ],
    }


def _sums(shard: PackedShard) -> Json:
    """Sums over the accounts of a shard; minutes are those of the slowest."""
    accounts = shard.accounts
    return {
        "installations": sum(one.installations for one in accounts),
        "chargers": sum(one.chargers for one in accounts),
        "plan_requests": sum(one.plan_requests for one in accounts),
        "plan_minutes": tenths(shard.plan_minutes),
        "snapshot_requests": sum(one.snapshot_requests for one in accounts),
        "snapshot_minutes": tenths(shard.snapshot_minutes),
    }


def shards_matrix(shards: Sequence[PackedShard]) -> Json:
    """What `strategy.matrix` of a job takes; `accounts` is for RECONCILER_ACCOUNT, with spaces between names."""
    return {
        "include": [
            {"shard": shard.name, "accounts": " ".join(one.account for one in shard.accounts), **_sums(shard)}
            for shard in shards
        ]
    }


def shards_markdown(shards: Sequence[PackedShard]) -> str:
    """The table for the summary of a workflow; names of accounts are lower-case letters, digits and `-`."""
    lines = ["| " + " | ".join(_COLUMNS) + " |", "|---" * len(_COLUMNS) + "|"]
    lines += ["| " + " | ".join(_row(shard.name, shard.accounts)) + " |" for shard in shards]
    return "\n".join(lines) + "\n"
