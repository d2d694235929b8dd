"""What is decided and cannot be carried out yet, in words; nothing here is escaped."""

from collections.abc import Sequence

from reconciler.model.plan_origin import Owed, Why
from reconciler.model.value import Absent
from reconciler.report import wording
from reconciler.report.escape import cut

SHOWN = 20
_CELLS = 300

WAITS_FOR = {
    Why.PENDING: "waits for a device",
    Why.WAITING: "waits for a person",
    Why.UNREADABLE: "could not be read",
}
_COUNTED = {
    Why.PENDING: "for a device",
    Why.WAITING: "for a person",
    Why.UNREADABLE: "until it can be read",
}


def owed_words(owed: Owed) -> str:
    """`Elveveien 12: ZAP012345 Maximum current → 16 A, which waits for a device`."""
    row = wording.row_of(owed.target, owed.setting)
    after = "no access" if isinstance(owed.after, Absent) else wording.value(row, owed.after)
    subject = wording.setting(owed.target, owed.setting)
    return cut(f"{owed.installation_name}: {subject} → {after}, which {WAITS_FOR[owed.why]}", _CELLS)


def owed_lines(owed: Sequence[Owed]) -> list[str]:
    """The first of them, and how many more there are."""
    more = len(owed) - SHOWN
    return [*map(owed_words, owed[:SHOWN]), *([f"and {more} more"] if more > 0 else [])]


def decides_words(owed: Sequence[Owed]) -> str:
    """`merging also decides 2 settings, which wait: 1 for a device, 1 until it can be read`; empty without any."""
    if not owed:
        return ""
    kinds = [one.why for one in owed]
    told = [f"{kinds.count(why)} {words}" for why, words in _COUNTED.items() if why in kinds]
    settings, wait = wording.counted(len(owed), "setting"), "waits" if len(owed) == 1 else "wait"
    return f"merging also decides {settings}, which {wait}: {', '.join(told)}; the applies after that carry it out"


def still_owed_words(owed: Sequence[Owed]) -> str:
    """`1 reviewed setting is still owed; a later apply carries it out`."""
    one = len(owed) == 1
    verb, them = ("is", "it") if one else ("are", "them")
    return f"{wording.counted(len(owed), 'reviewed setting')} {verb} still owed; a later apply carries {them} out"
