"""The texts that people read before they let a machine touch chargers."""

import re
from dataclasses import replace

import pytest

from reconciler.model.desired import Route
from reconciler.model.outcome import OutcomeKind
from reconciler.model.plan import Plan, UnverifiableItem
from reconciler.model.value import Reason, Unreadable
from reconciler.report import wording
from reconciler.report.blocks import blocks_of
from reconciler.report.markdown import plan_markdown
from reconciler.report.plan_words import Purpose
from reconciler.report.stream import Color, Glyphs, glyphs_for
from reconciler.report.terminal import plan_text
from reconciler.report.terminal_run import result_text
from tests.report.golden import kept
from tests.report.samples import (
    CONVERGED,
    EMPTY,
    FIXTURE,
    HOSTILE_PLAN,
    KAIA,
    PORTAL,
    REFUSED,
    RESULT,
    S_LATER,
    SHARED,
    UNKNOWN_CIRCUIT,
    change,
    plan_of,
    step,
    target,
)

NO_CALL = Unreadable(reason=Reason.NO_DOCUMENTED_CALL)
ANSI = re.compile(r"\x1b\[[0-9;]*m")


def plain(plan: Plan, *, width: int = 80, glyphs: Glyphs = Glyphs.UNICODE) -> str:
    return plan_text(plan, width=width, color=Color.NONE, glyphs=glyphs)


def flat(text: str) -> str:
    return "".join(text.split())


class TestKeptTexts:
    @pytest.mark.parametrize("width", [80, 160])
    @pytest.mark.parametrize("color", list(Color))
    def test_the_fixture_reads_as_reviewed(self, width: int, color: Color) -> None:
        """Every kind of finding, at both usual widths, with and without colour."""
        text = plan_text(FIXTURE, width=width, color=color)

        assert text == kept(f"plan-{width}-{color}.txt", text)

    @pytest.mark.parametrize(
        ("name", "plan"), [("empty", EMPTY), ("refused", REFUSED), ("portal", PORTAL), ("hostile", HOSTILE_PLAN)]
    )
    def test_other_plans_read_as_reviewed(self, name: str, plan: Plan) -> None:
        """Nothing to do, refused as a whole, all by hand, and names made to deceive."""
        text = plain(plan)

        assert text == kept(f"plan-{name}.txt", text)

    @pytest.mark.parametrize("width", [80, 160])
    def test_a_result_reads_as_reviewed(self, width: int) -> None:
        """Every outcome once."""
        text = result_text(RESULT, FIXTURE, width=width, color=Color.NONE)

        assert text == kept(f"result-{width}.txt", text)

    def test_a_converged_result_reads_as_reviewed(self) -> None:
        """The end of a good day."""
        text = result_text(CONVERGED, FIXTURE, width=80, color=Color.NONE)

        assert text == kept("result-converged.txt", text)


class TestWidth:
    @pytest.mark.parametrize("plan", [FIXTURE, EMPTY, REFUSED, PORTAL, HOSTILE_PLAN])
    @pytest.mark.parametrize("width", [40, 60, 80, 100, 160, 240])
    def test_no_line_is_longer_than_the_terminal(self, plan: Plan, width: int) -> None:
        """A wrapped table cannot be read; only what is copied to the command line stays whole."""
        lines = plain(plan, width=width).split("\n")

        assert max(len(line) for line in lines if not line.lstrip().startswith("--accept ")) <= width

    @pytest.mark.parametrize("width", [40, 60, 80, 100])
    def test_what_lifts_a_guard_is_in_one_piece(self, width: int) -> None:
        """It is copied to the command line: neither broken nor followed by other words."""
        lines = [line.strip().removeprefix("or lift it").strip() for line in plain(FIXTURE, width=width).split("\n")]

        for refusal in (SHARED, UNKNOWN_CIRCUIT):
            assert f"--accept {refusal.accept}" in lines
        assert not [line for line in lines if line.startswith(",")]

    @pytest.mark.parametrize("width", [40, 50, 60, 70, 80, 100, 160])
    def test_a_subject_never_touches_its_values(self, width: int) -> None:
        """`Maximum current0 A` is no text."""
        text = plain(FIXTURE, width=width)

        assert "current0" not in text
        assert re.search(r"ZAP012347\s+Maximum\s+current\s+0 A → 16 A", text)

    def test_a_terminal_of_60_columns_reads_as_reviewed(self) -> None:
        """Half a screen, beside the Portal."""
        text = plain(FIXTURE, width=60)

        assert text == kept("plan-60-none.txt", text)

    def test_nothing_is_lost_at_80_columns(self) -> None:
        """Whoever has a small window decides about the same amperes."""
        text = flat(plain(FIXTURE))

        rows = [row for block in blocks_of(FIXTURE) for row in block.rows]
        for row in rows:
            change = row.change
            assert flat(wording.setting(change.target, change.setting)) in text
            assert flat(wording.before(change)) in text
            assert flat(wording.after(change)) in text
            assert flat(row.notes) in text
            assert flat(row.reason) in text
        sentences = [item.reason for item in FIXTURE.pending]
        sentences += [item.reason for item in FIXTURE.waiting]
        sentences += [item.reason for item in FIXTURE.unverifiable]
        sentences += [part for item in FIXTURE.refusals for part in (item.message, item.measured, item.limit)]
        sentences += [part for item in FIXTURE.refusals for part in (item.remedy, item.guard, item.code)]
        sentences += [part for item in FIXTURE.unreadable for part in (item.what, item.unreadable.detail)]
        sentences += [item.message for item in FIXTURE.warnings]
        for sentence in sentences:
            assert flat(sentence) in text


class TestColour:
    @pytest.mark.parametrize("width", [80, 160])
    def test_colour_adds_nothing_but_colour(self, width: int) -> None:
        """Somebody who is colour-blind, or reads a log, sees the same."""
        colored = plan_text(FIXTURE, width=width, color=Color.ANSI)

        bare = "\n".join(line.rstrip() for line in ANSI.sub("", colored).split("\n"))
        assert ANSI.search(colored)
        assert bare == plain(FIXTURE, width=width)

    def test_without_colour_there_is_no_escape_sequence(self) -> None:
        """Logs stay readable."""
        assert "\x1b" not in plain(FIXTURE)

    def test_no_links_are_hidden_in_the_text(self) -> None:
        """A terminal link can lead elsewhere than it says."""
        assert "\x1b]8" not in plan_text(HOSTILE_PLAN, width=100, color=Color.ANSI)


class TestStreams:
    def test_a_stream_without_utf8_gets_ascii_only(self) -> None:
        """An old Windows console shows arrows, not question marks."""
        text = plain(FIXTURE, glyphs=Glyphs.ASCII)

        assert text.isascii()
        assert "0 A -> 16 A" in text
        assert max(map(len, text.split("\n"))) <= 80

    @pytest.mark.parametrize(("encoding", "glyphs"), [("UTF-8", "unicode"), ("cp1252", "ascii"), (None, "ascii")])
    def test_only_utf8_gets_our_signs(self, encoding: str | None, glyphs: str) -> None:
        """When in doubt, letters."""
        assert glyphs_for(encoding) == glyphs


class TestOrder:
    def test_what_must_come_before_is_said(self) -> None:
        """An electrician sees that the charger is not raised before stand-alone mode is off."""
        lines = plain(FIXTURE, width=160).split("\n")

        row = next(line for line in lines if "ZPR081031" in line)
        assert "waits for step 2 in the Portal" in row
        gated = next(line for line in lines if "Access of person:b-17" in line)
        assert "only once an owner is seen to have accepted" in gated

    @pytest.mark.parametrize("width", [80, 160])
    def test_why_it_must_come_before_is_said(self, width: int) -> None:
        """A reviewer does not have to know the rules by heart."""
        text = plain(FIXTURE, width=width)

        lines = text.split("\n")
        row = next(number for number, line in enumerate(lines) if "ZPR081031" in line)
        assert "waits for step 2 in the Portal" in " ".join(lines[row : row + 2])
        assert (
            "because a stand-alone charger on a shared circuit ignores load balancing" in lines[row + 1 + (width < 120)]
        )

    def test_a_reason_without_its_steps_is_not_said(self) -> None:
        """What is left of a plan may no longer have to wait."""
        alone = plan_of(changes=(S_LATER,), steps=(step(1, S_LATER, because="somebody else comes first"),))

        assert "somebody else" not in plain(alone)

    def test_mode_stands_before_what_depends_on_it(self) -> None:
        """Rows of one step follow the table of settings, not the alphabet."""
        text = plain(FIXTURE)

        assert text.index("Authentication  ") < text.index("Authorisation required")

    def test_a_change_without_a_step_is_held_back(self) -> None:
        """A refused change never looks like one that will happen."""
        lines = plain(FIXTURE, width=160).split("\n")

        assert "held back: refused below" in next(line for line in lines if "ZPR085002 Maximum" in line)


class TestSummary:
    def test_counts_routes_and_amperes(self) -> None:
        """The numbers that a reviewer looks at first."""
        text = flat(plain(FIXTURE))

        assert flat("18 changes at 7 installations: 6 by API, 11 by partner call, 1 in the Portal") in text
        assert flat("68 A raised, 16 A lowered: Solbakken borettslag +36 A and -16 A, Bakkegata 7 +16 A") in text
        assert flat("Compared 9 of 10 installations, 61 of 62 chargers.") in text

    def test_a_part_is_labelled_as_a_part(self) -> None:
        """A plan of one site never looks like a plan of the fleet."""
        assert "PARTIAL: only solbakken was selected" in plain(REFUSED)

    def test_a_refused_run_says_that_nothing_can_be_applied(self) -> None:
        """And does not offer `apply`."""
        text = plain(REFUSED)

        assert "nothing can be applied" in text
        assert "`reconciler apply`" not in text

    def test_an_empty_plan_is_one_friendly_sentence_with_coverage(self) -> None:
        """No table of nothing."""
        text = plain(EMPTY, width=200)

        assert text.startswith("No changes. fleet matches account main (sandbox). Compared 10 of 10 installations")
        assert text.count("\n") == 1

    def test_an_open_point_alone_is_not_called_no_changes(self) -> None:
        """Unreadable is not in order."""
        text = plain(plan_of(unreadable=FIXTURE.unreadable))

        assert "No changes." not in text
        assert "2 not readable" in text


class TestNext:
    def test_the_question_says_what_comes_next(self) -> None:
        """Inside `apply` nobody is told to run `apply`."""
        text = plan_text(FIXTURE, width=80, color=Color.NONE, purpose=Purpose.CONFIRM)

        assert "Next " not in text
        assert "`reconciler apply`" not in text
        assert "Open      3 refused" in text

    def test_warnings_alone_ask_for_nothing(self) -> None:
        """Nothing is open, so nothing will move on."""
        text = plain(plan_of(warnings=FIXTURE.warnings))

        assert "Next      nothing to do" in text
        assert "moved on" not in text

    def test_what_is_open_asks_for_another_plan(self) -> None:
        """Somebody must accept an invitation first."""
        assert "plan again when what is open has moved on" in plain(plan_of(waiting=FIXTURE.waiting))


class TestUnverifiable:
    def test_people_among_the_changes_share_one_note(self) -> None:
        """Four people are four steps; that nobody can read them back is one thing to know."""
        people = [f"person:c-{number}" for number in range(4)]
        grants = tuple(
            change(KAIA, "permissions", principal=one, before=NO_CALL, after=("user",), route=Route.PORTAL)
            for one in people
        )
        notes = [
            UnverifiableItem(
                target=target(KAIA, principal=one), installation_name=KAIA[1], setting="permissions", reason="no call"
            )
            for one in (*people, None)
        ]
        plan = plan_of(changes=grants, steps=(step(1, *grants),), unverifiable=tuple(notes))

        text = plain(plan)
        assert text.count("not verifiable: ") == 1
        assert "not verifiable: Permissions: no call" in text
        assert "Open      1 not verifiable" in text
        assert plan_markdown(plan).count("Permissions: no call") == 1

    def test_people_without_a_change_are_named(self) -> None:
        """Somebody who is not in the directory stands nowhere else."""
        notes = tuple(
            UnverifiableItem(
                target=target(KAIA, principal=one), installation_name=KAIA[1], setting="permissions", reason="not known"
            )
            for one in ("person:c-1", "person:c-2")
        )

        text = plain(plan_of(unverifiable=notes))
        assert "Access of person:c-1: not known" in text
        assert "Access of person:c-2: not known" in text


class TestReceipt:
    def test_the_real_reason_is_given(self) -> None:
        """Nothing left to write, and still not proven."""
        text = receipt(second_plan_changes=0, open_reasons=("2 things at the touched sites could not be read",))

        assert "not converged: 2 things at the touched sites could not be read;" in text
        assert "0 changes" not in text

    def test_all_reasons_are_given(self) -> None:
        """Changes first, then what stands in the way."""
        text = receipt(second_plan_changes=1, open_reasons=("a guard refuses a part of it (last-owner)",))

        assert "the second plan still holds 1 change for a machine; a guard refuses a part of it (last-owner)" in text

    def test_one_is_not_many(self) -> None:
        """`1 writes` makes people doubt the rest."""
        text = receipt(second_plan_changes=1, open_reasons=())

        assert "; 1 read for the proof, 1 write, about 1 s" in text


def receipt(*, second_plan_changes: int, open_reasons: tuple[str, ...]) -> str:
    assert RESULT.receipt is not None
    made = replace(
        RESULT.receipt,
        second_plan_changes=second_plan_changes,
        open_reasons=open_reasons,
        requests_read=1,
        requests_write=1,
        finished_at=RESULT.receipt.started_at,
    )
    return result_text(replace(RESULT, receipt=made), FIXTURE, width=240, color=Color.NONE)


class TestHostileNames:
    @pytest.mark.parametrize("glyphs", list(Glyphs))
    def test_names_do_not_act_on_terminal_or_log(self, glyphs: Glyphs) -> None:
        """A name with escape sequences or a workflow command is shown, not obeyed."""
        text = plain(HOSTILE_PLAN, glyphs=glyphs)

        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "\\x1b[31m" in text
        assert not [line for line in text.split("\n") if line.lstrip().startswith("::") or "##[" in line]

    def test_a_result_escapes_details_too(self) -> None:
        """What the cloud answered may be anything."""
        bad = RESULT.outcomes[3].__class__(
            change_id=FIXTURE.changes[0].id,
            step_id="s",
            kind=OutcomeKind.FAILED,
            detail="\x1b[2J::error::x",
            at=FIXTURE.created_at,
        )
        result = RESULT.__class__(run_id="r", plan_digest="d", accounts=("main",), outcomes=(bad,))

        text = result_text(result, FIXTURE, width=80, color=Color.NONE)
        assert "\x1b" not in text
        assert "\\x1b[2J" in text
