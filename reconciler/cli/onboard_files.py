"""The files that onboarding starts from: there may be no installation yet."""

from reconciler.cli.fleet_files import load, load_valid
from reconciler.cli.options import current_globals
from reconciler.errors import UsageProblemError
from reconciler.loading.beginning import without_installations
from reconciler.loading.load import LoadedFleet
from reconciler.model.desired import Account, DesiredFleet
from reconciler.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """The fleet as it was loaded, and what it wants."""

    loaded: LoadedFleet
    desired: DesiredFleet

    @property
    def files(self) -> dict[str, str]:
        """Installation id and file of everything that has one."""
        return {site.id: site.file for site in self.desired.installations}

    def account(self, name: str) -> Account:
        """The account of that name, if --account does not say another.

        Raises:
            UsageProblemError: There is none, or --account names another.
        """
        chosen = current_globals().chooses(name)
        found = next((one for one in self.desired.accounts if one.name == name and chosen), None)
        if found is None:
            raise UsageProblemError(
                f"the link belongs to account {name}, which is not chosen or not in fleet.yaml",
                where="--account",
                remedy="see `accounts:` in fleet.yaml",
            )
        return found


def load_the_fleet() -> Fleet:
    """The files, of which there may be none yet.

    Raises:
        InvalidFilesError: Something is wrong in them.
    """
    loaded = load()
    desired = without_installations(loaded, str(current_globals().fleet))
    if desired is None:
        loaded, desired = load_valid()
    return Fleet(loaded=loaded, desired=desired)


def only_account(desired: DesiredFleet) -> Account:
    """The account that asks: the one of --account, or the only one.

    Raises:
        UsageProblemError: There are several, or there is none of that name.
    """
    found = [one for one in desired.accounts if current_globals().chooses(one.name)]
    if len(found) != 1:
        raise UsageProblemError(
            "there is no account of that name" if not found else "several accounts could ask",
            where="--account",
            remedy=f"give --account with one of {', '.join(one.name for one in desired.accounts)}",
        )
    return found[0]
