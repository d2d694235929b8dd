"""What the files of a pull request change about their own safety; until it is merged, the base's policy counts."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, replace
from itertools import zip_longest

from reconciler.model.desired import Account, Acknowledgement, Attestation, DesiredFleet, Deviation, Origin
from reconciler.model.plan_origin import PolicyChange, PolicyKind

Words = Mapping[str, str]
"""Subject and what is said about it."""

About = tuple[str, ...]
"""What names a piece of policy in the file that says it."""

Find = Callable[[PolicyKind, About], Origin]
"""Where it stands in the files of the head."""

Said = tuple[str, str, About]
"""Subject, what is said about it, and what names it in its file."""

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


def nowhere(kind: PolicyKind, about: About) -> Origin:  # noqa: ARG001  as `Find` has it
    """For policy that comes from no files."""
    return Origin(file="", line=0)


def policy_changes(
    head: DesiredFleet, base: DesiredFleet, *, head_bounds: Words, base_bounds: Words, find: Find = nowhere
) -> tuple[PolicyChange, ...]:
    """Every difference in policy, sorted.

    Args:
        head: As its files say, not under the policy of the base.
        base: What counts until the head is merged.
        head_bounds: `final` of fleet.yaml: setting and bounds in words.
        base_bounds: The same on the base.
        find: Asked for every difference.
    """
    names = {site.id: site.name for fleet in (base, head) for site in fleet.installations}
    new, old = _policy(head, head_bounds, names), _policy(base, base_bounds, names)
    found = [one for kind in PolicyKind for one in _differences(kind, old[kind], new[kind], find)]
    return tuple(sorted(found, key=lambda one: one.sort_key))


def _policy(fleet: DesiredFleet, bounds: Words, names: Words) -> Mapping[PolicyKind, Iterable[Said]]:
    return {
        PolicyKind.ACCOUNT: _accounts(fleet.accounts),
        PolicyKind.GUARD: [
            (name, _number(getattr(fleet.limits, one.name)), (name,))
            for one in fields(fleet.limits)
            for name in (_camel(one.name),)
        ],
        PolicyKind.ALLOWED_HOST: [(host, "allowed", (host,)) for host in fleet.allowed_hosts],
        PolicyKind.BOUND: [(name, bound, (name,)) for name, bound in bounds.items()],
        PolicyKind.ACKNOWLEDGEMENT: [
            (f"{one.guard} at {names[site.id]} ({site.id})", _acknowledged(one), (site.id, one.guard))
            for site in fleet.installations
            for one in site.acknowledgements
        ],
        PolicyKind.EXCEPTION: _exceptions(fleet.deviations, names),
        PolicyKind.ATTESTATION: _attestations(fleet.attestations, names),
    }


def _differences(kind: PolicyKind, old: Iterable[Said], new: Iterable[Said], find: Find) -> Iterator[PolicyChange]:
    """What went and what came, subject by subject; what is said twice about one subject counts twice."""
    before, after = _by_subject(old), _by_subject(new)
    for subject, about in sorted({*before, *after}):
        was, will = (side.get((subject, about), Counter()) for side in (before, after))
        for one, other in zip_longest(sorted((was - will).elements()), sorted((will - was).elements())):
            origin = find(kind, about)
            yield PolicyChange(kind=kind, subject=subject, before=one, after=other, file=origin.file, line=origin.line)


def _by_subject(said: Iterable[Said]) -> Mapping[tuple[str, About], Counter[str]]:
    found: dict[tuple[str, About], Counter[str]] = {}
    for subject, words, about in said:
        found.setdefault((subject, about), Counter())[words] += 1
    return found


def _accounts(accounts: Iterable[Account]) -> Iterator[Said]:
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
        for name, words in told.items():
            if words:
                yield f"{name} of account {one.name}", words, (one.name, name)


def _acknowledged(one: Acknowledgement) -> str:
    return f"until {one.until}, by {one.by}: {one.reason}"  # first what must not be cut off where it is shown


def _exceptions(deviations: Iterable[Deviation], names: Words) -> Iterator[Said]:
    for one in deviations:
        where = f"{names.get(one.installation_id, 'an installation')} ({one.installation_id})"
        subject = f"{one.setting}{f' of {one.charger}' if one.charger else ''} at {where}"
        value = "any value" if one.value is None else f"value {one.value}"
        about = (one.installation_id, one.charger or "", one.setting)
        yield subject, f"until {one.until}, {value}, {one.owner}: {one.reason}", about


def _attestations(attestations: Iterable[Attestation], names: Words) -> Iterator[Said]:
    for one in attestations:
        subject = f"permissions at {names.get(one.installation_id, 'an installation')} ({one.installation_id})"
        said = (
            f"until {one.valid_until}, on {one.attested_on} by {one.by}{_acceptance(one)}, {one.digest}: {one.evidence}"
        )
        yield subject, said, (one.installation_id,)


def _acceptance(word: Attestation) -> str:
    return f"{', owners accepted' if word.accepted else ''}{', we left' if word.left else ''}"


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
