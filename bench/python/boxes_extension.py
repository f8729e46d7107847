"""A node type that takes a second of time and none of a core, and says which box had it."""

import json
import time
from typing import Any

from gpu_node.handlers.registry import HandlerSpec

NODE_TYPES = [
    {
        "type": "python_second",
        "plane": "python",
        "description": "Takes a second.",
        "timeout_s": 60,
        "engines": ["bench"],
        "resources": {"cpu": 0, "gpu": 0, "vram_gb": 0},
        "schema_digest": "0" * 64,
        "inputs": {},
        "outputs": {},
    }
]


def run(_params: dict[str, Any], _inputs: dict[str, Any], context: Any) -> dict[str, Any]:
    """Sleep, and write down where."""
    time.sleep(1)
    line = {"run": context.run_id, "box": context.settings["box"]}
    with open(context.settings["ledger"], "a") as ledger:
        ledger.write(json.dumps(line) + "\n")
    return {}


HANDLERS = {"python_second": HandlerSpec("process", run)}
