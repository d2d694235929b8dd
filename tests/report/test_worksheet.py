"""The worksheet leads a person through the Portal in its own words, and gives nothing away."""

import base64
import hashlib
import html
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

import pytest

from reconciler.model.desired import Route
from reconciler.model.ticks import Progress, Sight, Tick
from reconciler.model.value import ABSENT, Absent, Reason, Unreadable, Value
from reconciler.report.json_document import to_text
from reconciler.report.worksheet import Worksheet, worksheet
from reconciler.report.worksheet_forms import worksheet_document, worksheet_markdown
from reconciler.report.worksheet_page import worksheet_html
from tests.report.golden import kept
from tests.report.samples import (
    BAKKEGATA,
    FIXTURE,
    HAVNEN,
    HOSTILE_PLAN,
    NOW,
    P_AFTER_API,
    P_ALONE,
    P_AUTH,
    P_GRANT,
    P_MODE,
    PORTAL,
    S_ALONE,
    S_LOWER,
    SOLBAKKEN,
    change,
    plan_of,
    step,
)
from tests.report.test_markdown import rendered

NO_CALL = Unreadable(reason=Reason.NO_DOCUMENTED_CALL)
ALL = frozenset(one.id for one in PORTAL.changes)
SHEET = worksheet(PORTAL, ALL)
HOSTILE_SHEET = worksheet(HOSTILE_PLAN, frozenset(one.id for one in HOSTILE_PLAN.changes))


def plain(markdown: str) -> str:
    return re.sub(r"[*`]|- \[ \] |\d+\. \[ \] ", "", markdown)


class TestChargerPermissions:
    """Steps about a single charger's own permissions, which lead to the charger first."""

    WHERE: ClassVar[dict[str, Any]] = {"charger": "ZPR081101", "route": Route.PORTAL}

    def text(self, before: Absent | Unreadable | Value, after: Absent | Value, who: str = "person:c-1") -> str:
        part = change(SOLBAKKEN, "permissions", before=before, after=after, principal=who, **self.WHERE)
        sheet = worksheet(plan_of(changes=(part,), steps=(step(1, part),)), frozenset({part.id}))
        return plain(worksheet_markdown(sheet)).partition("### ")[2].partition("### ")[2]

    def test_somebody_is_added_at_the_charger(self) -> None:
        """Numbered, in the order of the screens, and with the list where it is seen."""
        text = self.text(ABSENT, ("user",))
        places = [
            text.index(words)
            for words in (
                "ZPR081101: Add or invite person:c-1 as User",
                "In the left menu, select Chargers.",
                "In the search field, type the charger's serial number ZPR081101.",
                "Click the charger to open its details.",
                "In the charger view, go to the Permissions tab.",
                "Click Give permission.",
                "type the email address of person:c-1. It is not on this sheet",
                "select the option to invite them",
                "Assign the role User.",
                "person:c-1 is in the list of ZPR081101 as User.",
            )
        ]

        assert places == sorted(places)

    def test_somebody_goes_from_the_charger(self) -> None:
        """And is looked for first where nobody could read the list."""
        text = self.text(NO_CALL, ABSENT, "userGroup:HANS")

        assert "ZPR081101: Take away the access of userGroup:HANS" in text
        assert "If it is not there, nothing is left to do" in text
        assert "userGroup:HANS is no longer in the list of ZPR081101." in text

    def test_the_document_names_charger_and_person(self) -> None:
        """So that somebody else's tool, or the sandbox, can carry it out; and that it must be attested."""
        part = change(SOLBAKKEN, "permissions", before=NO_CALL, after=("user",), principal="person:c-1", **self.WHERE)
        sheet = worksheet(plan_of(changes=(part,), steps=(step(1, part),)), frozenset({part.id}))

        (task,) = worksheet_document(sheet)["tasks"]

        assert (task["charger"], task["principal"], task["after"]) == ("ZPR081101", "person:c-1", ["user"])
        assert any("attest" in note for note in sheet.notes)


class TestPortalWords:
    def test_the_four_steps_of_the_help_article_come_in_its_words(self) -> None:
        """Someone with the article beside the sheet finds the same buttons."""
        maximum = change(BAKKEGATA, "maxCurrent", charger="ZAP012347", before=0.0, after=16.0, route=Route.PORTAL)
        parts = (P_MODE, P_AUTH, P_ALONE, maximum, P_GRANT)
        plan = plan_of(changes=parts, steps=(step(1, P_MODE, P_AUTH), step(2, P_ALONE, maximum), step(3, P_GRANT)))

        text = plain(worksheet_markdown(worksheet(plan, frozenset(one.id for one in parts))))
        places = [
            text.index(words)
            for words in (
                "Go to portal.zaptec.com.",
                "In the left menu, select Chargers.",
                "In the search field, type the charger's serial number ZAP012347.",
                "Click the charger to open its details.",
                "From the charger view, click the installation name Bakkegata 7 to open the installation.",
                "Go to Settings, and open the Authentication section.",
                "Set Authentication to Zaptec.",
                "Disable Authorisation.",
                "Click Save.",
                "In the same installation, go to Circuits.",
                "Click on the charger ZAP012347 to open the Charger settings.",
                "Set Maximum current to 16 A.",
                "Set Stand-alone mode to off.",
                "In the installation view, go to the Permissions tab.",
                "Click Give permission.",
                "In the email field, type the email address of person:c-88123.",
                "If they already have a Zaptec account, you can add this email directly. If they do not have a Zaptec "
                "account yet, select the option to invite them.",
                "Click Next.",
                "Assign the role User+Owner.",
                "Click Next, then click Save.",
            )
        ]
        assert places == sorted(places)

    def test_taking_access_away_is_bin_and_ok(self) -> None:
        """And only once the new owner is in."""
        text = plain(worksheet_markdown(SHEET))

        assert "Click the bin icon beside it, then click OK." in text
        assert "First: after step 3; only once an owner is seen to have accepted." in text

    def test_what_apply_must_do_first_is_named(self) -> None:
        """A person does not run ahead of the machine."""
        text = plain(worksheet_markdown(SHEET))

        assert "First: only when ZPR081003 Maximum current is 16 A (apply does that)." in text

    def test_each_step_names_role_and_check(self) -> None:
        """Who may do it, and how to see that it worked."""
        steps = [one for site in SHEET.sites for one in site.steps]

        assert {one.role for one in steps} == {"Owner", "Service"}
        assert all(one.check for one in steps)

    def test_a_site_without_a_known_charger_is_found_by_its_name(self) -> None:
        """A change of access alone names no serial."""
        plan = plan_of(changes=(P_GRANT,), steps=(step(1, P_GRANT),))

        assert "select Installations and open Bakkegata 7" in plain(
            worksheet_markdown(worksheet(plan, frozenset({P_GRANT.id})))
        )

    def test_the_reason_of_an_order_is_told(self) -> None:
        """Somebody who knows why does not skip it."""
        reason = "Why: native OCPP keeps chargers in stand-alone mode until it is left."

        assert f"First: after step 1. {reason}" in plain(worksheet_markdown(SHEET))
        assert f"after step 1. {reason}" in worksheet_html(SHEET)

    def test_a_site_is_found_by_a_serial_of_any_of_its_changes(self) -> None:
        """As in Zaptec's guide, also when a person only gives access there."""
        grant = change(
            SOLBAKKEN, "permissions", principal="person:c-9", before=NO_CALL, after=("owner",), route=Route.PORTAL
        )
        plan = plan_of(changes=(S_LOWER, grant), steps=(step(1, S_LOWER), step(2, grant)))

        text = plain(worksheet_markdown(worksheet(plan, frozenset({grant.id}))))
        assert "type the charger's serial number ZPR081003" in text
        assert "click the installation name Solbakken borettslag to open the installation" in text

    def test_after_a_charger_one_goes_back_to_the_installation(self) -> None:
        """The guide does so before it gives access."""
        clicks = plain(worksheet_markdown(SHEET))

        assert "Click on the installation name Bakkegata 7 from the charger view.\nIn the installation view" in clicks
        assert clicks.count("from the charger view") == 1


class TestDone:
    def test_what_is_done_is_no_condition(self) -> None:
        """The sheet is written after the run: the machine has done its part."""
        sheet = worksheet(PORTAL, frozenset({P_AFTER_API.id}), done=frozenset({S_LOWER.id}))

        only = sheet.sites[0].steps[0]
        assert (only.first, only.why) == ("", "")
        assert "apply does that" not in worksheet_markdown(sheet)

    def test_what_is_not_done_stays_a_condition(self) -> None:
        """Something else being done does not help."""
        sheet = worksheet(PORTAL, frozenset({P_AFTER_API.id}), done=frozenset({P_MODE.id}))

        assert sheet.sites[0].steps[0].first == "only when ZPR081003 Maximum current is 16 A (apply does that)"

    def test_what_a_person_must_do_elsewhere_is_not_done_by_apply(self) -> None:
        """A part of the plan may stand on another sheet."""
        sheet = worksheet(PORTAL, frozenset({P_ALONE.id}), done=frozenset({P_AUTH.id}))

        assert sheet.sites[0].steps[0].first == "only when Authentication is Zaptec"


class TestTicks:
    """Boxes that a later plan ticks by reading."""

    SEEN = Tick(at=NOW + timedelta(days=2), sight=Sight.READ)

    def progress(self, *done: str, sight: Sight = Sight.READ) -> Progress:
        ticks = {one: replace(self.SEEN, sight=sight) for one in done}
        asked = {one.id: NOW - timedelta(days=7) for one in PORTAL.changes}
        return Progress(change_ids=tuple(ALL), ticks=ticks, asked_at=asked, looked_at=self.SEEN.at)

    def test_a_step_that_was_read_back_is_ticked(self) -> None:
        """And says when; the others are not."""
        sheet = worksheet(PORTAL, ALL, progress=self.progress(P_MODE.id, P_AUTH.id))
        first, second, *_ = sheet.sites[0].steps

        assert (first.is_done, second.is_done) == (True, False)
        text = worksheet_markdown(sheet)
        assert "- [x] **Seen:** read back 2026-01-17 06:00 UTC." in text
        assert text.count("[x] **Seen:**") == 1
        assert "1. [x] Go to **Settings**" in text
        assert "1 of 7 steps seen done, last looked 2026-01-17 06:00 UTC." in text

    def test_a_step_that_is_half_done_says_which_half(self) -> None:
        """Somebody forgot one of two settings on the same page."""
        sheet = worksheet(PORTAL, ALL, progress=self.progress(P_MODE.id))

        assert "- [ ] **Seen:** only Authentication so far (read back 2026-01-17 06:00 UTC)." in worksheet_markdown(
            sheet
        )

    def test_nothing_waits_for_a_step_that_is_done(self) -> None:
        """The condition of the second step is met."""
        sheet = worksheet(PORTAL, ALL, progress=self.progress(P_MODE.id, P_AUTH.id))

        assert (sheet.sites[0].steps[1].first, sheet.sites[0].steps[1].why) == ("", "")

    @pytest.mark.parametrize(
        ("sight", "words"),
        [
            (Sight.INVITED, "read back; the person has still to accept the invitation 2026-01-17"),
            (Sight.ATTESTED, "attested 2026-01-17"),
        ],
    )
    def test_how_it_was_seen_is_told(self, sight: Sight, words: str) -> None:
        """Somebody's word is not a reading, and an invitation is not yet an owner."""
        sheet = worksheet(PORTAL, frozenset({P_GRANT.id}), progress=self.progress(P_GRANT.id, sight=sight))

        assert words in worksheet_markdown(sheet)
        assert words in worksheet_html(sheet)

    def test_what_nobody_can_read_says_who_ticks_it(self) -> None:
        """No plan ever would."""
        sheet = _sheet_of("person:c-9", after=("user",))

        assert "an attestation ticks it" in worksheet_markdown(sheet)
        assert f"reconciler attest {BAKKEGATA[0]} --by INITIALS" in worksheet_html(sheet)

    def test_what_is_open_for_a_week_says_so(self) -> None:
        """Waiting for a colleague is waiting for a person too."""
        sheet = worksheet(PORTAL, ALL, progress=self.progress(P_MODE.id, P_AUTH.id))

        due = [part for site in sheet.sites for part in site.steps if not (part.is_done or part.first)]
        assert len(due) == 4
        assert worksheet_markdown(sheet).count("Asked for 9 days: remind.") == 4

    def test_the_machine_form_keeps_it(self) -> None:
        """So that the next plan goes on from there."""
        document: Any = worksheet_document(worksheet(PORTAL, ALL, progress=self.progress(P_MODE.id)))

        by_id = {task["change"]: task for task in document["tasks"]}
        assert document["looked_at"] == "2026-01-17T06:00:00Z"
        assert by_id[P_MODE.id]["seen"] == {"at": "2026-01-17T06:00:00Z", "how": "read"}
        assert by_id[P_AUTH.id]["seen"] is None
        assert by_id[P_AUTH.id]["asked_at"] == "2026-01-08T06:00:00Z"


class TestUnreadableAccess:
    """Nobody can say whether the person is there already."""

    def test_an_entry_that_is_there_gets_its_roles(self) -> None:
        """Both ways end with the right role and a click on Save."""
        text = plain(worksheet_markdown(_sheet_of("person:c-9", after=("user", "owner"))))

        assert (
            "If person:c-9 is in the list already: open that entry, assign the role User + Owner and no other, "
            "click Next, then click Save. That is all then; leave out what follows in this step." in text
        )
        assert text.index("is in the list already") < text.index("Click Give permission")

    def test_access_to_take_away_may_be_gone(self) -> None:
        """Nobody searches for somebody who is not there."""
        text = plain(worksheet_markdown(_sheet_of("person:c-9", after=ABSENT)))

        assert "Find person:c-9 in the list. If it is not there, nothing is left to do in this step." in text


class TestSpaces:
    def test_words_are_not_glued_to_what_is_emphasised(self) -> None:
        """`Go to**portal.zaptec.com**` is neither bold nor readable."""
        said = [
            "".join(span.text for span in one)
            for site in SHEET.sites
            for instructions in (site.opening, *((*part.instructions, part.check) for part in site.steps))
            for one in instructions
        ]
        page = html.unescape(re.sub(r"<[^>]+>", "", worksheet_html(SHEET)))
        text = html.unescape(re.sub(r"<[^>]+>", "", rendered(worksheet_markdown(SHEET))))

        assert len(said) > 30
        assert [one for one in said if one not in page or one not in text] == []

    def test_a_value_is_copied_exactly(self) -> None:
        """Also where it is checked: no invisible characters, and nothing is cut."""
        url = "https://hooks.paycharge.example/" + "a" * 450 + "?x=1|2&y=`z`"
        end = change(HAVNEN, "authentication.webhooks.sessionEndUrl", before=ABSENT, after=url, route=Route.PORTAL)
        sheet = worksheet(plan_of(changes=(end,), steps=(step(1, end),)), frozenset({end.id}))

        assert f'data-copy="{html.escape(url)}"' in worksheet_html(sheet)
        plain_page = re.sub(r"<button.*?</button>", "", worksheet_html(sheet))
        for page in (plain_page, rendered(worksheet_markdown(sheet))):
            assert html.unescape(re.sub(r"</?code>", "", page)).count(url) == 2
            assert "\u200b" not in html.unescape(page)

    def test_one_step_has_no_order(self) -> None:
        """And one installation is one installation."""
        sheet = worksheet(PORTAL, frozenset({P_GRANT.id}))

        assert "\n1 step at 1 installation. Plan " in worksheet_markdown(sheet)


def _sheet_of(principal: str, *, after: Value | Absent) -> Worksheet:
    wish = change(BAKKEGATA, "permissions", principal=principal, before=NO_CALL, after=after, route=Route.PORTAL)
    return worksheet(plan_of(changes=(wish,), steps=(step(1, wish),)), frozenset({wish.id}))


class TestKeptTexts:
    def test_markdown_reads_as_reviewed(self) -> None:
        """Numbered, with boxes to tick."""
        text = worksheet_markdown(SHEET)

        assert text == kept("worksheet.md", text)

    def test_html_reads_as_reviewed(self) -> None:
        """The same, as one page."""
        text = worksheet_html(SHEET)

        assert text == kept("worksheet.html", text)

    def test_the_machine_form_reads_as_reviewed(self) -> None:
        """What `sandbox carry-out` takes."""
        text = to_text(worksheet_document(SHEET))

        assert text == kept("worksheet.json", text)


class TestSelection:
    def test_only_portal_changes_stand_in_it(self) -> None:
        """Nobody does by hand what a machine does."""
        sheet = worksheet(FIXTURE, frozenset(one.id for one in FIXTURE.changes))

        assert [one.id for site in sheet.sites for part in site.steps for one in part.changes] == [S_ALONE.id]

    def test_only_the_wanted_changes_stand_in_it(self) -> None:
        """What is done already is left out, and steps are counted anew."""
        sheet = worksheet(PORTAL, frozenset({P_GRANT.id}))

        assert [(part.number, part.changes) for site in sheet.sites for part in site.steps] == [(1, (P_GRANT,))]

    def test_the_machine_form_lists_every_setting_in_order(self) -> None:
        """Mode before authorisation, stand-alone after both."""
        document: Any = worksheet_document(SHEET)

        here = [task for task in document["tasks"] if task["installation"] == BAKKEGATA[0]]
        assert [task["setting"] for task in here] == [
            "authentication.mode",
            "authentication.authorizationRequired",
            "standAlone",
            "permissions",
            "permissions",
        ]
        assert [task["after"] for task in here] == ["native", False, False, ["user", "owner"], None]


class TestPage:
    def test_nothing_is_loaded(self) -> None:
        """It works from a USB stick and in a cellar."""
        page = worksheet_html(SHEET)

        assert not re.search(r"(\bsrc(set)?=|@import|url\()", page)
        assert not re.findall(r'href="(?!#)', page)

    @pytest.mark.parametrize("tag", ["style", "script"])
    def test_the_policy_allows_exactly_our_own(self, tag: str) -> None:
        """The digest in the policy is the one of what stands there; nothing else may run."""
        page = worksheet_html(SHEET)

        (own,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(own.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}';" in html.unescape(page)
        assert "content=\"default-src 'none'; " in html.unescape(page)
        assert "style=" not in page
        assert "onclick" not in page

    def test_hostile_names_are_text(self) -> None:
        """Neither tags nor bidi marks nor breaks get through."""
        page = worksheet_html(HOSTILE_SHEET)

        assert page.count("<script") == 1
        assert "\u202e" not in page
        assert "\x1b" not in page
        assert "&lt;script&gt;" in page
        assert "<script" not in rendered(worksheet_markdown(HOSTILE_SHEET))


class TestSecrecy:
    def test_a_secret_is_named_never_shown(self) -> None:
        """The sheet says where it comes from."""
        for text in (worksheet_markdown(SHEET), worksheet_html(SHEET)):
            assert "secretRef env:FLEET_SECRET_HAVNEN_PAYLOAD" in text

    def test_no_address_stands_on_it(self) -> None:
        """People are ids; the address comes from the directory."""
        body = worksheet_html(SHEET).partition("</style>")[2].partition("<script>")[0]

        assert "@" not in body
        assert "@" not in worksheet_markdown(SHEET)
        assert "@" not in to_text(worksheet_document(SHEET))
