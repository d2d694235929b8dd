"""What people read about a link: the person on the page, the operator in the terminal."""

import re
from urllib.parse import urlencode

import pytest

from reconciler.cli.onboard_choice import chosen_by, match_typed
from reconciler.model.consent import Claim, InstallationKind, Outcome, model_of
from reconciler.model.observed import Circuit, ObservedCharger, ObservedInstallation
from reconciler.planning.consent_claims import claim_of
from reconciler.report.onboard_chargers import chargers_text
from reconciler.report.onboard_page import Ask, asking_page, outcome_page
from reconciler.report.onboard_words import OPERATOR, PERSON, language_of
from reconciler.report.stream import Color

SITE = ObservedInstallation(
    id="00000000-0000-4000-8000-000000000001",
    account="main",
    name="Elveveien 12",
    circuits=(Circuit(id="k1", name="Kurs A", max_current_a=25.0),),
    chargers=(
        ObservedCharger(id="1", serial="ZAP012345", name="Garasje \x1b[2J", circuit_id="k1"),
        ObservedCharger(id="2", serial="GPN000001", name="Carport"),
        ObservedCharger(id="3", serial="XYZ000001", name="", circuit_id="k1"),
    ),
)


class TestWords:
    @pytest.mark.parametrize("outcome", Outcome)
    def test_every_outcome_has_its_own_message_and_advice(self, outcome: Outcome) -> None:
        """To the operator and in both languages; no two outcomes read the same."""
        for table in (OPERATOR, PERSON["en"], PERSON["no"]):
            words = table[outcome]
            others = {one.message for other, one in table.items() if other is not outcome}

            assert words.message
            assert words.advice
            assert words.message not in others

    @pytest.mark.parametrize(
        ("lang", "expected"), [("no", "no"), ("nb", "no"), ("nn-NO", "no"), ("en", "en"), ("de", "en"), (None, "en")]
    )
    def test_the_link_chooses_the_language(self, lang: str | None, expected: str) -> None:
        """English when we do not speak it."""
        assert language_of(lang) == expected


class TestPage:
    @pytest.mark.parametrize("outcome", Outcome)
    @pytest.mark.parametrize("lang", ["en", "no"])
    def test_an_outcome_is_told_in_plain_words_without_a_button(self, outcome: Outcome, lang: str) -> None:
        """In the person's language; there is nothing left to press."""
        page = outcome_page(outcome, lang=lang)

        assert f'<html lang="{lang}">' in page.html
        assert PERSON[lang][outcome].message in page.html.replace("&#39;", "'")
        assert "<form" not in page.html
        assert "form-action 'none'" in page.policy

    def test_what_a_browser_claims_stays_a_value(self) -> None:
        """Whatever it sends, it is escaped and never shown as text."""
        claim = Claim(nonce="n" * 32, success=True, installation_id='"><script>alert(1)</script>')

        page = asking_page(claim, Ask.SERIAL, lang="en")

        assert "<script" not in page.html
        assert '<input type="hidden" name="success" value="true">' in page.html
        assert 'name="serial"' in page.html

    def test_the_policy_lets_only_our_own_style_in(self) -> None:
        """No script, no frame, no form to anywhere else, nothing from elsewhere."""
        page = asking_page(Claim(nonce="n" * 32, success=True, installation_id=None), Ask.CONFIRM, lang="no")

        assert re.fullmatch(
            r"default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]{44}'; form-action 'self'; base-uri 'none'; "
            r"frame-ancestors 'none'",
            page.policy,
        )
        assert not re.search(r"\s(?:src|href|on[a-z]+)=", page.html)
        assert 'name="serial"' not in page.html

    @pytest.mark.parametrize("query", ["", "success=perhaps", "success=true", "success=false&installationId=x"])
    def test_the_button_sends_what_the_address_said(self, query: str) -> None:
        """What is cut off stays cut off, what is unclear stays unclear."""
        claim = claim_of(f"https://partner.example/{'n' * 32}?{query}")

        page = asking_page(claim, Ask.CONFIRM, lang="en")
        fields = re.findall(r'name="(\w+)" value="(\w*)"', page.html)

        assert claim_of(f"https://partner.example/{'n' * 32}?{urlencode(fields)}") == claim


class TestChoosing:
    def test_the_list_names_serial_name_circuit_and_model(self) -> None:
        """What tells one box from another; nothing in a name acts on the terminal."""
        text = chargers_text(SITE, width=100, color=Color.NONE)

        assert re.search(r"1\.\s+ZAP012345\s+Garasje \\x1b\[2J\s+Kurs A\s+Go\b", text)
        assert re.search(r"2\.\s+GPN000001\s+Carport\s+circuit not known\s+Go 2", text)
        assert re.search(r"3\.\s+XYZ000001\s+\(no name\)\s+Kurs A", text)

    @pytest.mark.parametrize(
        ("answer", "chosen"),
        [
            ("1", ("ZAP012345",)),
            ("2, gpn000001 1", ("GPN000001", "ZAP012345")),
            ("all", ("ZAP012345", "GPN000001", "XYZ000001")),
            ("4", ()),
            ("1 4", ()),
            ("", ()),
            ("ZAP999999", ()),
            ("0", ()),
        ],
    )
    def test_an_answer_names_all_or_none(self, answer: str, chosen: tuple[str, ...]) -> None:
        """A word that names nothing is a typing mistake, not half an answer."""
        assert chosen_by(SITE.chargers, answer) == chosen

    @pytest.mark.parametrize(
        ("typed", "found"),
        [
            ("ZAP012345", ("ZAP012345",)),
            (" zap 012-345 ", ("ZAP012345",)),
            ("", ()),
            ("ZAP012346", ()),
            ("1", ()),
            ("all", ()),
        ],
    )
    def test_the_page_takes_a_whole_serial_only(self, typed: str, found: tuple[str, ...]) -> None:
        """However it is spelt; a number of a list would be a guess."""
        assert match_typed(SITE, typed) == found

    def test_models_are_told_by_the_letters_of_the_serial(self) -> None:
        """As Zaptec publishes them."""
        assert [model_of(one) for one in ("ZPR080001", "ZAP012345", "GPG000001", "APM000001", "QQQ000001")] == [
            "Pro",
            "Go",
            "Go 2",
            "Sense",
            "",
        ]
        assert [kind.label for kind in InstallationKind] == ["Pro", "Go / Home"]
