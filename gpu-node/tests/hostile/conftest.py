"""The servers and the driver of the executor's tests, for those that need them."""

from pathlib import Path

import pytest
import pytest_asyncio
from executor.conftest import driver, prefix, redis, valkey

__all__ = ["driver", "prefix", "redis", "valkey"]

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One loop for all tests here: a gpu-node outlives the test that started it."""
    in_session = pytest.mark.asyncio(loop_scope="session")
    for item in items:
        if item.path.is_relative_to(HERE) and pytest_asyncio.is_async_test(item):
            item.add_marker(in_session, append=False)
