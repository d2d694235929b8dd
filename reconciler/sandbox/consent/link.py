"""What an access-request link asks for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

from reconciler.sandbox.reading import UUID
from reconciler.sandbox.terms import Kind

PATH = "/access/request/"
RECEIPT = "/access/receipt/"
LONGEST_ADDRESS = 2048
LONGEST_NAME = 80
_ADDRESS = re.compile(r"[A-Za-z0-9._~:/?\[\]@!$&'()*+,;=%-]+")
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|::1")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_NORWEGIAN = frozenset({"no", "nb", "nn"})
_KINDS = {"1": Kind.SMART, "0": Kind.PRO}
_OUTCOME = frozenset({"success", "installationId"})


class Language(Enum):
    """A language of the page; the value is what `lang` of a document says."""

    ENGLISH = "en"
    NORWEGIAN = "nb"


class Flaw(Enum):
    """Why a link cannot be used."""

    KIND = "installationtype is neither 0 nor 1"
    INSTALLATION = "installationId is not an id"
    PRO_WITHOUT_INSTALLATION = "a link for Zaptec Pro needs installationId"
    WAY_BACK = "returnUrl is not an https address"


class UnusableLink(Exception):  # noqa: N818 - named by what it says
    """The link asks for something that cannot be; `flaw` says what."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.value)
        self.flaw = flaw


@dataclass(frozen=True, slots=True, kw_only=True)
class WayBack:
    """Where the browser goes in the end; made by `way_back` only, which has checked it."""

    parts: SplitResult

    @property
    def origin(self) -> str:
        """The source expression of a content security policy for it; those have no form for an IPv6 address."""
        host = self.parts.hostname or ""
        return "http:" if ":" in host else f"{self.parts.scheme}://{self.parts.netloc.lower()}"

    def to(self, outcome: Mapping[str, str]) -> str:
        """The address with the outcome in its query; what a link says itself about an outcome is dropped."""
        own = parse_qsl(self.parts.query, keep_blank_values=True)
        query = [(name, value) for name, value in own if name not in _OUTCOME]
        return urlunsplit(self.parts._replace(query=urlencode([*query, *outcome.items()])))


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRequest:
    """A link, read. `installation_id` is in the world's casing; none means that any will do."""

    lookup_key: str
    partner_name: str
    language: Language
    kind: Kind
    installation_id: str | None
    way_back: WayBack | None
    show_existing: bool

    def address_after(self, outcome: Mapping[str, str]) -> str:
        """Where the browser goes in the end: back to the partner, or to the receipt page."""
        if self.way_back is not None:
            return self.way_back.to(outcome)
        lang = {} if self.language is Language.ENGLISH else {"lang": "no"}
        return f"{RECEIPT}{outcome['success']}?{urlencode({'lookup': self.lookup_key, **lang})}"


def read(lookup_key: str, parameters: Mapping[str, str]) -> AccessRequest:
    """The request of a link with this key and query; names of parameters count as they are written.

    Raises:
        UnusableLink: It asks for something that cannot be.
    """
    kind = _KINDS.get(parameters.get("installationtype") or "1")
    if kind is None:
        raise UnusableLink(Flaw.KIND)
    installation_id = parameters.get("installationId", "").lower() or None
    if installation_id is not None and not UUID.fullmatch(installation_id):
        raise UnusableLink(Flaw.INSTALLATION)
    if kind is Kind.PRO and installation_id is None:
        raise UnusableLink(Flaw.PRO_WITHOUT_INSTALLATION)
    address = parameters.get("returnUrl", "")
    return AccessRequest(
        lookup_key=lookup_key,
        partner_name=_printable(parameters.get("partnerName", "")),
        language=language_of(parameters.get("lang", "")),
        kind=kind,
        installation_id=installation_id,
        way_back=way_back(address) if address else None,
        show_existing=parameters.get("showExisting", "").casefold() == "true",
    )


def language_of(code: str) -> Language:
    """The language for a code such as `no` or `nb-NO`; English for all that the page does not have."""
    first = code.replace("_", "-").partition("-")[0].casefold()
    return Language.NORWEGIAN if first in _NORWEGIAN else Language.ENGLISH


def way_back(address: str) -> WayBack:
    """An address to go back to: https, or http on this machine; no login in it, and no fragment.

    Raises:
        UnusableLink: It is something else.
    """
    parts = _split(address)
    host = parts.hostname or ""
    secure = parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
    if not secure or "@" in parts.netloc or not _HOST.fullmatch(host):
        raise UnusableLink(Flaw.WAY_BACK)
    return WayBack(parts=parts)


def _split(address: str) -> SplitResult:
    if len(address) > LONGEST_ADDRESS or not _ADDRESS.fullmatch(address):
        raise UnusableLink(Flaw.WAY_BACK)
    try:
        parts = urlsplit(address)
        _ = parts.port  # asking checks it
    except ValueError as error:
        raise UnusableLink(Flaw.WAY_BACK) from error
    return parts


def _printable(text: str) -> str:
    """One line without letters that turn the line round or hide."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(shown.split())[:LONGEST_NAME]
