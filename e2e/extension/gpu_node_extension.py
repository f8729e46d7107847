"""The gpu-node's side of the test node types, loaded by GPU_NODE_EXTENSIONS."""

import base64
import errno
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from gpu_node.engines.engine import Engine
from gpu_node.errors import RetryableError
from gpu_node.handlers.registry import HandlerSpec

_TEXT = {"type": "Text", "required": False}

NODE_TYPES: list[dict[str, Any]] = [
    {
        "type": "ledger_python",
        "plane": "python",
        "description": "Writes a line to the ledger when it begins and when it ends.",
        "timeout_s": 20,
        "engines": ["ledger"],
        "resources": {"cpu": 0, "gpu": 0, "vram_gb": 0},
        "schema_digest": "e2e0" * 16,
        "param_defaults": {},
        "inputs": {"x": _TEXT, "y": _TEXT, "z": _TEXT},
        "outputs": {"v": {"type": "Text", "required": True}},
    }
]


def _write(phase: str, context: Any) -> None:
    line = {
        "phase": phase,
        "run": context.run_id,
        "task": context.task_id,
        "node": context.node_id,
        "attempt": context.attempt,
        "pid": os.getpid(),
        "at": round(time.time() * 1000),
    }
    if context.traceparent is not None:
        line["traceparent"] = context.traceparent
    # One write of one line in append mode: lines of several processes do not mix.
    with open(os.environ["E2E_LEDGER"], "a", encoding="utf-8") as ledger:
        ledger.write(json.dumps(line) + "\n")


_DEAF = """
import json, os, signal, subprocess, sys, time
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
line = json.loads(sys.argv[1])
if line.pop("below"):
    subprocess.Popen([sys.executable, "-c", sys.argv[2], json.dumps({**line, "below": 0}), ""],
                     start_new_session=True)
while True:
    with open(os.environ["E2E_LEDGER"], "a", encoding="utf-8") as ledger:
        at = round(time.time() * 1000)
        ledger.write(json.dumps({**line, "pid": os.getpid(), "at": at}) + "\\n")
    time.sleep(0.02)
"""
"""A program that ends by nothing but SIGKILL; it starts another in a session of its own."""


def _be_deaf(context: Any) -> None:
    """Never look whether the task is canceled, and start programs that do not either."""
    line = {
        "phase": "beat",
        "run": context.run_id,
        "task": context.task_id,
        "node": context.node_id,
        "attempt": context.attempt,
        "below": 1,
    }
    subprocess.Popen([sys.executable, "-c", _DEAF, json.dumps(line), _DEAF])
    while True:
        _write("beat", context)
        time.sleep(0.02)


_SAMPLE = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
    "+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
"""The smallest picture that there is."""


def _learn(context: Any) -> None:
    """Draw a curve that falls, as something that learns does, again and again."""
    points = [[n, round(2 / (n + 1), 3)] for n in range(20)]
    lines = [{"name": "training", "points": points}]
    curve = {"title": "Loss", "unit": "rounds", "lines": lines}
    context.preview(json.dumps(curve).encode(), "application/json")
    context.preview(base64.b64decode(_SAMPLE), "image/png")


def _suffer(box: Path) -> None:
    """What is wrong with this box, as a test says by a file in its cache folder."""
    if (box / "sick").exists():
        os._exit(3)
    if (box / "full").exists():
        raise OSError(errno.ENOSPC, "No space left on device")


def ledger_python(params: dict[str, Any], inputs: dict[str, Any], context: Any) -> dict[str, Any]:
    if _is_away():
        raise RetryableError("handler-unavailable", "The ledger is closed.")
    _write("begin", context)
    if params.get("die"):
        os._exit(3)
    if params.get("deaf"):
        _be_deaf(context)
    _suffer(context.cache_dir)
    until = time.monotonic() + params.get("sleep_ms", 0) / 1000
    while time.monotonic() < until:
        context.check_canceled()
        if params.get("curve"):
            _learn(context)
        time.sleep(0.005)
    _write("end", context)
    values = [inputs[name] for name in ("x", "y", "z") if inputs.get(name)]
    return {"v": f"{context.node_id}({','.join(values)})"}


def _is_away() -> bool:
    """As a test says by a file beside the ledger."""
    return Path(f"{os.environ['E2E_LEDGER']}.python-away").exists()


def engines() -> list[Engine]:
    if _is_away():
        return [Engine("ledger", False, "unknown", reason="the ledger is closed")]
    return [Engine("ledger", True, "unknown")]


HANDLERS = {"ledger_python": HandlerSpec("process", ledger_python, engines)}
