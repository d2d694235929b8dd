"""What every code of a file problem means: the one home of their reasons and remedies."""

from reconciler.loading.explained_contents import CONTENTS
from reconciler.loading.explained_files import FILES
from reconciler.model.problem import Explanation

EXPLANATIONS: tuple[Explanation, ...] = tuple(sorted((*FILES, *CONTENTS), key=lambda row: (row.code[1:], row.code)))
"""Sorted by number. `E` is an error, `W` a warning."""

BY_CODE = {row.code: row for row in EXPLANATIONS}
