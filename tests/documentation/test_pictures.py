"""The pictures of the documentation show what the tool writes now."""

import json
import os

import pytest

from tests.browser.chromium import found
from tests.documentation import pictures

_MOST_BYTES = 200_000


def test_the_pictures_were_drawn_from_what_the_tool_writes_now() -> None:
    """RECONCILER_WRITE_GOLDEN=1 draws them anew, where there is a Chromium."""
    if os.environ.get("RECONCILER_WRITE_GOLDEN"):
        if found() is None:
            pytest.skip("no chromium, chromium-browser or google-chrome on the PATH")
        pictures.draw()

    assert json.loads(pictures.DIGESTS.read_text(encoding="utf-8")) == pictures.digests()


@pytest.mark.parametrize("name", sorted(pictures.PICTURES))
def test_a_picture_is_small_and_shown_somewhere(name: str) -> None:
    """A page that loads slowly is not read, and a picture that no page shows is not seen."""
    docs = pictures.CHECKOUT / "docs"

    assert (docs / name).stat().st_size < _MOST_BYTES
    assert any(f"{name})" in page.read_text(encoding="utf-8") for page in docs.rglob("*.md"))
