"""Which handler process a call and a probe are given."""

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


async def test_the_place_of_a_dead_process_is_taken_before_anybody_asks_and_once() -> None:
    metrics = Metrics()
    fleet = Fleet(ChildSettings("", dict(os.environ), LIMITS, 60.0), metrics, SystemClock())
    try:
        died = await fleet.take("works")
        await died.kill()
        fleet.give_back(died)
        assert metrics.children._value.get() == 0
        coming = fleet.prepare()
        assert fleet.prepare() is coming
        # A call that is there before the process waits for that one.
        next_one = await fleet.take("works")
        assert coming.done()
        fleet.give_back(next_one)
        await fleet.prepare()
        assert await fleet.take("works") is next_one
        assert metrics.children._value.get() == 1
    finally:
        await fleet.close()


async def test_a_closed_fleet_leaves_no_process_that_was_about_to_come() -> None:
    metrics = Metrics()
    fleet = Fleet(ChildSettings("", dict(os.environ), LIMITS, 60.0), metrics, SystemClock())
    coming = fleet.prepare()
    await fleet.close()
    assert coming.cancelled()
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
