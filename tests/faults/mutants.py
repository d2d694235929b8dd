"""Seeded bugs of the product; the fault matrix must notice each.

A mutant replaces one function or table while its cut of the matrix runs; nothing here is ever used by the product.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from reconciler.live import client, session
from reconciler.live.executor import CloudExecutor
from reconciler.model.outcome import OutcomeKind, WriteAnswer, WriteStatus
from reconciler.planning import access, guards_access, order, schedule
from reconciler.planning.classify import Verdict
from reconciler.planning.order import Phase
from reconciler.store.runs import RunFolder
from reconciler.workflows import apply, leaving, read_back, site, standing, touched
from tests.faults.baseline import baseline
from tests.faults.judge import Law
from tests.faults.kinds import BY_NAME
from tests.faults.matrix import due
from tests.faults.run import Moment, one_run

Patch = pytest.MonkeyPatch


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One bug.

    Attributes:
        about: Which part of the product it is in.
        law: What must break; another law alone is not enough.
        cut: Scenarios and kinds that must show it; every moment at which a write is due is tried until one does.
        near: The moment that is tried first; None for the last one.
    """

    name: str
    about: str
    law: Law
    seed: Callable[[Patch], None]
    cut: tuple[tuple[str, str], ...]
    near: int | None = None


def _raises_do_not_wait(patch: Patch) -> None:
    rules = tuple(
        rule for rule in order.RULES if (rule.later, rule.earlier) != (Phase.RAISE_CHARGER, Phase.LOWER_CHARGER)
    )
    patch.setattr(order, "RULES", rules)


def _answers_are_proof(patch: Patch) -> None:
    patch.setattr(read_back, "classify", lambda change, now: Verdict.ALREADY)


def _nobody_looks_before_a_write(patch: Patch) -> None:
    patch.setattr(site, "_still_valid", lambda work, step, changes: list(changes))


def _half_a_switch_is_sent(patch: Patch) -> None:
    patch.setattr(standing, "ALL_OR_NOTHING", frozenset())
    patch.setattr(site, "ALL_OR_NOTHING", frozenset())


def _unclear_writes_are_repeated(patch: Patch) -> None:
    original = CloudExecutor.write

    def twice(self: CloudExecutor, *arguments: Any) -> WriteAnswer:
        answer = original(self, *arguments)
        return original(self, *arguments) if answer.status is WriteStatus.UNCERTAIN else answer

    patch.setattr(CloudExecutor, "write", twice)


def _writes_are_not_announced(patch: Patch) -> None:
    original = RunFolder.record

    def record(self: RunFolder, event: str, data: Mapping[str, object]) -> None:
        if event != "before-write":
            original(self, event, data)

    patch.setattr(RunFolder, "record", record)


def _writes_are_announced_afterwards(patch: Patch) -> None:
    original = RunFolder.record
    kept: dict[str, Mapping[str, object]] = {}

    def record(self: RunFolder, event: str, data: Mapping[str, object]) -> None:
        step = str(data.get("step"))
        if event == "before-write":
            kept[step] = data
            return
        if event == "after-write":
            original(self, "before-write", kept.pop(step))
        original(self, event, data)

    patch.setattr(RunFolder, "record", record)


def _a_resume_does_not_wait(patch: Patch) -> None:
    patch.setattr(apply, "_wait_for_what_was_in_flight", lambda run: None)


def _a_resume_does_not_read(patch: Patch) -> None:
    original = site._settle_what_is_not_to_do

    def settle(work: Any, *arguments: Any) -> None:
        sent = [change for change in work.site.changes if change.id in work.run.earlier.sent]
        work.settle(sent, (OutcomeKind.DONE, "sent before the interruption"))
        original(work, *arguments)

    patch.setattr(site, "_settle_what_is_not_to_do", settle)


def _invited_is_good_enough(patch: Patch) -> None:
    """Planning and the second look at apply ask the same question."""
    patch.setattr(guards_access, "removal", lambda owners, needed, gate=None: access.Removal.FREE)
    patch.setattr(leaving, "gate_is_open", lambda *_, **__: True)
    patch.setattr(guards_access, "_nobody_manages", lambda _: ())


def _sites_are_left_blindly(patch: Patch) -> None:
    patch.setattr(schedule, "_left_blindly", lambda *_: frozenset())
    # The second guard: what could be read again by the time of the removal holds it back as well.
    patch.setattr(touched, "leaving", lambda _: iter(()))
    patch.setattr(touched, "_may_leave", lambda _: False)


def _the_available_current_stays_out(patch: Patch) -> None:
    patch.setattr(client, "members_to_send", lambda *_, **__: {})


def _a_garbled_answer_is_an_accident(patch: Patch) -> None:
    patch.setattr(session, "decode", json.loads)


MUTANTS: tuple[Mutant, ...] = (
    Mutant(
        name="a raise does not wait for the lowering",
        about="order",
        law=Law.SAFE,
        seed=_raises_do_not_wait,
        cut=(("swap", "expired-token"), ("swap", "lost-after")),
    ),
    Mutant(
        name="an accepted answer is taken for proof",
        about="read-back",
        law=Law.HONEST,
        seed=_answers_are_proof,
        cut=(("swap", "empty-answer"), ("swap", "not-json")),
    ),
    Mutant(
        name="nobody looks before a write",
        about="precondition",
        law=Law.PRECONDITION,
        seed=_nobody_looks_before_a_write,
        cut=(("swap", "writer-before"), ("breaker", "writer-after")),
    ),
    Mutant(
        name="half of the native switch is sent",
        about="precondition",
        law=Law.PRECONDITION,
        seed=_half_a_switch_is_sent,
        cut=(("entering", "writer-before"), ("entering", "writer-after")),
    ),
    Mutant(
        name="an unclear write is sent again",
        about="repeat",
        law=Law.ONCE,
        seed=_unclear_writes_are_repeated,
        cut=(("swap", "lost-after"), ("webhooks", "timeout")),
    ),
    Mutant(
        name="a write is not announced in the journal",
        about="journal",
        law=Law.ONCE,
        seed=_writes_are_not_announced,
        cut=(("swap", "kill-after-call"), ("webhooks", "kill-after-call")),
    ),
    Mutant(
        name="a write is announced after its answer",
        about="journal",
        law=Law.ONCE,
        seed=_writes_are_announced_afterwards,
        cut=(("swap", "kill-after-call"), ("webhooks", "kill-after-call")),
    ),
    Mutant(
        name="a resume does not wait for what is in flight",
        about="resume",
        law=Law.ONCE,
        seed=_a_resume_does_not_wait,
        cut=(("swap", "kill-after-call"), ("webhooks", "kill-after-call")),
    ),
    Mutant(
        name="a resume believes what it sent without reading",
        about="resume",
        law=Law.HONEST,
        seed=_a_resume_does_not_read,
        cut=(("swap", "kill-before-call"), ("webhooks", "kill-after-line")),
    ),
    Mutant(
        name="an invitation opens the gate",
        about="order of access",
        law=Law.SAFE,
        seed=_invited_is_good_enough,
        cut=(("invitation", "expired-token"),),
    ),
    Mutant(
        name="a site that could not be read is handed over",
        about="order of access",
        law=Law.RECOVERS,
        seed=_sites_are_left_blindly,
        cut=(("handover", "revoked-access"),),
        near=3,
    ),
    Mutant(
        name="a new breaker resets the available current",
        about="calls",
        law=Law.PLANNED,
        seed=_the_available_current_stays_out,
        cut=(("breaker", "expired-token"),),
    ),
    Mutant(
        name="a garbled answer is no error of ours",
        about="errors",
        law=Law.OUR_ERRORS,
        seed=_a_garbled_answer_is_an_accident,
        cut=(("swap", "truncated-body"),),
    ),
)
"""Every one of them is noticed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caught:
    """How a mutant was noticed.

    Attributes:
        runs: How many it took.
        broken: Which laws did not hold in them, and how often.
        moment: The run that broke the law that is to catch it; None when no run did.
    """

    mutant: Mutant
    runs: int
    broken: Counter[Law]
    moment: Moment | None = None

    @property
    def noticed(self) -> bool:
        """Whether the law broke that is to catch it."""
        return self.broken[self.mutant.law] > 0


def hunt(mutant: Mutant, *, seeds: Sequence[int] = (0, 1)) -> Caught:
    """Run the cut of a mutant until the law breaks that is to catch it."""
    chosen = list(_moments(mutant, seeds))  # the baselines, made while everything is in order
    broken: Counter[Law] = Counter()
    with pytest.MonkeyPatch.context() as patch:
        mutant.seed(patch)
        for number, moment in enumerate(chosen, start=1):
            broken.update(one.law for one in one_run(moment).broken)
            if broken[mutant.law]:
                return Caught(mutant=mutant, runs=number, broken=broken, moment=moment)
    return Caught(mutant=mutant, runs=len(chosen), broken=broken)


def _moments(mutant: Mutant, seeds: Sequence[int]) -> Iterator[Moment]:
    """Usually late moments first: most bugs show once something was sent."""
    for seed in seeds:
        for scenario, kind in mutant.cut:
            count = due(BY_NAME[kind], baseline(scenario, seed))
            near = count if mutant.near is None else mutant.near
            for position in sorted(range(count), key=lambda one: abs(one - near)):
                yield Moment(scenario=scenario, kind=kind, position=position, seed=seed)
