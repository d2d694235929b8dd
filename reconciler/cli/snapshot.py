"""The `snapshot` command."""

from collections.abc import Sequence
from pathlib import Path

import click

from reconciler.cli.fleet_files import load_valid
from reconciler.cli.options import current_globals, global_options
from reconciler.cli.output import say, writable
from reconciler.cli.planning import policy_at
from reconciler.cli.selecting import chosen, selection_options
from reconciler.cli.wiring import Access, Connections, connected
from reconciler.errors import UsageProblemError
from reconciler.model.desired import Account, DesiredFleet
from reconciler.model.exit import ExitCode
from reconciler.model.plan import PlanAccount
from reconciler.model.shard import Shard
from reconciler.model.snapshot import Snapshot
from reconciler.model.words import counted


@click.command("snapshot")
@selection_options
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="FILE",
    help="Where to write it, as JSON.",
)
@global_options
def command(selectors: tuple[str, ...], exclude: tuple[str, ...], out: Path) -> int:
    """Write the redacted live state to a file, for planning without network or credentials.

    It holds every managed setting of everything that the accounts show; people only as ids of the directory, secrets
    only as set or not set. SELECTORs choose installations of the files; the snapshot then holds only these. Exits with
    4 when something visible could not be read.
    """
    from reconciler.report.json_snapshot import snapshot_json
    from reconciler.store.files import write_atomically

    writable(out, option="--out")
    _, desired = load_valid()
    part = chosen(desired, selectors=selectors, exclude=exclude)
    accounts = _accounts(part)
    with connected(accounts, access=Access.READ_ONLY) as connections:
        snapshot = taken(part, accounts, connections)
    write_atomically(out, snapshot_json(snapshot))
    for line in _told(snapshot, out):
        say(line)
    return ExitCode.DONE if snapshot.is_complete else ExitCode.PARTIAL


def _accounts(part: DesiredFleet) -> list[Account]:
    """Every account of the files, also one that no file uses yet; of a selection those that it uses.

    Raises:
        UsageProblemError: There is no account of that name.
    """
    used = {site.account for site in part.installations}
    wanted = current_globals().accounts
    if wanted:
        used = set(wanted)
    elif part.selection is None:
        used = {account.name for account in part.accounts}
    found = [account for account in part.accounts if account.name in used]
    if not found:
        raise UsageProblemError("no account is chosen", where="snapshot", remedy="name accounts of fleet.yaml")
    return found


def taken(part: DesiredFleet, accounts: Sequence[Account], connections: Connections) -> Snapshot:
    """Everything that the accounts show now; of a selection only its installations."""
    from reconciler.planning.reads import everything_of, read_floor
    from reconciler.workflows.snapshot import survey_fleet

    only = None if part.has_whole_accounts else frozenset(site.id for site in part.installations)
    observed = survey_fleet(connections.surveyors, only=only)
    policy = policy_at(observed.observed_at, connections, accepted=(), root=current_globals().root)
    needs = everything_of(observed, accounts)
    return Snapshot(
        tool_version=policy.tool_version,
        observed=observed,
        accounts=tuple(PlanAccount(name=one.name, cloud=one.cloud, rate=one.rate) for one in accounts),
        selection=part.selection,
        people_known=policy.people_known,
        read_floor=read_floor(needs, observed),
        queued=policy.queued,
        switch_waits=policy.switch_waits,
        shard=None if part.shard_of is None else Shard(whole=part.shard_of),
    )


def _told(snapshot: Snapshot, out: Path) -> list[str]:
    sites, chargers = snapshot.installations, snapshot.chargers
    read = sum(reads.requests for reads in snapshot.observed.reads)
    part = "" if snapshot.selection is None else f" PARTIAL: only {snapshot.selection}."
    lines = [
        f"snapshot of {snapshot.taken_at:%Y-%m-%d %H:%M} UTC saved to {out}: {counted(sites.visible, 'installation')}, "
        f"{counted(chargers.visible, 'charger')}; {read} requests (at least {snapshot.read_floor}).{part}"
    ]
    if not snapshot.is_complete:
        lines.append(
            f"something could not be read at {counted(sites.unreadable, 'installation')} and "
            f"{counted(chargers.unreadable, 'charger')}; plans from this snapshot say so"
        )
    if snapshot.people_known is None:
        lines.append("people are not known (FLEET_PEOPLE), so everybody stands in it as user-id:<guid>")
    return [*lines, f"plan from it with: reconciler plan --snapshot {out}"]
