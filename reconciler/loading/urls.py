"""The URLs that a tree declares, taken apart once for all rules."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import SplitResult, urlsplit

from reconciler.loading.yaml_source import TreePath
from reconciler.records import dataclass

_URL_KEYS = {
    "ocppNative": ("url",),
    "ocppCloud": ("url",),
    "webhooks": ("authUrl", "sessionStartUrl", "sessionEndUrl"),
}
_PLAIN = re.compile(r"[!-~]+", re.ASCII)
_NEVER = frozenset('\\"<>^`|')


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredUrl:
    """One declared URL; `parts` is None when it cannot be taken apart safely."""

    block: str
    path: TreePath
    text: str
    parts: SplitResult | None

    @property
    def is_webhook(self) -> bool:
        """Whether it is called over https instead of a web socket."""
        return self.block == "webhooks"


def urls_of(authentication: Mapping[str, Any]) -> Iterator[DeclaredUrl]:
    """Every URL that is a text."""
    for block, keys in _URL_KEYS.items():
        configuration = authentication.get(block)
        if not isinstance(configuration, dict):
            continue
        for key in keys:
            text = configuration.get(key)
            if isinstance(text, str):
                yield _declared(block, key, text)


@lru_cache(maxsize=4096)
def _declared(block: str, key: str, text: str) -> DeclaredUrl:
    """Shared between the many files that declare the same."""
    return DeclaredUrl(block=block, path=("authentication", block, key), text=text, parts=_split(text))


def _split(text: str) -> SplitResult | None:
    if not _PLAIN.fullmatch(text) or _NEVER & set(text):
        return None
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return None
    return parts if parts.scheme and parts.hostname and port != 0 else None
