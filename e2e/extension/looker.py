"""A handler that looks around as far as its user may; the gateway's half is looker.ts."""

import json
import os
from pathlib import Path
from typing import Any

from gpu_node.handlers.registry import HandlerSpec

NODE_TYPES: list[dict[str, Any]] = [
    {
        "type": "look_python",
        "plane": "python",
        "description": "Writes down what the system shows of processes: environment, arguments.",
        "timeout_s": 60,
        "engines": ["looker"],
        "resources": {"cpu": 0, "gpu": 0, "vram_gb": 0},
        "schema_digest": "100c" * 16,
        "param_defaults": {},
        "inputs": {},
        "outputs": {},
    }
]


def _shown(path: Path) -> str:
    try:
        return f"{path}\0{path.read_text(errors='replace')}\n"
    except OSError:
        return ""


def look(params: dict[str, Any], _inputs: dict[str, Any], _context: Any) -> dict[str, Any]:
    pids = ["self", str(os.getppid()), *(name for name in os.listdir("/proc") if name.isdigit())]
    seen = [_shown(Path("/proc", pid, name)) for pid in pids for name in ("environ", "cmdline")]
    Path(params["into"]).write_text(json.dumps(dict(os.environ)) + "".join(seen))
    return {}


HANDLERS = {"look_python": HandlerSpec(kind="process", run=look)}
