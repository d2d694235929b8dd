"""The letter to the new owner of a charger, from the files and from what runs of ours did; nobody is asked."""

import os
from collections.abc import Mapping
from pathlib import Path

from reconciler.cli.handing_over import Opened, checked_serial, open_files
from reconciler.cli.options import current_globals
from reconciler.errors import UsageProblemError
from reconciler.loading.people import load_people
from reconciler.model.desired import Cloud, DesiredInstallation
from reconciler.records import dataclass
from reconciler.report.handover_letter import Language, language_for, letter_text
from reconciler.store.asked import runs_asking
from reconciler.store.departures import runs_behind
from reconciler.store.history import history


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """The text, and whether a run of ours invited somebody there, or asked in a worksheet for it."""

    text: str
    file: str
    invited: bool


def letter_for(serial: str, language: Language | None) -> Letter:
    """The letter about a charger that is being handed over; offline.

    Raises:
        UsageProblemError: No hand-over has it.
        ReconcilerError: A journal is garbled.
    """
    wanted = checked_serial(serial)
    opened = open_files()
    sites = [
        site
        for site in opened.desired.installations
        if site.id in opened.under and any(one.serial == wanted for one in site.chargers)
    ]
    if not sites:
        raise UsageProblemError(
            f"{wanted} is not being handed over",
            where="handover letter",
            remedy=f"begin with `reconciler handover start {wanted} --owner person:<id>`",
        )
    text = letter_text(wanted, language or _language(opened, sites[0]))
    return Letter(text=text, file=sites[0].file, invited=_is_invited(opened, sites[0]))


def _is_invited(opened: Opened, site: DesiredInstallation) -> bool:
    root = current_globals().root
    clouds = {account.name: account.cloud.value for account in opened.desired.accounts}
    sent = any(one.installation_id == site.id for one in history(root, clouds).invited)
    asked = runs_asking(root).get(site.id, frozenset()) - {*runs_behind(root).get(site.id, ())}
    return sent or bool(asked)


def _language(opened: Opened, site: DesiredInstallation) -> Language:
    """That of the first owner who has one in the directory of people."""
    known = _languages(opened.desired.account(site.account).cloud)
    owners = opened.under[site.id].owners
    spoken = [known[one.partition(":")[2]] for one in owners if one.partition(":")[2] in known]
    return language_for(spoken[0]) if spoken else Language.ENGLISH


def _languages(cloud: Cloud) -> Mapping[str, str]:
    path = os.environ.get("FLEET_PEOPLE")
    if path:
        return {person.id: person.language for person in load_people(Path(path)).entries}
    if cloud is Cloud.SANDBOX:
        from reconciler.sandbox.people import people

        return {id_: language for id_, _, _, language in people()}
    return {}
