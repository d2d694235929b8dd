"""What the hand-over commands say: everything that matters, and nothing that acts on a terminal or a page."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from reconciler.model.desired import Origin
from reconciler.model.handover import Action, Batch, FileDraft, HandoverStatus, Remark, Row, Standing, Weight
from reconciler.model.handover_stage import Stage
from reconciler.report.handover import batch_markdown, batch_text
from reconciler.report.handover_status import STAGES, status_markdown, status_text
from reconciler.report.stream import Color

NOW = datetime(2026, 5, 4, 6, 0, tzinfo=UTC)
HOSTILE = "\x1b[2J|<script>\n`x`"
ROW = Row(
    serial="ZAP012347",
    owner="person:c-1",
    installation_id="i",
    name="Storgata 1",
    file="fleet/installations/storgata-1.yaml",
    action=Action.NEW,
    next_step="`reconciler plan`",
)
REFUSED = replace(
    ROW,
    serial="ZAP012348",
    action=Action.REFUSED,
    origin=Origin(file="list.csv", line=7),
    remarks=(Remark(code="pro", weight=Weight.REFUSAL, message="a building", remedy="hand over homes"),),
)
DRAFT = FileDraft(file=ROW.file, path="installations/storgata-1.yaml", before=None, after="version: 1\n")
BATCH = Batch(tool_version="1.0", created_at=NOW, rows=(REFUSED, ROW), drafts=(DRAFT,))
STANDING = Standing(
    installation_id="i",
    name="Storgata 1",
    account="main",
    file=ROW.file,
    serials=("ZAP012347",),
    owners=("person:c-1",),
    stage=Stage.WAITING,
    invited_at=datetime(2026, 4, 12, tzinfo=UTC),
    age_days=22,
    reminders=2,
    next_step="remind",
    owner_step="look in spam",
)


def status(*standings: Standing) -> HandoverStatus:
    return HandoverStatus(tool_version="1.0", created_at=NOW, standings=standings, released=3)


def as_text(found: Batch | HandoverStatus, width: int = 100) -> str:
    if isinstance(found, Batch):
        return batch_text(found, width=width, color=Color.NONE)
    return status_text(found, width=width, color=Color.NONE)


class TestBatches:
    def test_what_stays_out_comes_last_with_its_line_reason_and_remedy(self) -> None:
        """It is what somebody must work on."""
        text = as_text(BATCH)

        assert text.index("ZAP012347  Storgata 1  new file") < text.index("list.csv:7  ZAP012348")
        assert "refused: a building (pro). Hand over homes." in text
        assert text.endswith("1 new file, 1 left out\n")

    def test_the_difference_shows_what_is_written(self) -> None:
        """Line by line."""
        assert "+version: 1" in as_text(BATCH)

    def test_nothing_to_do_says_so(self) -> None:
        """An empty page would leave people guessing."""
        assert as_text(replace(BATCH, rows=(), drafts=())) == "nothing to do\n"

    def test_a_name_that_somebody_chose_to_do_harm_is_only_a_name(self) -> None:
        """Anybody with access chooses it."""
        batch = replace(BATCH, rows=(replace(ROW, name=HOSTILE),))

        assert "\x1b" not in as_text(batch)
        for line in batch_markdown(batch).splitlines()[3:]:
            assert "<script>" not in line
            assert line.replace("\\|", "").count("|") == 5


class TestStatus:
    def test_a_row_says_since_when_how_far_and_what_is_due(self) -> None:
        """So that nobody has to look anything up."""
        text = " ".join(as_text(status(STANDING), width=160).split())

        for word in ("2026-04-12", "22 days", "waits for the owner", "remind again (21 days)", "look in spam"):
            assert word in text

    @pytest.mark.parametrize("stage", list(Stage))
    def test_every_stage_has_words(self, stage: Stage) -> None:
        """In the table and in the line of counts."""
        text = as_text(status(replace(STANDING, stage=stage)), width=160)

        assert text.count(STAGES[stage]) >= 2
        assert STAGES[stage] in status_markdown(status(replace(STANDING, stage=stage)))

    def test_without_any_it_is_one_line(self) -> None:
        """With how many are over."""
        assert as_text(status()) == "0 hand-overs under way; 3 handed over\n"

    def test_a_name_that_somebody_chose_to_do_harm_is_only_a_name(self) -> None:
        """The same as everywhere."""
        found = status(replace(STANDING, name=HOSTILE))

        assert "\x1b" not in as_text(found)
        assert "<script>" not in status_markdown(found)
        assert status_markdown(found).splitlines()[-1].replace("\\|", "").count("|") == 9

    def test_two_wait_and_one_waits(self) -> None:
        """The line of counts is a sentence."""
        one, two = as_text(status(STANDING)), as_text(status(STANDING, STANDING))

        assert "1 waits for the owner" in one
        assert "2 wait for the owner" in two

    def test_the_wave_is_named_where_there_is_one(self) -> None:
        """Who works through a list sees which part of it this is."""
        assert "wave spring" in as_text(status(replace(STANDING, wave="spring")))
        assert "wave" not in as_text(status(STANDING))

    def test_what_a_worksheet_asked_for_is_no_invitation(self) -> None:
        """In the Portal nobody can read when it left."""
        asked = replace(STANDING, invited_at=None, asked_at=datetime(2026, 4, 12, tzinfo=UTC))

        assert "asked 2026-04-12" in as_text(status(asked), width=140)
