"""The header of a plan says what it does, in words that an electrician reads."""

from reconciler.model.change import Change
from reconciler.model.plan import Plan
from reconciler.model.value import ABSENT
from reconciler.report.blast_words import Weight, blast_lines
from reconciler.report.markdown import plan_markdown
from tests.report.samples import EMPTY, FIXTURE, Site, change, plan_of, seen

SITES: tuple[Site, ...] = tuple((f"33333333-0000-4000-8000-0000000000{n:02}", f"Site {n:02}") for n in range(25))


def said(plan: Plan) -> dict[str, str]:
    return {line.label: line.words for line in blast_lines(plan)}


def raised(site: Site, *, by: float) -> Change:
    return change(site, "maxCurrent", charger=f"ZPR0810{site[1][-2:]}", before=10.0, after=10.0 + by)


class TestAmperes:
    def test_the_biggest_places_are_named_and_the_rest_counted(self) -> None:
        """At 25 sites nobody reads 25 lines."""
        words = said(plan_of(changes=tuple(raised(site, by=1.0 + number) for number, site in enumerate(SITES))))

        assert words["Amperes"] == (
            "325 A raised, 0 A lowered: Site 24 +25 A, Site 23 +24 A, Site 22 +23 A and 22 more"
        )

    def test_nothing_moves(self) -> None:
        """Said, not left out."""
        plan = plan_of(changes=(change(SITES[0], "standAlone", charger="ZPR081000", before=True, after=False),))

        assert said(plan)["Amperes"] == "no limit moves"


class TestChargers:
    def test_a_charger_that_will_not_charge_is_grave(self) -> None:
        """In colour, and in words for those who see none."""
        off = change(SITES[0], "maxCurrent", charger="ZPR081000", before=16.0, after=0.0)

        line = blast_lines(plan_of(changes=(off,)))[1]

        assert (line.words, line.weight) == ("1 charger will not charge: ZPR081000 (set to 0 A)", Weight.GRAVE)

    def test_otherwise_it_says_so(self) -> None:
        """A reviewer need not wonder."""
        line = blast_lines(plan_of(changes=(raised(SITES[0], by=6.0),)))[1]

        assert (line.words, line.weight) == ("none is switched off", Weight.USUAL)


class TestCars:
    def test_cars_and_what_is_not_known(self) -> None:
        """Unknown is never none."""
        sites = (seen(SITES[0], chargers=9, charging=2, silent=1), seen(SITES[1], chargers=9))
        plan = plan_of(changes=tuple(raised(site, by=6.0) for site in SITES[:3]), sites=sites)

        assert said(plan)["Cars"] == (
            "2 charging now: 2 at Site 00; 1 charger there does not say; not known at 1 installation"
        )

    def test_nobody_charges(self) -> None:
        """Where all chargers were seen."""
        plan = plan_of(changes=(raised(SITES[0], by=6.0),), sites=(seen(SITES[0]),))

        assert said(plan)["Cars"] == "none seen charging at these installations"


class TestAccess:
    def test_somebody_at_many_places_is_one_person(self) -> None:
        """25 installations for one person are not 25 people."""
        grants = tuple(
            change(site, "permissions", principal="person:c-1", before=ABSENT, after=("user", "owner"))
            for site in SITES
        )

        assert said(plan_of(changes=grants))["Access"] == "1 person gains access: person:c-1 (25 installations)"

    def test_a_new_owner_of_a_pro_site_is_told_to_see_everybody(self) -> None:
        """The sessions of all residents are personal data."""
        words = said(FIXTURE)["Access"]

        assert "1 person newly sees every session of the site: person:b-31 (Furulia sameie)" in words

    def test_nobody_is_touched(self) -> None:
        """Then there is no line."""
        assert "Access" not in said(plan_of(changes=(raised(SITES[0], by=6.0),)))


class TestPlaces:
    def test_it_stands_above_the_changes(self) -> None:
        """In Markdown too: first what it does, then the details."""
        text = plan_markdown(FIXTURE)

        assert text.index("**Amperes:**") < text.index("| Installation |")

    def test_an_empty_plan_has_none(self) -> None:
        """Nothing is reached."""
        assert blast_lines(EMPTY) == []
