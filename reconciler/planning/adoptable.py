"""Which findings `adopt` ends: asked once for all differences of an installation, of the code that adopts."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from reconciler.model.adoption import Adopted
from reconciler.model.change import Change, Target
from reconciler.model.observed import ObservedInstallation
from reconciler.planning.adopting import of_changes
from reconciler.planning.case import LOWEST_A
from reconciler.planning.site import MODE

Key = tuple[Target, str]


class FileRules(Protocol):
    """Knows what the rules of the files do not let stand."""

    def refused(self, installation_id: str, adopted: Sequence[Adopted]) -> frozenset[Key]:
        """Targets and settings that the file of an installation may not take over."""
        ...


def adoptable(changes: Iterable[Change], observed: ObservedInstallation, rules: FileRules | None) -> frozenset[Key]:
    """Targets and settings that `adopt` takes over, by serial for those of chargers, else the whole installation.

    Args:
        changes: Of one installation, that a file may take over as far as plan and exceptions go.
        observed: The same installation.
        rules: None when there are no files to ask, as in a plan made of values.
    """
    every = tuple(changes)
    adopted = tuple(one for one in of_changes(every, observed)[0] if not _is_off(one))
    of_chargers = tuple(one for one in adopted if one.target.charger is not None)
    found = {(one.target, one.setting) for one in adopted}
    found -= _refused(of_chargers, observed.id, rules)
    if len(of_chargers) < len(adopted):
        found -= {key for key in _refused(adopted, observed.id, rules) if key[0].charger is None}
    with_mode = {key for key in found if key[1] == MODE}
    if with_mode:  # its configuration comes along
        found |= {(one.target, one.setting) for one in every if one.setting.startswith("authentication.")}
    return frozenset(found)


def _refused(adopted: Sequence[Adopted], installation_id: str, rules: FileRules | None) -> frozenset[Key]:
    return rules.refused(installation_id, adopted) if rules is not None and adopted else frozenset()


def _is_off(one: Adopted) -> bool:
    """A charger that nobody can charge at: 0 A needs a reason and an end in the file, and 1 to 5.9 A may not stand."""
    return one.setting == "maxCurrent" and one.target.charger is not None and _below(one.now)


def _below(live: object) -> bool:
    return isinstance(live, float) and live < LOWEST_A
