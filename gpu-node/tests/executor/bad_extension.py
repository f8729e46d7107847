"""An extension one of whose types cannot even say what it has."""

import os
from pathlib import Path
from runpy import run_path
from typing import Any

from gpu_node.engines.engine import Engine
from gpu_node.handlers.registry import HandlerSpec

Values = dict[str, Any]
GOOD = run_path(str(Path(__file__).with_name("extension.py")))


def run(_params: Values, _inputs: Values, _context: object) -> Values:
    """Never called."""
    return {}


def engines() -> list[Engine]:
    """Ends the process, as a library does whose machine code the CPU does not know."""
    os._exit(4)


NODE_TYPES = [*GOOD["NODE_TYPES"], {**GOOD["NODE_TYPES"][1], "type": "test_broken"}]
HANDLERS = {**GOOD["HANDLERS"], "test_broken": HandlerSpec("process", run, engines)}
