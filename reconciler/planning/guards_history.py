"""Guards about what earlier runs did: writing again and again what does not stay."""

from collections.abc import Iterable

from reconciler.model.words import after, counted, setting
from reconciler.planning.guard import Objection
from reconciler.planning.quarantine import FIGHTS, fight_over
from reconciler.planning.site import Site


def non_converging(site: Site) -> Iterable[Objection]:
    """What was written and seen to be there twice within a month, and is off again, is not written a third time."""
    for change in site.changes:
        fight = fight_over(change, site.policy.unsteady)
        if fight is None:
            continue
        yield Objection(
            measured=f"written and seen {counted(fight.times, 'time')} since {fight.since:%Y-%m-%d}, changed back each "
            "time",
            limit=f"less than {counted(FIGHTS, 'time')} within 30 days",
            message=f"{setting(change.target, change.setting)} does not stay at {after(change)}: somebody else writes "
            "it too",
            remedy="find out who writes it and stop that, or add an exception with an end; then acknowledge the guard",
            charger=change.target.charger,
        )
