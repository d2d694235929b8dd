"""Which rules run on what; the rules stand in one file per family."""

from dataclasses import replace

from reconciler.loading import rules_authentication, rules_chargers, rules_permissions, rules_urls
from reconciler.loading.findings import Finding
from reconciler.loading.site import Family, Site

RULES: tuple[Family, ...] = (
    *rules_authentication.FAMILIES,
    *rules_urls.FAMILIES,
    *rules_chargers.FAMILIES,
    *rules_permissions.FAMILIES,
)
"""Rules for a merged installation."""

_ABOUT_VALUES = frozenset({"E105", "E211", "E213", "E214", "E215", "E216", "E217", "E219", "E240"})
VALUE_RULES: tuple[Family, ...] = tuple(
    replace(family, rules=tuple(rule for rule in family.rules if rule.code in _ABOUT_VALUES))
    for family in RULES
    if any(rule.code in _ABOUT_VALUES for rule in family.rules)
)
"""Rules that judge single values: for a profile alone, and where a layer could not be read whole."""


def findings_in(site: Site, families: tuple[Family, ...] = RULES) -> list[Finding]:
    """Everything that the rules find in one merged installation."""
    found: list[Finding] = []
    for family in families:
        if family.is_there(site):
            for rule in family.rules:
                found.extend(rule.check(site))
    return found
