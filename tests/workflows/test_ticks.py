"""A box of a worksheet is ticked by what was read or attested, and by nothing else."""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

import pytest

from reconciler.model.attest import permissions_digest
from reconciler.model.change import Change, Target
from reconciler.model.desired import Attestation, DesiredFleet, DesiredInstallation, Route
from reconciler.model.observed import ObservedInstallation
from reconciler.model.ticks import Sight, Tick, ticked
from reconciler.model.value import ABSENT, Absent, Observation, Reason, Unreadable, Value
from reconciler.workflows.ticks import ticks_of
from tests.builders import (
    MAIN,
    NOW,
    SITE,
    account,
    charger,
    cloud,
    fleet,
    gone,
    has_access,
    live,
    permissions,
    person,
    wants,
    wants_charger,
)

NO_CALL = Unreadable(reason=Reason.NO_DOCUMENTED_CALL)
WANTED = wants(
    wants_charger("ZPR080001", standAlone=False),
    access=permissions(person("person:c-1", "user", "owner"), absent=[gone("userGroup:BSJG"), gone("userGroup:ZZZZ")]),
)


def task(
    setting: str, after: Value | Absent, *, before: Observation = NO_CALL, who: str | None = None, at: str | None = None
) -> Change:
    return Change(
        target=Target(account=MAIN, installation_id=SITE, charger=at, principal=who),
        installation_name="Solbakken",
        setting=setting,
        before=before,
        after=after,
        route=Route.PORTAL,
        file="",
        line=0,
    )


ALONE = task("standAlone", False, before=True, at="ZPR080001")
GRANT = task("permissions", ("user", "owner"), who="person:c-1")
REMOVE = task("permissions", ABSENT, who="userGroup:ZZZZ")
LEAVE = task("permissions", ABSENT, who="userGroup:BSJG")


def look(
    change: Change, *observed: ObservedInstallation, files: DesiredFleet | None = None, over: Collection[str] = ()
) -> Tick | str | None:
    places = {("main", one) for one in over}
    found = ticks_of([change], files or fleet(WANTED), cloud(*observed), now=NOW, over=places)
    return found.get(change.id, "not looked at")


def attested(site: DesiredInstallation, *, until_days: int = 90, accepted: bool = False) -> DesiredFleet:
    word = Attestation(
        installation_id=SITE,
        digest=permissions_digest(WANTED),
        attested_on=NOW.date() - timedelta(days=1),
        by="KL",
        evidence="seen",
        valid_until=NOW.date() + timedelta(days=until_days),
        accepted=accepted,
    )
    return fleet(site, accounts=[account(group="BSJG")], attestations=[word])


class TestReading:
    def test_a_value_as_wanted_is_done(self) -> None:
        """It was read back."""
        assert look(ALONE, live(charger("ZPR080001", standAlone=False))) == Tick(at=NOW, sight=Sight.READ)

    def test_another_value_is_not_done(self) -> None:
        """Looked at, and not so."""
        assert look(ALONE, live(charger("ZPR080001", standAlone=True))) is None

    @pytest.mark.parametrize("reason", [Reason.NO_ROLE, Reason.EMPTY_ANSWER, Reason.NOT_ANSWERED])
    def test_what_could_not_be_read_says_nothing(self, reason: Reason) -> None:
        """A former tick stays."""
        seen = live(charger("ZPR080001", standAlone=Unreadable(reason=reason)))

        assert look(ALONE, seen) == "not looked at"

    def test_a_charger_that_is_gone_says_nothing(self) -> None:
        """An empty answer is not an empty installation."""
        assert look(ALONE, live()) == "not looked at"

    def test_an_installation_outside_the_selection_says_nothing(self) -> None:
        """Only what was compared."""
        assert look(ALONE, live(charger("ZPR080001", standAlone=False)), files=fleet()) == "not looked at"

    def test_an_invitation_is_the_persons_turn(self) -> None:
        """The step in the Portal is done; that is not yet an owner."""
        seen = live(access=[has_access("person:c-1", "owner", "user", accepted=False)])
        wanted = replace(GRANT, after=seen.permissions[0].roles)  # type: ignore[index,union-attr]  # given above

        assert look(wanted, seen) == Tick(at=NOW, sight=Sight.INVITED)


class TestAttesting:
    SEEN = live(access=NO_CALL)

    @pytest.mark.parametrize("change", [GRANT, REMOVE], ids=["grant", "removal"])
    def test_a_word_ticks_what_nobody_can_read(self, change: Change) -> None:
        """Both who came and who went."""
        assert look(change, self.SEEN) is None
        assert look(change, self.SEEN, files=attested(WANTED)) == Tick(at=NOW, sight=Sight.ATTESTED)

    def test_a_word_that_has_expired_ticks_nothing(self) -> None:
        """After 180 days somebody looks again."""
        assert look(GRANT, self.SEEN, files=attested(WANTED, until_days=-1)) is None

    def test_a_word_about_others_ticks_nothing(self) -> None:
        """The file names somebody else by now, and that was attested."""
        other = task("permissions", ("owner",), who="person:c-2")

        assert look(other, self.SEEN, files=attested(WANTED)) is None

    def test_a_word_is_about_access_only(self) -> None:
        """Nobody attests a stand-alone flag."""
        seen = live(charger("ZPR080001", standAlone=True))

        assert look(ALONE, seen, files=attested(WANTED)) is None

    def test_a_word_holds_when_we_cannot_see_the_site_any_more(self) -> None:
        """Our own group went last."""
        assert look(REMOVE, files=attested(WANTED)) == Tick(at=NOW, sight=Sight.ATTESTED)

    def test_nobody_vouches_for_our_own_removal_while_we_still_look(self) -> None:
        """Whoever sees the installation has access to it."""
        assert look(LEAVE, self.SEEN, files=attested(WANTED, accepted=True), over=[SITE]) is None

    def test_our_own_removal_is_done_only_where_the_hand_over_is_over(self) -> None:
        """Gone from our sight alone may be somebody else's doing, whatever a word says of the owner."""
        files = attested(WANTED, accepted=True)

        assert look(LEAVE, files=files) == "not looked at"
        assert look(LEAVE, files=files, over=[SITE]) == Tick(at=NOW, sight=Sight.ATTESTED)

    def test_where_nobody_said_which_group_is_ours_it_may_be_any(self) -> None:
        """So no word covers a group that goes while we see the site."""
        files = replace(attested(WANTED, accepted=True), accounts=(account(),))

        assert look(REMOVE, self.SEEN, files=files) is None


class TestTogether:
    OLD = Tick(at=NOW - timedelta(days=3), sight=Sight.READ)

    def test_what_is_still_so_keeps_its_time(self) -> None:
        """The first time counts."""
        assert ticked({"a": self.OLD}, {"a": Tick(at=NOW, sight=Sight.READ)}) == {"a": self.OLD}

    def test_what_is_undone_loses_its_tick_and_what_nobody_saw_keeps_it(self) -> None:
        """Only a look takes a tick away."""
        assert ticked({"a": self.OLD, "b": self.OLD}, {"a": None}) == {"b": self.OLD}

    def test_an_invitation_that_was_accepted_is_told_anew(self) -> None:
        """It means more."""
        invited, read = Tick(at=self.OLD.at, sight=Sight.INVITED), Tick(at=NOW, sight=Sight.READ)

        assert ticked({"a": invited}, {"a": read}) == {"a": read}
