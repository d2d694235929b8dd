"""Words about the way back from a run: what it restores, and what nobody can restore."""

from reconciler.model.plan import Plan, Rollback
from reconciler.report import wording


def headline(plan: Plan, rollback: Rollback) -> str:
    """`Way back from run 2026…: 5 changes, 1 cannot be taken back`, or `Rest of the way back from run 2026…: …`."""
    changes = wording.counted(len(plan.changes), "change") if plan.changes else "nothing to change"
    lost = f", {len(rollback.lost)} cannot be taken back" if rollback.lost else ""
    which = "Way" if rollback.left_by is None else "Rest of the way"
    return f"{which} back from run {rollback.run_id}: {changes}{lost}"


def made_when(rollback: Rollback) -> str:
    """`Made before that run wrote anything`, or which run left the rest."""
    if rollback.left_by is None:
        return "Made before that run wrote anything"
    return f"Left by run {rollback.left_by}, which went that way"


def lost_by_site(rollback: Rollback) -> list[tuple[str, list[tuple[str, str]]]]:
    """What stays as the run left it: the name of each installation, and setting and reason of each loss."""
    sites: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for one in rollback.lost:
        place = (one.installation_name, one.target.installation_id)
        sites.setdefault(place, []).append((wording.setting(one.target, one.setting), one.reason))
    ordered = sorted(sites.items(), key=lambda item: (item[0][0].casefold(), item[0][1]))
    return [(place[0], lines) for place, lines in ordered]


def how_to(rollback: Rollback) -> str:
    """How to go that way; the file lies beside the journal of the run that wrote it."""
    if rollback.left_by is None:
        return f"`reconciler apply .reconciler/runs/{rollback.run_id}/rollback.json` takes the run back without asking"
    return f"`reconciler apply .reconciler/runs/{rollback.left_by}/residual.json` takes the rest back without asking"
