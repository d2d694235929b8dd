"""How far a hand-over can be."""

from enum import StrEnum


class Stage(StrEnum):
    """How far a hand-over is; the members are in the order of a journey, what stops it last."""

    SETTINGS = "settings"
    INVITE = "invite"
    WAITING = "waiting"
    LEAVING = "leaving"
    DONE = "done"
    PENDING = "pending"
    BLOCKED = "blocked"
    LOST = "lost"
