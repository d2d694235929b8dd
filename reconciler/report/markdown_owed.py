"""What is decided and cannot be carried out yet, in Markdown."""

from collections.abc import Sequence

from reconciler.model.plan import Plan
from reconciler.model.plan_origin import Owed
from reconciler.report.marks import text
from reconciler.report.owed_words import decides_words, owed_lines, still_owed_words


def decided_part(plan: Plan) -> list[str]:
    """What a pull request decides and no step carries out yet, in full view; nothing where nothing was compared."""
    words = "" if plan.base is None else decides_words(plan.owed)
    return _listed(f"**M{text(words)[1:]}**", plan.owed) if words else []


def owed_part(owed: Sequence[Owed]) -> list[str]:
    """What an apply leaves owed."""
    return _listed(f"**Owed:** {text(still_owed_words(owed))}", owed) if owed else []


def _listed(title: str, owed: Sequence[Owed]) -> list[str]:
    return ["\n".join([title, "", *(f"- {text(words)}" for words in owed_lines(owed))])]
