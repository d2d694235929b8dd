"""Asking the owner of an installation for access: the request, the links that went out, and how each can end."""

from datetime import datetime
from enum import IntEnum, StrEnum

from reconciler.records import dataclass


class InstallationKind(IntEnum):
    """The type of an installation as the access request names it (`installationtype`)."""

    PRO = 0
    GO = 1

    @property
    def label(self) -> str:
        """As Zaptec calls it."""
        return "Pro" if self is InstallationKind.PRO else "Go / Home"


_PREFIXES = {
    "Pro": ("ZCS", "ZPR", "ZCH", "ZPG"),
    "Go": ("ZAP", "ZGB", "ZAG"),
    "Go 2": ("GPN", "GPG"),
    "Sense": ("APH", "APG", "APM"),
}


def model_of(serial: str) -> str:
    """The model that a serial's three letters stand for; empty when they are not known (docs.zaptec.com, 2026-11)."""
    return next((model for model, prefixes in _PREFIXES.items() if serial[:3] in prefixes), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRequest:
    """What an access-request URL asks for; `planning.consent_link` checks it.

    Attributes:
        lookup_key: Of our user group.
        partner_name: Shown before the person logs in; None shows nothing.
        lang: Language of the page, `en` or `no`; None leaves it to the Portal.
        installation_id: Preselects an installation; a Pro one needs it.
        return_url: Where the browser is sent afterwards; None ends on Zaptec's own receipt page.
        show_existing: Also offer installations that are shared with the group already.
    """

    lookup_key: str
    partner_name: str | None = None
    lang: str | None = None
    installation_id: str | None = None
    installation_type: InstallationKind = InstallationKind.GO
    return_url: str | None = None
    show_existing: bool = False


class LinkState(StrEnum):
    """How far a link has come; each but the first is final, except that a claimed one may go on with the same claim.

    A link is claimed once its redirect was believed, before anything is read or written.
    """

    ISSUED = "issued"
    CLAIMED = "claimed"
    GRANTED = "granted"
    DENIED = "denied"
    NEEDS_REVIEW = "needs-review"
    CANCELLED = "cancelled"


class Outcome(StrEnum):
    """How a link can end, or where it stands; each has one message and one advice (`report.onboard_words`)."""

    GRANTED = "granted"
    DENIED = "denied"
    CLOSED = "closed"
    MISSING = "missing"
    FORGED = "forged"
    REPLAYED = "replayed"
    FOREIGN = "foreign"
    ALREADY_VISIBLE = "already-visible"
    NOT_YET_READABLE = "not-yet-readable"
    WRONG_TYPE = "wrong-type"
    EXPIRED = "expired"
    NEEDS_REVIEW = "needs-review"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedLink:
    """A link that went out.

    Attributes:
        digest: SHA-256 of its nonce, in hex; the nonce itself is kept nowhere.
        reference: What the operator calls it, for instance a customer number; may be empty. No name, no address.
        account: Of fleet.yaml, whose group asks.
        has_return: Whether the browser comes back to us; otherwise only a list shows the grant.
        installation_id: The one that the link names, None when the person chooses.
        visible: Ids that our account saw when the link was made, sorted.
        state: How far it has come.
        outcome: Why it needs review, or what is known of it while it is open; None when there is nothing to tell.
        claimed_id: The installation that the redirect named.
        settled_at: When the state last changed.
    """

    digest: str
    account: str
    lookup_key: str
    kind: InstallationKind
    issued_at: datetime
    expires_at: datetime
    visible: tuple[str, ...]
    has_return: bool
    reference: str = ""
    lang: str | None = None
    installation_id: str | None = None
    state: LinkState = LinkState.ISSUED
    outcome: Outcome | None = None
    claimed_id: str | None = None
    settled_at: datetime | None = None

    @property
    def short(self) -> str:
        """Enough of the digest to name the link to a person."""
        return self.digest[:8]


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeLink:
    """A link with its URL, which carries the nonce and is kept nowhere."""

    link: IssuedLink
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a redirect says: claims of a browser, nothing more.

    Attributes:
        success: None when it says neither `true` nor `false`, or both, or names several installations.
        installation_id: As it stands there, in lower case; None when there is none, or several.
        is_cut: Whether the address ended too early: without `success`, or within one of its values.
    """

    nonce: str
    success: bool | None
    installation_id: str | None
    is_cut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenSite:
    """What our account sees of an installation while a claim is judged.

    Attributes:
        kind: None when the answer does not tell.
        is_readable: Whether its hierarchy has come; it may answer 204 for up to 30 s.
    """

    kind: InstallationKind | None
    is_readable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkStatus:
    """One link as `onboard status` tells it.

    Attributes:
        found: Ids that became visible since and that this link may have brought; only while nobody claimed it.
        file: The file of the claimed installation, None while there is none.
        is_withdrawn: Whether there is such a file, and our account does not see the installation any more.
        waits_since: Since when its person has been waited for; None when nobody is.
    """

    link: IssuedLink
    outcome: Outcome
    found: tuple[str, ...] = ()
    file: str | None = None
    is_withdrawn: bool = False
    waits_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotGranted:
    """An installation that our account sees by another way and the user group does not, by Zaptec's own list filter."""

    account: str
    lookup_key: str
    installation_id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Onboardings:
    """Everything that `onboard status` tells; links by time of issue, installations by id."""

    tool_version: str
    created_at: datetime
    links: tuple[LinkStatus, ...]
    not_granted: tuple[NotGranted, ...]
