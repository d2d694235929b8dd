"""Read everything that accounts show, for planning later without them."""

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from reconciler.model.observed import ObservedFleet
from reconciler.workflows.plan import joined
from reconciler.workflows.ports import Surveyor


def survey_fleet(surveyors: Mapping[str, Surveyor], *, only: Collection[str] | None) -> ObservedFleet:
    """One snapshot over all accounts, read side by side. Names of chargers are left out: they can be names of people.

    Args:
        surveyors: By account; at least one.
        only: Ids of installations; None for all that are visible.

    Raises:
        CloudError: A login or a list failed, so nothing can be concluded.
    """
    with ThreadPoolExecutor(max_workers=len(surveyors)) as pool:
        parts = list(pool.map(lambda name: surveyors[name].survey(only), sorted(surveyors)))
    whole = joined(parts)
    sites = tuple(
        replace(site, chargers=tuple(replace(charger, name="") for charger in site.chargers))
        for site in whole.installations
    )
    return replace(whole, installations=sites)
