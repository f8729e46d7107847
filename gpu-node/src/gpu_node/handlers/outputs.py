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
        raise _unkept("/outputs", "is no object of outputs by name")
    items: Mapping[Any, Any] = returned
    made = {name: value for name, value in items.items() if value is not None}
    outputs = to_json(made, "/outputs")
    size = len(orjson.dumps(outputs))
    if size > MAX_BYTES:
        raise PermanentError(
            "output-too-large",
            f"The outputs are {size} bytes of JSON; {MAX_BYTES} bytes are allowed.",
        )
    return outputs


def to_json(value: Any, pointer: str) -> Any:
    """A value of a handler as plain JSON; what is none is the handler's fault for good."""
    try:
        return to_plain(value, pointer)
    except NotJson as error:
        raise _unkept(error.pointer, error.detail) from None
    except RecursionError:
        raise _unkept(pointer, "holds itself") from None


def _unkept(pointer: str, why: str) -> PermanentError:
    detail = f"The outputs cannot be written as JSON: {pointer} {why}."
    errors = [{"pointer": pointer, "detail": why}]
    return PermanentError("invalid-output", detail, errors=errors)
