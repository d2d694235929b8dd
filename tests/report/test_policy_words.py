"""A change of policy in one line: whatever free text stands around it, a reviewer sees what moves."""

from datetime import date

import pytest

from reconciler.model.plan_origin import PolicyChange, PolicyKind
from reconciler.report.marks import text
from reconciler.report.origin_words import policy_words

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
