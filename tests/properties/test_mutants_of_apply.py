"""Seeded bugs of apply, each killed by a named law on the sandbox. Those of planning stand in `test_mutants.py`."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from reconciler.live.executor import CloudExecutor
from reconciler.model.outcome import OutcomeKind, WriteAnswer, WriteStatus
from reconciler.planning import schedule
from reconciler.planning.classify import Verdict
from reconciler.workflows import read_back, site
from tests.properties.machine import machines
from tests.properties.mutants import Mutant
from tests.properties.test_law_8_honest import check_law_8, troubles
from tests.properties.test_laws_1_and_2_on_the_sandbox import check_law_1, check_law_2


def _answers_are_proof(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(read_back, "classify", lambda change, now: Verdict.ALREADY)


def _unclear_writes_are_repeated(patch: pytest.MonkeyPatch) -> None:
    original = CloudExecutor.write

    def twice(self: CloudExecutor, *arguments: Any) -> WriteAnswer:
        answer = original(self, *arguments)
        return original(self, *arguments) if answer.status is WriteStatus.UNCERTAIN else answer

    patch.setattr(CloudExecutor, "write", twice)


def _nothing_is_sent(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(CloudExecutor, "write", lambda *_: WriteAnswer(status=WriteStatus.ACCEPTED))


def _offline_chargers_are_told_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(schedule, "_holds", lambda site: {})


def _one_look_is_enough(patch: pytest.MonkeyPatch) -> None:
    original = read_back._look
    patch.setattr(read_back, "_look", lambda *a, **k: original(*a, **{**k, "attempt_is_last": True}))


def _a_step_is_done_unsent(patch: pytest.MonkeyPatch) -> None:
    def settle(work: Any, step: Any, changes: Any) -> list[Any]:
        work.settle(changes, (OutcomeKind.DONE, "read back"), step)
        return []

    patch.setattr(site, "_send", settle)


MUTANTS = (
    Mutant(name="an accepted answer is taken for proof", law="8", seed=_answers_are_proof),
    Mutant(name="an unclear write is sent again", law="8", seed=_unclear_writes_are_repeated),
    Mutant(name="nothing is sent at all", law="1", seed=_nothing_is_sent),
    Mutant(name="an offline charger is told twice", law="2", seed=_offline_chargers_are_told_again),
    Mutant(name="the first look decides", law="1", seed=_one_look_is_enough),
    Mutant(name="a step is called done without a request", law="1", seed=_a_step_is_done_unsent),
)
SEARCH = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[*HealthCheck],
)


def law(number: str) -> Callable[[], None]:
    """The law as a function that searches for a counterexample."""
    match number:
        case "1":
            return SEARCH(given(machines())(check_law_1))
        case "2":
            return SEARCH(given(machines())(check_law_2))
        case _:
            return SEARCH(given(machines(), troubles)(check_law_8))


@pytest.mark.parametrize("mutant", MUTANTS, ids=[mutant.name for mutant in MUTANTS])
def test_the_law_notices(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    """A law that no bug can break says nothing."""
    mutant.seed(monkeypatch)

    with pytest.raises((AssertionError, ExceptionGroup)) as caught:
        law(mutant.law)()

    assert caught.group_contains(AssertionError) if isinstance(caught.value, ExceptionGroup) else True
