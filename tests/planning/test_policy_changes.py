"""Every difference in policy is told, whatever else stands beside it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

import pytest

from reconciler.model.desired import Acknowledgement, Attestation, DesiredFleet, Deviation, GuardLimits
from reconciler.model.plan_origin import PolicyChange, PolicyKind
from reconciler.planning.policy_changes import policy_changes
from tests.builders import SITE, fleet, wants

SOON, LATER = date(2030, 1, 1), date(2040, 1, 1)
NO_BOUNDS: Mapping[str, str] = {}


def acknowledged(*entries: Acknowledgement) -> DesiredFleet:
    """A fleet with one installation whose file acknowledges that."""
    return fleet(replace(wants(), acknowledgements=entries))


def acknowledgement(until: date) -> Acknowledgement:
    return Acknowledgement(guard="lose-load-balancing", by="KL", reason="balanced", until=until)


def deviation(until: date) -> Deviation:
    return Deviation(
        installation_id=SITE, setting="maxCurrent", charger=None, value=None, until=until, owner="KL", reason="x"
    )


def attestation(until: date) -> Attestation:
    return Attestation(
        installation_id=SITE, digest="sha256:0", attested_on=SOON, valid_until=until, by="KL", evidence="seen"
    )


def changes(head: DesiredFleet, base: DesiredFleet) -> tuple[PolicyChange, ...]:
    return policy_changes(head, base, head_bounds=NO_BOUNDS, base_bounds=NO_BOUNDS)


ADDED_BEFORE_ITS_LIKE = [
    (
        PolicyKind.ACKNOWLEDGEMENT,
        acknowledged(acknowledgement(LATER), acknowledgement(SOON)),
        acknowledged(acknowledgement(SOON)),
    ),
    (
        PolicyKind.EXCEPTION,
        fleet(deviations=[deviation(LATER), deviation(SOON)]),
        fleet(deviations=[deviation(SOON)]),
    ),
    (
        PolicyKind.ATTESTATION,
        fleet(attestations=[attestation(LATER), attestation(SOON)]),
        fleet(attestations=[attestation(SOON)]),
    ),
]


@pytest.mark.parametrize(("kind", "head", "base"), ADDED_BEFORE_ITS_LIKE)
def test_one_more_of_the_same_is_told(kind: PolicyKind, head: DesiredFleet, base: DesiredFleet) -> None:
    """An entry that stays as it was cannot cover another one about the same thing."""
    found = changes(head, base)

    assert [(one.kind, one.before, LATER.isoformat() in (one.after or "")) for one in found] == [(kind, None, True)]


@pytest.mark.parametrize(("kind", "head", "base"), ADDED_BEFORE_ITS_LIKE)
def test_the_order_of_entries_is_no_change(kind: PolicyKind, head: DesiredFleet, base: DesiredFleet) -> None:
    """Sorted before they are compared."""
    turned = replace(
        head,
        deviations=head.deviations[::-1],
        attestations=head.attestations[::-1],
        installations=tuple(replace(site, acknowledgements=site.acknowledgements[::-1]) for site in head.installations),
    )

    assert changes(turned, head) == ()


@pytest.mark.parametrize(("more", "said"), [({"accepted": True}, "owners accepted"), ({"left": True}, "we left")])
def test_a_word_that_says_more_is_told(more: Mapping[str, bool], said: str) -> None:
    """Whoever reviews it sees what it would end."""
    word = attestation(SOON)

    (found,) = changes(fleet(attestations=[replace(word, **more)]), fleet(attestations=[word]))

    assert (said in str(found.before), said in str(found.after)) == (False, True)


def test_one_that_changes_is_one_change() -> None:
    """With both values, so that a reviewer sees what moved."""
    found = changes(fleet(deviations=[deviation(LATER)]), fleet(deviations=[deviation(SOON)]))

    assert [(SOON.isoformat() in str(one.before), LATER.isoformat() in str(one.after)) for one in found] == [
        (True, True)
    ]


@pytest.mark.parametrize(
    "made",
    [
        lambda: acknowledged(replace(acknowledgement(SOON), by="K" * 400, reason="r" * 400)),
        lambda: fleet(deviations=[replace(deviation(SOON), owner="K" * 400, reason="r" * 400)]),
        lambda: fleet(attestations=[replace(attestation(SOON), by="K" * 400, evidence="r" * 400)]),
    ],
)
def test_the_end_leads(made: Callable[[], DesiredFleet]) -> None:
    """How long it holds stands before anything that can be long."""
    (found,) = changes(made(), acknowledged())

    assert str(found.after).startswith("until 2030-01-01, ")


def test_numbers_are_told_apart_to_the_last_digit() -> None:
    """1234567 is not 1234568."""
    most, more = (fleet(limits=GuardLimits(max_changed_installations=number)) for number in (1234567, 1234568))

    found = changes(more, most)

    assert [(one.subject, one.before, one.after) for one in found] == [
        ("maxChangedInstallations", "1234567", "1234568")
    ]


def test_the_whole_digest_of_an_attestation_counts() -> None:
    """Not only as much of it as is usually shown."""
    one, other = (fleet(attestations=[replace(attestation(SOON), digest="sha256:" + "0" * 63 + sign)]) for sign in "12")

    assert len(changes(one, other)) == 1
