"""A drift run over builders: files, a snapshot, the plan and its findings."""

from collections.abc import Sequence
from datetime import timedelta

from reconciler.model.desired import DesiredFleet, DesiredInstallation, Deviation, Origin
from reconciler.model.finding import Finding
from reconciler.model.observed import Breadth, ObservedInstallation
from reconciler.model.plan import Plan
from reconciler.model.value import Value
from reconciler.model.verified_write import VerifiedWrite
from reconciler.planning.drift import findings_of
from reconciler.planning.lookup import Lookup
from reconciler.planning.make import make_plan
from reconciler.planning.policy import Policy
from tests.builders import SITE, TODAY, FixedOrigins, cloud, fleet, policy

CHARGERS = tuple(f"ZPR08000{number}" for number in range(1, 6))


def drift(
    desired: DesiredInstallation | DesiredFleet,
    *observed: ObservedInstallation,
    by: Policy | None = None,
    verified: Sequence[VerifiedWrite] = (),
    breadth: Breadth = Breadth.ACCOUNT,
) -> tuple[Finding, ...]:
    """The findings of one drift run."""
    lookup, plan = looked_up(desired, *observed, by=by, breadth=breadth)
    return findings_of(lookup, plan, verified=verified)


def looked_up(
    desired: DesiredInstallation | DesiredFleet,
    *observed: ObservedInstallation,
    by: Policy | None = None,
    breadth: Breadth = Breadth.ACCOUNT,
) -> tuple[Lookup, Plan]:
    """What findings are made of."""
    files = desired if isinstance(desired, DesiredFleet) else fleet(desired)
    seen, rules, origins = cloud(*observed, breadth=breadth), by or policy(), FixedOrigins()
    lookup = Lookup(desired=files, observed=seen, policy=rules, origins=origins)
    return lookup, make_plan(files, seen, rules, origins)


def exception(
    setting: str, *, charger: str | None = None, value: Value | None = None, days: int = 30, line: int = 0
) -> Deviation:
    """An entry of exceptions.yaml that ends in so many days."""
    return Deviation(
        installation_id=SITE,
        setting=setting,
        charger=charger,
        value=value,
        until=TODAY + timedelta(days=days),
        owner="operations",
        reason="antenna",
        origin=Origin(file="fleet/exceptions.yaml", line=line) if line else None,
    )


def only(findings: Sequence[Finding]) -> Finding:
    """The one finding there is."""
    (found,) = findings
    return found
