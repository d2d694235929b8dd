"""The laws notice bugs: each seeded one is killed by the law it names."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.planning import test_every_order as every_order
from tests.properties import test_law_1_on_the_core as law_1
from tests.properties import test_law_3_minimal as law_3
from tests.properties import test_law_4_safe as law_4
from tests.properties import test_law_5_same_input as law_5
from tests.properties import test_law_6_undeclared as law_6
from tests.properties.mutants import MUTANTS, Mutant
from tests.properties.mutations import MUTATIONS
from tests.properties.strategies import cases, currents

EXAMPLES = 4000
SEARCH = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def _search(check: Callable[..., None], *strategies: st.SearchStrategy[object]) -> None:
    def look(drawn: tuple[object, ...]) -> None:
        check(*drawn)

    SEARCH(given(st.tuples(*strategies))(look))()


def _law_5() -> None:
    for _, where, mutate in MUTATIONS:
        law_5.check_mutation(mutate, where)
    _search(law_5.check_order, law_5.shuffles())


LAWS: dict[str, Callable[[], None]] = {
    "1": lambda: _search(law_1.check, cases(sites=1)),
    "3": lambda: _search(law_3.check, cases(sites=1)),
    "4": lambda: _search(law_4.check, cases(sites=1), law_4.walks),
    "4, limits": lambda: _search(law_4.check, currents(), law_4.walks),
    "4, every order": lambda: every_order.check(2) and None,
    "5": _law_5,
    "6": lambda: _search(law_6.check, cases()),
}


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_law_kills_it(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the bug seeded, the law fails."""
    mutant.seed(monkeypatch)

    with pytest.raises(AssertionError):
        LAWS[mutant.law]()
