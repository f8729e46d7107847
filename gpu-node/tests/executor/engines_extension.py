"""Node types for tests whose engines come and go; what they look at lies beside this file."""

import asyncio
import os
import time
from pathlib import Path
from typing import Any

from gpu_node.engines.engine import Engine
from gpu_node.errors import RetryableError
from gpu_node.handlers.registry import HandlerSpec

Values = dict[str, Any]
HERE = Path(__file__).parent
FLAG, ADDRESS = HERE / "flag", HERE / "address"


def _node_type(name: str, engine: str, **resources: float) -> Values:
    return {
        "type": name,
        "plane": "python",
        "description": f"Test type {name}.",
        "timeout_s": 60,
        "engines": [engine],
        "resources": {"cpu": 0, "gpu": 0, "vram_gb": 0, **resources},
        "schema_digest": name.encode().hex().ljust(64, "0")[:64],
        "inputs": {"a": {"type": "Text", "required": False}},
        "outputs": {"text": {"type": "Text", "required": True}},
    }


NODE_TYPES = [
    _node_type("flagged", "flag"),
    _node_type("serviced", "service"),
    _node_type("hungry", "own", gpu=1, vram_gb=10),
]


def flag_engines() -> list[Engine]:
    here = FLAG.exists()
    return [Engine("flag", here, "none", reason=None if here else "the flag is down")]


def run_flagged(params: Values, inputs: Values, context: Any) -> Values:
    if not FLAG.exists():
        raise RetryableError("handler-unavailable", "The flag went down.")
    return {"text": "waved"}


async def service_engines() -> list[Engine]:
    try:
        await _ask()
    except OSError as error:
        return [Engine("service", False, "none", reason=f"it does not answer: {error.errno}")]
    return [Engine("service", True, "none", offers={"greetings": ["hello"]})]


async def run_serviced(params: Values, inputs: Values, context: Any) -> Values:
    return {"text": await _ask()}


async def _ask() -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(ADDRESS.read_text()))
    writer.write(b"?\n")
    answer = await reader.readline()
    writer.close()
    return answer.decode().strip()


def run_hungry(params: Values, inputs: Values, context: Any) -> Values:
    """Says that it works, and ends when the test has made a file."""
    (HERE / f"works-{inputs['a']}").touch()
    while not os.path.exists(HERE / f"ends-{inputs['a']}"):
        time.sleep(0.005)
    return {"text": inputs["a"]}


HANDLERS = {
    "flagged": HandlerSpec("process", run_flagged, engines=flag_engines),
    "serviced": HandlerSpec("async", run_serviced, engines=service_engines),
    "hungry": HandlerSpec("process", run_hungry),
}
