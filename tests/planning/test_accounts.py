"""Two accounts may see the same installation; each file is compared with what its own account sees."""

from dataclasses import replace

from reconciler.model.desired import DesiredFleet
from reconciler.model.observed import AccountReads, ObservedFleet, ObservedInstallation
from reconciler.model.plan import Counts, Plan
from reconciler.model.value import Reason
from reconciler.planning.make import make_plan
from reconciler.planning.reads import needs_of, read_floor
from tests.builders import (
    MAIN,
    OTHER_SITE,
    SITE,
    FixedOrigins,
    account,
    charger,
    cloud,
    fleet,
    live,
    policy,
    wants,
    wants_charger,
)

ACCOUNTS = (account(), account(name="second"))
FILES = fleet(wants(wants_charger("ZAP000001", maxCurrent=10.0)), accounts=ACCOUNTS)
OURS = live(charger("ZAP000001", maxCurrent=16.0))
THEIRS = live(charger("ZAP000001"), roles=1, account_name="second")


def seen(*installations: ObservedInstallation) -> ObservedFleet:
    """One snapshot over both accounts, in the order given."""
    reads = tuple(
        AccountReads(
            account=name,
            visible_installations=sum(one.account == name for one in installations),
            visible_chargers=sum(len(one.chargers) for one in installations if one.account == name),
            requests=2,
        )
        for name in (MAIN, "second")
    )
    return replace(cloud(), installations=installations, reads=reads)


def plan(files: DesiredFleet, *installations: ObservedInstallation) -> Plan:
    return make_plan(files, seen(*installations), policy(), FixedOrigins())


class TestSharedInstallation:
    def test_the_other_account_does_not_hide_it(self) -> None:
        """What the second account sees, with fewer rights and unread states, changes nothing."""
        for installations in ((OURS, THEIRS), (THEIRS, OURS)):
            found = plan(FILES, *installations)

            assert [(one.target.account, one.after) for one in found.changes] == [(MAIN, 10.0)]
            assert len(found.steps) == 1
            assert not found.unreadable
            assert not found.refusals

    def test_the_floor_counts_what_the_own_account_sees(self) -> None:
        """One state of one charger, and the lists of both accounts."""
        assert read_floor(needs_of(FILES), seen(OURS, THEIRS)) == 2 + 2 + 1
        assert read_floor(needs_of(FILES), seen(THEIRS, OURS)) == 2 + 2 + 1

    def test_only_another_account_sees_it(self) -> None:
        """Then it is not visible to its own, and the report says who sees it."""
        found = plan(FILES, THEIRS)

        assert [one.unreadable.reason for one in found.unreadable] == [Reason.NOT_VISIBLE]
        assert "account second does" in found.unreadable[0].unreadable.detail

    def test_each_account_is_asked_for_its_own_view(self) -> None:
        """By account, or whoever sees it first."""
        both = seen(OURS, THEIRS)

        assert both.installation(SITE, MAIN) == OURS
        assert both.installation(SITE, "second") == THEIRS
        assert both.installation(SITE) == OURS
        assert both.installation(SITE, "third") is None


class TestUnmanaged:
    def test_declared_through_another_account_is_managed(self) -> None:
        """Neither the installation nor its chargers are left over."""
        found = plan(FILES, OURS, THEIRS)

        assert found.coverage.installations == Counts(desired=1, compared=1, unreadable=0, unmanaged=0)
        assert found.coverage.chargers == Counts(desired=1, compared=1, unreadable=0, unmanaged=0)

    def test_what_no_file_declares_is_counted(self) -> None:
        """Once for each account that sees it."""
        stranger = live(charger("ZAP000009"), site=OTHER_SITE)
        also = live(charger("ZAP000009"), site=OTHER_SITE, account_name="second")

        assert plan(FILES, OURS, stranger).coverage.installations.unmanaged == 1
        assert plan(FILES, OURS, stranger, also).coverage.installations.unmanaged == 2

    def test_what_was_handed_over_is_counted_with_its_own_chargers(self) -> None:
        """Whatever the order of accounts and ids: here the account that comes first has the id that comes last."""
        two = wants(wants_charger("ZAP000001"), wants_charger("ZAP000002"), site=OTHER_SITE)
        one = replace(wants(wants_charger("ZAP000003")), account="second")
        files = fleet(one, two, accounts=ACCOUNTS)
        there = live(charger("ZAP000003"), account_name="second")

        found = make_plan(
            files, seen(there), replace(policy(), departed=frozenset({(MAIN, OTHER_SITE)})), FixedOrigins()
        )

        assert found.coverage.installations == Counts(desired=2, compared=1, unreadable=0, unmanaged=0)
        assert found.coverage.chargers == Counts(desired=3, compared=1, unreadable=0, unmanaged=0)

    def test_a_serial_that_stands_twice_is_no_further_charger(self) -> None:
        """The cloud has two records of it; the file names both."""
        wanted = wants(wants_charger("ZAP000001", maxCurrent=16.0))
        record = charger("ZAP000001", maxCurrent=16.0)

        found = plan(fleet(wanted), live(record, replace(record, id="another-record")))

        assert found.coverage.chargers == Counts(desired=1, compared=1, unreadable=0, unmanaged=0)
