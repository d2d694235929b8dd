"""The names of guards that files may use are those of the guards that planning has."""

from reconciler.model.guard_ids import ACKNOWLEDGEABLE, GUARD_IDS, LiftedBy
from reconciler.planning.explanations import EXPLANATIONS
from reconciler.planning.guards import FLEET_GUARDS, GUARDS


def test_the_names_are_those_of_the_guards() -> None:
    """A guard that is added or renamed must be known to the files too."""
    of_sites = {guard.id for guard in GUARDS}
    of_the_fleet = {guard.id for guard in FLEET_GUARDS}

    assert [guard.id for guard in GUARD_IDS] == sorted(of_sites | of_the_fleet)


def test_a_file_lifts_what_planning_lets_it_lift() -> None:
    """An acknowledgement that does nothing would be believed."""
    assert set(ACKNOWLEDGEABLE) == {guard.id for guard in GUARDS if guard.liftable}


def test_what_no_file_lifts_is_told_apart() -> None:
    """Budgets of the fleet can be accepted for one run; the other guards not at all."""
    by_run = {guard.id for guard in GUARD_IDS if guard.lifted_by is LiftedBy.RUN}
    by_nothing = {guard.id for guard in GUARD_IDS if guard.lifted_by is LiftedBy.NOTHING}

    assert by_run == {guard.id for guard in FLEET_GUARDS}
    assert by_nothing == {guard.id for guard in GUARDS if not guard.liftable}


def test_every_guard_can_be_explained() -> None:
    """Messages about files send people to `reconciler explain` with the guard's id."""
    explained = {one.title.partition(": ")[0] for one in EXPLANATIONS}

    assert {guard.id for guard in GUARD_IDS} <= explained
