"""What one drift run really looked at; only that may be called resolved."""

from collections.abc import Mapping
from dataclasses import field, replace

from reconciler.model.change import Target
from reconciler.model.observed import Breadth
from reconciler.model.plan import Plan
from reconciler.planning.lookup import Lookup
from reconciler.records import dataclass

Place = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What was compared.

    Attributes:
        accounts: Accounts that were read.
        whole: Whether all files and all of these accounts were, so that what is gone from both counts as looked at.
        sites: Account and id of the chosen installations.
        visible: Those of them that could be seen.
        lost: Installations, chargers and people of whom something could not be read.
        unverified: Installations and people whose access nobody can tell.
    """

    accounts: frozenset[str]
    whole: bool
    sites: frozenset[Place]
    visible: frozenset[Place]
    lost: frozenset[Target] = field(default_factory=frozenset)
    unverified: frozenset[Target] = field(default_factory=frozenset)

    def at(self, target: Target, *, managed: bool) -> bool:
        """Whether this run would have found something wrong there."""
        place = target.account, target.installation_id
        if place not in self.sites:
            return self.whole and (target.account in self.accounts or managed)
        if place not in self.visible:
            return False
        whole = replace(target, principal=None)
        here = frozenset({target, whole})
        blind = target.principal is not None and not here.isdisjoint(self.unverified)
        return not (managed and (blind or not here.isdisjoint(self.lost)))


def looked_of(lookup: Lookup, plan: Plan) -> Looked:
    """What a plan over these files and this snapshot compared."""
    desired = lookup.desired
    sites = frozenset((one.account, one.id) for one in desired.installations)
    visible: Mapping[Place, object] = lookup.installations
    return Looked(
        accounts=frozenset(one.account for one in lookup.observed.reads),
        whole=desired.selection is None and lookup.observed.breadth is Breadth.ACCOUNT,
        sites=sites,
        visible=frozenset(place for place in sites if place in visible),
        lost=frozenset(item.target for item in plan.unreadable),
        unverified=frozenset(item.target for item in plan.unverifiable),
    )
