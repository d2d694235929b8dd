"""The look before a hand-over: what refuses it, what to know about it, and what its file must say.

It only decides whether a file is written: what a plan may do is for the guards, which look again.
"""

from collections.abc import Iterator

from reconciler.model.handover import Order, Remark, Wanted, Weight
from reconciler.planning.handover_case import Case, Check
from reconciler.planning.handover_refusals import REFUSALS
from reconciler.planning.handover_warnings import WARNINGS


def remarks_of(case: Case) -> tuple[Remark, ...]:
    """Every refusal, else every warning: what warns of a site that cannot go only hides why."""
    refusals = tuple(_said(case, REFUSALS))
    return refusals or tuple(_said(case, WARNINGS))


def is_refused(remarks: tuple[Remark, ...]) -> bool:
    """Whether the hand-over must not start."""
    return any(remark.weight is Weight.REFUSAL for remark in remarks)


def wanted_of(case: Case, *, settings_done: bool) -> Wanted:
    """What the file shall say of a case without refusals.

    Args:
        case: Seen by our account.
        settings_done: Whether the live settings are as a hand-over wants them; decides when `Order.SEED` invites.
    """
    file = case.found.file
    listed = () if file is None else tuple(charger.serial for charger in file.chargers)
    uninvited = case.request.order is Order.SEED and not settings_done
    return Wanted(
        serial=case.request.serial,
        serials=tuple(sorted({case.request.serial, *case.along, *listed})),
        current_a=case.current_a,
        owner=None if uninvited else case.request.owner,
        group=case.group,
        wave=case.request.wave,
        waits_for_idle=case.switches,
    )


def _said(case: Case, checks: tuple[Check, ...]) -> Iterator[Remark]:
    for check in checks:
        remark = check(case)
        if remark is not None:
            yield remark
