"""The way back from a run and its waves, as people and machines read them."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.errors import InvalidDocumentError
from reconciler.loading.documents import read_plan, read_result
from reconciler.model.outcome import INTERRUPTED, OutcomeKind, Wave
from reconciler.model.plan import Plan, Rollback
from reconciler.report.json_document import plan_document, result_document, to_text
from reconciler.report.markdown import plan_markdown, result_markdown
from reconciler.report.stream import Color
from reconciler.report.terminal import plan_text
from reconciler.report.terminal_run import result_text
from tests.report.golden import kept
from tests.report.samples import FIXTURE, HOSTILE, RESULT, plan_of
from tests.report.samples_rollback import BACK, BACK_RESULT, HOSTILE_BACK, RUN, WAVED

LATER = "20260116T070000Z-9c1b"
REST = replace(BACK, rollback=replace(BACK.rollback or Rollback(run_id=RUN), left_by=LATER))


def text_of(plan: Plan, *, width: int = 80) -> str:
    return plan_text(plan, width=width, color=Color.NONE)


def flat(text: str) -> str:
    return " ".join(text.split())


class TestPlan:
    def test_it_reads_as_reviewed(self) -> None:
        """What comes back, what does not and why, and how to go that way."""
        text = text_of(BACK)

        assert text == kept("rollback.txt", text)

    def test_its_markdown_reads_as_reviewed(self) -> None:
        """The same for a pull request or an incident."""
        text = plan_markdown(BACK)

        assert text == kept("rollback.md", text)

    def test_the_headline_counts_what_comes_back_and_what_does_not(self) -> None:
        """The first line is enough to decide."""
        first = text_of(BACK, width=120).splitlines()[0]

        assert first == f"Way back from run {RUN}: 5 changes, 1 cannot be taken back"

    def test_the_rest_of_it_is_told_from_the_whole(self) -> None:
        """Which run left it, and the file that holds it: not the whole way back, which was made before."""
        text = flat(text_of(REST, width=200))

        assert text.startswith(f"Rest of the way back from run {RUN}: 5 changes, 1 cannot be taken back")
        assert f"Left by run {LATER}, which went that way: fleet at" in text
        assert f"reconciler apply .reconciler/runs/{LATER}/residual.json" in text
        assert "rollback.json" not in text
        assert "before that run wrote" not in text
        assert f"Rest of the way back from run {RUN}" in plan_markdown(REST)

    def test_a_run_without_a_way_back_says_so(self) -> None:
        """Never "no changes": that would read as all in order."""
        plan = replace(BACK, changes=(), steps=())

        assert f"Way back from run {RUN}: nothing to change, 1 cannot be taken back" in text_of(plan, width=120)

    def test_with_everything_restorable_nothing_is_counted_as_lost(self) -> None:
        """No alarm without a reason."""
        plan = replace(BACK, rollback=Rollback(run_id=RUN))

        assert "taken back" not in text_of(plan, width=120).splitlines()[0]
        assert "Cannot be taken back" not in plan_markdown(plan)

    def test_each_loss_stands_under_its_installation(self) -> None:
        """With setting and reason."""
        text = flat(text_of(BACK))

        assert "Solbakken borettslag ! cannot be taken back: ZPR081003 Maximum current: it was 4 A before" in text

    def test_it_says_how_to_go_back(self) -> None:
        """To copy, for somebody in a hurry."""
        assert f"reconciler apply .reconciler/runs/{RUN}/rollback.json" in flat(text_of(BACK, width=120))

    @pytest.mark.parametrize("render", [text_of, plan_markdown])
    def test_names_in_losses_can_do_nothing(self, render: object) -> None:
        """Whoever names an installation writes no line of ours."""
        text = render(HOSTILE_BACK)  # type: ignore[operator]  # one of two functions

        assert "\x1b" not in text
        assert "\u202e" not in text
        assert not re.search(r"^\s*::error", text, flags=re.MULTILINE)


class TestDocument:
    @pytest.mark.parametrize("plan", [BACK, HOSTILE_BACK, replace(FIXTURE, former=BACK.former)])
    def test_it_reads_back_to_itself(self, tmp_path: Path, plan: Plan) -> None:
        """An ordinary plan document, whatever it takes back."""
        path = tmp_path / "rollback.json"
        path.write_text(to_text(plan_document(plan)))

        again = read_plan(path)

        assert (again.rollback, again.former) == (plan.rollback, plan.former)
        assert to_text(plan_document(again)) == path.read_text()

    def test_the_rest_of_a_way_back_reads_back_to_itself(self, tmp_path: Path) -> None:
        """Whoever reads it later still knows which run left it."""
        path = tmp_path / "residual.json"
        path.write_text(to_text(plan_document(REST)))

        assert read_plan(path).rollback == REST.rollback

    @pytest.mark.parametrize("left_by", ["../../x; rm -rf /", ""])
    def test_no_run_that_left_it_leads_out_of_the_runs_folder(self, tmp_path: Path, left_by: str) -> None:
        """It is shown as part of a command to copy, too."""
        path = tmp_path / "residual.json"
        path.write_text(to_text(plan_document(REST)).replace(f'"left_by": "{LATER}"', f'"left_by": "{left_by}"'))

        with pytest.raises(InvalidDocumentError, match=r"rollback\.left_by"):
            read_plan(path)

    def test_what_is_lost_is_a_condition_of_its_own(self) -> None:
        """Machines see that the way back is not whole."""
        whole = replace(BACK, rollback=Rollback(run_id=RUN))

        assert "not-restored" in plan_document(BACK)["exit"]["conditions"]  # type: ignore[index]  # an object
        assert "not-restored" not in plan_document(whole)["exit"]["conditions"]  # type: ignore[index]  # an object

    def test_a_plan_from_before_there_were_ways_back_is_read(self, tmp_path: Path) -> None:
        """Minor versions only add."""
        document = plan_document(plan_of())
        path = tmp_path / "plan.json"
        path.write_text(json.dumps({key: document[key] for key in document if key not in {"former", "rollback"}}))

        again = read_plan(path)

        assert (again.rollback, again.former) == (None, ())

    def test_a_setting_that_does_not_exist_is_refused(self, tmp_path: Path) -> None:
        """It was changed by hand."""
        text = to_text(plan_document(BACK)).replace("authentication.webhooks.authPayload", "authentication.other")
        path = tmp_path / "rollback.json"
        path.write_text(text)

        with pytest.raises(InvalidDocumentError, match="contradicts itself"):
            read_plan(path)

    def test_no_run_id_leads_out_of_the_runs_folder(self, tmp_path: Path) -> None:
        """It is shown as part of a command to copy."""
        path = tmp_path / "rollback.json"
        path.write_text(to_text(plan_document(BACK)).replace(f'"run": "{RUN}"', '"run": "../../x; rm -rf /"'))

        with pytest.raises(InvalidDocumentError, match=r"rollback\.run"):
            read_plan(path)


class TestResult:
    def test_the_waves_of_a_run_read_as_reviewed(self) -> None:
        """Which waves ran, why the run stopped, and how to take back what was done."""
        text = result_text(WAVED, FIXTURE, width=100, color=Color.NONE)

        assert text == kept("result-waves.txt", text)

    def test_their_markdown_reads_as_reviewed(self) -> None:
        """The same for a pull request."""
        text = result_markdown(WAVED, FIXTURE)

        assert text == kept("result-waves.md", text)

    def test_a_run_that_took_another_one_back_reads_as_reviewed(self) -> None:
        """It names again what it could not take back."""
        text = result_text(BACK_RESULT, BACK, width=80, color=Color.NONE)

        assert text == kept("result-rollback.txt", text)

    def test_an_unhealthy_wave_says_why(self) -> None:
        """The charger to look at stands in the text."""
        text = flat(result_text(WAVED, FIXTURE, width=200, color=Color.NONE))

        assert "Wave 1 of 3 5 installations, healthy" in text
        assert "Wave 2 of 3 10 installations, not healthy: ZAP012345 went offline" in text
        assert "Wave 3 of 3 285 installations, not started" in text

    def test_many_reasons_are_counted(self) -> None:
        """A street without power does not fill the screen."""
        wave = Wave(
            number=1, installations=40, healthy=False, reasons=tuple(f"ZAP{n:06} went offline" for n in range(40))
        )

        text = flat(result_text(replace(WAVED, waves=(wave,)), FIXTURE, width=100, color=Color.NONE))

        assert "ZAP000004 went offline; and 35 more" in text
        assert "ZAP000005" not in text

    def test_names_in_reasons_can_do_nothing(self) -> None:
        """They come from the cloud."""
        for text in (result_text(WAVED, FIXTURE, width=100, color=Color.NONE), result_markdown(WAVED, FIXTURE)):
            assert "\x1b" not in text
            assert HOSTILE not in text

    @pytest.mark.parametrize("result", [WAVED, BACK_RESULT])
    def test_its_document_reads_back_to_itself(self, tmp_path: Path, result: object) -> None:
        """Waves and the way back included."""
        path = tmp_path / "result.json"
        path.write_text(to_text(result_document(result)))  # type: ignore[arg-type]  # a result

        assert read_result(path) == result


class TestInterrupted:
    @pytest.mark.parametrize("plan", [FIXTURE, BACK])
    def test_going_on_is_named_before_what_is_left(self, plan: Plan) -> None:
        """Only the resume knows what had been sent; the rest as a run of its own comes second."""
        missed = tuple(replace(one, kind=OutcomeKind.NOT_REACHED, detail=INTERRUPTED) for one in RESULT.outcomes)
        stopped = replace(RESULT, outcomes=missed)

        text = flat(result_text(stopped, plan, width=300, color=Color.NONE))

        resume = f"reconciler apply --resume {RESULT.run_id}"
        assert f"Next `{resume}` goes on" in text
        assert text.index(resume) < text.index(f"apply {RESULT.residual_plan}")
        markdown = result_markdown(stopped, plan)
        assert markdown.index(resume) < markdown.index(f"{RESULT.residual_plan}")

    def test_a_run_that_ended_by_itself_is_not_to_be_resumed(self) -> None:
        """What is left is a plan then."""
        assert "--resume" not in result_markdown(RESULT, FIXTURE)
        assert "--resume" not in result_text(RESULT, FIXTURE, width=100, color=Color.NONE)
