"""Which handler process a call and a probe are given."""

import asyncio
import os

import pytest
from passing_clock import PassingClock, settle

from gpu_node.children import fleet as module
from gpu_node.children.fleet import Fleet
from gpu_node.children.limits import Limits
from gpu_node.children.settings import ChildSettings
from gpu_node.clock import SystemClock
from gpu_node.metrics import Metrics

LIMITS = Limits("off", network=False, memory_mb=0, cpu_s=0, file_mb=0, open_files=0)


async def test_a_probe_leaves_to_the_next_call_what_the_last_one_has_loaded() -> None:
    metrics = Metrics()
    fleet = Fleet(ChildSettings("", dict(os.environ), LIMITS, 60.0), metrics, SystemClock())
    try:
        first = await fleet.take_uncalled()
        fleet.give_back(first)
        # Nobody starts a process for a first call where an idle one is there.
        warm = await fleet.take("loads")
        assert warm is first
        fleet.give_back(warm)
        for node_type in ("loads", "loads too", "loads"):
            probed = await fleet.take_uncalled()
            assert await fleet.take(node_type) is warm
            fleet.give_back(warm)
            fleet.give_back(probed)
            # The probe's was used last; still it is no better for a call.
            assert await fleet.take(node_type) is warm
            fleet.give_back(warm)
        assert metrics.children._value.get() == 2
    finally:
        await fleet.close()


async def test_the_place_of_a_dead_process_is_taken_at_once_and_once_and_left_to_calls() -> None:
    metrics = Metrics()
    fleet = Fleet(ChildSettings("", dict(os.environ), LIMITS, 60.0), metrics, SystemClock())
    try:
        died = await fleet.take("works")
        await died.kill()
        fleet.give_back(died)
        assert metrics.children._value.get() == 0
        coming = fleet.replace(died)
        assert coming
        assert fleet.replace(died) is coming
        # A probe that asks first lets it pass; a call that asks before it is there waits for it.
        probing = asyncio.create_task(fleet.take_uncalled())
        called = await fleet.take("works")
        assert coming.done()
        probed = await probing
        assert probed is not called
        fleet.give_back(called)
        fleet.give_back(probed)
        # Nobody is needed who is there.
        await _done(fleet.replace(died))
        assert metrics.children._value.get() == 2
        assert await fleet.take("works") is called
        # The one for probes does not count.
        await _done(fleet.replace(died))
        assert metrics.children._value.get() == 3
        assert await fleet.take("works") is not probed
    finally:
        await fleet.close()


async def test_a_closed_fleet_leaves_no_process_that_was_about_to_come() -> None:
    metrics = Metrics()
    fleet = Fleet(ChildSettings("", dict(os.environ), LIMITS, 60.0), metrics, SystemClock())
    died = await fleet.take("works")
    await died.kill()
    fleet.give_back(died)
    coming = fleet.replace(died)
    await fleet.close()
    assert coming
    assert coming.cancelled()
    # Whoever hears of an end only then starts nothing either.
    assert fleet.replace(died) is coming
    assert metrics.children._value.get() == 0


async def test_a_call_looks_at_the_process_that_it_gets_and_time_at_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    metrics = Metrics()
    settings = ChildSettings("", dict(os.environ), LIMITS, 60.0)
    clock = PassingClock()
    fleet = Fleet(settings, metrics, clock)
    held: dict[int, int] = {}
    asked: list[int] = []

    def look(pid: int) -> int:
        asked.append(pid)
        return held.get(pid, 0)

    monkeypatch.setattr(module, "resident_bytes", look)
    try:
        clock.let_pass(1)
        first, second = await fleet.take("a"), await fleet.take("b")
        assert asked == []
        fleet.give_back(first)
        fleet.give_back(second)
        held[first.pid] = settings.most_bytes + 1
        assert await fleet.take("b") is second
        assert asked == [second.pid]
        fleet.give_back(second)
        # Nobody calls the grown one, and it goes all the same.
        assert first.is_alive
        clock.let_pass(settings.patience_s / 5)
        await settle()
        assert (first.is_alive, second.is_alive) == (False, True)
    finally:
        await fleet.close()


async def _done(coming: "asyncio.Task[None] | None") -> None:
    assert coming
    await coming
