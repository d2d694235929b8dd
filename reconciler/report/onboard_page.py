"""The page on which a person lands after the Portal: what happened, and one button. No serial is ever shown on it."""

import hashlib
from base64 import b64encode
from enum import StrEnum
from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from reconciler.model.consent import Claim, Outcome
from reconciler.records import dataclass
from reconciler.report.onboard_words import PERSON, language_of


class Ask(StrEnum):
    """What the form asks for."""

    CONFIRM = "confirm"
    SERIAL = "serial"
    SERIAL_AGAIN = "serial-again"


_TITLES = {"en": "Access to your charging station", "no": "Tilgang til laderen din"}
_ASKS = {
    "en": {
        Ask.CONFIRM: "You are back from Zaptec. Press the button, so that your answer counts.",
        Ask.SERIAL: "You are back from Zaptec, thank you. Type the serial number of your charging station: it stands "
        "on the box and has three letters and six digits.",
        Ask.SERIAL_AGAIN: "This installation has no charging station of that number. Type the serial number from "
        "the box: three letters and six digits.",
    },
    "no": {
        Ask.CONFIRM: "Du er tilbake fra Zaptec. Trykk på knappen, slik at svaret ditt gjelder.",
        Ask.SERIAL: "Du er tilbake fra Zaptec, takk. Skriv serienummeret til laderen: det står på boksen og har tre "
        "bokstaver og seks sifre.",
        Ask.SERIAL_AGAIN: "Anlegget har ingen lader med det nummeret. Skriv serienummeret fra boksen: tre "
        "bokstaver og seks sifre.",
    },
}
_LABELS = {
    "en": {"button": "Continue", "serial": "Serial number"},
    "no": {"button": "Fortsett", "serial": "Serienummer"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A page with the headers that belong to it."""

    html: str
    policy: str


def asking_page(claim: Claim, ask: Ask, *, lang: str | None) -> Served:
    """The claim again, with a button that posts it to the same address.

    Args:
        claim: What the redirect said; it goes into hidden fields, escaped.
        ask: Whether a serial can be typed.
        lang: Of the link.
    """
    language = language_of(lang)
    fields = [("success", _word(claim))]
    fields += [("installationId", claim.installation_id)] if claim.installation_id is not None else []
    return _page(
        language,
        message=_ASKS[language][ask],
        advice="",
        fields=fields,
        wants_serial=ask is not Ask.CONFIRM,
        tone="ask",
    )


def _word(claim: Claim) -> str:
    """What is cut off stays so, and what is unclear does not turn into something cut off."""
    if claim.success is None:
        return "" if claim.is_cut else "unclear"
    return str(claim.success).lower()


def outcome_page(outcome: Outcome, *, lang: str | None) -> Served:
    """How it ended, in plain words."""
    language = language_of(lang)
    words = PERSON[language][outcome]
    tone = "good" if outcome in {Outcome.GRANTED, Outcome.NOT_YET_READABLE} else "other"
    return _page(language, message=words.message, advice=words.advice, fields=[], wants_serial=False, tone=tone)


def _page(
    language: str, *, message: str, advice: str, fields: list[tuple[str, str]], wants_serial: bool, tone: str
) -> Served:
    style = _LOADER.get_source(_templates(), "onboard.css")[0]
    html = (
        _templates()
        .get_template("onboard.html.j2")
        .render(
            lang=language,
            title=_TITLES[language],
            message=message,
            advice=advice,
            fields=fields,
            wants_serial=wants_serial,
            labels=_LABELS[language],
            tone=tone,
            style=style,
        )
    )
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    allowed = "form-action 'self'" if fields else "form-action 'none'"
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; {allowed}; base-uri 'none'; frame-ancestors 'none'"
    return Served(html=html, policy=policy)


_LOADER = PackageLoader("reconciler.report")


@lru_cache
def _templates() -> Environment:
    return Environment(
        loader=_LOADER,
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
