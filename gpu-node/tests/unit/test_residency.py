"""What a box says of the networks that its handler processes hold, and of who has one next."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gpu_node.children import fleet
from gpu_node.children.breaker import Breaker
from gpu_node.children.failures import ChildCrashed
from gpu_node.children.limits import Limits
from gpu_node.children.places import Places
from gpu_node.children.pool import ChildPool
from gpu_node.children.residency import Residency
from gpu_node.children.settings import ChildSettings
from gpu_node.clock import SystemClock
from gpu_node.engines.networks import HeldNetworks
from gpu_node.errors import PermanentError
from gpu_node.handlers.run_context import Call
from gpu_node.metrics import Metrics
from mediakit.networks import network_of

MIB = 1024**2
NAMES = ("one", "two")
EXTENSION = """
import os

from gpu_node.errors import PermanentError
from gpu_node.handlers.registry import HandlerSpec
from mediakit.networks import network_of

MIB = 1024**2
KEPT = {}


class Network:
    def __init__(self, mib):
        self.weights = b"w" * (mib * MIB)


def holds(params, inputs, context):
    if "mib" in params:
        KEPT[context.engine] = network_of(params.get("of", context.engine))(Network)(params["mib"])
    for engine in params.get("drop", []):
        del KEPT[engine]
    if params.get("fail"):
        raise PermanentError("handler-failed", "It holds what it has loaded.")
    if params.get("die"):
        os._exit(3)
    return {}


NODE_TYPES = [
    {
        "type": "holds",
        "plane": "python",
        "description": "Holds networks.",
        "timeout_s": 20,
        "engines": ["one", "two"],
        "resources": {"cpu": 0, "gpu": 0, "vram_gb": 0},
        "schema_digest": "0" * 64,
        "inputs": {},
        "outputs": {},
    }
]
HANDLERS = {"holds": HandlerSpec("process", holds)}
"""


class Box:
    """One place for calls, and what its metrics say."""

    def __init__(self, pool: ChildPool, metrics: Metrics, work: Path) -> None:
        self._pool, self._metrics, self._work = pool, metrics, work

    async def call(self, engine: str, **params: object) -> None:
        call = Call(
            **{"run_id": "run", "task_id": "task", "shard": "s0", "node_id": "n", "attempt": 1},
            **{"type": "holds", "engine": engine, "params": params, "inputs": {}, "paths": {}},
            **{"work_dir": str(self._work), "models_dir": str(self._work), "cache_dir": None},
            **{"settings": {}, "owner": "local"},
        )
        await self._pool.run(call, lambda *_: None, 20, self, on_returned=lambda _: None)

    def grace_s(self) -> float:
        return 0

    def take_seat(self) -> None:
        """Nobody passes one on."""

    def acts(self) -> None:
        pass

    def lengthened(self, by: int) -> None:
        pass

    def said(self, name: str, **labels: str) -> float:
        return self._metrics.registry.get_sample_value(f"gpu_node_{name}", labels) or 0

    def processes(self) -> dict[str, float]:
        return {each: self.said("engine_resident_processes", engine=each) for each in NAMES}

    def handovers(self, models: str) -> dict[str, float]:
        return {
            each: self.said("engine_handovers_total", engine=each, models=models) for each in NAMES
        }


@asynccontextmanager
async def box_in(folder: Path) -> AsyncGenerator[Box]:
    extension = folder / "extension.py"
    extension.write_text(EXTENSION)
    limits = Limits("off", network=False, memory_mb=0, cpu_s=0, file_mb=0, open_files=0)
    metrics, clock = Metrics(), SystemClock()
    settings = ChildSettings(str(extension), dict(os.environ), limits, 60.0, engines=NAMES)
    pool = ChildPool(settings, Places(1, 1, clock), metrics, breaker=Breaker(clock))
    box = Box(pool, metrics, folder)
    try:
        yield box
    finally:
        await pool.close()
    assert box.processes() == {"one": 0, "two": 0}
    assert box.said("children_resident_bytes") == 0


async def test_networks_are_told_while_they_are_held_with_what_they_take(tmp_path: Path) -> None:
    async with box_in(tmp_path) as box:
        await box.call("one", mib=64)
        assert box.processes() == {"one": 1, "two": 0}
        assert 60 * MIB < box.said("engine_resident_bytes", engine="one") < 80 * MIB
        assert box.said("children_resident_bytes") > 64 * MIB
        assert box.said("engine_load_seconds_count", engine="one") == 1
        # A call that fails keeps what it has loaded, too.
        with pytest.raises(PermanentError):
            await box.call("two", mib=8, fail=True)
        assert box.processes() == {"one": 1, "two": 1}
        await box.call("two", drop=["one"])
        assert box.processes() == {"one": 0, "two": 1}
        assert box.said("engine_resident_bytes", engine="one") == 0
        # Nobody may make names of series: not what a handler says.
        await box.call("two", mib=1, of="made up")
        assert box.said("engine_load_seconds_count", engine="made up") == 0


async def test_a_process_that_goes_to_another_engine_with_what_it_holds(tmp_path: Path) -> None:
    async with box_in(tmp_path) as box:
        for engine in ("one", "one", "two", "two", "one"):
            await box.call(engine)
        assert box.handovers("kept") == {"one": 1, "two": 1}
        assert box.handovers("dropped") == {"one": 0, "two": 0}


async def test_a_process_that_is_ended_so_that_another_engine_can_load(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = {"now": 1}
    monkeypatch.setattr(fleet, "resident_bytes", lambda pid: held["now"])
    monkeypatch.setattr(fleet, "LOOK_EVERY_S", 0.0)
    async with box_in(tmp_path) as box:
        await box.call("one", mib=1)
        held["now"] = 1 << 40
        await box.call("two", mib=1)
        assert box.said("child_exits_total", reason="grown") == 1
        assert box.processes() == {"one": 0, "two": 1}
        assert box.handovers("dropped") == {"one": 0, "two": 1}
        # Loaded again for its own next call it has made room for nobody.
        await box.call("two", mib=1)
        assert box.said("child_exits_total", reason="grown") == 2
        assert box.handovers("dropped") == {"one": 0, "two": 1}
        assert box.handovers("kept") == {"one": 0, "two": 0}
        held["now"] = 0


async def test_a_process_that_dies_holds_nothing(tmp_path: Path) -> None:
    async with box_in(tmp_path) as box:
        await box.call("one", mib=1)
        with pytest.raises(ChildCrashed):
            await box.call("one", die=True)
        assert box.processes() == {"one": 0, "two": 0}
        assert box.said("child_exits_total", reason="crashed") == 1


def test_what_a_process_has_said_before_its_end_is_not_believed_after_it() -> None:
    metrics = Metrics()
    residency = Residency(metrics, NAMES)
    residency.holds({"one": 5})
    residency.gone()
    residency.holds({"one": 5})
    sample = metrics.registry.get_sample_value
    assert sample("gpu_node_engine_resident_bytes", {"engine": "one"}) == 0


def test_two_networks_of_an_engine_are_one_engine_and_count_until_the_last_goes() -> None:
    size, loaded = [100], list[tuple[str, float]]()
    held = HeldNetworks(
        lambda *said: loaded.append(said), elapsed=lambda: float(size[0]), size=lambda: size[0]
    )
    held.watch()

    class Network:
        def __init__(self, grows: int) -> None:
            size[0] += grows

    first, second = network_of("one")(Network)(30), network_of("one")(Network)(-5)
    assert held.bytes_by_engine() == {"one": 30}
    del first
    assert held.bytes_by_engine() == {"one": 0}
    # Of what takes no weak reference it cannot be heard that it goes.
    network_of("two")(object)()
    del second
    assert held.bytes_by_engine() == {"two": 0}
    assert loaded == [("one", 30), ("one", -5), ("two", 0)]
