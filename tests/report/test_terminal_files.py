"""Problems, explanations and origins as people read them."""

from dataclasses import dataclass, replace

import pytest

from reconciler.model.desired import Origin
from reconciler.model.problem import Explanation, Severity
from reconciler.model.value import Value
from reconciler.report.stream import Color
from reconciler.report.terminal_files import effective_text, explanation_text, validation_text
from tests.report.golden import kept
from tests.report.test_json_document import PROBLEM

KAIA_LINE = Origin(file="fleet/kaia.yaml", line=12)


@dataclass(frozen=True)
class Effective:
    path: str
    value: Value
    origin: Origin


class TestValidation:
    def test_problems_read_as_reviewed(self) -> None:
        """Place, what, why, and how to repair."""
        warning = replace(PROBLEM, file="fleet/fleet.yaml", line=0, code="W101", severity=Severity.WARNING)

        text = validation_text((PROBLEM, warning), files=12, width=80, color=Color.NONE)
        assert text == kept("validation.txt", text)

    def test_valid_files_are_one_line(self) -> None:
        """With how many were read, because zero would be no success."""
        text = validation_text((), files=12, width=80, color=Color.NONE)

        assert text == "Valid: 12 files read, no error.\n"

    def test_a_hostile_file_name_is_shown(self) -> None:
        """A pull request chooses file names."""
        text = validation_text((replace(PROBLEM, file="a\x1b[2J.yaml"),), files=1, width=80, color=Color.NONE)

        assert "\x1b" not in text


class TestExplain:
    def test_an_explanation_reads_as_reviewed(self) -> None:
        """What, why, repair, example with its indentation."""
        explanation = Explanation(
            code="E101",
            title="A current is out of range",
            why="Below 6 A a car does not charge at all, and above 32 A no charger of ours goes.",
            remedy="Write 0 or 6 to 32.",
            example="chargers:\n  ZAP012345:\n    maxCurrent: 16\n",
        )

        text = explanation_text(explanation, width=80, color=Color.NONE)
        assert text == kept("explanation.txt", text)

    def test_values_come_with_their_place(self) -> None:
        """As they stand in a file, so that they can be copied."""
        values = [
            Effective("authentication.mode", "native", Origin(file="fleet/profiles/handover.yaml", line=3)),
            Effective("chargers.ZAP012345.maxCurrent", 16.0, Origin(file="fleet/installations/a.yaml", line=9)),
            Effective("chargers.ZAP012345.standAlone", False, Origin(file="fleet/fleet.yaml", line=0)),
        ]

        text = effective_text(values, own="", width=100, color=Color.NONE)
        assert text == kept("effective.txt", text)

    @pytest.mark.parametrize("width", [60, 80, 100])
    def test_what_people_copy_is_in_one_piece(self, width: int) -> None:
        """Paths, URLs and ids fit on a line of their own; the place goes below when it must."""
        url = "wss://ocpp.backend-b.example/cp/{deviceId}"
        values = [
            Effective(
                "authentication.ocppCloud.url", url, Origin(file="fleet/installations/public/kaia.yaml", line=11)
            ),
            Effective("id", "e7b1d9c0-5f32-4a8d-8c46-2f9b3e7a5d05", Origin(file="fleet/installations/a.yaml", line=5)),
            Effective("permissions.entries.user-id:e7b1d9c0-5f32-4a8d-8c46-2f9b3e7a5d05", ("owner",), KAIA_LINE),
        ]

        text = effective_text(values, own="", width=width, color=Color.NONE)
        for one in values:
            assert one.path in text
            assert str(one.origin) in text
        assert url in text
        assert max(map(len, text.split("\n"))) <= max(width, 66)

    def test_short_values_stand_below_each_other(self) -> None:
        """One long value does not tear the others apart."""
        long = Effective("authentication.ocppCloud.url", "wss://" + "x" * 70, KAIA_LINE)
        short = [Effective(name, "oslo", KAIA_LINE) for name in ("labels.region", "name")]

        lines = effective_text([*short, long], own="", width=80, color=Color.NONE).split("\n")
        assert lines[0].index("oslo") == lines[1].index("oslo")
        assert lines[0].endswith(f"oslo  {KAIA_LINE}")
