"""The working folder of the acceptance tests."""

from tests.acceptance.conftest import served, shop

__all__ = ["served", "shop"]
