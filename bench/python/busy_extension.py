"""A no-op that holds the one GPU for 50 ms, and tells when it began and ended."""

import asyncio
from typing import Any

from gpu_node.handlers.registry import HandlerSpec
from ledger import Ledger
from noop_extension import NODE_TYPES as NOOPS

Values = dict[str, Any]
BUSY_S = 0.05

NODE_TYPES = [{**NOOPS[0], "resources": {"cpu": 0, "gpu": 1, "vram_gb": 0}}]

_ledgers: dict[str, Ledger] = {}


async def run(_params: Values, inputs: Values, context: Any) -> Values:
    """Hold it, and answer the input."""
    path = context.settings["ledger"]
    if path not in _ledgers:
        _ledgers[path] = Ledger(path)
    _ledgers[path].hear("begin")
    await asyncio.sleep(BUSY_S)
    _ledgers[path].hear("end")
    return {"text": inputs["text"]}


HANDLERS = {"python_noop": HandlerSpec("async", run)}
