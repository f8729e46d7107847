"""Limits act as wire.json says, whatever it says; limits.test.ts asks the same of the twin."""

import asyncio
import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from passing_clock import PassingClock, settle

from gpu_node.contracts.wire import EXECUTOR
from gpu_node.errors import RetryableError
from gpu_node.executor.hold import StopReason

Load = Callable[..., ModuleType]


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Load:
    """A module anew, by itself, with limits in the place of others."""

    def load(name: str, **limits: int) -> ModuleType:
        for limit, value in limits.items():
            monkeypatch.setitem(EXECUTOR, limit, value)
        spec = importlib.util.find_spec(name)
        assert spec and spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load


def test_waits_by_the_first_and_the_longest_pause_of_the_wire(load: Load) -> None:
    backoff = load("gpu_node.redis.backoff", backoff_ms=7, backoff_max_ms=20)
    pauses = backoff.Backoff(PassingClock(), lambda: 1.0)
    assert [pauses.next() for _ in range(4)] == pytest.approx([0.007, 0.014, 0.02, 0.02])


async def test_stops_a_task_when_the_sure_part_of_its_lease_is_over_and_not_before(
    load: Load,
) -> None:
    lease, clock = load("gpu_node.executor.lease", sure_percent=37), PassingClock()
    stopped: list[StopReason] = []
    held = SimpleNamespace(
        leased_at=0.0,
        stop_reason=None,
        stop=stopped.append,
        task=SimpleNamespace(task_id="task"),
    )
    config: Any = SimpleNamespace(lease_ms=1000, renew_ms=10_000)
    metrics: Any = SimpleNamespace(leases_lost=SimpleNamespace(inc=lambda: None))
    leases = lease.Leases(config, SimpleNamespace(held={"task": held}), None, metrics, clock=clock)
    watching = asyncio.create_task(leases.watch())
    # It looks forty times in a lease.
    for _ in range(14):
        await settle()
        clock.let_pass(0.025)
    await settle()
    assert stopped == []
    clock.let_pass(0.025)
    await settle()
    assert stopped == [StopReason.STALE]
    watching.cancel()


def test_remembers_as_many_tasks_as_it_may_the_newest(load: Load) -> None:
    memory = load("gpu_node.executor.task_memory", kept_tasks=3).TaskMemory()
    for task in "abcd":
        memory.take(task, f"entry of {task}")
    assert [memory.entry_of(task) for task in "abd"] == [None, "entry of b", "entry of d"]


async def test_gives_a_handler_that_long_to_say_which_engines_it_has(load: Load) -> None:
    pool = load("gpu_node.children.pool", engines_ms=1)

    class Child:
        killed = False

        async def probe(self, _models: Path, _types: list[str]) -> None:
            await asyncio.Event().wait()

        async def kill(self) -> None:
            self.killed = True

    child = Child()

    async def take_uncalled() -> Child:
        return child

    fleet = SimpleNamespace(take_uncalled=take_uncalled, give_back=lambda _child: None)
    asked = SimpleNamespace(_probes=asyncio.Lock(), _fleet=fleet)
    with pytest.raises(RetryableError, match="in time"):
        await pool.ChildPool._probe(asked, Path(), ["echo"])
    assert child.killed
