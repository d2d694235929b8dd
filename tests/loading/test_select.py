"""Choosing a part of the fleet."""

from pathlib import Path

import pytest

from reconciler.errors import UsageProblemError
from reconciler.loading.select import select
from reconciler.model.desired import DesiredFleet, WholeFleet
from tests.loading.fleets import HEAD, ID, OTHER, OTHER_ID, load

TWO_ACCOUNTS = "version: 1\naccounts:\n  main: {cloud: sandbox}\n  south: {cloud: sandbox}\n"


@pytest.fixture
def fleet(tmp_path: Path) -> DesiredFleet:
    """Here in account main, There in account south."""
    files: dict[str, str | bytes] = {
        "fleet.yaml": TWO_ACCOUNTS,
        "installations/homes/here.yaml": HEAD
        + "account: main\nlabels: {region: oslo, segment: home}\nchargers: {ZAP012345: {}}\n",
        "installations/coops/there.yaml": OTHER
        + "account: south\nlabels: {region: oslo, segment: coop}\nchargers: {ZPR000001: {}}\n",
        "exceptions.yaml": (
            "version: 1\nexceptions:\n  - {installation: " + OTHER_ID + ", setting: maxCurrent, ignore: true, "
            "until: 2030-01-01, owner: KL, reason: x}\n"
        ),
    }
    desired = load(tmp_path, files).desired
    assert desired is not None
    return desired


def chosen(
    fleet: DesiredFleet, *selectors: str, exclude: tuple[str, ...] = (), accounts: tuple[str, ...] = ()
) -> list[str]:
    """Names of the installations that are left."""
    part = select(fleet, selectors=selectors, exclude=exclude, accounts=accounts)
    return [site.name for site in part.installations]


@pytest.mark.parametrize(
    "selector",
    [
        ID,
        ID.upper(),
        "Here",
        "here",
        "H*",
        "ZAP012345",
        "zap012345",
        "segment=home",
        "segment=h*",
        "fleet/installations/homes/here.yaml",
        "./fleet/installations/homes/",
        "installations/homes",
        "installations/homes/here.yaml",
    ],
)
def test_everything_that_names_one_installation_finds_it(fleet: DesiredFleet, selector: str) -> None:
    """Id, name, serial, label, file or folder, as people have it at hand."""
    assert chosen(fleet, selector) == ["Here"]


def test_the_path_from_where_the_user_stands_works_too(fleet: DesiredFleet) -> None:
    """As a shell completes it."""
    assert chosen(fleet, f"{fleet.path}/installations/coops/there.yaml") == ["There"]


def test_several_selectors_add_up(fleet: DesiredFleet) -> None:
    """A site is chosen when any of them means it."""
    assert chosen(fleet, "Here", "ZPR000001") == ["Here", "There"]


def test_exclusions_win(fleet: DesiredFleet) -> None:
    """Also over a selector that names the site itself."""
    assert chosen(fleet, "region=oslo", exclude=("There",)) == ["Here"]


def test_an_account_is_a_selection_too(fleet: DesiredFleet) -> None:
    """And only its login is needed."""
    part = select(fleet, selectors=(), exclude=(), accounts=("south",))

    assert [site.name for site in part.installations] == ["There"]
    assert [account.name for account in part.accounts] == ["south"]
    assert part.selection == "account south"


def test_several_accounts_are_told_in_one_order(fleet: DesiredFleet) -> None:
    """Shards that were asked for in another order are the same."""
    part = select(fleet, selectors=(), exclude=(), accounts=("south", "main", "south"))

    assert [site.name for site in part.installations] == ["Here", "There"]
    assert part.selection == "account main, account south"


def test_whole_accounts_know_the_fleet_that_they_are_a_shard_of(fleet: DesiredFleet) -> None:
    """So that their documents can be joined, and what another account's file names is not without a file."""
    part = select(fleet, selectors=(), exclude=(), accounts=("south",))

    assert part.has_whole_accounts
    assert part.shard_of == WholeFleet(
        digest=fleet.digest, accounts=("main", "south"), installations=2, chargers=2, limits=fleet.limits
    )
    assert [site.name for site in part.others] == ["Here"]


@pytest.mark.parametrize(("selectors", "exclude"), [(("There",), ()), ((), ("Here",))])
def test_a_part_of_an_account_is_no_shard(
    fleet: DesiredFleet, selectors: tuple[str, ...], exclude: tuple[str, ...]
) -> None:
    """Whoever names sites as well may have left some out."""
    part = select(fleet, selectors=selectors, exclude=exclude, accounts=("main", "south"))

    assert part.shard_of is None
    assert not part.has_whole_accounts


def test_a_part_says_that_it_is_one(fleet: DesiredFleet) -> None:
    """With the user's words, its own digest, its own exceptions and the size of the whole."""
    part = select(fleet, selectors=("Here",), exclude=("There",))

    assert part.selection == "Here, without There"
    assert part.digest != fleet.digest
    assert part.deviations == ()
    assert part.fleet_size == fleet.fleet_size == (2, 2)


def test_without_a_wish_the_fleet_stays_whole(fleet: DesiredFleet) -> None:
    """Nothing is labelled partial."""
    assert select(fleet, selectors=(), exclude=()) is fleet


@pytest.mark.parametrize(
    ("selector", "hint"),
    [
        ("Heree", "did you mean Here?"),
        ("ZAP012354", "did you mean ZAP012345?"),
        ("segment=hoem", "did you mean segment=home?"),
        ("installations/home", "did you mean fleet/installations/homes?"),
        ("fleet/installations/homes/heer.yaml", "did you mean fleet/installations/homes/here.yaml?"),
        ("fleet/installations/here.yaml", "did you mean fleet/installations/homes/here.yaml?"),
        ("hree.yaml", "did you mean fleet/installations/homes/here.yaml?"),
    ],
)
def test_a_selector_that_matches_nothing_is_a_mistake(fleet: DesiredFleet, selector: str, hint: str) -> None:
    """An empty plan would look like good news; the nearest known name helps."""
    with pytest.raises(UsageProblemError, match="matches no installation") as caught:
        chosen(fleet, "Here", selector)

    assert caught.value.remedy.startswith(hint)


@pytest.mark.parametrize("selector", ["xyzzy/plugh", "fleet/installations/nosuch.yaml", "nosuch", "fleet/nosuch"])
def test_what_is_near_nothing_gets_no_guess(fleet: DesiredFleet, selector: str) -> None:
    """A path of the same folder is not near; the kinds of selector are told instead."""
    with pytest.raises(UsageProblemError) as caught:
        chosen(fleet, selector)

    assert caught.value.remedy.startswith("use a file, a folder, an installation id or name")


def test_so_is_an_exclusion_that_matches_nothing(fleet: DesiredFleet) -> None:
    """Somebody believes that a site is left out when it is not."""
    with pytest.raises(UsageProblemError, match="Thre matches no installation"):
        chosen(fleet, exclude=("Thre",))


def test_an_unknown_account(fleet: DesiredFleet) -> None:
    """The known ones are near."""
    with pytest.raises(UsageProblemError) as caught:
        chosen(fleet, accounts=("sout",))

    assert caught.value.remedy == "did you mean south? known: main, south"


def test_an_account_like_no_other(fleet: DesiredFleet) -> None:
    """Selectors are something else; the accounts are named."""
    with pytest.raises(UsageProblemError) as caught:
        chosen(fleet, accounts=("xyzzy",))

    assert caught.value.remedy == "known: main, south"


def test_excluding_everything(fleet: DesiredFleet) -> None:
    """Leaves nothing to conclude anything about."""
    with pytest.raises(UsageProblemError, match="the selection is empty"):
        chosen(fleet, "Here", exclude=("region=oslo",))
