"""Which rules run on what; the rules stand in one file per family."""

from collections.abc import Iterator

from reconciler.loading import rules_authentication, rules_chargers, rules_permissions, rules_urls
from reconciler.loading.findings import Finding
from reconciler.loading.site import Rule, Site

RULES: tuple[Rule, ...] = (
    *rules_authentication.RULES,
    *rules_urls.RULES,
    *rules_chargers.RULES,
    *rules_permissions.RULES,
)
"""Rules for a merged installation."""


VALUE_RULES: tuple[Rule, ...] = tuple(
    rule for rule in RULES if rule.code in {"E105", "E211", "E213", "E214", "E215", "E216", "E217", "E219", "E240"}
)
"""Rules that judge single values: for a profile alone, and where a layer could not be read whole."""


def findings_in(site: Site, rules: tuple[Rule, ...] = RULES) -> Iterator[Finding]:
    """Everything that the rules find in one merged installation."""
    for rule in rules:
        yield from rule.check(site)
