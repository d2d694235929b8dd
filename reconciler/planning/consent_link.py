"""The access-request URL of the consent flow: from a request to a link and back.

Parameters as in Zaptec's "Third-party integration onboarding flow", read 2026-11: the lookup key stands in the path.
"""

import ipaddress
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from reconciler.errors import UsageProblemError
from reconciler.model.consent import AccessRequest, InstallationKind
from reconciler.model.mail import has_address

PORTAL_URL = "https://portal.zaptec.com"
LONGEST_PARTNER = 100
LONGEST_URL = 1000

_PATH = "/access/request/"
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_LANGUAGE = re.compile(r"[a-z]{2}(-[A-Z]{2})?")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,252}[a-z0-9])?", re.IGNORECASE)
_URL_PATH = re.compile(r"[A-Za-z0-9._~/-]*")
_LARGEST_PORT = 65_535


def is_uuid(text: str) -> bool:
    """Whether a text is a UUID in lower case."""
    return _UUID.fullmatch(text) is not None


def access_request_url(request: AccessRequest, portal: str) -> str:
    """The link that a person opens.

    Args:
        request: What to ask for.
        portal: `PORTAL_URL`, or where a sandbox is served.

    Raises:
        UsageProblemError: The request cannot be asked so; the first of `problems_of`.
    """
    for problem in problems_of(request):
        raise problem
    query = urlencode(list(_parameters(request)), quote_via=quote, safe="/:")
    return f"{portal}{_PATH}{request.lookup_key}?{query}"


def _parameters(request: AccessRequest) -> Iterator[tuple[str, str]]:
    """In the order of Zaptec's example; what a parameter would say by default is left out, except the type."""
    if request.partner_name is not None:
        yield "partnerName", request.partner_name
    if request.lang is not None:
        yield "lang", request.lang
    if request.return_url is not None:
        yield "returnUrl", request.return_url
    yield "installationtype", str(int(request.installation_type))
    if request.installation_id is not None:
        yield "installationId", request.installation_id
    if request.show_existing:
        yield "showExisting", "true"


def parse_access_request(url: str) -> AccessRequest:
    """The request that a link carries, checked.

    Raises:
        UsageProblemError: It is no such link, or asks for something that cannot be.
    """
    try:
        parts = urlsplit(url)
        pairs = parse_qsl(parts.query, keep_blank_values=True, errors="strict")
    except (ValueError, UnicodeDecodeError):
        raise _wrong("this is not a URL", "the link", "paste the whole link") from None
    given = dict(pairs)
    kind = given.get("installationtype", "1")
    if not parts.path.startswith(_PATH) or len(given) != len(pairs) or kind not in {"0", "1"}:
        raise _wrong("this is not an access-request link", "the link", "make one with `reconciler onboard link`")
    request = AccessRequest(
        lookup_key=parts.path.removeprefix(_PATH),
        partner_name=given.get("partnerName"),
        lang=given.get("lang"),
        installation_id=given.get("installationId"),
        installation_type=InstallationKind(int(kind)),
        return_url=given.get("returnUrl"),
        show_existing=given.get("showExisting", "false") == "true",
    )
    for problem in problems_of(request):
        raise problem
    return request


def problems_of(request: AccessRequest) -> Iterator[UsageProblemError]:
    """Everything that stands against a request."""
    if not _KEY.fullmatch(request.lookup_key):
        yield _wrong(
            "this is not a lookup key",
            "lookup key",
            "the Portal has it under User Groups, Details: letters, digits, - and _; `group:` in fleet.yaml is used",
        )
    if request.partner_name is not None and not _is_plain(request.partner_name):
        remedy = f"give 1 to {LONGEST_PARTNER} visible characters on one line, and no e-mail address"
        yield _wrong("this name cannot be shown", "partnerName", remedy)
    if request.lang is not None and not _LANGUAGE.fullmatch(request.lang):
        yield _wrong("this is not the code of a language", "lang", "give two small letters, for instance en or no")
    if request.installation_id is not None and not is_uuid(request.installation_id):
        yield _wrong("this is not an installation id", "installationId", "give its UUID, as plan shows it")
    if request.installation_type is InstallationKind.PRO and request.installation_id is None:
        yield _wrong(
            "a link for Zaptec Pro must name its installation",
            "installationId",
            "ask the customer for the id (in the Portal, in the address of the installation's page) and name it",
        )
    if request.return_url is not None:
        yield from _problems_of_return(request.return_url)


def _is_plain(text: str) -> bool:
    shown = text.isprintable() and all(unicodedata.category(sign) not in {"Cf", "Co", "Cn"} for sign in text)
    return shown and text == text.strip() and 1 <= len(text) <= LONGEST_PARTNER and not has_address(text)


def _problems_of_return(url: str) -> Iterator[UsageProblemError]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        yield _wrong("this is not a URL", "returnUrl", _RETURN)
        return
    host = parts.hostname or ""
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        yield _wrong("the way back is not https", "returnUrl", _RETURN)
    elif "@" in parts.netloc or {"?", "#", "\\"} & set(url):
        yield _wrong("user info, query and fragment do not belong there", "returnUrl", _RETURN)
    elif not (_HOST.fullmatch(host) or is_loopback(host)) or port == 0 or len(url) > LONGEST_URL:
        yield _wrong("its host or port cannot be", "returnUrl", _RETURN)
    elif not _URL_PATH.fullmatch(parts.path):
        yield _wrong("its path holds more than letters, digits and ._~/-", "returnUrl", _RETURN)


_RETURN = "give an https address of yours, or for trying http://127.0.0.1:PORT as `reconciler onboard listen` prints it"


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def with_nonce(base: str, nonce: str) -> str:
    """The way back for one link: the nonce is the last part of its path."""
    return f"{base.rstrip('/')}/{nonce}"


def _wrong(what: str, where: str, remedy: str) -> UsageProblemError:
    return UsageProblemError(what, where=where, remedy=remedy)
