"""A handler process that has grown is replaced, and gives back what it has freed."""

import os
from pathlib import Path

import numpy as np
import pytest

from gpu_node.children import fleet
from gpu_node.children.breaker import Breaker
from gpu_node.children.limits import Limits
from gpu_node.children.memory import give_back, resident_bytes
from gpu_node.children.places import Places
from gpu_node.children.pool import ChildPool
from gpu_node.children.settings import ChildSettings
from gpu_node.clock import SystemClock
from gpu_node.metrics import Metrics

LIMITS = Limits("off", network=False, memory_mb=0, cpu_s=0, file_mb=0, open_files=0)
EXTENSION = """
from gpu_node.handlers.registry import HandlerSpec

NODE_TYPES = [
    {
        "type": "idle",
        "plane": "python",
        "description": "Does nothing.",
        "timeout_s": 20,
        "engines": ["own"],
        "resources": {"cpu": 0, "gpu": 0, "vram_gb": 0},
        "schema_digest": "0" * 64,
        "inputs": {},
        "outputs": {},
    }
]
HANDLERS = {"idle": HandlerSpec("process", lambda *_: {})}
"""


@pytest.mark.parametrize(("held", "replaced"), [(2 << 30, 3), (100 << 20, 0)])
async def test_an_idle_process_that_holds_too_much_is_replaced(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, held: int, replaced: int
) -> None:
    extension = tmp_path / "extension.py"
    extension.write_text(EXTENSION)
    monkeypatch.setattr(fleet, "resident_bytes", lambda pid: held)
    metrics, clock = Metrics(), SystemClock()
    settings = ChildSettings(str(extension), dict(os.environ), LIMITS, 60.0)
    pool = ChildPool(settings, Places(1, 1, clock), metrics, breaker=Breaker(clock))
    try:
        for _ in range(4):
            found = await pool.probe(tmp_path, ["idle"])
            assert [row["name"] for row in found["idle"]["engines"]] == ["own"]
    finally:
        await pool.close()
    assert metrics.child_exits.labels("grown")._value.get() == replaced


def test_what_was_freed_is_given_back() -> None:
    # Small pieces with one kept at the end: the heap cannot shrink by itself.
    pieces = [np.ones(1_000) for _ in range(20_000)]
    kept = pieces[::50]
    held = resident_bytes(os.getpid())
    del pieces
    give_back()
    # 0 where the kernel does not tell: there is no bound there.
    assert held == 0 or resident_bytes(os.getpid()) < held - 100 * 1024**2
    assert len(kept) == 400


def test_a_process_that_is_gone_holds_nothing() -> None:
    assert resident_bytes(2**22 + 1) == 0
