"""Law 7: document -> plan -> document is the same text, and the plan read back is the same value."""

import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import given

from reconciler.loading.documents import read_plan
from reconciler.report.json_document import plan_document, to_text
from tests.properties.strategies import Case, cases, plan_of


@given(cases())
def test_a_saved_plan_reads_back_to_itself(case: Case) -> None:
    """What was reviewed is what is applied, to the byte."""
    plan = plan_of(case)
    text = to_text(plan_document(plan))

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.json"
        path.write_text(text)
        again = read_plan(path)

    assert to_text(plan_document(again)) == text
    assert replace(again, created_at=plan.created_at) == replace(plan, created_at=plan.created_at)
