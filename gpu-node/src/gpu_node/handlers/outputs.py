"""What a handler returns, as JSON."""

from collections.abc import Mapping
from typing import Any

from gpu_node.errors import PermanentError


def to_outputs(returned: Any) -> dict[str, Any]:
    """Outputs by name: models become JSON, and an output that is None was not produced."""
    if hasattr(returned, "model_dump"):
        returned = returned.model_dump(mode="json")
    if not isinstance(returned, Mapping):
        raise PermanentError("invalid-output", "The handler did not return its outputs by name.")
    items: Mapping[str, Any] = returned
    return {
        name: value.model_dump(mode="json") if hasattr(value, "model_dump") else value
        for name, value in items.items()
        if value is not None
    }
