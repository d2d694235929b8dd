"""A fleet at its beginning: fleet.yaml is there, no installation file is."""

from reconciler.loading.fleet_file import accounts_of, limits_of
from reconciler.loading.load import LoadedFleet
from reconciler.model.desired import DesiredFleet
from reconciler.model.problem import Severity


def without_installations(loaded: LoadedFleet, path: str) -> DesiredFleet | None:
    """What fleet.yaml says when nothing else is wrong than that there is no installation yet; None otherwise."""
    errors = [problem for problem in loaded.problems if problem.severity is Severity.ERROR]
    fleet = loaded.origins.fleet
    is_only_empty = loaded.files == 0 and [problem.code for problem in errors] == ["E019"]
    if fleet is None or not is_only_empty or not fleet.shared.is_sound:
        return None
    return DesiredFleet(
        path=path,
        digest="",
        accounts=accounts_of(fleet.shared.fleet),
        limits=limits_of(fleet.shared.fleet),
        allowed_hosts=tuple(sorted(fleet.shared.rules.allowed_hosts or ())),
    )
