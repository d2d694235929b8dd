"""The worksheet leads a person through the Portal in its own words, and gives nothing away."""

import base64
import hashlib
import html
import re
from typing import Any

from reconciler.model.desired import Route
from reconciler.report.json_document import to_text
from reconciler.report.worksheet import worksheet, worksheet_document, worksheet_html, worksheet_markdown
from tests.report.golden import kept
from tests.report.samples import (
    BAKKEGATA,
    FIXTURE,
    HOSTILE_PLAN,
    P_ALONE,
    P_AUTH,
    P_GRANT,
    P_MODE,
    PORTAL,
    S_ALONE,
    change,
    plan_of,
    step,
)
from tests.report.test_markdown import rendered

ALL = frozenset(one.id for one in PORTAL.changes)
SHEET = worksheet(PORTAL, ALL)
HOSTILE_SHEET = worksheet(HOSTILE_PLAN, frozenset(one.id for one in HOSTILE_PLAN.changes))


def plain(markdown: str) -> str:
    return re.sub(r"[*`]|- \[ \] |\d+\. \[ \] ", "", markdown)


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
                "If they do not have a Zaptec account yet, select the option to invite them.",
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
    def test_nothing_is_loaded_and_nothing_runs(self) -> None:
        """It works from a USB stick and in a cellar."""
        page = worksheet_html(SHEET)

        assert "<script" not in page
        assert not re.search(r"(\bsrc(set)?=|@import|url\()", page)
        assert not re.findall(r'href="(?!#)', page)

    def test_the_policy_allows_exactly_our_style(self) -> None:
        """The digest in the policy is the one of the style that stands there."""
        page = worksheet_html(SHEET)

        style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
        assert style is not None
        digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
        assert f"default-src 'none'; style-src 'sha256-{digest}'" in html.unescape(page)
        assert "style=" not in page

    def test_hostile_names_are_text(self) -> None:
        """Neither tags nor bidi marks nor breaks get through."""
        page = worksheet_html(HOSTILE_SHEET)

        assert "<script" not in page
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
        body = worksheet_html(SHEET).partition("</style>")[2]

        assert "@" not in body
        assert "@" not in worksheet_markdown(SHEET)
        assert "@" not in to_text(worksheet_document(SHEET))
