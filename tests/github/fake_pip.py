"""`python -m pip install --quiet PLACE` for tests: looks whether the place is the program, and installs nothing."""

import re
import sys
from pathlib import Path

match sys.argv[1:]:
    case ["-m", "pip", "install", "--quiet", place]:
        named = re.fullmatch(r"reconciler==\d+\.\d+\.\d+", place)
        sys.exit(0 if named or (Path(place) / "pyproject.toml").is_file() else f"{place} is no program")
    case other:
        sys.exit(f"unknown: {other}")
