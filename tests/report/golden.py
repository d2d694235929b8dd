"""Texts kept under `golden/`; RECONCILER_WRITE_GOLDEN=1 writes them anew, then review the difference."""

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"


def kept(name: str, text: str) -> str:
    """The kept text; written first when asked for."""
    path = FOLDER / name
    if os.environ.get("RECONCILER_WRITE_GOLDEN"):
        path.write_text(text, "utf-8")
    return path.read_text("utf-8")
