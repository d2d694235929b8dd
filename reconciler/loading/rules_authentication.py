"""Rules about the authentication mode and its configuration."""

from collections.abc import Iterator

from reconciler.loading.findings import At, Finding
from reconciler.loading.site import Family, Rule, Site
from reconciler.model.settings import MODES

_BLOCKS = tuple(word for word, _ in MODES if word != "native")


def configuration_belongs_to_mode(site: Site) -> Iterator[Finding]:
    """E210 when the configuration of another mode stands beside the mode."""
    for block in _BLOCKS:
        if block in site.authentication and block != site.mode:
            what = f"`{block}` does nothing with mode {site.mode}."
            remedy = f"Remove it, or move its content to `{site.mode}`."
            yield Finding(code="E210", path=("authentication", block), what=what, remedy=remedy, at=At.KEY)


def native_stands_alone(site: Site) -> Iterator[Finding]:
    """E221 when the configuration of a third party stands beside mode native."""
    for block in _BLOCKS:
        if block in site.authentication:
            what = f"`{block}` does nothing with mode native."
            yield Finding(code="E221", path=("authentication", block), what=what, at=At.KEY)


def authorization_is_for_native(site: Site) -> Iterator[Finding]:
    """E224 when a third party decides who may charge."""
    if "authorizationRequired" in site.authentication:
        what = f"this does nothing with mode {site.mode}."
        yield Finding(code="E224", path=("authentication", "authorizationRequired"), what=what, at=At.KEY)


def ocpp_has_a_url(site: Site) -> Iterator[Finding]:
    """E225 when an OCPP mode points nowhere."""
    configuration = site.authentication.get(site.mode or "", {})
    if isinstance(configuration, dict) and "url" not in configuration:
        what = f"mode {site.mode} needs `{site.mode}: {{url}}`."
        yield Finding(code="E225", path=("authentication", "mode"), what=what)


def webhooks_have_a_start_url(site: Site) -> Iterator[Finding]:
    """E220 when nobody could start a session."""
    if _webhook_url_is_missing(site, "sessionStartUrl"):
        what = "mode webhooks has no `sessionStartUrl`."
        yield Finding(code="E220", path=("authentication", "webhooks"), what=what, at=At.KEY)


def webhooks_have_an_end_url(site: Site) -> Iterator[Finding]:
    """W226 when nothing could be billed."""
    if _webhook_url_is_missing(site, "sessionEndUrl"):
        what = "mode webhooks has no `sessionEndUrl`."
        yield Finding(code="W226", path=("authentication", "webhooks"), what=what, at=At.KEY)


FAMILIES = (
    Family(is_there=lambda site: site.mode == "native", rules=(Rule(code="E221", check=native_stands_alone),)),
    Family(
        is_there=lambda site: site.mode not in {None, "native"},
        rules=(
            Rule(code="E210", check=configuration_belongs_to_mode),
            Rule(code="E224", check=authorization_is_for_native),
        ),
    ),
    Family(
        is_there=lambda site: site.mode in {"ocppCloud", "ocppNative"},
        rules=(Rule(code="E225", check=ocpp_has_a_url),),
    ),
    Family(
        is_there=lambda site: site.mode == "webhooks",
        rules=(
            Rule(code="E220", check=webhooks_have_a_start_url),
            Rule(code="W226", check=webhooks_have_an_end_url),
        ),
    ),
)


def _webhook_url_is_missing(site: Site, key: str) -> bool:
    webhooks = site.authentication.get("webhooks", {})
    return isinstance(webhooks, dict) and key not in webhooks
