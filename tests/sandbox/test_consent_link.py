"""What an access-request link asks for, and where the browser goes in the end."""

from urllib.parse import parse_qs, urlsplit

import pytest

from reconciler.sandbox.consent.link import AccessRequest, Flaw, Language, UnusableLink, language_of, read, way_back
from reconciler.sandbox.terms import Kind
from tests.sandbox.cloud import SOLBAKKEN

BACK = "https://partner.example/done/n-7?who=a%26b&empty="
GRANTED = {"success": "true", "installationId": SOLBAKKEN}


def asked(**parameters: str) -> AccessRequest:
    return read("BSJG", parameters)


class TestReading:
    def test_only_the_key_is_required(self) -> None:
        """Go and Home in English, what is shared already hidden, no way back."""
        assert asked() == AccessRequest(
            lookup_key="BSJG",
            partner_name="",
            language=Language.ENGLISH,
            kind=Kind.SMART,
            installation_id=None,
            way_back=None,
            show_existing=False,
        )

    def test_every_parameter(self) -> None:
        """By the names of Zaptec's page."""
        link = asked(
            partnerName="Integration",
            lang="no",
            installationId=SOLBAKKEN.upper(),
            installationtype="0",
            returnUrl=BACK,
            showExisting="true",
        )

        assert (link.partner_name, link.language, link.kind) == ("Integration", Language.NORWEGIAN, Kind.PRO)
        assert (link.installation_id, link.show_existing) == (SOLBAKKEN, True)
        assert link.way_back is not None

    @pytest.mark.parametrize(
        ("parameters", "flaw"),
        [
            ({"installationtype": "2"}, Flaw.KIND),
            ({"installationtype": "Pro"}, Flaw.KIND),
            ({"installationId": "1"}, Flaw.INSTALLATION),
            ({"installationtype": "0"}, Flaw.PRO_WITHOUT_INSTALLATION),
            ({"returnUrl": "http://partner.example/"}, Flaw.WAY_BACK),
        ],
    )
    def test_what_cannot_be_is_a_flaw(self, parameters: dict[str, str], flaw: Flaw) -> None:
        """Found before anybody logs in."""
        with pytest.raises(UnusableLink) as unusable:
            asked(**parameters)

        assert unusable.value.flaw is flaw

    @pytest.mark.parametrize(
        ("code", "language"),
        [
            ("no", Language.NORWEGIAN),
            ("nb-NO", Language.NORWEGIAN),
            ("NN_no", Language.NORWEGIAN),
            ("en", Language.ENGLISH),
            ("de", Language.ENGLISH),
            ("", Language.ENGLISH),
        ],
    )
    def test_other_languages_are_english(self, code: str, language: Language) -> None:
        """The page has two."""
        assert language_of(code) is language

    def test_a_name_is_one_short_line(self) -> None:
        """Nothing that turns the line round, hides or fills the screen."""
        assert asked(partnerName="A\u202eB\nC\u200b D\x00" + "E" * 200).partner_name == "A B C D " + "E" * 72


class TestWayBack:
    @pytest.mark.parametrize(
        "address",
        [
            "https://partner.example",
            "https://partner.example:8443/x/y",
            "http://127.0.0.1:8080/cb",
            "http://localhost/cb",
            "http://[::1]:8080/cb",
        ],
    )
    def test_https_or_this_machine(self, address: str) -> None:
        """Without TLS only for rehearsals."""
        assert way_back(address).to({"success": "false"}).endswith("?success=false")

    @pytest.mark.parametrize(
        "address",
        [
            "partner.example",
            "//partner.example/",
            "javascript:alert(1)",
            "data:text/html,x",
            "http://partner.example/",
            "http://127.0.0.1.partner.example/",
            "https://",
            "https://a@partner.example/",
            "https://partner.example/#x",
            "https://partner.example/ x",
            "https://partner.example/\r\nSet-Cookie: a=b",
            "https://partner.example\\@evil.example/",
            "https://partner.example:port/",
            "https://partner.example:99999/",
            "https://[::1/",
            "https://p.example;script-src/",
            "https://a.example,b.example/",
            "https://*/",
            "https://ä.example/",
            "https://partner.example/" + "x" * 2048,
        ],
    )
    def test_nothing_else(self, address: str) -> None:
        """Nothing that could run, lie, split a header or widen the policy of the page."""
        with pytest.raises(UnusableLink) as unusable:
            way_back(address)

        assert unusable.value.flaw is Flaw.WAY_BACK

    def test_what_the_address_had_stays(self) -> None:
        """The outcome is added."""
        query = parse_qs(urlsplit(way_back(BACK).to(GRANTED)).query, keep_blank_values=True)

        assert query == {"who": ["a&b"], "empty": [""], "success": ["true"], "installationId": [SOLBAKKEN]}

    def test_a_link_cannot_say_the_outcome_itself(self) -> None:
        """A denial is a denial."""
        address = way_back(f"https://partner.example/?success=true&installationId={SOLBAKKEN}").to({"success": "false"})

        assert address == "https://partner.example/?success=false"

    @pytest.mark.parametrize(
        ("address", "origin"),
        [
            ("https://Partner.example:8443/x", "https://partner.example:8443"),
            ("http://127.0.0.1:8080/x", "http://127.0.0.1:8080"),
            ("http://[::1]:8080/x", "http:"),
        ],
    )
    def test_its_origin_for_the_policy(self, address: str, origin: str) -> None:
        """A policy cannot name an IPv6 address."""
        assert way_back(address).origin == origin

    @pytest.mark.parametrize(("lang", "more"), [("en", ""), ("no", "&lang=no")])
    def test_without_one_there_is_the_receipt(self, lang: str, more: str) -> None:
        """It does not say which installation."""
        assert asked(lang=lang).address_after(GRANTED) == f"/access/receipt/true?lookup=BSJG{more}"
