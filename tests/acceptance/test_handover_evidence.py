"""What ends a hand-over: our access went by this hand-over, with its owner, and nothing else counts."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.conftest import Shop
from tests.acceptance.test_handover import (
    BAKKEGATA,
    NEW,
    OWNER,
    PORTAL,
    SERIAL,
    actions,
    begin,
    change,
    codes,
    stages,
    status,
    without_file,
)

NAME = "Bakkegata 7"
OTHER = "person:c-88124"


def by_partner(shop: Shop) -> None:
    """Every setting has a call, and our files know nothing of the home."""
    without_file(shop, BAKKEGATA)
    routes = "      permissions: partner\n"
    shop.edit("fleet.yaml", routes, f"{routes}      standAlone: partner\n")


def ready_to_leave(shop: Shop, owner: str = OWNER) -> None:
    """Everything is done but the removal of our own group."""
    begin(shop, SERIAL, owner)
    shop.apply(NEW, "--yes")
    shop.run("sandbox", "accept-invitation", owner)


def handed_over(shop: Shop, owner: str = OWNER) -> None:
    """A hand-over from its start to its end, filed away."""
    ready_to_leave(shop, owner)
    shop.apply(NEW, "--yes")
    shop.run("handover", "finish", SERIAL, "--yes")


def come_back(shop: Shop) -> None:
    """The owner is gone, our group has the home again, and its file of then is deleted."""
    (shop.folder / "fleet" / "released" / "bakkegata-7.yaml").unlink()
    return_alone(shop)


def return_alone(shop: Shop) -> None:
    """Our group has the home again, and nobody else."""
    with shop.open_world() as world:
        sites = {one["name"]: one for one in world.data["installations"].values()}
        ours = next(one for one in sites["Elveveien 12"]["permissions"] if one.get("key") == "BSJG")
        sites[NAME]["permissions"] = [dict(ours)]


def attest(shop: Shop) -> Path:
    """Somebody gives a word about the permissions of the home."""
    assert shop.run("attest", NEW, "--by", "KL", "--accepted").code == 0
    return next((shop.folder / "fleet" / "attestations").iterdir())


def lose_it(shop: Shop) -> None:
    """Somebody else takes everybody's access away."""
    change(shop, NAME, lambda site: site["permissions"].clear())  # type: ignore[attr-defined]  # a list


def stage(shop: Shop) -> str:
    """How far the hand-over of the home is; whatever is not done must not be filed away."""
    found = stages(status(shop, NEW))[NAME]
    filed = actions(shop.run("handover", "finish", SERIAL, "--yes", report=True))
    assert filed == {SERIAL: "released" if found == "done" else "refused"}
    return found


class TestWhatAnEarlierHandOverDid:
    @pytest.mark.parametrize(
        ("owner", "applied"),
        [(OTHER, True), (OTHER, False), (OWNER, False)],
        ids=["somebody else, applied", "somebody else, only begun", "the same person, only begun"],
    )
    def test_it_says_nothing_about_the_next(self, shop: Shop, owner: str, *, applied: bool) -> None:
        """The first was over and filed away; our group came back, and somebody else took it out."""
        by_partner(shop)
        handed_over(shop, owner)
        come_back(shop)
        begin(shop)
        if applied:
            shop.apply(NEW, "--yes")

        lose_it(shop)

        assert stage(shop) == "lost"


class TestWhatARunDid:
    def test_a_removal_that_took_no_effect_is_no_departure(self, shop: Shop) -> None:
        """The request was lost; later somebody else empties the list."""
        by_partner(shop)
        ready_to_leave(shop)
        shop.run("sandbox", "fault", "lost-answer-before", "--method", "DELETE", "--times", "1")
        applied = shop.apply(NEW, "--yes")

        lose_it(shop)

        assert [one["outcome"] for one in applied.document["outcomes"]] == ["uncertain"]
        assert stage(shop) == "lost"

    def test_an_owner_whom_the_file_names_since_has_nothing(self, shop: Shop) -> None:
        """Nobody ever invited that person."""
        by_partner(shop)
        ready_to_leave(shop)
        shop.apply(NEW, "--yes")

        shop.edit("installations/bakkegata-7.yaml", OWNER, OTHER)

        assert stage(shop) == "lost"

    def test_somebody_who_had_not_accepted_when_we_left_is_no_end(self, shop: Shop) -> None:
        """The owner had, so our access could go; whoever else the file names still has to be looked for."""
        by_partner(shop)
        begin(shop, SERIAL, OTHER)
        shop.edit(
            "installations/bakkegata-7.yaml", "  entries:\n", f'  entries:\n    - {{user: "{OWNER}", roles: [user]}}\n'
        )

        left = shop.apply(NEW, "--yes")

        assert "waiting" in {one["outcome"] for one in left.document["outcomes"]}
        assert stage(shop) == "lost"
        assert OWNER in status(shop, NEW).document["handovers"][0]["blocks"][0]


class TestWhatIsSeenAgain:
    @pytest.mark.parametrize(
        "look", [("plan",), ("drift",), ("handover", "status"), ("handover", "start")], ids=" ".join
    )
    def test_a_departure_after_which_we_were_seen_again_is_none(self, shop: Shop, look: tuple[str, ...]) -> None:
        """We left, our group came back without the owner, a look saw it, and somebody took it out again."""
        by_partner(shop)
        ready_to_leave(shop)
        shop.apply(NEW, "--yes")
        return_alone(shop)
        shop.run("sandbox", "advance", "2m")

        shop.run(*look, *((SERIAL, "--owner", OWNER, "--yes") if "start" in look else (NEW,)))
        lose_it(shop)

        assert stage(shop) == "lost"


class TestWhichGroupIsOurs:
    def test_capitals_in_fleet_yaml_do_not_matter(self, shop: Shop) -> None:
        """The same hand-over, from its start to its end."""
        by_partner(shop)
        shop.edit("fleet.yaml", "group: BSJG", "group: bsjg")
        ready_to_leave(shop)

        before = stages(status(shop, NEW))[NAME]
        shop.apply(NEW, "--yes")

        assert (before, stage(shop)) == ("leaving", "done")

    def test_capitals_in_the_file_do_not_matter(self, shop: Shop) -> None:
        """Our own access still needs its gate, and the file is still a hand-over."""
        by_partner(shop)
        ready_to_leave(shop)
        mine = (shop.folder / NEW).read_text() + (shop.folder / "fleet/profiles/handover.yaml").read_text()
        assert "BSJG" in mine
        shop.edit("profiles/handover.yaml", "BSJG", "bsjg")

        assert stages(status(shop, NEW)) == {NAME: "leaving"}

    def test_a_group_that_has_no_access_there_is_hardly_ours(self, shop: Shop) -> None:
        """Mistyped: nobody could say who must leave, so nothing begins."""
        by_partner(shop)
        shop.edit("fleet.yaml", "group: BSJG", "group: BSJX")

        assert codes(begin(shop), SERIAL) == ["not-our-group"]

    def test_a_hand_over_stays_one_when_our_group_is_mistyped_later(self, shop: Shop) -> None:
        """The removal of the group that has the access is still the last step, and no word covers it."""
        by_partner(shop)
        ready_to_leave(shop)
        shop.edit("fleet.yaml", "group: BSJG", "group: BSJX")

        said = attest(shop)

        assert stages(status(shop, NEW)) == {NAME: "leaving"}
        assert "not confirmed: that userGroup:BSJG is gone" in said.read_text()

    def test_nothing_is_done_while_our_account_reads_the_home(self, shop: Shop) -> None:
        """The group of the file is gone, and the login has its access another way."""
        by_partner(shop)
        ready_to_leave(shop)
        change(shop, NAME, renamed("BSJG"))

        told = status(shop, NEW).document["handovers"][0]

        assert (told["stage"], stage(shop)) == ("blocked", "blocked")
        assert "still sees" in told["blocks"][0]


def renamed(key: str) -> Callable[[dict[str, object]], None]:
    """The group with that key is gone from the list, and the login is there as a person."""

    def act(site: dict[str, object]) -> None:
        for one in site["permissions"]:  # type: ignore[attr-defined]  # a list
            if one.get("key") == key:
                del one["key"]
                one["email"] = "owner@sandbox.example"

    return act


class TestAWordAgainstWhatIsRead:
    def test_nobody_attests_what_our_account_reads_otherwise(self, shop: Shop) -> None:
        """The owner has not accepted; then somebody takes our access away."""
        by_partner(shop)
        begin(shop)
        shop.apply(NEW, "--yes")

        word = shop.run("attest", NEW, "--by", "KL", "--accepted")
        lose_it(shop)

        assert (word.code, OWNER in word.err) == (64, True)
        assert not (shop.folder / "fleet" / "attestations").exists()
        assert stage(shop) == "lost"

    def test_what_our_account_cannot_read_any_more_a_person_may_know(self, shop: Shop) -> None:
        """Our access is gone, and the owner says that all is well."""
        by_partner(shop)
        begin(shop)
        shop.apply(NEW, "--yes")
        lose_it(shop)

        words = [shop.run("attest", NEW, "--by", "KL", word).code for word in ("--accepted", "--left")]

        assert words == [64, 0]
        assert stage(shop) == "done"


class TestAWordOfThen:
    @pytest.mark.parametrize("finished", [True, False], ids=["filed away here", "filed away elsewhere"])
    def test_it_says_nothing_about_the_next_hand_over(self, shop: Shop, *, finished: bool) -> None:
        """By hand, twice to the same person: the second time somebody must be invited and asked again."""
        without_file(shop, BAKKEGATA)
        shop.edit("fleet.yaml", PORTAL, "")
        begin(shop)
        word = attest(shop)
        if finished:
            lose_it(shop)
            assert shop.run("attest", NEW, "--by", "KL", "--left").code == 0
            shop.run("handover", "finish", SERIAL, "--yes")
            come_back(shop)
        else:
            (shop.folder / NEW).unlink()

        again = begin(shop)
        planned = shop.plan(NEW).document

        assert actions(again) == {SERIAL: "new"}
        assert not word.exists()
        assert OWNER in {one["principal"] for one in planned["changes"]}

    def test_to_name_a_wave_does_not_take_it_away(self, shop: Shop) -> None:
        """The hand-over is the same."""
        without_file(shop, BAKKEGATA)
        shop.edit("fleet.yaml", PORTAL, "")
        begin(shop)
        word = attest(shop)

        patched = begin(shop, SERIAL, OWNER, "--wave", "w2")

        assert actions(patched) == {SERIAL: "patched"}
        assert word.is_file()
