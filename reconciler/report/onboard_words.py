"""What each outcome of a link is called: to the operator in English, to the person in their language."""

from reconciler.model.adoption import NotAdopted
from reconciler.model.consent import Outcome
from reconciler.records import dataclass
from reconciler.report import wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One message (what is so) and one advice (what to do), each one sentence or two."""

    message: str
    advice: str


OPERATOR = {
    Outcome.GRANTED: Words(
        message="access granted, and our account reads the installation",
        advice="commit the new file; from now on plan and drift watch it",
    ),
    Outcome.DENIED: Words(
        message="the person said no, or is not Owner there, or the Portal refused (it does not say which)",
        advice="ask them; only an Owner can grant access. Make a new link when they want to try again",
    ),
    Outcome.CLOSED: Words(
        message="no answer yet: the link was not opened, or the page was closed",
        advice="wait, or remind the person; `onboard status` says when, and finds a grant by listing",
    ),
    Outcome.MISSING: Words(
        message="the address is not whole: it must say success and, after a yes, installationId; the link stays open",
        advice="accept the whole address in 'single quotes' (a shell cuts it at &); or see in `onboard status` what "
        "became visible, then `onboard accept ID`",
    ),
    Outcome.FORGED: Words(
        message="this redirect belongs to no link of ours; nothing was written",
        advice="somebody made it up, or the link came from another folder: look there, otherwise make a new link",
    ),
    Outcome.REPLAYED: Words(
        message="this link was used before, so its redirect counts no more",
        advice="nothing was written; `onboard status` tells what became of it the first time",
    ),
    Outcome.FOREIGN: Words(
        message="this is another installation than the link can bring; nothing was written",
        advice="ask the person which installation they meant: if this one, `onboard accept ID --link LINK`, otherwise "
        "send a link that names it (--installation); what never had a link is for `reconciler adopt ID`",
    ),
    Outcome.ALREADY_VISIBLE: Words(
        message="our account saw this installation before the link was made, so the link has not brought it",
        advice="take it over with `reconciler adopt ID` if it is ours, or send a link that names it (--installation)",
    ),
    Outcome.NOT_YET_READABLE: Words(
        message="a browser says that access was given, but our account cannot read the installation "
        "(after a grant the cloud takes up to 30 s)",
        advice="accept the same again in a minute; if it stays so, nobody may have given access: ask the person, and "
        "see which group the account belongs to",
    ),
    Outcome.WRONG_TYPE: Words(
        message="the installation is of another type (Go / Home or Pro) than the link asked for; nothing was written",
        advice="send a link of the right --type; for Pro name the --installation",
    ),
    Outcome.EXPIRED: Words(
        message="the link has expired without an answer",
        advice="make a new one; a grant that comes all the same shows in `onboard status`",
    ),
    Outcome.NEEDS_REVIEW: Words(
        message="what came back is not clear, so a person must look; nothing was written",
        advice="several links may be meant, or its words are odd: compare with the customer and the Portal; then "
        "`onboard accept ID --link LINK`, or make a new link and `onboard cancel LINK`. With the number on the box: "
        "--serial",
    ),
    Outcome.CANCELLED: Words(
        message="we have closed this link, so no answer to it makes a file any more",
        advice="the Portal still takes it: what is granted by it all the same is unmanaged in `reconciler plan`, and "
        "`reconciler adopt ID` takes it over",
    ),
}
"""To the operator. Complete: a test goes through all outcomes."""

_EN = {
    Outcome.GRANTED: Words(message="Thank you. Access is granted.", advice="You can close this page."),
    Outcome.DENIED: Words(
        message="No access was given.",
        advice="If that was not meant so, ask for a new link. Only an Owner of the installation can give access.",
    ),
    Outcome.CLOSED: Words(message="We have no answer yet.", advice="Open the link again and choose Approve or Deny."),
    Outcome.MISSING: Words(
        message="The answer from Zaptec is not complete.", advice="We look into it and come back to you."
    ),
    Outcome.FORGED: Words(
        message="This address does not belong to any request of ours.", advice="Open the link that we sent you."
    ),
    Outcome.REPLAYED: Words(
        message="This request was answered before.", advice="You need not do anything. You can close this page."
    ),
    Outcome.FOREIGN: Words(
        message="This is not the installation that we asked for.", advice="Nothing was changed. Please contact us."
    ),
    Outcome.ALREADY_VISIBLE: Words(
        message="We already have access to this installation.",
        advice="If you meant another home, open the link again and choose that one.",
    ),
    Outcome.NOT_YET_READABLE: Words(
        message="Thank you. Zaptec needs a moment longer to let us in.",
        advice="You can close this page; we go on as soon as it works.",
    ),
    Outcome.WRONG_TYPE: Words(
        message="This installation is of another type than we asked for.",
        advice="Please contact us for another link.",
    ),
    Outcome.EXPIRED: Words(message="This link has expired.", advice="Ask us for a new one."),
    Outcome.NEEDS_REVIEW: Words(
        message="We could not make out the answer.", advice="Nothing was changed. We come back to you."
    ),
    Outcome.CANCELLED: Words(
        message="We have withdrawn this request.",
        advice="You can close this page. If that was not meant so, please contact us.",
    ),
}
_NO = {
    Outcome.GRANTED: Words(message="Takk. Tilgangen er gitt.", advice="Du kan lukke denne siden."),
    Outcome.DENIED: Words(
        message="Det ble ikke gitt tilgang.",
        advice="Var det ikke meningen, be om en ny lenke. Bare en eier (Owner) av anlegget kan gi tilgang.",
    ),
    Outcome.CLOSED: Words(
        message="Vi har ikke fått svar ennå.", advice="Åpne lenken igjen og velg om du vil gi tilgang."
    ),
    Outcome.MISSING: Words(
        message="Svaret fra Zaptec er ikke fullstendig.", advice="Vi undersøker det og tar kontakt."
    ),
    Outcome.FORGED: Words(
        message="Denne adressen hører ikke til noen forespørsel fra oss.", advice="Åpne lenken vi har sendt deg."
    ),
    Outcome.REPLAYED: Words(
        message="Denne forespørselen er allerede besvart.", advice="Du trenger ikke gjøre noe. Du kan lukke siden."
    ),
    Outcome.FOREIGN: Words(
        message="Dette er ikke anlegget vi spurte om.", advice="Ingenting er endret. Ta kontakt med oss."
    ),
    Outcome.ALREADY_VISIBLE: Words(
        message="Vi har allerede tilgang til dette anlegget.",
        advice="Mente du et annet hjem, åpne lenken igjen og velg det.",
    ),
    Outcome.NOT_YET_READABLE: Words(
        message="Takk. Zaptec trenger litt mer tid før vi slipper inn.",
        advice="Du kan lukke siden; vi fortsetter så snart det virker.",
    ),
    Outcome.WRONG_TYPE: Words(
        message="Dette anlegget er av en annen type enn vi spurte om.", advice="Ta kontakt for en annen lenke."
    ),
    Outcome.EXPIRED: Words(message="Lenken er utløpt.", advice="Be oss om en ny."),
    Outcome.NEEDS_REVIEW: Words(message="Vi forsto ikke svaret.", advice="Ingenting er endret. Vi tar kontakt."),
    Outcome.CANCELLED: Words(
        message="Vi har trukket tilbake denne forespørselen.",
        advice="Du kan lukke denne siden. Var det ikke meningen, ta kontakt med oss.",
    ),
}
PERSON = {"en": _EN, "no": _NO}
"""To the person, by language. Complete: a test goes through all outcomes."""


def stays_out(item: NotAdopted) -> str:
    """What is live and not in the new file, and why."""
    subject = wording.setting(item.target, item.setting) if item.setting else item.target.charger or "the installation"
    return f"stays out: {subject}: {item.why}"


def language_of(lang: str | None) -> str:
    """The language that we speak to a person: Norwegian when the link asked for it, English otherwise."""
    return "no" if lang is not None and lang.partition("-")[0] in {"no", "nb", "nn"} else "en"
