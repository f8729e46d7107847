"""First of all tests: nothing that they import may phone home."""

from pathlib import Path

import pytest

import gpu_node  # noqa: F401 - sets what libraries read when they are imported

HERE = Path(__file__).parent
# What starts servers or whole services; the rest computes.
_INTEGRATION = (
    HERE / "executor",
    HERE / "hostile",
    HERE / "unit" / "test_at_once.py",
    HERE / "unit" / "test_batches.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tell the parts of `npm test` apart by folder."""
    for item in items:
        if any(item.path.is_relative_to(place) for place in _INTEGRATION):
            item.add_marker(pytest.mark.integration)
