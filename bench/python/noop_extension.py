"""The no-op as a node type of the gpu-node; its handler runs in the parent."""

import os
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

# Other processes load this file too, without a ledger; handlers' children for one.
_ledger = Ledger() if "BENCH_LEDGER" in os.environ else None


async def run(_params: Values, inputs: Values, _context: object) -> Values:
    """Answer the input."""
    if _ledger:
        _ledger.hear(inputs["text"])
    return {"text": inputs["text"]}


HANDLERS = {"python_noop": HandlerSpec("async", run)}
