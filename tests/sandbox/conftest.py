import pytest

from tests.sandbox.cloud import Cloud


@pytest.fixture
def cloud() -> Cloud:
    """The fixture's world with a logged-in owner."""
    return Cloud()
