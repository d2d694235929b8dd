"""The letter to the new owner: what step 5 of Zaptec's guide asks for, in both languages, and nobody's name."""

import pytest

from reconciler.report.handover_letter import Language, language_for, letter_text

MUST_SAY = {
    Language.ENGLISH: (
        "e-mail from Zaptec",
        "activate your Zaptec account",
        "spam or junk folder",
        "Accept the invitation",
        "Zaptec app",
        "same e-mail address",
        "see the charger and control it",
        "start and stop charging",
        "authorisation",
    ),
    Language.NORWEGIAN: (
        "e-post fra Zaptec",
        "aktivere Zaptec-kontoen",
        "søppelpost (spam)",
        "Godta invitasjonen",
        "Zaptec-appen",
        "samme e-postadressen",
        "se laderen og styre den",
        "starte og stoppe lading",
        "autorisering",
    ),
}


@pytest.mark.parametrize("language", list(Language))
def test_every_step_is_in_the_letter(language: Language) -> None:
    """Whoever follows it ends with a charger in the app."""
    text = " ".join(letter_text("ZAP012347", language).split())

    assert [words for words in MUST_SAY[language] if words not in text] == []


@pytest.mark.parametrize("language", list(Language))
def test_the_charger_is_named_and_nobody_else(language: Language) -> None:
    """Address and name are put on it by whoever sends it."""
    text = letter_text("ZAP012347", language)

    assert text.count("ZAP012347") == 3
    assert "@" not in text
    assert "{" not in text
    assert "person:" not in text


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("nb", Language.NORWEGIAN),
        ("nn-NO", Language.NORWEGIAN),
        ("no", Language.NORWEGIAN),
        ("en", Language.ENGLISH),
        ("sv", Language.ENGLISH),
        ("", Language.ENGLISH),
    ],
)
def test_the_language_is_that_of_the_directory(code: str, language: Language) -> None:
    """Norwegian in either written form; everybody else gets English."""
    assert language_for(code) is language
