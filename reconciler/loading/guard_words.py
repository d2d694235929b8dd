"""What to say when `acknowledge` names something that no file can lift."""

from reconciler.loading.nearest import nearest
from reconciler.model.guard_ids import ACKNOWLEDGEABLE, GUARD_IDS, LiftedBy

_LIFTED_BY = {guard.id: guard.lifted_by for guard in GUARD_IDS}


def guard_words(word: str, shown: str) -> tuple[str, str]:
    """What is wrong and how to repair it; `shown` is what of the word may be repeated."""
    match _LIFTED_BY.get(word):
        case LiftedBy.NOTHING:
            return f"nothing lifts the guard `{word}`.", f"Remove it; `reconciler explain {word}` tells the way out."
        case LiftedBy.RUN:
            what = f"`{word}` is a guard of the whole fleet, which no file of one installation lifts."
            return what, f"Remove it; `reconciler explain {word}` tells the way out."
        case _:
            right = nearest(word, ACKNOWLEDGEABLE)
            known = f"Known: {', '.join(ACKNOWLEDGEABLE)}."
            return f"there is no guard `{shown}`.", f"Did you mean `{right}`?" if right else known
