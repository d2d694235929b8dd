"""What the files of a pull request change about their own safety; until it is merged, the base's policy counts."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, replace

from reconciler.model.desired import Account, Acknowledgement, Attestation, DesiredFleet, Deviation
from reconciler.model.plan_origin import PolicyChange, PolicyKind

Words = Mapping[str, str]
"""Subject and what is said about it."""

_WITHOUT = ""


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
    head: DesiredFleet, base: DesiredFleet | None, *, head_bounds: Words, base_bounds: Words
) -> tuple[PolicyChange, ...]:
    """Every difference in policy, sorted. Without a base everything is new.

    Args:
        head: As its files say, not under the policy of the base.
        base: None when there is no fleet on the base yet.
        head_bounds: `final` of fleet.yaml: setting and bounds in words.
        base_bounds: The same on the base.
    """
    names = {site.id: site.name for fleet in (base, head) if fleet is not None for site in fleet.installations}
    new = _policy(head, head_bounds, names)
    old = {} if base is None else _policy(base, base_bounds, names)
    found = [one for kind in PolicyKind for one in _differences(kind, old.get(kind, {}), new[kind])]
    return tuple(sorted(found, key=lambda one: one.sort_key))


def _policy(fleet: DesiredFleet, bounds: Words, names: Words) -> Mapping[PolicyKind, Words]:
    return {
        PolicyKind.ACCOUNT: dict(_accounts(fleet.accounts)),
        PolicyKind.GUARD: {_camel(one.name): f"{getattr(fleet.limits, one.name):g}" for one in fields(fleet.limits)},
        PolicyKind.ALLOWED_HOST: dict.fromkeys(fleet.allowed_hosts, "allowed"),
        PolicyKind.BOUND: dict(bounds),
        PolicyKind.ACKNOWLEDGEMENT: {
            f"{one.guard} at {names[site.id]} ({site.id})": _acknowledged(one)
            for site in fleet.installations
            for one in site.acknowledgements
        },
        PolicyKind.EXCEPTION: dict(_exceptions(fleet.deviations, names)),
        PolicyKind.ATTESTATION: dict(_attestations(fleet.attestations, names)),
    }


def _differences(kind: PolicyKind, old: Words, new: Words) -> Iterator[PolicyChange]:
    for subject in sorted({*old, *new}):
        before, after = old.get(subject), new.get(subject)
        if before != after:
            yield PolicyChange(kind=kind, subject=subject, before=before, after=after)


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
            "rate": f"{one.rate:g}",
        }
        yield from ((f"{name} of account {one.name}", words) for name, words in told.items() if words)


def _acknowledged(one: Acknowledgement) -> str:
    return f"by {one.by} until {one.until}: {one.reason}"


def _exceptions(deviations: Iterable[Deviation], names: Words) -> Iterator[tuple[str, str]]:
    for one in deviations:
        where = f"{names.get(one.installation_id, 'an installation')} ({one.installation_id})"
        subject = f"{one.setting}{f' of {one.charger}' if one.charger else ''} at {where}"
        value = "any value" if one.value is None else f"value {one.value}"
        yield subject, f"{value} until {one.until}, {one.owner}: {one.reason}"


def _attestations(attestations: Iterable[Attestation], names: Words) -> Iterator[tuple[str, str]]:
    for one in attestations:
        subject = f"permissions at {names.get(one.installation_id, 'an installation')} ({one.installation_id})"
        yield subject, f"by {one.by} on {one.attested_on} until {one.valid_until}, {one.digest[:19]}: {one.evidence}"


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
