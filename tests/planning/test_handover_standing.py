"""How far a hand-over is: one stage at a time, with an age, a reminder, and who does what next."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from reconciler.model.attest import permissions_digest
from reconciler.model.departure import Departure
from reconciler.model.desired import Account, Attestation, DesiredInstallation, RemovalGate
from reconciler.model.handover import Standing, Under
from reconciler.model.handover_stage import Stage
from reconciler.model.observed import ObservedInstallation
from reconciler.model.sighting import Sighting, settings_digest
from reconciler.model.value import Reason, Unreadable
from reconciler.planning.departed import Known, doubts_about
from reconciler.planning.handover_standing import Evidence, standings_of
from reconciler.planning.severity_named import NOT_VISIBLE
from tests.builders import (
    FORBIDDEN,
    NO_CALL,
    NOW,
    PORTAL_ACCOUNT,
    SITE,
    TODAY,
    account,
    charger,
    cloud,
    fleet,
    gone,
    has_access,
    live,
    permissions,
    person,
    plan_for,
    policy,
    wants,
    wants_charger,
)

SERIAL = "ZAP000001"
OWNER = "person:c-1"
OURS = "userGroup:BSJG"
UNDER = Under(owners=(OWNER,), leaves=True, uninvited=False)
OUR_ACCESS = has_access(OURS, "owner", "service")
FILE = wants(
    wants_charger(SERIAL, maxCurrent=16.0),
    settings={"authentication.mode": "native"},
    access=permissions(person(OWNER, "user", "owner"), absent=[gone(OURS, gate=RemovalGate.OWNER_ACCEPTED)]),
    labels={"wave": "first"},
)
UNINVITED = replace(FILE, permissions=None)


def home(*access: object, current_a: float = 16.0, mode: str = "native") -> ObservedInstallation:
    """The installation with this access."""
    return live(
        charger(SERIAL, maxCurrent=current_a),
        settings={"authentication.mode": mode},
        circuits={"c1": 25.0},
        access=access,  # type: ignore[arg-type]  # permissions
    )


def invited(days: float) -> object:
    """The owner's invitation, that old."""
    return has_access(OWNER, "user", "owner", accepted=False, invited_at=NOW - timedelta(days=days))


def standing(
    seen: ObservedInstallation | None,
    *,
    file: DesiredInstallation = FILE,
    under: Under = UNDER,
    left: bool = False,
    word: Attestation | None = None,
    asked_at: datetime | None = None,
    by: Account | None = None,
    people: tuple[str, ...] | None = ("c-1",),
    last: Sighting | None = None,
) -> Standing:
    """How far it is."""
    attestations = [] if word is None else [word]
    files = fleet(file, accounts=(by or account(group="BSJG"),), attestations=attestations)
    plan = plan_for(files, *([] if seen is None else [seen]), by=policy(people_known=people))
    observed = cloud(*([] if seen is None else [seen]))
    departure = Departure(
        account=file.account,
        installation_id=SITE,
        principal=OURS,
        permissions=permissions_digest(file),
        unaccepted=(),
        run="r1",
    )
    known = Known(gone=(departure,) if left else (), seen={} if last is None else {last.place: last})
    evidence = Evidence(
        under={SITE: under},
        doubts={SITE: doubts_about(file, files.accounts[0], known, word=word, asked_at=asked_at)},
        words={} if word is None else {SITE: word},
        asked={} if asked_at is None else {SITE: asked_at},
    )
    (found,) = standings_of([file], observed, plan, evidence)
    return found


def attest(*, accepted: bool) -> Attestation:
    """Somebody's word for the permissions of the file."""
    return Attestation(
        installation_id=SITE,
        digest=permissions_digest(FILE),
        attested_on=TODAY,
        valid_until=TODAY,
        by="KL",
        evidence="seen",
        accepted=accepted,
    )


ACCEPTED = has_access(OWNER, "user", "owner")
LOST = live(access=Unreadable(reason=Reason.NOT_VISIBLE), settings=dict.fromkeys(("authentication.mode",), FORBIDDEN))


class TestStages:
    @pytest.mark.parametrize(
        ("seen", "stage"),
        [
            (home(OUR_ACCESS, current_a=0.0), Stage.SETTINGS),
            (home(OUR_ACCESS), Stage.SETTINGS),
            (home(OUR_ACCESS, invited(3)), Stage.WAITING),
            (home(OUR_ACCESS, ACCEPTED), Stage.LEAVING),
            (home(ACCEPTED), Stage.BLOCKED),
            (replace(home(OUR_ACCESS, ACCEPTED), permissions=FORBIDDEN), Stage.BLOCKED),
            (None, Stage.LOST),
        ],
        ids=["at 0 A", "not invited", "invited", "accepted", "without our group", "not readable", "not visible"],
    )
    def test_the_stage_is_what_is_left_to_do(self, seen: ObservedInstallation | None, stage: Stage) -> None:
        """From the first setting to our own access."""
        assert standing(seen).stage is stage

    def test_losing_access_is_the_end_only_with_evidence(self) -> None:
        """We sent the removal ourselves, or somebody attests acceptance and we saw the settings done before."""
        last = Sighting(account="main", installation_id=SITE, at=NOW, wanted=settings_digest(FILE))
        unfinished = replace(last, open=("Authentication",))

        assert standing(None, left=True).stage is Stage.DONE
        assert standing(None, word=attest(accepted=True), last=last).stage is Stage.DONE
        assert standing(None, word=attest(accepted=True), last=unfinished).stage is Stage.LOST
        assert standing(None, word=attest(accepted=True)).stage is Stage.LOST
        assert standing(None, word=attest(accepted=False), last=last).stage is Stage.LOST

    def test_lost_access_before_the_owner_is_named_is_no_matter_of_an_attestation(self) -> None:
        """With the order `seed` the file declares no permissions yet, so `attest` refuses it."""
        lost = standing(None, file=UNINVITED)

        assert lost.stage is Stage.LOST
        assert "ask for access again" in lost.next_step
        assert "attest " not in lost.next_step.replace("nothing to attest:", "")

    def test_lost_access_says_whether_we_asked_for_it(self) -> None:
        """A worksheet of ours is no doing of somebody else."""
        asked = standing(None, asked_at=NOW - timedelta(days=9))

        assert asked.stage is Stage.LOST
        assert f"a worksheet of ours asks since {NOW - timedelta(days=9):%Y-%m-%d}" in asked.blocks[0]
        assert "no run of ours" in standing(None).blocks[0]

    def test_a_silent_cloud_is_no_lost_access(self) -> None:
        """An answer that failed to come says nothing."""
        why = Unreadable(reason=Reason.NOT_ANSWERED)
        silent = replace(home(OUR_ACCESS), chargers=(), values=tuple((name, why) for name, _ in home().values))

        assert standing(silent, left=True).stage is Stage.BLOCKED

    def test_a_removal_that_was_sent_is_not_the_end_while_we_are_still_there(self) -> None:
        """Somebody gave the access back, or the cloud refused."""
        assert standing(home(OUR_ACCESS, ACCEPTED), left=True).stage is Stage.LEAVING

    def test_in_the_order_of_the_guide_the_invitation_is_the_next_step(self) -> None:
        """Settings done, nobody invited."""
        under = Under(owners=(), leaves=False, uninvited=True)
        found = standing(home(OUR_ACCESS), file=UNINVITED, under=under)

        assert found.stage is Stage.INVITE
        assert "--order seed" in found.next_step

    def test_by_hand_the_next_step_is_the_worksheet(self) -> None:
        """No call reads permissions, so a person does it and attests it."""
        seen = replace(home(), permissions=NO_CALL)
        found = standing(seen, by=replace(PORTAL_ACCOUNT, group="BSJG"))

        assert found.stage is Stage.SETTINGS
        assert "worksheet" in found.next_step
        assert "attest" in found.next_step

    def test_an_attestation_is_not_believed_while_we_still_see_the_installation(self) -> None:
        """Whoever sees it has access to it."""
        seen = replace(home(), permissions=NO_CALL)
        found = standing(seen, by=replace(PORTAL_ACCOUNT, group="BSJG"), word=attest(accepted=True))

        assert found.stage is Stage.LEAVING
        assert "Portal" in found.next_step

    def test_an_attested_invitation_is_waited_for(self) -> None:
        """Nobody said that the owner has accepted, so nothing speaks of leaving."""
        seen = replace(home(), permissions=NO_CALL)
        found = standing(seen, by=replace(PORTAL_ACCOUNT, group="BSJG"), word=attest(accepted=False))

        assert found.stage is Stage.WAITING
        assert f"attest {found.file} --by INITIALS --accepted" in found.next_step
        assert "spam" in found.owner_step

    def test_without_a_directory_it_is_blocked_and_says_so(self) -> None:
        """Nobody can recognise the owner."""
        found = standing(home(OUR_ACCESS, invited(3)), people=None)

        assert (found.stage, bool(found.blocks)) == (Stage.BLOCKED, True)


class TestAges:
    @pytest.mark.parametrize(
        ("days", "reminders"), [(0, 0), (6.99, 0), (7, 1), (20.99, 1), (21, 2), (59.99, 2), (60, 3), (400, 3)]
    )
    def test_reminders_are_due_at_7_21_and_60_days(self, days: float, reminders: int) -> None:
        """The third goes to somebody else."""
        found = standing(home(OUR_ACCESS, invited(days)))

        assert (found.reminders, found.age_days) == (reminders, int(days))

    def test_each_reminder_says_something_else(self) -> None:
        """Wait, remind, remind and check the address, call."""
        steps = {standing(home(OUR_ACCESS, invited(days))).next_step for days in (1, 8, 22, 61)}

        assert len(steps) == 4

    def test_who_waits_for_the_owner_tells_what_the_owner_must_do(self) -> None:
        """Spam folder, and the same address in the app."""
        found = standing(home(OUR_ACCESS, invited(1)))

        assert "spam" in found.owner_step
        assert "same e-mail address" in found.owner_step

    def test_an_accepted_invitation_has_no_age(self) -> None:
        """Nobody waits any more."""
        found = standing(home(OUR_ACCESS, ACCEPTED))

        assert (found.age_days, found.reminders, found.accepted) == (None, 0, (OWNER,))

    def test_the_wave_is_that_of_the_label(self) -> None:
        """So that a wave can be told from another."""
        assert standing(home(OUR_ACCESS)).wave == "first"


def test_a_site_that_is_not_visible_is_not_filed_away_by_hand() -> None:
    """Only `handover finish` looks whether a hand-over is over."""
    assert "handover status" in NOT_VISIBLE.remedy
    assert "released/" not in NOT_VISIBLE.remedy
