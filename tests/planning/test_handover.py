"""The look before a hand-over: each reason against it, each thing to know, and what the file will say."""

from dataclasses import replace
from typing import Any

import pytest

from reconciler.model.desired import DesiredInstallation
from reconciler.model.handover import Found, Order, Request, Under, Weight
from reconciler.model.observed import ObservedInstallation, OperatingMode
from reconciler.model.secret import Secret
from reconciler.planning.handover import is_refused, remarks_of, wanted_of
from reconciler.planning.handover_case import Case
from reconciler.planning.handover_refusals import REFUSALS
from reconciler.planning.handover_warnings import WARNINGS
from tests.builders import (
    FORBIDDEN,
    NO_CALL,
    OTHER_SITE,
    account,
    charger,
    has_access,
    live,
    wants,
    wants_charger,
)

SERIAL = "ZAP000001"
OWNER = "person:c-1"
OURS = "userGroup:BSJG"
REQUEST = Request(serial=SERIAL, owner=OWNER)
OUR_ACCESS = has_access(OURS, "owner", "service")
HOME = replace(live(charger(SERIAL, maxCurrent=0.0), circuits={"c1": 25.0}, access=[OUR_ACCESS]), pro=False)


def case(
    site: ObservedInstallation | None = HOME,
    *,
    file: DesiredInstallation | None = None,
    under: Under | None = None,
    request: Request = REQUEST,
    group: str | None = "BSJG",
    people: frozenset[str] | None = frozenset({"c-1", "c-2"}),
    rivals: frozenset[str] = frozenset(),
) -> Case:
    """A home in order, with what a test changes."""
    return Case(
        request=request,
        found=Found(site=site, file=file, under=under),
        account=None if site is None and file is None else account(group=group),
        people_known=people,
        rivals=rivals,
    )


def with_boxes(*boxes: str) -> ObservedInstallation:
    """The home with other chargers as well."""
    return replace(HOME, chargers=(*HOME.chargers, *(charger(one, maxCurrent=16.0) for one in boxes)))


def in_mode(mode: str, site: ObservedInstallation = HOME) -> ObservedInstallation:
    """The home in another authentication mode."""
    values = tuple((name, mode if name == "authentication.mode" else value) for name, value in site.values)
    return replace(site, values=values)


LISTED = wants(wants_charger(SERIAL))
BOTH = wants(wants_charger(SERIAL), wants_charger("ZAP000002"))
BEGUN = Under(owners=("person:c-1",), leaves=True, uninvited=False)
REFUSED = {
    "not-found": case(None),
    "not-visible": case(None, file=LISTED),
    "moved": case(replace(HOME, id=OTHER_SITE), file=LISTED),
    "pro": case(replace(HOME, pro=True)),
    "shared-installation": case(with_boxes("ZAP000002")),
    "two-owners": case(rivals=frozenset({"person:c-2"})),
    "other-owner": case(file=LISTED, under=Under(owners=("person:c-2",), leaves=True, uninvited=False)),
    "unknown-person": case(request=replace(REQUEST, owner="person:c-9")),
    "no-group": case(group=None),
    "not-our-group": case(group="BSJX"),
    "no-role": case(replace(HOME, roles=5)),
    "wrong-postcode": case(replace(HOME, postcode=Secret("0855")), request=replace(REQUEST, postcode=Secret("0856"))),
    "no-room": case(replace(HOME, circuits=(replace(HOME.circuits[0], max_current_a=5.0),))),  # type: ignore[index]  # known
}
WARNED = {
    "offline": case(replace(HOME, chargers=(charger(SERIAL, online=False, maxCurrent=0.0),))),
    "active-session": case(
        in_mode("ocppNative", replace(HOME, chargers=(charger(SERIAL, mode=OperatingMode.CHARGING, maxCurrent=0.0),)))
    ),
    "others-keep-access": case(replace(HOME, permissions=(OUR_ACCESS, has_access("userGroup:EMSX", "service")))),
    "access-not-readable": case(replace(HOME, permissions=NO_CALL)),
    "circuit-below": case(replace(HOME, circuits=(replace(HOME.circuits[0], max_current_a=10.0),))),  # type: ignore[index]  # known
    "circuit-not-readable": case(replace(HOME, circuits=FORBIDDEN)),
    "postcode-not-told": case(request=replace(REQUEST, postcode=Secret("0855"))),
    "no-directory": case(people=None),
    "order-too-late": case(file=LISTED, under=BEGUN, request=replace(REQUEST, order=Order.SEED)),
}


class TestRemarks:
    def test_a_home_in_order_goes_without_a_word(self) -> None:
        """One charger, one circuit, our group, a known person."""
        assert remarks_of(case()) == ()

    @pytest.mark.parametrize("code", sorted(REFUSED))
    def test_each_refusal_has_its_case(self, code: str) -> None:
        """One reason, one message, one remedy."""
        (remark,) = remarks_of(REFUSED[code])

        assert (remark.code, remark.weight) == (code, Weight.REFUSAL)
        assert is_refused((remark,))
        assert len(remark.remedy) > 20

    @pytest.mark.parametrize("code", sorted(WARNED))
    def test_each_warning_has_its_case(self, code: str) -> None:
        """It is told, and the hand-over goes all the same."""
        (remark,) = remarks_of(WARNED[code])

        assert (remark.code, remark.weight) == (code, Weight.WARNING)
        assert not is_refused((remark,))

    def test_no_check_is_without_a_case(self) -> None:
        """A check that nobody has seen at work is none."""
        assert (len(REFUSED), len(WARNED)) == (len(REFUSALS), len(WARNINGS))

    def test_every_message_and_remedy_is_its_own(self) -> None:
        """Two reasons that read alike would send people the wrong way."""
        remarks = [remarks_of(one)[0] for one in (*REFUSED.values(), *WARNED.values())]

        assert len({one.message for one in remarks}) == len(remarks)
        assert len({one.remedy for one in remarks}) == len(remarks)

    @pytest.mark.parametrize(
        "statement",
        [
            {"along": frozenset({"ZAP000002"})},
            {"acknowledged": frozenset({"shared-installation"})},
            {"found": Found(site=with_boxes("ZAP000002"), file=BOTH, under=BEGUN)},
        ],
        ids=["the same list gives both", "the file acknowledges it", "that hand-over has begun"],
    )
    def test_several_chargers_of_one_customer_go_together(self, statement: dict[str, Any]) -> None:
        """Somebody says that they are one customer's."""
        assert remarks_of(replace(case(with_boxes("ZAP000002"), file=BOTH), **statement)) == ()

    def test_a_file_that_lists_them_all_says_not_whose_they_are(self) -> None:
        """`adopt` lists every charger that it finds."""
        (remark,) = remarks_of(case(with_boxes("ZAP000002"), file=BOTH))

        assert (remark.code, "ZAP000002" in remark.message) == ("shared-installation", True)

    def test_a_file_that_lists_only_the_neighbour_does_not_help(self) -> None:
        """The neighbour is somebody else's customer."""
        file = wants(wants_charger("ZAP000002"))

        assert [one.code for one in remarks_of(case(with_boxes("ZAP000002"), file=file))] == ["shared-installation"]

    def test_the_same_owner_again_is_no_rival(self) -> None:
        """A second start of the same hand-over says the same."""
        under = Under(owners=(OWNER,), leaves=True, uninvited=False)

        assert remarks_of(case(file=LISTED, under=under)) == ()

    @pytest.mark.parametrize("live_one", ["0855", " 0855 ", "NO-0855", "no 0855"])
    def test_a_postcode_may_be_written_differently(self, live_one: str) -> None:
        """Spaces and the country in front say nothing."""
        site = replace(HOME, postcode=Secret(live_one))

        assert remarks_of(case(site, request=replace(REQUEST, postcode=Secret("0855")))) == ()

    def test_no_remark_repeats_a_postcode(self) -> None:
        """It says where somebody lives."""
        (remark,) = remarks_of(REFUSED["wrong-postcode"])

        assert "085" not in repr(remark) + repr(REFUSED["wrong-postcode"])


class TestWanted:
    def test_the_current_is_never_above_the_circuit(self) -> None:
        """16 A were asked for, the circuit carries 10."""
        assert wanted_of(WARNED["circuit-below"], settings_done=False).current_a == 10.0

    def test_the_current_is_never_above_the_installation(self) -> None:
        """A breaker of 13 A before circuits of 25."""
        values = tuple((name, 13.0 if name == "maxCurrent" else value) for name, value in HOME.values)

        assert wanted_of(case(replace(HOME, values=values)), settings_done=False).current_a == 13.0

    def test_the_owner_is_invited_at_once(self) -> None:
        """The clock of the person is the slow one."""
        assert wanted_of(case(), settings_done=False).owner == OWNER

    def test_in_the_order_of_the_guide_the_owner_comes_last(self) -> None:
        """Only once the settings are done."""
        seed = case(request=replace(REQUEST, order=Order.SEED))

        assert wanted_of(seed, settings_done=False).owner is None
        assert wanted_of(seed, settings_done=True).owner == OWNER

    def test_a_mode_that_has_to_change_waits_for_idle_chargers(self) -> None:
        """A car may come between the start and the apply, and a plan would refuse a busy or offline site then."""
        assert wanted_of(case(in_mode("ocppNative")), settings_done=False).waits_for_idle

    def test_a_session_is_nothing_where_the_mode_stays(self) -> None:
        """Nobody is interrupted."""
        charging = replace(HOME, chargers=(charger(SERIAL, mode=OperatingMode.CHARGING, maxCurrent=0.0),))

        assert remarks_of(case(charging)) == ()
        assert not wanted_of(case(charging), settings_done=False).waits_for_idle
