"""Rules about URLs. No message repeats a URL: it may carry a secret."""

import re
from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import SplitResult

from reconciler.loading.findings import Finding, echo
from reconciler.loading.site import Family, Rule, Site, as_map
from reconciler.loading.urls import DeclaredUrl

DEVICE_ID = "{deviceId}"

_PLACEHOLDER = re.compile(r"\{[^{}]*\}?|\}")
_SERIAL_AT_END = re.compile(r"[/=][A-Za-z]{3}[0-9]{6}/*$")
_SECRET_IN_QUERY = re.compile(
    r"(?i)[?&;](?:[a-z_-]*(?:token|secret|passw|pwd|api_?key|sig(?:nature)?)[a-z_-]*|auth|key|pass)="
)
_LONGEST_NATIVE = 512


def scheme_is_encrypted(site: Site) -> Iterator[Finding]:
    """E211 for an OCPP URL of another kind."""
    for url in site.urls:
        if url.is_webhook or (url.block == "ocppNative" and " " in url.text.strip()):
            continue
        if url.parts is None:
            yield Finding(code="E211", path=url.path, what="this is not a URL of plain characters.")
        elif url.parts.scheme not in {"ws", "wss"}:
            yield Finding(code="E211", path=url.path, what="this URL does not start with wss://.")


def web_socket_is_encrypted(site: Site) -> Iterator[Finding]:
    """E215 for ws://."""
    for url in site.urls:
        if not url.is_webhook and url.parts is not None and url.parts.scheme == "ws":
            yield Finding(code="E215", path=url.path, what="this URL starts with ws://.")


def webhook_is_https(site: Site) -> Iterator[Finding]:
    """E219 for http:// and everything else."""
    for url in site.urls:
        if url.is_webhook and (url.parts is None or url.parts.scheme != "https"):
            yield Finding(code="E219", path=url.path, what="this URL does not start with https://.")


def each_charger_has_an_identity(site: Site) -> Iterator[Finding]:
    """E212 when several chargers would connect as one."""
    cloud = as_map(site.authentication.get("ocppCloud"))
    url = cloud.get("url")
    several = len(site.chargers) > 1 and cloud.get("urlVersion") == "ocpp16Compliant"
    if several and isinstance(url, str) and DEVICE_ID not in url and not _PLACEHOLDER.search(url):
        what = f"the URL has no {DEVICE_ID}, so all {len(site.chargers)} chargers would connect as one."
        yield Finding(code="E212", path=("authentication", "ocppCloud", "url"), what=what)


def placeholder_is_known(site: Site) -> Iterator[Finding]:
    """E213 for a placeholder that nobody replaces."""
    for url in site.urls:
        if url.block == "ocppCloud" and any(hit != DEVICE_ID for hit in _PLACEHOLDER.findall(url.text)):
            yield Finding(code="E213", path=url.path, what=f"the URL has a placeholder other than {DEVICE_ID}.")


def native_url_is_bare(site: Site) -> Iterator[Finding]:
    """E214 for a native URL with a serial, placeholder, query, fragment, space, or too long."""
    for url in site.urls:
        found = _not_bare(url) if url.block == "ocppNative" else None
        if found:
            yield Finding(code="E214", path=url.path, what=f"the URL {found}.")


_MERGE_FIRST = "An allowed host counts only after it is merged: merge it on its own, then the files that use it."


def host_is_allowed(site: Site) -> Iterator[Finding]:
    """E216 for a host that fleet.yaml does not list; nothing while that list cannot be read."""
    allowed = site.fleet.allowed_hosts
    if allowed is None:
        return
    for url in site.urls:
        host = _host(url.parts)
        if url.parts is None or host in allowed:
            continue
        if host in site.fleet.new_hosts:
            what = f"`{echo(host)}` is new in this pull request."
            yield Finding(code="E216", path=url.path, what=what, remedy=_MERGE_FIRST)
            continue
        kind = "an address in numbers" if _is_ip(host) else "not an allowed host"
        yield Finding(code="E216", path=url.path, what=f"`{echo(host)}` is {kind}.")


def url_has_no_credentials(site: Site) -> Iterator[Finding]:
    """E217 for a name or password before the host, or a token in the query."""
    for url in site.urls:
        authority = url.text.partition("://")[2].split("/", 1)[0]
        if "@" in authority or _SECRET_IN_QUERY.search(url.text):
            yield Finding(code="E217", path=url.path, what="this URL carries credentials (not shown).")


FAMILIES = (
    Family(
        is_there=lambda site: site.urls,
        rules=(
            Rule(code="E211", check=scheme_is_encrypted),
            Rule(code="E215", check=web_socket_is_encrypted),
            Rule(code="E219", check=webhook_is_https),
            Rule(code="E212", check=each_charger_has_an_identity),
            Rule(code="E213", check=placeholder_is_known),
            Rule(code="E214", check=native_url_is_bare),
            Rule(code="E216", check=host_is_allowed),
            Rule(code="E217", check=url_has_no_credentials),
        ),
    ),
)


def _host(parts: SplitResult | None) -> str:
    return (parts.hostname or "") if parts else ""


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return bool(re.fullmatch(r"(0x[0-9a-f]+|[0-9]+)(\.(0x[0-9a-f]+|[0-9]+))*", host))
    return True


def _not_bare(url: DeclaredUrl) -> str | None:
    if " " in url.text.strip():
        return "has a space"
    if _PLACEHOLDER.search(url.text):
        return "has a placeholder"
    if "?" in url.text or "#" in url.text:
        return "has a query or a fragment"
    if _SERIAL_AT_END.search(url.text):
        return "ends in a serial"
    return f"is longer than {_LONGEST_NATIVE} characters" if len(url.text) > _LONGEST_NATIVE else None
