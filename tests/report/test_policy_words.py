"""Changes of policy: whatever free text stands around them, and however many there are, a reviewer sees what moves."""

from dataclasses import replace
from datetime import date

import pytest

from reconciler.model.plan import Plan
from reconciler.model.plan_origin import BaseReference, PolicyChange, PolicyKind
from reconciler.report.comment import plan_comment
from reconciler.report.github import plan_annotations
from reconciler.report.marks import text
from reconciler.report.origin_words import policy_kinds, policy_words
from tests.report.samples import FIXTURE

LONG = "because " * 62


def change(before: str | None, after: str | None, *, subject: str = "lose-load-balancing at Solbakken") -> PolicyChange:
    return PolicyChange(kind=PolicyKind.ACKNOWLEDGEMENT, subject=subject, before=before, after=after)


def test_a_short_change_is_told_whole() -> None:
    """Kind, subject, before and after."""
    assert policy_words(change("until 2030-01-01, by KL: x", None)) == (
        "acknowledgement lose-load-balancing at Solbakken: until 2030-01-01, by KL: x → nothing"
    )


@pytest.mark.parametrize("subject", ["short", "long " * 100])
def test_a_long_reason_does_not_push_the_new_end_away(subject: str) -> None:
    """Both values are cut, each for itself, also where the whole line is escaped for a comment."""
    before, after = (f"until {date(year, 1, 1)}, by KL: {LONG}" for year in (2030, 2099))

    shown = text(policy_words(change(before, after, subject=subject)))

    assert "until 2030-01-01, by KL" in shown
    assert "until 2099-01-01, by KL" in shown


def test_values_that_differ_only_where_they_are_cut_are_not_shown_as_equal() -> None:
    """Otherwise a reviewer would take the line for no change."""
    shown = policy_words(change(f"until 2030-01-01, by KL: {LONG}a", f"until 2030-01-01, by KL: {LONG}b"))

    assert shown.count("until 2030-01-01") == 1
    assert shown.endswith("… (it differs further on, see the files)")


KINDS_BY_DANGER = [
    PolicyKind.ALLOWED_HOST,
    PolicyKind.GUARD,
    PolicyKind.BOUND,
    PolicyKind.ACKNOWLEDGEMENT,
    PolicyKind.ATTESTATION,
    PolicyKind.EXCEPTION,
    PolicyKind.ACCOUNT,
]


def one_of(kind: PolicyKind, subject: str, *, before: str | None = None, after: str | None = "new") -> PolicyChange:
    return PolicyChange(kind=kind, subject=subject, before=before, after=after)


def flood(kind: PolicyKind) -> tuple[PolicyChange, ...]:
    """So many of one kind that they alone fill a comment, and one of every other; the worst order to begin with."""
    others = [one_of(other, f"needle {other.value}") for other in PolicyKind if other is not kind]
    return (*(one_of(kind, f"hay {number:04d} {'x' * 90}") for number in range(3000)), *others)


def plan_with(changes: tuple[PolicyChange, ...]) -> Plan:
    return replace(FIXTURE, policy_changes=changes, base=BaseReference(commit="a" * 40))


def test_the_most_dangerous_comes_first() -> None:
    """What lets chargers talk to somebody else, then what lifts a safety, then who logs in."""
    changes = [one_of(kind, "x") for kind in PolicyKind]

    assert [one.kind for one in sorted(changes, key=lambda one: one.sort_key)] == KINDS_BY_DANGER


def test_what_is_changed_comes_before_what_is_new_and_what_goes() -> None:
    """Another cloud for an account that is in use is worse than one more account."""
    new, gone = one_of(PolicyKind.ACCOUNT, "a"), one_of(PolicyKind.ACCOUNT, "b", before="x", after=None)
    changed = one_of(PolicyKind.ACCOUNT, "c", before="sandbox", after="zaptec")

    assert sorted([gone, new, changed], key=lambda one: one.sort_key) == [changed, new, gone]


@pytest.mark.parametrize("kind", PolicyKind)
def test_a_flood_of_one_kind_hides_no_other_in_the_comment(kind: PolicyKind) -> None:
    """Every kind is seen, and of each is told how many are not."""
    shown = plan_comment(plan_with(flood(kind)))

    assert [other for other in PolicyKind if other is not kind and f"needle {other.value}" not in shown] == []
    kept = shown.count("hay ")
    assert 0 < kept < 3000
    left = next(line for line in shown.splitlines() if "Left out here" in line)
    assert f"{3000 - kept} " in left


@pytest.mark.parametrize("kind", PolicyKind)
def test_a_flood_of_one_kind_hides_no_other_in_the_annotations(kind: PolicyKind) -> None:
    """GitHub shows ten; the tenth says how many of what are missing."""
    lines = plan_annotations(plan_with(flood(kind))).splitlines()

    warnings = [line for line in lines if line.startswith("::warning")]
    assert len(warnings) == 10
    assert [other for other in PolicyKind if other is not kind and f"needle {other.value}" not in str(warnings)] == []
    assert "2997 Policy" in warnings[-1]


def test_settings_of_one_account_are_one_account() -> None:
    """Four keys of one are told as such, and two accounts as two."""
    keys = [one_of(PolicyKind.ACCOUNT, f"{key} of account main") for key in ("cloud", "credentials", "group", "rate")]

    assert policy_kinds(keys) == "1 account (4 settings)"
    assert policy_kinds([*keys, one_of(PolicyKind.ACCOUNT, "cloud of account b")]) == "2 accounts (5 settings)"
