"""What needs a cloud: the sandbox behind HTTP in a process of its own, of which only what it was asked counts."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from reconciler.sandbox.generating.sites import generated_sites
from tests.bench.budgets import LIVE_MEMORY, OWN_CPU, RATE, READS, REJECTED, SELECTION, SELECTION_READS
from tests.bench.offline import BUDGETED, NOTHING_WRONG, validate
from tests.bench.prepared import RATE as CONFIGURED
from tests.bench.prepared import SEED, Prepared, mixed, prepared
from tests.bench.processes import Spent, document, ended_well, environment, in_turns, peak_mib, reconciler, spent_by
from tests.bench.results import Figure, figure, told
from tests.bench.served import serving

MOST = 10_000
"""Installations of a plan over HTTP; what grows beyond is measured without one."""
BUDGETED_REQUESTS = 3_000
"""Of a run at the rate; in a shorter one its beginning weighs more."""
SCALE = 500.0
"""World seconds per second, so that our own pace of 9.8/s never is what we wait for."""
LOGIN = {"ZAPTEC_USERNAME": "owner@sandbox.example", "ZAPTEC_PASSWORD": "sandbox"}


def planned(fleet: Prepared, url: str, report: Path, *selectors: str) -> Spent:
    """A plan over HTTP; its document goes to `report`."""
    env = environment(RECONCILER_SANDBOX_URL=url, **LOGIN)
    command = reconciler("plan", *selectors, "--report", f"json={report}")
    return ended_well(spent_by(command, folder=fleet.folder, env=env), codes=NOTHING_WRONG)


def whole(size: int, *, repeats: int) -> Iterator[Figure]:
    """Full plans with the limiter lifted: their requests, on average, and what our process alone used, the median."""
    fleet = prepared(size)
    with TemporaryDirectory() as folder, serving(fleet.world, time_scale=SCALE) as cloud:
        report = Path(folder) / "plan.json"
        turns = [planned(fleet, cloud.url, report) for _ in range(repeats)]
        reads = document(report)["summary"]["requests"]
    at = f"{size} installations, {fleet.chargers} chargers"
    asked = cloud.seen["reads"] / repeats
    used_s = [spent.cpu_s for spent in turns]
    cpu_s = median(used_s)
    yield figure(READS, at, asked / fleet.fewest_reads, detail={"asked": asked, **_reads(reads)})
    yield figure(
        OWN_CPU,
        at,
        1000 * cpu_s / fleet.chargers,
        binding=size == BUDGETED,
        detail={
            "cpu_s": cpu_s,
            "lowest_s": min(used_s),
            "highest_s": max(used_s),
            "wall_s": median(spent.wall_s for spent in turns),
            "per_request_ms": 1000 * cpu_s / max(1, asked),
        },
    )
    yield figure(LIVE_MEMORY, at, peak_mib(turns))


def _reads(requests: dict[str, Any]) -> dict[str, float]:
    return {"told": requests["read"], "floor": requests["read_floor"]}


def selection(size: int, *, repeats: int) -> Iterator[Figure]:
    """Three files of a large fleet: loaded without the rest, and nothing else is asked for."""
    fleet = prepared(size)
    at = f"3 of {size} files"
    with TemporaryDirectory() as folder, serving(fleet.world, time_scale=SCALE) as cloud:
        report = Path(folder) / "plan.json"

        def three() -> Spent:
            return planned(fleet, cloud.url, report, *fleet.three)

        validate(fleet)
        first = three()
        pair = in_turns(
            three, lambda: ended_well(spent_by(reconciler("validate"), folder=fleet.folder)), repeats=repeats
        )
        reads = document(report)["summary"]["requests"]
    seconds = {"three_s": pair.ours_s, "all_s": pair.peer_s}
    yield figure(SELECTION, at, pair.ratio, binding=size == BUDGETED, detail=seconds)
    yield told("plan of 3 files, the first time", at, first.wall_s / pair.peer_s)
    yield figure(SELECTION_READS, at, reads["read"] / fleet.three_reads, detail=_reads(reads))


def rates(latencies_ms: Sequence[int], *, requests: int) -> Iterator[Figure]:
    """Full plans against the cloud's own limiter, side by side, because all of them mostly wait."""
    fleet = _of_requests(requests)
    with ThreadPoolExecutor(max_workers=len(latencies_ms)) as pool:
        seen = list(pool.map(lambda latency: _at_latency(fleet, latency), latencies_ms))
    for latency_ms, (one, spent) in zip(latencies_ms, seen, strict=True):
        at = f"{latency_ms} ms, {one['reads']} requests at {CONFIGURED}/s"
        achieved = (one["reads"] - 1) / one["between_s"]
        yield figure(
            RATE,
            at,
            achieved / CONFIGURED,
            binding=requests >= BUDGETED_REQUESTS,
            detail={"per_s": achieved, "wall_s": spent.wall_s, "cpu_s": spent.cpu_s},
        )
        yield figure(REJECTED, at, one["statuses"].get("429", 0))


def _at_latency(fleet: Prepared, latency_ms: int) -> tuple[dict[str, Any], Spent]:
    with TemporaryDirectory() as folder, serving(fleet.world, latency_ms=latency_ms, limited=True) as cloud:
        spent = planned(fleet, cloud.url, Path(folder) / "plan.json")
    return cloud.seen, spent


def _of_requests(requests: int) -> Prepared:
    """The smallest fleet that has so many chargers to ask for their state."""
    asked = 0
    for site in generated_sites(mixed(), requests, seed=SEED):
        asked += len(site.reads_state_of)
        if asked >= requests:
            return prepared(site.number + 1)
    return prepared(requests)
