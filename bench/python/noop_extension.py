"""The no-op as a node type of the gpu-node, which runs it in processes of its own."""

from typing import Any

from gpu_node.handlers.registry import HandlerSpec
from ledger import Ledger

Values = dict[str, Any]
_TEXT = {"type": "Text", "required": False}

NODE_TYPES = [
    {
        "type": "python_noop",
        "plane": "python",
        "description": "Answers its input.",
        "timeout_s": 60,
        "engines": ["bench"],
        "resources": {"cpu": 0, "gpu": 0, "vram_gb": 0},
        "schema_digest": "0" * 64,
        "inputs": {"text": _TEXT},
        "outputs": {"text": _TEXT},
    }
]

_ledgers: dict[str, Ledger] = {}


async def run(_params: Values, inputs: Values, context: Any) -> Values:
    """Answer the input."""
    path = context.settings.get("ledger")
    if path:
        if path not in _ledgers:
            _ledgers[path] = Ledger(path)
        _ledgers[path].hear(inputs["text"])
    return {"text": inputs["text"]}


HANDLERS = {"python_noop": HandlerSpec("async", run)}
