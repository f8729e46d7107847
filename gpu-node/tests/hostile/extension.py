"""A handler that has been taken over: it looks around, calls out, and takes what it can."""

import hashlib
import os
import socket
from pathlib import Path
from typing import Any

from gpu_node.handlers.context import HandlerContext
from gpu_node.handlers.registry import HandlerSpec

Values = dict[str, Any]

NODE_TYPES = [
    {
        "type": "test_hostile",
        "plane": "python",
        "description": "Does as it is told.",
        "timeout_s": 60,
        "engines": ["test"],
        "resources": {"cpu": 1, "gpu": 0, "vram_gb": 0},
        "schema_digest": hashlib.sha256(b"test_hostile").hexdigest(),
        "inputs": {},
        "outputs": {"text": {"type": "Text", "required": False}},
    }
]


def _look(params: Values, _context: HandlerContext) -> str:
    """All that it can read of other processes, and of its own environment."""
    seen = dict(os.environ)
    found = repr(seen).encode()
    for pid in (os.getppid(), *params.get("pids", [])):
        for name in ("environ", "mem", "maps"):
            try:
                found += Path(f"/proc/{pid}/{name}").read_bytes()
                found += f"READ {name}".encode()
            except OSError:
                pass
    for path in params.get("files", []):
        found += Path(path).read_bytes()
    return found.decode(errors="replace")[:20_000]


def _call(params: Values, _context: HandlerContext) -> str:
    try:
        socket.create_connection(("127.0.0.1", params["port"]), 5).close()
    except OSError as error:
        return f"refused: {error}"
    return "connected"


def _take_memory(_params: Values, _context: HandlerContext) -> str:
    held = []
    while True:
        held.append(bytearray(64 << 20))


def _burn(_params: Values, _context: HandlerContext) -> str:
    while True:
        hashlib.sha256(bytes(1 << 20)).digest()


def _write(_params: Values, context: HandlerContext) -> str:
    with (context.work_dir / "large").open("wb") as file:
        while True:
            file.write(bytes(1 << 20))


def _open(_params: Values, _context: HandlerContext) -> str:
    held = []
    try:
        while True:
            held.append(os.dup(0))
    except OSError:
        return str(len(held))
    finally:
        for number in held:
            os.close(number)


def _core(_params: Values, _context: HandlerContext) -> str:
    return next(
        line for line in Path("/proc/self/limits").read_text().splitlines() if "core" in line
    )


_ACTS = {
    "look": _look, "call": _call, "memory": _take_memory, "cpu": _burn, "file": _write,
    "open": _open, "core": _core,
}  # fmt: skip


def run(params: Values, _inputs: Values, context: HandlerContext) -> Values:
    """In a child."""
    return {"text": _ACTS[params["do"]](params, context)}


HANDLERS = {"test_hostile": HandlerSpec("process", run)}
