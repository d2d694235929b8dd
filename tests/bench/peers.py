"""Others, in the same run."""

import argparse
from collections.abc import Iterator

from tests.bench.results import Figure


def measured(options: argparse.Namespace) -> Iterator[Figure]:
    """Nothing yet."""
    yield from ()
