"""The letter to the new owner of a charger: what happens next and what only that person can do.

It names the charger and nobody: whoever sends it puts name and address on the envelope. What it asks for is step 5 of
Zaptec's guide to giving a charger from an operator to the Zaptec app.
"""

from enum import StrEnum


class Language(StrEnum):
    """Languages of the letter."""

    ENGLISH = "en"
    NORWEGIAN = "no"


_NORWEGIAN = frozenset({"no", "nb", "nn"})

_TEXTS = {
    Language.ENGLISH: """\
Subject: Your charger {serial} is now yours to control

Hello,

We are handing the charger with serial number {serial} over to you. From now on you control it in the Zaptec app, and
we will no longer have access to it. It takes a few minutes, and only you can do it:

1. Look for an e-mail from Zaptec. It asks you to activate your Zaptec account. If you already have an account, the
   charger is added to it and you can go straight to step 4.
2. Cannot find it? Please look in your spam or junk folder as well. Still nothing? Tell us, and we check that we have
   the right e-mail address.
3. Accept the invitation and activate the account.
4. Install the Zaptec app and log in with the same e-mail address that the e-mail was sent to. With another address you
   will not see the charger.

Then you can
- see the charger and control it,
- start and stop charging,
- switch authorisation on in the app if you want to decide who may charge. At first it is off: anybody who plugs in a
  car can charge.

We keep our access only until you have accepted, so that we can still help you.

If anything does not work, answer this message and mention the serial number {serial}. It also stands on the charger.

Best regards
""",
    Language.NORWEGIAN: """\
Emne: Nå styrer du laderen {serial} selv

Hei,

Vi overlater laderen med serienummer {serial} til deg. Fra nå av styrer du den i Zaptec-appen, og vi får ikke lenger
tilgang til den. Det tar noen minutter, og bare du kan gjøre det:

1. Se etter en e-post fra Zaptec. Der blir du bedt om å aktivere Zaptec-kontoen din. Har du allerede en konto, blir
   laderen lagt til der, og du kan gå rett til punkt 4.
2. Finner du den ikke? Se også i mappen for søppelpost (spam). Fortsatt ingenting? Si fra til oss, så sjekker vi at vi
   har riktig e-postadresse.
3. Godta invitasjonen og aktiver kontoen.
4. Installer Zaptec-appen og logg inn med den samme e-postadressen som e-posten ble sendt til. Med en annen adresse ser
   du ikke laderen.

Da kan du
- se laderen og styre den,
- starte og stoppe lading,
- slå på autorisering i appen hvis du vil bestemme hvem som får lade. Til å begynne med er den av: alle som kobler til
  en bil, kan lade.

Vi beholder vår tilgang bare til du har godtatt, slik at vi fortsatt kan hjelpe deg.

Hvis noe ikke virker, svar på denne meldingen og oppgi serienummeret {serial}. Det står også på laderen.

Vennlig hilsen
""",
}


def letter_text(serial: str, language: Language) -> str:
    """The letter about one charger."""
    return _TEXTS[language].format(serial=serial)


def language_for(code: str) -> Language:
    """The language of a letter for a language of the directory: `nb`, `nn-NO`, `no` are Norwegian, all else English."""
    return Language.NORWEGIAN if code.casefold().partition("-")[0] in _NORWEGIAN else Language.ENGLISH
