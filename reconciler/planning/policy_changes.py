"""What the files of a pull request change about their own safety; until it is merged, the base's policy counts."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, replace
from itertools import zip_longest

from reconciler.model.desired import Account, Acknowledgement, Attestation, DesiredFleet, Deviation
from reconciler.model.plan_origin import PolicyChange, PolicyKind

Words = Mapping[str, str]
"""Subject and what is said about it."""

_WITHOUT = ""


def _number(value: float) -> str:
    """To the last digit."""
    return repr(value) if value % 1 else str(int(value))


def with_policy_of(head: DesiredFleet, base: DesiredFleet) -> DesiredFleet:
    """The wishes of one fleet under the accounts, guards, hosts, exceptions and acknowledgements of another."""
    acknowledged = {site.id: site.acknowledgements for site in base.installations}
    return replace(
        head,
        accounts=base.accounts,
        limits=base.limits,
        allowed_hosts=base.allowed_hosts,
        deviations=base.deviations,
        attestations=base.attestations,
        installations=tuple(
            replace(site, acknowledgements=acknowledged.get(site.id, ())) for site in head.installations
        ),
    )


def policy_changes(
    head: DesiredFleet, base: DesiredFleet, *, head_bounds: Words, base_bounds: Words
) -> tuple[PolicyChange, ...]:
    """Every difference in policy, sorted.

    Args:
        head: As its files say, not under the policy of the base.
        base: What counts until the head is merged.
        head_bounds: `final` of fleet.yaml: setting and bounds in words.
        base_bounds: The same on the base.
    """
    names = {site.id: site.name for fleet in (base, head) for site in fleet.installations}
    new, old = _policy(head, head_bounds, names), _policy(base, base_bounds, names)
    found = [one for kind in PolicyKind for one in _differences(kind, old[kind], new[kind])]
    return tuple(sorted(found, key=lambda one: one.sort_key))


def _policy(fleet: DesiredFleet, bounds: Words, names: Words) -> Mapping[PolicyKind, Iterable[tuple[str, str]]]:
    return {
        PolicyKind.ACCOUNT: _accounts(fleet.accounts),
        PolicyKind.GUARD: [
            (_camel(one.name), _number(getattr(fleet.limits, one.name))) for one in fields(fleet.limits)
        ],
        PolicyKind.ALLOWED_HOST: [(host, "allowed") for host in fleet.allowed_hosts],
        PolicyKind.BOUND: bounds.items(),
        PolicyKind.ACKNOWLEDGEMENT: [
            (f"{one.guard} at {names[site.id]} ({site.id})", _acknowledged(one))
            for site in fleet.installations
            for one in site.acknowledgements
        ],
        PolicyKind.EXCEPTION: _exceptions(fleet.deviations, names),
        PolicyKind.ATTESTATION: _attestations(fleet.attestations, names),
    }


def _differences(
    kind: PolicyKind, old: Iterable[tuple[str, str]], new: Iterable[tuple[str, str]]
) -> Iterator[PolicyChange]:
    """What went and what came, subject by subject; what is said twice about one subject counts twice."""
    before, after = _by_subject(old), _by_subject(new)
    for subject in sorted({*before, *after}):
        was, will = before.get(subject, Counter()), after.get(subject, Counter())
        for one, other in zip_longest(sorted((was - will).elements()), sorted((will - was).elements())):
            yield PolicyChange(kind=kind, subject=subject, before=one, after=other)


def _by_subject(said: Iterable[tuple[str, str]]) -> Mapping[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for subject, words in said:
        found.setdefault(subject, Counter())[words] += 1
    return found


def _accounts(accounts: Iterable[Account]) -> Iterator[tuple[str, str]]:
    for one in accounts:
        routes = ", ".join(f"{key} {route.value}" for key, route in one.routes)
        told = {
            "cloud": one.cloud.value,
            "credentials": one.credentials,
            "routes": routes,
            "agreement": one.agreement or _WITHOUT,
            "partner": one.partner or _WITHOUT,
            "group": one.group or _WITHOUT,
            "rate": _number(one.rate),
        }
        yield from ((f"{name} of account {one.name}", words) for name, words in told.items() if words)


def _acknowledged(one: Acknowledgement) -> str:
    return f"until {one.until}, by {one.by}: {one.reason}"  # first what must not be cut off where it is shown


def _exceptions(deviations: Iterable[Deviation], names: Words) -> Iterator[tuple[str, str]]:
    for one in deviations:
        where = f"{names.get(one.installation_id, 'an installation')} ({one.installation_id})"
        subject = f"{one.setting}{f' of {one.charger}' if one.charger else ''} at {where}"
        value = "any value" if one.value is None else f"value {one.value}"
        yield subject, f"until {one.until}, {value}, {one.owner}: {one.reason}"


def _attestations(attestations: Iterable[Attestation], names: Words) -> Iterator[tuple[str, str]]:
    for one in attestations:
        subject = f"permissions at {names.get(one.installation_id, 'an installation')} ({one.installation_id})"
        yield subject, f"until {one.valid_until}, on {one.attested_on} by {one.by}, {one.digest}: {one.evidence}"


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
