"""What the plan of a pull request says about itself, apart from what was there before."""

from dataclasses import replace
from typing import Any

from reconciler.model.change import Cause
from reconciler.model.plan import Plan
from reconciler.model.plan_origin import BaseReference
from reconciler.report.comment import plan_comment
from reconciler.report.github import plan_outputs
from reconciler.report.json_document import plan_document
from reconciler.report.markdown import plan_markdown
from reconciler.report.plan_words import next_words, summary_lines
from reconciler.report.stream import Color
from reconciler.report.terminal import plan_text
from tests.report.samples import FIXTURE
from tests.report.test_comment import big

BASE = BaseReference(commit="a" * 40)


def compared(changes: dict[str, Cause], *, refused: Cause = Cause.BASE) -> Plan:
    """The fixture's plan with causes by setting; whatever is not named was there before."""
    return replace(
        FIXTURE,
        changes=tuple(replace(one, cause=changes.get(one.setting, Cause.BASE)) for one in FIXTURE.changes),
        refusals=tuple(replace(one, cause=refused) for one in FIXTURE.refusals),
        base=BASE,
    )


def test_next_counts_only_what_the_pull_request_brings() -> None:
    """What was there before is somebody else's; requests and changes are counted alike, what cannot be done is not."""
    plan = compared({"maxCurrent": Cause.PULL_REQUEST})
    own = [one for one in plan.changes if one.setting == "maxCurrent"]

    words = dict(summary_lines(plan))

    assert len(own) < len(plan.changes)
    assert words["Changes"].startswith(f"{len(own)} changes at ")
    assert words[""] == f"{len(plan.changes) - len(own)} others that this pull request does not bring"
    assert "3 to write" in words["Requests"]
    assert next_words(plan) == (
        "after the merge, `reconciler apply --reviewed plan.json` carries out 3 changes; "
        "2 changes of this pull request cannot be applied, see above"
    )


def test_machines_are_told_what_the_pull_request_brings_beside_the_whole() -> None:
    """A workflow that decides by the whole would ask for an apply that does nothing."""
    plan = compared({"maxCurrent": Cause.PULL_REQUEST})

    summary: Any = plan_document(plan)["summary"]
    outputs = plan_outputs(plan, 0)

    assert (summary["own_changes"], summary["changes"]) == (6, 18)
    assert (outputs["own_changes"], outputs["changes"]) == ("6", "18")


def test_a_pull_request_that_brings_nothing_has_nothing_next() -> None:
    """However much is pending."""
    assert next_words(compared({})) == "nothing: merging changes nothing at the chargers"


def test_its_own_refusals_stand_in_full_view() -> None:
    """In the heading, and before the changes; what was refused before is folded."""
    text = plan_markdown(compared({}, refused=Cause.PULL_REQUEST))

    assert text.startswith("### Plan: this pull request is refused by 3 guards; ")
    assert text.count("> **Refused because of this pull request:** ") == 3
    assert text.index("> **Refused because") < text.index("#### Already pending on base")
    assert "refused on base already" not in text


def test_refusals_of_the_base_are_not_blamed_on_the_pull_request() -> None:
    """Folded, and said to be older."""
    text = plan_markdown(compared({"maxCurrent": Cause.PULL_REQUEST}))

    assert "because of this pull request" not in text
    assert "<summary>3 refused on base already</summary>" in text
    assert text.count("_(on the base already)_") == 3


def test_a_short_comment_keeps_its_own_refusals_in_view() -> None:
    """Above what is folded."""
    plan = big(2500, causes=(Cause.PULL_REQUEST, Cause.DRIFT))
    both = tuple(replace(plan.refusals[0], cause=cause) for cause in (Cause.BASE, Cause.PULL_REQUEST))

    text = plan_comment(replace(plan, refusals=both))

    assert text.index("- **Refused because of this pull request:** ") < text.index("<summary>1 refused on base already")
    assert text.count("its circuit could not be read") == 2


def test_the_text_tells_every_change_with_its_cause() -> None:
    """Under a heading in each installation, the pull request's own first; older refusals are told as such."""
    text = plan_text(compared({"maxCurrent": Cause.PULL_REQUEST}), width=80, color=Color.NONE)

    site = text[text.index("Bakkegata 7  ") :].split("\n\n")[0]
    own, older = site.split("already pending on base:")
    assert "this pull request:\n" in own
    assert "Maximum current" in own.split("this pull request:")[1]
    assert "Authentication" in older
    assert "Maximum current" not in older
    assert text.count("refused on the base already: ") == 3


def test_a_plan_without_a_base_has_no_such_headings() -> None:
    """There is only one cause then."""
    text = plan_text(FIXTURE, width=80, color=Color.NONE)

    assert "this pull request" not in text


def test_commands_in_our_own_words_can_be_copied() -> None:
    """They stand in code, not between escaped backticks."""
    text = plan_markdown(FIXTURE)

    assert "**Next:** `reconciler apply` shows this again" in text
    assert "\\`" not in text


def test_what_others_see_to_is_no_effect_of_the_pull_request() -> None:
    """A charger that the base brings out of stand-alone mode is not left in it by this pull request."""
    plan = compared({"maxCurrent": Cause.PULL_REQUEST})
    fixed = {one.target.charger for one in plan.changes if one.setting == "standAlone"}
    shown = next(line for line in plan_markdown(plan).splitlines() if line.startswith("- **Chargers:**"))

    assert fixed
    assert not any(str(serial) in shown for serial in fixed)
