"""Hand-overs where nobody can read who has access: worksheets, waiting, and a person's word."""

import json

import pytest

from tests.acceptance.conftest import Ended, Shop
from tests.acceptance.test_handover_evidence import come_back

HOME = "fleet/installations/homes/bakkegata-7.yaml"
SERIAL, OWNER = "ZAP012347", "person:c-88123"
SITE = "2f0c6f0e-8f4b-4d0e-9a51-3b1f6f0a1c03"
LEAVE = ("sandbox", "set", "Bakkegata 7", "permissions.userGroup:BSJG=none")


@pytest.fixture
def portal(shop: Shop) -> Shop:
    """The shipped fleet by hand."""
    return by_hand(shop)


def by_hand(shop: Shop) -> Shop:
    """The shipped fleet without any partner route, and the hand-over of Bakkegata 7 begun."""
    shop.edit("fleet.yaml", r"^    routes:.*\n(?:      .*\n)+", "")
    shop.edit("fleet.yaml", r"^    agreement:.*\n", "")
    shop.run("handover", "start", SERIAL, "--owner", OWNER, "--yes")
    return shop


def carried_out(portal: Shop) -> None:
    """Apply, and a careful person works through the worksheet."""
    applied = portal.apply(HOME, "--yes")
    portal.run("sandbox", "carry-out", applied.document["worksheet"])


def status(portal: Shop) -> Ended:
    """How far the hand-over is."""
    return portal.run("handover", "status", HOME, report=True)


def words(ended: Ended) -> str:
    """What was printed, as if the terminal were wide."""
    return " ".join(ended.out.split())


def the_one(ended: Ended) -> dict[str, object]:
    """The hand-over in a status."""
    (found,) = ended.document["handovers"]
    return dict(found)


def stage(portal: Shop) -> object:
    """The stage in a word."""
    return the_one(status(portal))["stage"]


def attest(portal: Shop, *more: str) -> Ended:
    """Somebody gives a word."""
    return portal.run("attest", HOME, "--by", "KL", *more)


class TestAcceptance:
    def test_an_invitation_that_nobody_accepted_never_ends_a_hand_over(self, portal: Shop) -> None:
        """Invited, attested, our group taken out too early: nothing calls that done, and the file stays."""
        carried_out(portal)
        attest(portal)

        waiting = status(portal)
        planned = portal.plan(HOME)
        portal.run(*LEAVE)
        lost = status(portal)
        finished = portal.run("handover", "finish", SERIAL, "--yes", report=True)

        assert (waiting.code, the_one(waiting)["stage"]) == (4, "waiting")
        assert "spam" in str(the_one(waiting)["owner_next"])
        assert planned.code == 4
        assert [one["principal"] for one in planned.document["changes"]] == ["userGroup:BSJG"]
        assert (lost.code, the_one(lost)["stage"]) == (4, "lost")
        assert "a worksheet of ours asks since" in words(lost)
        assert "no run of ours" not in words(lost)
        assert finished.document["summary"]["refused"] == 1
        assert (portal.folder / HOME).is_file()

    def test_the_honest_way_ends_in_a_released_file(self, portal: Shop) -> None:
        """Worksheet, waiting, acceptance attested, our group out, done."""
        told = [stage(portal)]
        carried_out(portal)
        told.append(stage(portal))
        attest(portal)
        told.append(stage(portal))
        portal.run("sandbox", "accept-invitation", OWNER)
        told.append(stage(portal))
        attest(portal, "--accepted")
        told.append(stage(portal))
        leaving = status(portal)
        portal.run(*LEAVE)
        told.append(stage(portal))
        portal.run("handover", "finish", "--yes")

        assert told == ["settings", "waiting", "waiting", "waiting", "leaving", "done"]
        assert "take our group out in the Portal" in words(leaving)
        assert (portal.folder / "fleet/released/bakkegata-7.yaml").is_file()

    def test_acceptance_that_somebody_learns_of_later_ends_it_too(self, portal: Shop) -> None:
        """Our access went first; the owner tells on the telephone that the app shows the charger."""
        carried_out(portal)
        portal.run("sandbox", "accept-invitation", OWNER)
        portal.run(*LEAVE)

        told = [stage(portal)]
        attest(portal, "--accepted")  # refused: it says nothing of the end
        told.append(stage(portal))
        attest(portal, "--left")

        assert (*told, stage(portal)) == ("lost", "lost", "done")

    def test_access_that_nobody_asked_to_remove_is_told_so(self, portal: Shop) -> None:
        """No worksheet of ours was written, so somebody else took it."""
        portal.run(*LEAVE)

        assert "no run of ours is known to have taken our access away" in words(status(portal))


class TestTheWord:
    def test_an_attestation_says_what_it_confirms_and_what_not(self, portal: Shop) -> None:
        """Each person with roles; neither acceptance nor that we are gone. The file says the same to its reviewer."""
        said = attest(portal).err

        file = (portal.folder / "fleet/attestations" / f"{SITE}.yaml").read_text()
        for line in (
            f"- {OWNER} has User + Owner",
            f"not confirmed: that {OWNER} has accepted",
            "not confirmed: that userGroup:BSJG is gone",
        ):
            assert line in said
            assert f"# {line}" in file
        assert "accepted: true" not in file

    def test_acceptance_is_a_word_of_its_own(self, portal: Shop) -> None:
        """It stands in the file, and the files still validate."""
        said = attest(portal, "--accepted").err

        assert f"- {OWNER} has accepted" in said
        assert said.index("has accepted") < said.index("not confirmed")
        assert "accepted: true" in (portal.folder / "fleet/attestations" / f"{SITE}.yaml").read_text()
        assert portal.run("validate").code == 0

    def test_who_else_is_taken_away_is_confirmed_by_the_word(self, portal: Shop) -> None:
        """Only our own group is seen instead of said."""
        portal.edit("profiles/handover.yaml", r"^    - \{userGroup: BSJG.*$", "\\g<0>\n    - {userGroup: ZZZZ}")

        assert "- userGroup:ZZZZ has no access any more" in attest(portal).err

    def test_nobody_can_have_accepted_where_the_file_names_no_owner(self, portal: Shop) -> None:
        """Said before anything is written."""
        file = "installations/coops/solbakken.yaml"
        portal.edit(file, r'person:board-solbakken", roles: \[owner\]', 'person:board-solbakken", roles: [user]')

        said = portal.run("attest", f"fleet/{file}", "--by", "KL", "--accepted")

        assert said.code == 64
        assert "no person as owner" in said.err
        assert not (portal.folder / "fleet/attestations").exists()

    def test_our_own_removal_is_not_ticked_while_we_still_see_the_site(self, portal: Shop) -> None:
        """Whatever anybody says; once nothing is seen there, the box is ticked by the word."""
        applied = portal.apply(HOME, "--yes")
        sheet = portal.folder / str(applied.document["worksheet"]).replace(".md", ".json")
        portal.run("sandbox", "carry-out", applied.document["worksheet"])
        attest(portal, "--accepted")

        def ours() -> object:
            portal.plan(HOME)
            tasks = json.loads(sheet.read_text())["tasks"]
            return next(one["seen"] for one in tasks if one["principal"] == "userGroup:BSJG")

        before = ours()
        portal.run(*LEAVE)

        assert before is None
        assert ours() is not None


class TestTheSheet:
    def test_it_tells_an_invitation_from_an_owner(self, portal: Shop) -> None:
        """Who works from it reads when to attest what, and finds the command."""
        applied = portal.apply(HOME, "--yes")
        sheet = portal.folder / str(applied.document["worksheet"])

        assert "attest again with --accepted" in sheet.read_text()
        page = sheet.with_suffix(".html").read_text()
        assert f'data-copy="reconciler attest {SITE} --by INITIALS --accepted"' in page

    def test_nobody_copies_an_id_into_a_field_for_an_address(self, portal: Shop) -> None:
        """The address is looked up; there is nothing to paste."""
        applied = portal.apply(HOME, "--yes")
        page = (portal.folder / str(applied.document["worksheet"])).with_suffix(".html").read_text()

        assert f'data-copy="{OWNER}"' not in page
        assert "type the email address of" in page


class TestWaiting:
    @pytest.mark.parametrize(
        ("days", "reminder", "reminders"),
        [(1, "", 0), (8, "remind", 1), (22, "remind again", 2), (61, "escalate", 3)],
    )
    def test_age_and_reminder_are_the_same_everywhere(
        self, portal: Shop, days: int, reminder: str, reminders: int
    ) -> None:
        """Counted from the day on which the worksheet asked: in status, plan and drift; neither drift nor success."""
        carried_out(portal)
        portal.run("sandbox", "advance", f"{days}d")

        told = status(portal)
        planned = portal.plan(HOME)
        drifted = portal.run("drift", HOME, report=True)

        found = the_one(told)
        assert (told.code, found["stage"], found["age_days"], found["reminders_due"]) == (4, "waiting", days, reminders)
        assert found["invited_at"] is None
        assert all(one in told.out for one in ("asked", str(found["asked_at"])[:10]))
        waited = {one["principal"]: (one["age_days"], one["reminders_due"]) for one in planned.document["waiting"]}
        assert waited == {OWNER: (days, reminders), "userGroup:BSJG": (days, reminders)}
        assert planned.code == 4
        kinds = {one["principal"]: one["kind"] for one in drifted.document["findings"]}
        assert kinds == {OWNER: "waiting", "userGroup:BSJG": "waiting"}
        assert (planned.document["unverifiable"], drifted.code != 0) == ([], True)
        assert reminder in words(drifted)

    def test_the_last_step_has_an_age_of_its_own(self, portal: Shop) -> None:
        """It could not begin before somebody said that the owner has accepted."""
        carried_out(portal)
        portal.run("sandbox", "accept-invitation", OWNER)
        attest(portal, "--accepted")

        leaving = the_one(status(portal))
        drifted = portal.run("drift", HOME, report=True)

        assert leaving["stage"] == "leaving"
        assert [one["kind"] for one in drifted.document["findings"]] == ["waiting"]
        assert drifted.code != 0


class TestCommands:
    def test_every_command_that_status_prints_runs_as_it_stands(self, portal: Shop) -> None:
        """INITIALS aside; no option is missing."""
        carried_out(portal)

        assert "--by INITIALS --accepted" in words(status(portal))

    def test_where_only_a_setting_is_in_the_portal_nobody_attests(self, shop: Shop) -> None:
        """Permissions have a route here, and stand-alone is read back."""
        shop.run("handover", "start", SERIAL, "--owner", OWNER, "--yes")
        shop.apply(HOME, "--yes")  # invites by a call

        told = shop.run("handover", "status", HOME).out

        assert "work through its worksheet" in " ".join(told.split())
        assert "attest" not in told


class TestTheNextTime:
    def test_what_the_first_hand_over_asked_for_is_not_waited_for_in_the_second(self, portal: Shop) -> None:
        """Our group came back, the same person shall have it again: nobody is invited before a worksheet asks."""
        carried_out(portal)
        portal.run("sandbox", "accept-invitation", OWNER)
        attest(portal, "--accepted")
        portal.run(*LEAVE)
        portal.run("handover", "finish", "--yes")
        come_back(portal)
        portal.run("sandbox", "advance", "30d")

        begun = portal.run("handover", "start", SERIAL, "--owner", OWNER, "--yes", report=True)
        again = portal.run("handover", "status", SERIAL, report=True)

        assert begun.document["summary"]["new"] == 1
        assert (the_one(again)["stage"], the_one(again)["asked_at"]) == ("settings", None)


class TestWhoMustAccept:
    """Somebody else owned the place before; our group stays until the one whom the file names has accepted."""

    @pytest.fixture
    def sold(self, shop: Shop) -> Shop:
        """The former occupant is an owner who has accepted."""
        shop.run("sandbox", "set", "Bakkegata 7", "permissions.person:c-88124=user,owner")
        return by_hand(shop)

    def test_the_worksheet_names_the_owner(self, sold: Shop) -> None:
        """A person who reads it must not take the old owner for the new one."""
        applied = sold.apply(HOME, "--yes")
        sheet = (sold.folder / str(applied.document["worksheet"])).with_suffix(".md").read_text("utf-8")

        assert f"only once {OWNER} is seen to have accepted" in sheet.replace("`", "")
        assert "an owner is seen" not in sheet

    def test_a_careful_person_waits_for_that_owner(self, sold: Shop) -> None:
        """And plan says for whom."""
        carried_out(sold)

        assert stage(sold) == "waiting"
        assert f"once {OWNER} has accepted" in words(sold.plan(HOME))
