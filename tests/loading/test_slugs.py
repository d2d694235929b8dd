"""Names from the cloud become plain file names and one-line values."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.loading.slugs import LONGEST_NAME, LONGEST_SLUG, file_names, safe_name, slug_of


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Elveveien 12", "elveveien-12"),
        ("Ærlig Ødegård", "aerlig-odegard"),
        ("Ba\u030alsrud", "balsrud"),
        ("BLÅBÆRSTIEN 3 B", "blabaerstien-3-b"),
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


ADDRESSES = [
    "ola@people.example",
    "ola＠people.example",
    "ola﹫x.example",
    '"ola n"@x.example',
    "ola@[127.0.0.1]",
    "ola @ people.example",
    "ola@\npeople.example",
    "ola\n@people.example",
    "ola%40people.example",
    "ola@@people.example",
    "ola @@ people.example",
    "ola @ people . example",
    "ola%EF%BC%A0people.example",
    "ola%ef%bc%a0people%2eexample",
    "ola%2540people.example",
    "ola&#64;people.example",
    "ola&#x40;people.example",
    "ola&amp;commat;people.example",
    "o\u200bla@peo\u200bple.example",
    "ola@\u200bpeople.example",
    "ola\u200b@\u200bpeople.example",
    "ola\u00ad@people.example",
    "ola@people。example",
    "ｏｌａ＠ｐｅｏｐｌｅ．ｅｘａｍｐｌｅ",
    "mailto:ola@people.example",
]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("around", ["{}", "Hytte {} (leie)", "Hytte;{};99", "\u202e{}"])
def test_no_way_of_writing_an_address_gets_through(address: str, around: str) -> None:
    """Neither the name in the file nor the name of the file tells whom to write to."""
    name = around.format(address)

    assert not re.search("ola|ex|ple", unicodedata.normalize("NFKC", safe_name(name)))
    assert not re.search("ola|ex|ple", slug_of(name))


@pytest.mark.parametrize(
    "name", ["Kafé @ Torget", "Bygg 3 @ nord", "100%40", "@home", "P@", "Møte @ nord. Så", "Bed&#64;", "@@"]
)
def test_a_sign_alone_is_no_address(name: str) -> None:
    """Only what somebody could write to is taken out."""
    assert safe_name(name) == name


ID = "0b7f4f6a-33d1-4a52-9c8e-5a1e2d3c4b%02d"
WORDS = ["Solbakken", "solbakken ", "Sølbakken-0b7f4f6a", "Solbakken-" + ID % 1, "", "🏠"]


class TestFileNames:
    """One name for each installation of a whole account."""

    def test_a_name_of_its_own_stays_short(self) -> None:
        """Nothing but the name of the place."""
        assert file_names({ID % 1: "Solbakken", ID % 2: "Furulia"}, ()) == {ID % 1: "solbakken", ID % 2: "furulia"}

    def test_who_shares_a_name_carries_the_id(self) -> None:
        """All of them, so that nobody is the first one; never a number that depends on the order."""
        other = "91c2b6f4-6a0d-4c1e-b7a3-0d5e8f2a4c03"

        names = file_names({ID % 1: "Storgata 1", other: "STORGATA 1"}, ())

        assert names == {ID % 1: "storgata-1-0b7f4f6a", other: "storgata-1-91c2b6f4"}

    def test_a_name_that_looks_like_one_with_an_id_takes_nothing_away(self) -> None:
        """Somebody called a place what another one would be called with its id; both get longer."""
        names = file_names({ID % 1: "Solbakken", ID % 2: "Solbakken-0b7f4f6a"}, {"solbakken"})

        assert names == {ID % 1: f"solbakken-{ID % 1}", ID % 2: "solbakken-0b7f4f6a-0b7f4f6a"}

    @given(st.lists(st.sampled_from(WORDS), max_size=8), st.sets(st.sampled_from(["solbakken", "installation"])))
    def test_every_order_gives_the_same_names_and_none_twice(self, words: list[str], taken: set[str]) -> None:
        """Lists of the cloud come in any order."""
        sites = {ID % number: word for number, word in enumerate(words)}

        names = file_names(sites, taken)

        assert names == file_names(dict(reversed(sites.items())), taken)
        assert len({*names.values()}) == len(sites)
        assert not taken & {*names.values()}
