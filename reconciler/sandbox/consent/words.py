"""What the consent page says, in English and Norwegian. `{}` takes a name."""

from dataclasses import dataclass
from typing import assert_never

from reconciler.sandbox.consent.link import Flaw, Language
from reconciler.sandbox.terms import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Everything that the pages say in one language."""

    language: Language
    rehearsal: str
    asks: str
    somebody: str
    log_in_first: str
    email: str
    password: str
    log_in: str
    whose_password: str
    wrong_login: str
    log_in_again: str
    logged_in_as: str
    approving_means: str
    rights: tuple[str, ...]
    whole_installation: str
    which: str
    one_charger: str
    chargers: str
    shared: str
    approve: str
    deny: str
    nothing_to_share: str
    nothing_because: str
    nothing_because_named: str
    kinds: tuple[str, str]
    back: str
    choose_first: str
    not_yours: str
    granted: str
    granted_text: str
    not_granted: str
    not_granted_text: str
    unknown_key: str
    unknown_key_text: str
    unusable: str
    flaws: tuple[tuple[Flaw, str], ...]

    def kind(self, kind: Kind) -> str:
        """What the Portal calls a type of installation."""
        return self.kinds[kind]

    def flaw(self, flaw: Flaw) -> str:
        """What is wrong with a link, and who can mend it."""
        return dict(self.flaws)[flaw]

    def counted(self, chargers: int) -> str:
        """So many chargers."""
        return self.one_charger if chargers == 1 else self.chargers.format(chargers)


ENGLISH = Words(
    language=Language.ENGLISH,
    rehearsal="Sandbox: a rehearsal of the Zaptec Portal. Nothing here reaches Zaptec.",
    asks="{} asks for access to one of your installations",
    somebody="A partner",
    log_in_first="Log in to see who asks and for what. Nothing is shared before you approve.",
    email="E-mail",
    password="Password",  # noqa: S106 - the label of a field
    log_in="Log in",
    whose_password="In the sandbox, the password of every person is: sandbox",  # noqa: S106 - printed on the page
    wrong_login="The e-mail address or the password is wrong.",
    log_in_again="You are not logged in any more. Log in again.",
    logged_in_as="You are logged in as {}.",
    approving_means="If you approve, everybody in {} can:",
    rights=(
        "see the installation and its charging history",
        "change the settings of the installation",
        "control and set up its chargers",
    ),
    whole_installation="You share a whole installation, with all its chargers. "
    "You can take the access back under Permissions in the Portal.",
    which="Which installation?",
    one_charger="1 charger",
    chargers="{} chargers",
    shared="shared already",
    approve="Approve",
    deny="Deny",
    nothing_to_share="You have nothing to share here",
    nothing_because="The link is for {}. Only an Owner can share an installation, "
    "and what {} can see already is not listed.",
    nothing_because_named="The link is for one installation of the type {}. You are not its Owner, "
    "or {} can see it already.",
    kinds=("Zaptec Pro", "Zaptec Go and Home"),
    back="Back without sharing",
    choose_first="Choose an installation first.",
    not_yours="You cannot share this installation here.",
    granted="Access granted",
    granted_text="The partner can use your installation within a minute. You can close this page.",
    not_granted="Access not granted",
    not_granted_text="Nothing was shared. You can close this page.",
    unknown_key="Nobody has this lookup key",
    unknown_key_text="The link is wrong or too old. Ask the partner for a new one.",
    unusable="This link cannot be used",
    flaws=(
        (Flaw.KIND, "Its installationtype is neither 0 (Pro) nor 1 (Go and Home). Ask the partner for a new link."),
        (Flaw.INSTALLATION, "Its installationId is not an id. Ask the partner for a new link."),
        (
            Flaw.PRO_WITHOUT_INSTALLATION,
            "A link for Zaptec Pro must name one installation (installationId). Ask the partner for a new link.",
        ),
        (
            Flaw.WAY_BACK,
            "Its returnUrl is not an https address that a browser could safely be sent to. "
            "Ask the partner for a new link.",
        ),
    ),
)
NORWEGIAN = Words(
    language=Language.NORWEGIAN,
    rehearsal="Sandkasse: en øvelse på Zaptec Portal. Ingenting her når Zaptec.",
    asks="{} ber om tilgang til en av installasjonene dine",
    somebody="En partner",
    log_in_first="Logg inn for å se hvem som spør, og om hva. Ingenting deles før du godkjenner.",
    email="E-post",
    password="Passord",  # noqa: S106 - the label of a field
    log_in="Logg inn",
    whose_password="I sandkassen har alle passordet: sandbox",  # noqa: S106 - printed on the page
    wrong_login="E-postadressen eller passordet er feil.",
    log_in_again="Du er ikke logget inn lenger. Logg inn på nytt.",
    logged_in_as="Du er logget inn som {}.",
    approving_means="Hvis du godkjenner, kan alle i {}:",
    rights=(
        "se installasjonen og ladehistorikken",
        "endre innstillingene for installasjonen",
        "styre og sette opp laderne",
    ),
    whole_installation="Du deler en hel installasjon, med alle laderne. "
    "Du kan ta tilgangen tilbake under Tillatelser i portalen.",
    which="Hvilken installasjon?",
    one_charger="1 lader",
    chargers="{} ladere",
    shared="allerede delt",
    approve="Godkjenn",
    deny="Avslå",
    nothing_to_share="Du har ingenting å dele her",
    nothing_because="Lenken gjelder {}. Bare en eier kan dele en installasjon, "
    "og det {} allerede kan se, står ikke i listen.",
    nothing_because_named="Lenken gjelder én installasjon av typen {}. Du eier den ikke, eller {} kan allerede se den.",
    kinds=("Zaptec Pro", "Zaptec Go og Home"),
    back="Tilbake uten å dele",
    choose_first="Velg en installasjon først.",
    not_yours="Du kan ikke dele denne installasjonen her.",
    granted="Tilgang gitt",
    granted_text="Partneren kan bruke installasjonen din om under ett minutt. Du kan lukke denne siden.",
    not_granted="Tilgang ikke gitt",
    not_granted_text="Ingenting ble delt. Du kan lukke denne siden.",
    unknown_key="Ingen har denne oppslagsnøkkelen",
    unknown_key_text="Lenken er feil eller for gammel. Be partneren om en ny.",
    unusable="Denne lenken kan ikke brukes",
    flaws=(
        (Flaw.KIND, "installationtype er verken 0 (Pro) eller 1 (Go og Home). Be partneren om en ny lenke."),
        (Flaw.INSTALLATION, "installationId er ikke en id. Be partneren om en ny lenke."),
        (
            Flaw.PRO_WITHOUT_INSTALLATION,
            "En lenke for Zaptec Pro må nevne én installasjon (installationId). Be partneren om en ny lenke.",
        ),
        (
            Flaw.WAY_BACK,
            "returnUrl er ikke en https-adresse som nettleseren trygt kan sendes til. Be partneren om en ny lenke.",
        ),
    ),
)


def words_in(language: Language) -> Words:
    """The words of a language."""
    match language:
        case Language.ENGLISH:
            return ENGLISH
        case Language.NORWEGIAN:
            return NORWEGIAN
        case _:
            assert_never(language)
