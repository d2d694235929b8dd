"""The head of a plan in Markdown that was compared with its base: policy first, then where the plan comes from."""

from collections.abc import Sequence

from reconciler.model.change import Cause, Change
from reconciler.model.needs import blocked_of
from reconciler.model.plan import Plan
from reconciler.report import wording
from reconciler.report.marks import folded, name, span, text
from reconciler.report.origin_words import (
    POLICY_WARNING,
    base_words,
    of_cause,
    own_refusals,
    policy_kinds,
    snapshot_warning,
    snapshot_words,
)
from reconciler.report.policy_part import policy_line


def policy_lines(plan: Plan) -> list[str]:
    """One line per piece of policy that the files change."""
    return [policy_line(change) for change in sorted(plan.policy_changes, key=lambda one: one.sort_key)]


def policy_part(plan: Plan) -> list[str]:
    """All of them, in full view."""
    return ["\n".join(policy_lines(plan))] if plan.policy_changes else []


_NAMES_SHOWN = 8


def gone_head(plan: Plan) -> list[str]:
    """Which installations the pull request takes out of our care; nothing when it takes none."""
    gone = () if plan.base is None else plan.base.no_longer_managed
    if not gone:
        return []
    names = ", ".join(name(one) for _, one in gone[:_NAMES_SHOWN])
    more = f" and {len(gone) - _NAMES_SHOWN} more" if len(gone) > _NAMES_SHOWN else ""
    return [f"> [!WARNING]\n> **No longer managed:** {names}{more}. After the merge nothing compares or repairs them."]


def policy_head(plan: Plan) -> list[str]:
    """The sentence above them; nothing when the files change no policy."""
    if not plan.policy_changes:
        return []
    kinds = text(policy_kinds(plan.policy_changes))
    return [f"> [!WARNING]\n> **Policy:** {kinds}. This {POLICY_WARNING}. It needs a code owner."]


def origin_lines(plan: Plan) -> list[str]:
    """Snapshot and base; nothing for a plan from the live cloud without a base."""
    parts = []
    if plan.snapshot is not None:
        parts.append(f"From a snapshot {text(snapshot_words(plan))}.")
    if words := snapshot_warning(plan):
        parts.append(f"**Warning:** {text(words)}.")
    if plan.base is not None:
        parts.append(f"{text(base_words(plan)).capitalize()}.")
    return [" ".join(parts)] if parts else []


def title_words(plan: Plan) -> str:
    """What the pull request brings, before what was there already."""
    own, refused = of_cause(plan, Cause.PULL_REQUEST), own_refusals(plan)
    guards = f"refused by {wording.counted(len(refused), 'guard')}"
    if own:
        stuck = len(blocked_of(plan))
        lacks = f", of which {stuck} cannot be applied" if stuck else ""
        brings = f"this pull request brings {_changes(own)}{lacks}" + (f", and is {guards}" if refused else "")
    else:
        brings = f"this pull request {f'is {guards}' if refused else 'changes nothing at the chargers'}"
    rest = [f"{len(found)} {cause.value}" for cause in (Cause.BASE, Cause.DRIFT) if (found := of_cause(plan, cause))]
    before = len(plan.refusals) - len(refused)
    return "; ".join([brings, *rest, *([f"{before} refused on base already"] if before else [])])


def _changes(changes: Sequence[Change]) -> str:
    sites = len({change.target.installation_id for change in changes})
    return f"{wording.counted(len(changes), 'change')} at {wording.counted(sites, 'installation')}"


def withdrawn(plan: Plan) -> list[str]:
    """What the base wants and these files do not any more, folded."""
    lines = [
        f"{name(one.installation_name)}: {text(wording.setting(one.target, one.setting))} "
        f"{span(wording.before(one))} → {span(wording.after(one))}"
        for one in plan.withdrawn
    ]
    return [folded(f"{len(lines)} withdrawn: the base wants them, these files do not", lines)] if lines else []
