"""How many requests reading takes and how long, told from the files before anything is asked."""

from collections.abc import Sequence

from reconciler.model.desired import DesiredFleet
from reconciler.model.observed import ReadNeed
from reconciler.model.shard import ReadingTime
from reconciler.planning.reads import list_pages, needs_of


def requests_for(installations: int, chargers: int, *, states: int, sites: int = 0) -> int:
    """Requests that read one account: both lists, so many states, and so many calls about single sites."""
    return list_pages(installations, chargers) + states + sites


def reading_times(desired: DesiredFleet) -> tuple[ReadingTime, ...]:
    """One for each account that files use, by name; an account without installations needs no reading."""
    needs: dict[str, list[ReadNeed]] = {}
    for need in needs_of(desired):
        needs.setdefault(need.account, []).append(need)
    sizes: dict[str, int] = dict.fromkeys(needs, 0)
    for site in desired.installations:
        sizes[site.account] += len(site.chargers)
    return tuple(
        _time_of(name, needs[name], chargers=sizes[name], rate=desired.account(name).rate) for name in sorted(needs)
    )


def _time_of(name: str, needs: Sequence[ReadNeed], *, chargers: int, rate: float) -> ReadingTime:
    access = sum(need.permissions + len(need.charger_permissions_of) for need in needs)
    states = sum(len(need.state_of) for need in needs)
    return ReadingTime(
        account=name,
        installations=len(needs),
        chargers=chargers,
        rate=rate,
        plan_requests=requests_for(len(needs), chargers, states=states, sites=access),
        snapshot_requests=requests_for(len(needs), chargers, states=chargers, sites=len(needs) + access),
    )
