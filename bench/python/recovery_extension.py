"""A node type whose first attempt never ends, so that somebody can kill the process that works."""

import json
import os
import time
from typing import Any

from gpu_node.handlers.registry import HandlerSpec

NODE_TYPES = [
    {
        "type": "python_hold",
        "plane": "python",
        "description": "Holds still until it is killed, and answers the next time.",
        "timeout_s": 60,
        "engines": ["bench"],
        "resources": {"cpu": 0, "gpu": 0, "vram_gb": 0},
        "schema_digest": "0" * 64,
        "inputs": {},
        "outputs": {},
    }
]


def run(_params: dict[str, Any], _inputs: dict[str, Any], context: Any) -> dict[str, Any]:
    """Say who has begun, when, and at which attempt."""
    began = {"pid": os.getpid(), "run": context.run_id, "task": context.task_id}
    line = {**began, "attempt": context.attempt, "ns": time.monotonic_ns()}
    with open(context.settings["ledger"], "a") as ledger:
        ledger.write(json.dumps(line) + "\n")
    while context.attempt == 1:
        context.check_canceled()
        time.sleep(0.01)
    return {}


HANDLERS = {"python_hold": HandlerSpec("process", run)}
