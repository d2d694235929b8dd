"""The `doctor` command."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import click

from reconciler.cli.clouds import open_cloud
from reconciler.cli.fleet_files import load
from reconciler.cli.options import current_globals, global_options
from reconciler.cli.output import screen, show
from reconciler.cli.pins import check_pins
from reconciler.cli.wiring import Access, open_live
from reconciler.errors import CloudError, InvalidFilesError, LockedError, LoginError, ReconcilerError
from reconciler.live.server_time import DateWatch
from reconciler.loading.beginning import without_installations
from reconciler.model.checkup import Health, Symptom
from reconciler.model.desired import Account, Cloud, DesiredFleet
from reconciler.model.exit import ExitCode
from reconciler.model.observed import Breadth
from reconciler.planning.checkup import clock_symptom, rate_symptom, role_symptoms


@click.command("doctor")
@global_options
def command() -> int:
    """Look for what would stop a run. Reads only, and tells what to do about each finding.

    Looks at the files, the people directory, the pins of accounts, and per account at credentials, login, clock, rate
    and our roles at each installation of the files. Exits with 6 when a login fails, 4 when something else is bad.
    When RECONCILER_ACCOUNTS disagrees with fleet.yaml, nobody logs in.
    """
    from reconciler.report.checkup import checkup_text

    desired = _fleet()
    symptoms = [*_pins(desired), *_people(desired)]
    agreed = all(one.health is not Health.BAD for one in symptoms)
    for account in desired.accounts:  # a wrong pin may mean a wrong cloud, which must not get the credentials
        symptoms += _account(account, desired) if agreed else [_not_tried(account)]
    show(checkup_text(symptoms, **screen()))
    found = {one.health for one in symptoms}
    if Health.LOGIN in found:
        return ExitCode.LOGIN
    return ExitCode.PARTIAL if Health.BAD in found else ExitCode.DONE


def _fleet() -> DesiredFleet:
    """The files, of which there may be none yet.

    Raises:
        InvalidFilesError: Something is wrong in them.
    """
    loaded = load()
    desired = loaded.desired or without_installations(loaded, str(current_globals().fleet))
    if desired is None:
        raise InvalidFilesError(loaded.problems)
    return desired


def _pins(desired: DesiredFleet) -> Iterator[Symptom]:
    try:
        check_pins(desired.accounts)
    except ReconcilerError as error:
        yield Symptom(health=Health.BAD, subject="pins", what=error.what, remedy=error.remedy)
        return
    if os.environ.get("RECONCILER_ACCOUNTS"):
        yield Symptom(health=Health.GOOD, subject="pins", what="RECONCILER_ACCOUNTS agrees with fleet.yaml")
    elif any(account.cloud is Cloud.ZAPTEC for account in desired.accounts):
        pins = ",".join(f"{account.name}:{account.cloud.value}" for account in desired.accounts)
        remedy = f"in CI set RECONCILER_ACCOUNTS={pins}"
        yield Symptom(
            health=Health.NOTE, subject="pins", what="no pull request is kept from switching the cloud", remedy=remedy
        )


def _people(desired: DesiredFleet) -> Iterator[Symptom]:
    if os.environ.get("FLEET_PEOPLE"):
        yield Symptom(
            health=Health.GOOD, subject="people", what="the directory was read and knows everybody in the files"
        )
    elif any(account.cloud is Cloud.ZAPTEC for account in desired.accounts):
        what = "there is no directory, so persons are not verifiable"
        yield Symptom(health=Health.NOTE, subject="people", what=what, remedy="set FLEET_PEOPLE to a YAML or CSV file")


def _account(account: Account, desired: DesiredFleet) -> list[Symptom]:
    try:
        return [*_looked_at(account, desired)]
    except LoginError as error:
        return [_failed(Health.LOGIN, f"{account.name}: login", error)]
    except LockedError as error:
        return [_failed(Health.BAD, f"{account.name}: sandbox", error)]
    except CloudError as error:
        return [_failed(Health.BAD, f"{account.name}: cloud", error)]


def _not_tried(account: Account) -> Symptom:
    what = "not tried: it is not agreed which cloud this account means"
    return Symptom(health=Health.NOTE, subject=f"{account.name}: login", what=what, remedy="mend the pins first")


def _failed(health: Health, subject: str, error: ReconcilerError) -> Symptom:
    return Symptom(health=health, subject=subject, what=f"{error.what} ({error.where})", remedy=error.remedy)


def _looked_at(account: Account, desired: DesiredFleet) -> Iterator[Symptom]:
    with open_cloud(account.cloud, root=current_globals().root) as opened:
        watch = DateWatch(opened.transport())
        watched = replace(opened, transport=lambda: watch)
        with contextlib.closing(open_live(account, watched, people=None, access=Access.READ_ONLY)) as live:
            observed = live.observer.observe((), breadth=Breadth.ACCOUNT)
            what = f"accepted by {account.cloud.value}; {len(observed.installations)} installations are visible"
            yield Symptom(health=Health.GOOD, subject=f"{account.name}: login", what=what)
            if account.cloud is Cloud.ZAPTEC:  # the sandbox has a time of its own
                yield clock_symptom(account.name, server=watch.server_time, own=datetime.now(UTC))
            yield rate_symptom(account, live.requests.read)
            own = [site for site in desired.installations if site.account == account.name]
            yield from role_symptoms(own, observed)
