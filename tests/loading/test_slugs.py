"""Names from the cloud become plain file names and one-line values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.loading.slugs import LONGEST_NAME, LONGEST_SLUG, safe_name, slug_of


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Elveveien 12", "elveveien-12"),
        ("Ærlig Ødegård", "aerlig-odegard"),
        ("../../etc/passwd", "etc-passwd"),
        ("CON", "site-con"),
        ("com1", "site-com1"),
        ("", "installation"),
        ("🏠", "installation"),
        ("--x--", "x"),
    ],
)
def test_a_slug_says_what_the_name_said(name: str, slug: str) -> None:
    """As far as a file name can."""
    assert slug_of(name) == slug


@given(st.text())
def test_a_slug_is_always_a_plain_file_name(name: str) -> None:
    """Whatever somebody called the installation."""
    slug = slug_of(name)

    assert slug.isascii()
    assert slug.replace("-", "").isalnum()
    assert 0 < len(slug) <= LONGEST_SLUG + len("site-")
    assert slug == slug_of(slug)


@given(st.text())
def test_a_name_fits_on_one_line(name: str) -> None:
    """Nothing in it acts on a terminal, and nobody's address stands there."""
    safe = safe_name(name)

    assert safe.isprintable()
    assert len(safe) <= LONGEST_NAME
    assert "\n" not in safe
