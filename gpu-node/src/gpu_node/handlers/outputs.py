"""What a handler returns, as JSON."""

from collections.abc import Mapping
from typing import Any

import orjson

from gpu_node.errors import PermanentError
from gpu_node.handlers.plain_json import NotJson, to_plain

MAX_BYTES = 4 << 20
"""More no message between processes carries; what a node may give is far less."""


def to_outputs(returned: Any) -> dict[str, Any]:
    """Outputs by name: models become JSON, and an output that is None was not produced."""
    if hasattr(returned, "model_dump"):
        returned = returned.model_dump(mode="json")
    if not isinstance(returned, Mapping):
        raise PermanentError("invalid-output", "The handler did not return its outputs by name.")
    items: Mapping[Any, Any] = returned
    made = {name: value for name, value in items.items() if value is not None}
    outputs = to_json(made, "/outputs")
    size = len(orjson.dumps(outputs))
    if size > MAX_BYTES:
        raise PermanentError("output-too-large", f"The outputs have {size} bytes as JSON.")
    return outputs


def to_json(value: Any, pointer: str) -> Any:
    """A value of a handler as plain JSON; what is none is the handler's fault for good."""
    try:
        return to_plain(value, pointer)
    except NotJson as error:
        detail = f"The handler's output is not JSON: {error}"[:1000]
        raise PermanentError("invalid-output", detail, pointer=error.pointer[:500]) from None
    except RecursionError:
        detail = "The handler's output contains itself."
        raise PermanentError("invalid-output", detail, pointer=pointer) from None
