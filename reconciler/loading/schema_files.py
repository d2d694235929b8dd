"""The JSON Schemas of the files of a fleet."""

import json
from functools import cache
from pathlib import Path
from typing import Any

KINDS = ("fleet", "profile", "installation", "exceptions", "attestation", "generation")

_PACKAGE = Path(__file__).resolve().parent.parent
_FOLDERS = (_PACKAGE / "schemas", _PACKAGE.parent / "schemas")
"""Inside the package in a wheel, beside it in a checkout."""


@cache
def schemas() -> dict[str, Any]:
    """The schemas of all files, by file name."""
    names = [f"{kind}.schema.json" for kind in KINDS]
    folder = schema_folder()
    return {name: json.loads((folder / name).read_text(encoding="utf-8")) for name in names}


def schema_folder() -> Path:
    """Where all schemas lie."""
    return next(folder for folder in _FOLDERS if folder.is_dir())
