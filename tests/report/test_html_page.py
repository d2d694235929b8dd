"""The drift report as one HTML file."""

import hashlib
import json
import re
from base64 import b64encode
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from reconciler.model.finding import DriftReport, FindingKind, Severity
from reconciler.report.html_board import number
from reconciler.report.html_data import MOST_FINDINGS, for_script
from reconciler.report.html_findings import KINDS, rows_of
from reconciler.report.html_page import MOST_SHOWN, drift_html
from tests.report.drift_samples import EVERY_KIND, aged, finding, report, report_of, summary
from tests.report.drift_samples import KINDS as SAMPLES

HOSTILE = {
    "HTML": "<img src=x onerror=alert(1)></script><script>alert(2)</script>",
    "an attribute": '" onmouseover="alert(1)',
    "a template": "{{ 7*7 }}{% for x in y %}",
    "Markdown": "[a](javascript:alert(1)) **b** @all",
    "bidi": "a\u202eb\u2066c\u2028d\u2029e\x00f\x1b[2J",
    "a log command": "##[error]boom",
    "very long": "x" * 10_000,
    "nothing": "",
}


class Page(HTMLParser):
    """Elements, their attributes and the text in them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.inside: dict[str, list[str]] = {"style": [], "script": []}
        self.words: list[str] = []
        self._at = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep it."""
        self.elements.append((tag, dict(attrs)))
        self._at = tag
        if tag in self.inside:
            self.inside[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        """The next text is nobody's."""
        self._at = ""

    def handle_data(self, data: str) -> None:
        """Keep it apart by element."""
        if self._at in self.inside:
            self.inside[self._at][-1] += data
        else:
            self.words.append(data)

    @property
    def text(self) -> str:
        """What a reader sees, spaces made one."""
        return " ".join(" ".join(self.words).replace("\u00a0", " ").split())

    @property
    def policy(self) -> str:
        """The content security policy."""
        found = [attrs["content"] or "" for _, attrs in self.elements if attrs.get("http-equiv")]
        assert len(found) == 1
        return found[0]


def hash_of(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def named(name: str) -> DriftReport:
    """A report where everything that somebody can name has that name."""
    one = replace(finding(1, SAMPLES[0], name=name, serial=name), why=name, group=name)
    site = replace(summary(1, [one], name=name), labels=((name, name),), worst=((name, Severity.S2),))
    made = report_of([site, replace(site, installation_id="2")], [aged(one, 0)])
    return replace(made, groups=(name,), selection=name or "all", desired_path=name)


class TestOneFile:
    def test_it_loads_nothing(self) -> None:
        """It can be mailed, and tells nobody that it is read."""
        page = Page(drift_html(EVERY_KIND))
        links = [attrs[key] or "" for _, attrs in page.elements for key in ("src", "href", "action") if key in attrs]

        assert "http" not in drift_html(EVERY_KIND).replace("http-equiv", "")
        assert all(link == "data:," or link.startswith("#") for link in links)
        assert not {"iframe", "object", "embed", "img"} & {tag for tag, _ in page.elements}

    def test_the_policy_allows_our_own_style_and_script_only(self) -> None:
        """By their hashes; nothing else runs even if a name got through."""
        page = Page(drift_html(EVERY_KIND))
        rules = dict(rule.strip().split(" ", 1) for rule in page.policy.split(";"))

        assert rules["default-src"] == "'none'"
        assert rules["style-src"] == hash_of(page.inside["style"][0])
        assert rules["script-src"] == hash_of(page.inside["script"][1])
        assert rules["img-src"] == "data:"
        assert "unsafe" not in page.policy

    def test_no_style_or_handler_stands_in_an_element(self) -> None:
        """The policy would forbid it."""
        names = {name for _, attrs in Page(drift_html(EVERY_KIND)).elements for name in attrs}

        assert not {name for name in names if name.startswith("on") or name == "style"}

    def test_the_same_report_gives_the_same_bytes(self) -> None:
        """A report can be compared with its copy."""
        assert drift_html(EVERY_KIND) == drift_html(EVERY_KIND)


class TestWithoutScript:
    def test_coverage_comes_before_compliance(self) -> None:
        """A share in order means nothing before one knows of how much."""
        text = Page(drift_html(EVERY_KIND)).text

        assert "Compared 11 of 12 installations" in text
        assert (
            text.index("Compared 11 of 12") < text.index("Live data of 2026-01-15 05:18 UTC") < text.index("in order")
        )

    def test_every_finding_says_what_a_reader_needs(self) -> None:
        """Wanted, actual, since, times seen, next step and who takes it, file and line, both ways out."""
        text = Page(drift_html(report_of([], [aged(finding(3, SAMPLES[0]), 4)]))).text

        for words in (
            "wanted 16 A",
            "actual 0 A",
            "since 2026-01-11 06:00 UTC",
            "Times seen 5",
            "Next step by partner call : reconciler apply ZAP000003 restores it",
            "fleet/installations/s3.yaml:9",
            "adopt what is live reconciler adopt ZAP000003",
            "restore what the file says reconciler apply ZAP000003",
        ):
            assert words in text, words

    @pytest.mark.parametrize("kind", list(FindingKind))
    def test_every_kind_has_both_ways_out_or_says_why_not(self, kind: FindingKind) -> None:
        """Nobody is left without a next move."""
        row = next(row for row in rows_of(EVERY_KIND) if row.kind is kind)

        assert bool(row.adopt) != bool(row.adopt_not)
        assert bool(row.restore) != bool(row.restore_not)
        assert KINDS[kind] in Page(drift_html(EVERY_KIND)).text

    def test_what_was_not_read_is_not_called_gone(self) -> None:
        """Unknown is not absent; no sentence of the page turns one into the other."""
        kind, severity, *_, group, code = SAMPLES[7]
        one = finding(7, (kind, severity, "", None, None, "no role there", group, code))

        row = rows_of(report_of([], [aged(one, 1)]))[0]
        assert (row.wanted, row.actual) == ("as in the file", "not read")

    def test_an_invitation_that_nobody_accepted_was_read(self) -> None:
        """It is as the file wants it; only the person has not answered."""
        kind, severity, setting, *_, why, group, code = SAMPLES[6]
        one = finding(6, (kind, severity, setting, None, None, why, group, code))

        row = rows_of(report_of([], [aged(one, 1)]))[0]
        assert (row.wanted, row.actual) == ("as in the file", "invited, not accepted yet")

    def test_a_board_is_told_of_people_who_must_answer_and_of_nobody_else(self) -> None:
        """A group that loses its access later answers nothing; a person at two sites is asked twice."""
        person, again = finding(1, SAMPLES[6]), finding(2, SAMPLES[6])
        group = replace(person, target=replace(person.target, principal="userGroup:BSJG"))

        page = Page(drift_html(report_of([], [aged(one, 1) for one in (person, again, group)])))
        assert "We wait for 2 answers of people at 2 sites" in page.text

    def test_a_board_reads_of_each_cause_in_its_own_words(self) -> None:
        """An invitation that waits says nothing about bills, and a gap is not a mistake."""
        rows = [("D408", FindingKind.WAITING), ("D404", FindingKind.CHANGED), ("D406", FindingKind.UNREADABLE)]
        found = [
            aged(replace(finding(number, SAMPLES[4]), code=code, kind=kind), 1)
            for number, (code, kind) in enumerate(rows, start=1)
        ]

        text = Page(drift_html(report_of([], found))).text
        assert "At 1 site an invitation has not been accepted yet: Fjellveien 1." in text
        assert "At 1 site bills or connected services may be wrong: Bakkegata 2." in text
        assert "At 1 site we cannot see whether everything is right: Solbakken 3." in text

    def test_a_board_is_told_what_it_must_decide(self) -> None:
        """What is urgent goes on until somebody decides; what is sent already does not."""
        found = [aged(finding(number, SAMPLES[number]), 1) for number in (0, 1, 3, 5, 8, 10)]

        text = Page(drift_html(report_of([], found))).text
        to_do = text[text.rindex("What is to do") : text.rindex("For auditors")]
        assert "Put right at once what could overload a fuse at 1 site: Fjellveien 1." in to_do
        assert "Decide at 1 site: put back what was agreed, or agree to what is there: Elveveien 0." in to_do
        assert "Find out who keeps changing 1 site back: Solbakken 3." in to_do
        assert "Decide at 1 site how to put it right safely: Kaia 5." in to_do
        assert "Find out what became of a charger at 1 site: Bakkegata 10." in to_do
        assert "Elveveien 8" not in to_do

    def test_a_board_reads_big_numbers_in_groups(self) -> None:
        """As everywhere on the page."""
        found = [aged(finding(number, SAMPLES[6]), 1) for number in range(1639)]

        page = drift_html(report_of([], found))
        assert "We wait for 1\u00a0639 answers of people at 1\u00a0639 sites." in page
        assert "<li>1 was solved since the last report.</li>" in page

    def test_totals_leave_out_what_is_tolerated(self) -> None:
        """An exception is an agreement."""
        page = drift_html(EVERY_KIND)
        totals = re.findall(r'<b class="count">(\d+)</b>', page)

        assert totals == ["1", "1", "5", "3", "1"]

    def test_at_most_two_hundred_findings_are_plain_html(self) -> None:
        """The page stays light; it says that there are more."""
        made = report(400)

        page = Page(drift_html(made))
        assert sum(attrs.get("class") == "finding" for _, attrs in page.elements) == MOST_SHOWN + 1  # and the template
        assert f"The worst 200 of {len(made.findings)} findings" in page.text

    def test_the_board_reads_no_names_of_settings(self) -> None:
        """Half a page in plain words."""
        text = Page(drift_html(EVERY_KIND)).text
        board = text[text.rindex("For the board") : text.rindex("For auditors")]

        assert "We looked at 11 of 12 sites on 15 January 2026 at 05:18 UTC; 1 site could not be looked at." in board
        assert "At 1 site a fuse could be overloaded: Fjellveien 1." in board
        assert not re.search(r"\bS\d\b|maxCurrent|authentication|reconciler|D\d{3}", board)
        assert len(board.split()) < 250

    def test_those_on_call_see_causes_with_cars(self) -> None:
        """One writer that broke ten sites is one thing to do."""
        cause = report_of([], [aged(finding(number, SAMPLES[0]), number) for number in range(1, 11)])

        text = Page(drift_html(cause)).text
        on_call = text[text.rindex("On call") : text.rindex("For the board")]
        assert "10 findings at 10 installations, 10 cars plugged in" in on_call
        assert "Maximum current wanted 16 A, actual 0 A" in on_call
        assert "reconciler plan ZAP000001 ZAP000002" in on_call

    def test_one_rule_is_one_cause_whatever_was_found(self) -> None:
        """Sixteen amperes wanted, found 0, 3 and 5: one thing to do."""
        rows = [(*SAMPLES[0][:4], amperes, *SAMPLES[0][5:]) for amperes in (0.0, 3.0, 5.0)]
        made = report_of([], [aged(finding(number, row), 1) for number, row in enumerate(rows, start=1)])

        assert "actual 0 A and 2 more" in Page(drift_html(made)).text

    def test_those_on_call_see_nothing_less_urgent(self) -> None:
        """S3 and S4 can wait for the morning; what is tolerated need not be seen at all."""
        quiet = report_of([], [aged(finding(number, SAMPLES[number]), 1) for number in (4, 6, 7, 9, 11)])

        assert "Nothing urgent." in Page(drift_html(quiet)).text

    def test_a_fleet_of_nothing_is_not_in_order(self) -> None:
        """Without a comparison there is no compliance."""
        text = Page(drift_html(report(0))).text

        assert "Nothing was compared" in text
        assert "100 %" not in text

    def test_a_share_is_never_rounded_up(self) -> None:
        """100 % means all."""
        sites = [summary(number, [finding(number, SAMPLES[0])] if number == 0 else []) for number in range(3000)]

        assert "99.9 % in order" in Page(drift_html(report_of(sites, [aged(finding(0, SAMPLES[0]), 1)]))).text

    def test_an_exception_that_ends_soon_is_told(self) -> None:
        """With its end, who answers for it, and where it stands."""
        text = Page(drift_html(EVERY_KIND)).text

        assert "in 10 days (2026-01-25) Elveveien 0: maxCurrent. drift team" in text
        assert "fleet/exceptions.yaml:4" in text

    def test_severity_is_a_word_and_not_only_a_colour(self) -> None:
        """Each coloured field of the map has its severity as text."""
        fields = re.findall(r'<td class="heat (s\d)">([^<]*)', drift_html(EVERY_KIND))

        assert fields
        assert all(text.strip() == level.upper() for level, text in fields)


class TestHeatMap:
    def test_what_was_not_read_is_not_called_clean(self) -> None:
        """Three signs for three things: open, not read, compared and in order."""
        one = finding(1, SAMPLES[0])
        site = replace(summary(1, [one]), unread=("Current", "Access"))

        page = drift_html(report_of([site], [aged(one, 1)]))

        cells = re.findall(r'<td class="(?:heat s2|unknown|none)">([^<]*)</td>', page)
        assert cells == ["S2", "·", "·", "·", "?", "·"]
        assert json.loads(Page(page).inside["script"][0])["sites"][0][-1] == "2---?-"

    def test_a_site_where_nothing_is_known_is_listed(self) -> None:
        """Also when nothing else is wrong there."""
        page = drift_html(report_of([replace(summary(1, []), unread=("Access",))], []))

        assert page.count('<td class="unknown">?</td>') == 1

    def test_a_label_counts_the_sites_at_the_severity_that_it_shows(self) -> None:
        """One S2 beside two S3 is one S2, not three."""
        mild = (*SAMPLES[0][:1], Severity.S3, *SAMPLES[0][2:])
        here = [finding(0, SAMPLES[0]), finding(20, mild), finding(40, mild)]
        sites = [summary(number, [one]) for number, one in zip((0, 20, 40), here, strict=True)]

        page = drift_html(report_of(sites, [aged(one, 1) for one in here]))

        assert re.findall(r'<td class="heat s2">S2 <small>at (\d)</small></td>', page) == ["1", "1"]

    def test_labels_of_a_single_site_are_left_out_and_counted(self) -> None:
        """Nothing vanishes without a word."""
        sites = [summary(0, []), summary(4, []), summary(8, [])]

        page = Page(drift_html(report_of(sites, [])))

        assert "Left out: 3 labels that only one installation has." in page.text

    def test_a_label_tells_at_how_many_sites_nobody_knows(self) -> None:
        """Two of them, of which one could not be compared at all."""
        sites = [replace(summary(0, []), unread=("Access",)), summary(20, [], compared=False)]

        assert '<td class="unknown">? <small>at 2</small></td>' in drift_html(report_of(sites, []))


class TestHostile:
    @pytest.mark.parametrize("name", HOSTILE.values(), ids=list(HOSTILE))
    def test_a_name_adds_no_element_and_no_attribute(self, name: str) -> None:
        """Whatever somebody calls a site, a charger, a label or a group."""
        page, plain = Page(drift_html(named(name))), Page(drift_html(named("Solbakken")))

        assert [(tag, {*attrs} - {"hidden"}) for tag, attrs in page.elements] == [
            (tag, {*attrs} - {"hidden"}) for tag, attrs in plain.elements
        ]
        assert len(page.inside["script"]) == 2

    @pytest.mark.parametrize("name", HOSTILE.values(), ids=list(HOSTILE))
    def test_no_sign_of_it_hides_or_reorders_text(self, name: str) -> None:
        """Control and bidi characters are spelled out; long names are cut; no log takes it for a command."""
        text = drift_html(named(name))

        assert not re.search("[\u202a-\u202e\u2066-\u2069\u2028\u2029\x00\x1b]", text)
        assert "x" * 1000 not in text
        assert "##[" not in text

    def test_data_cannot_end_their_script(self) -> None:
        """Neither by an end tag nor by a comment; they read back the same."""
        data = json.dumps({"a": "</script><!--\u2028 & ##[x]"})

        assert not re.search("[<>&\u2028]", for_script(data))
        assert json.loads(for_script(data)) == json.loads(data)

    def test_a_serial_in_a_command_cannot_run_anything(self) -> None:
        """Commands are there to be copied into a shell."""
        row = rows_of(report_of([], [aged(finding(1, SAMPLES[0], serial="ZAP; rm -rf ~"), 1)]))[0]

        assert row.restore == "reconciler apply 'ZAP; rm -rf ~'"

    def test_a_serial_is_no_option_of_a_command(self) -> None:
        """One that begins with a dash is reached by its installation."""
        row = rows_of(report_of([], [aged(finding(1, SAMPLES[0], serial="--yes"), 1)]))[0]

        assert row.restore == f"reconciler apply {row.installation}"


class TestSize:
    def test_ten_thousand_installations_fit(self) -> None:
        """Far more wrong than a page can hold: below 15 MB, and it says what it leaves out."""
        made = report(10_000, per_site=4)
        more = len(made.findings) - MOST_FINDINGS

        text = drift_html(made)
        assert more > 0
        assert len(text.encode()) < 15_000_000
        assert f"holds the worst {number(MOST_FINDINGS)} findings; {number(more)} more are in the JSON" in text

    def test_the_data_hold_every_finding_once(self) -> None:
        """What the script shows is what the report says."""
        made = report(30)
        data = json.loads(Page(drift_html(made)).inside["script"][0])

        assert len(data["findings"]) == len(made.findings)
        assert len(data["sites"]) == 30
        assert len(set(data["texts"])) == len(data["texts"])
