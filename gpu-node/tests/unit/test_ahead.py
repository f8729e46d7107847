"""Tasks wait here for their turn, as many as a way to Redis and back asks for, and not for long."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest
from passing_clock import PassingClock, settle

from gpu_node.executor.admission import Admitted
from gpu_node.executor.ahead import AHEAD_S, AHEAD_TASKS, Ahead
from gpu_node.executor.held_tasks import NO_PLACE, HeldTasks
from gpu_node.executor.hold import HeldTask, StopReason
from gpu_node.executor.intake import Intake
from gpu_node.executor.task_memory import TaskMemory
from gpu_node.metrics import Metrics
from gpu_node.redis.backoff import Backoff
from gpu_node.redis.steps import Entry


@pytest.mark.parametrize(
    ("task_s", "trip_s", "places", "ages", "room"),
    [
        # Two ways and one task more, at one place and at several.
        (0.05, 0.08, 1, [], 5),
        (0.05, 0.08, 3, [], 11),
        (0.2, 0.08, 1, [0.1], 2),
        # No more work than a second's, and no more than so many.
        (0.6, 0.4, 1, [], 1),
        (1.1, 0.4, 1, [], 0),
        (0.001, 0.08, 1, [], AHEAD_TASKS),
        # Not worth it beside Redis, nor for a hundredth.
        (0.05, 0.009, 1, [], 0),
        (0.9, 0.01, 1, [], 1),
        (3.0, 0.01, 4, [], 0),
        # All that works, or not all, goes on for longer than tasks did before.
        (0.05, 0.08, 1, [2.0], 0),
        (0.05, 0.08, 2, [2.0, 0.01], 8),
    ],
)
def test_the_room_follows_the_way_and_the_work(
    task_s: float, trip_s: float, places: int, ages: list[float], room: int
) -> None:
    ahead = Ahead()
    for odd in (0.0, 9.0):
        ahead.task_took(odd)
        ahead.trip_took(odd)
    for _ in range(3):
        ahead.task_took(task_s)
        ahead.trip_took(trip_s)
    assert ahead.room(places, ages) == room


@pytest.mark.parametrize(
    ("trips_s", "places", "ages", "room"),
    [
        # It has to be sure that Redis is far.
        ([], 4, [], 0),
        ([0.08] * 4, 4, [], 0),
        ([0.08] * 4 + [0.019], 4, [], 0),
        ([0.08] * 4 + [0.02], 1, [], 2),
        ([0.08] * 5, 2, [0.1, 0.2], 4),
        ([0.08] * 5, 16, [], AHEAD_TASKS),
        # One of those that work goes on for longer than three ways.
        ([0.08] * 5, 2, [0.0, 0.25], 0),
        ([0.9] * 5, 1, [AHEAD_S], 0),
    ],
)
def test_before_any_task_has_ended_two_may_wait_for_each_place(
    trips_s: list[float], places: int, ages: list[float], room: int
) -> None:
    ahead = Ahead()
    for trip_s in trips_s:
        ahead.trip_took(trip_s)
    assert ahead.is_unsure == (len(trips_s) < 5)
    assert ahead.room(places, ages) == room


def test_who_knows_how_long_tasks_take_need_not_be_that_sure() -> None:
    ahead = Ahead()
    ahead.task_took(0.05)
    assert not ahead.is_unsure


class House:
    """Two places, and a way to Redis of 80 ms for tasks of 50."""

    def __init__(self, *, is_fresh: bool = False, trip_s: float = 0.08) -> None:
        """is_fresh: no task has ended yet."""
        self.clock = PassingClock()
        self.tasks = HeldTasks(2, Metrics(), self.clock)
        for _ in range(5):
            self.tasks.ahead.trip_took(trip_s)
        if not is_fresh:
            self.tasks.ahead.task_took(0.05)
        self.turns: list[str] = []
        self._waits: list[asyncio.Task[None]] = []

    async def take(self, name: str) -> HeldTask:
        steps, task = SimpleNamespace(shard="s0"), SimpleNamespace(task_id=name)
        parts = cast(Any, (name, task, None, {}, steps))
        held = HeldTask(*parts, leased_at=self.clock.elapsed())
        self.tasks.add(held)
        self._waits.append(asyncio.create_task(self._turn(held)))
        await settle()
        return held

    async def _turn(self, held: HeldTask) -> None:
        self.tasks.line_up(held)
        await held.has_turn.wait()
        if not held.stop_reason:
            self.turns.append(held.task.task_id)


async def test_turns_come_in_order_as_soon_as_work_is_over() -> None:
    house = House()
    a, b, c, d = [await house.take(name) for name in "abcd"]
    assert (house.turns, house.tasks.free, house.tasks.room) == (["a", "b"], -2, 6)
    # Its last word is not said yet.
    house.tasks.over(b)
    await settle()
    assert house.turns == ["a", "b", "c"]
    house.tasks.over(a)
    house.tasks.remove("a")
    await settle()
    assert house.turns == ["a", "b", "c", "d"]
    for held in (c, d):
        house.tasks.over(held)
    assert house.tasks.free == 2
    assert set(house.tasks.held) == {"b", "c", "d"}


async def test_work_that_has_become_long_leaves_its_place_to_who_waits() -> None:
    house = House()
    a, _, _ = [await house.take(name) for name in "abc"]
    a.lengthened(1)
    await settle()
    assert house.turns == ["a", "b", "c"]


async def test_who_waits_for_long_is_given_back() -> None:
    house = House()
    _, _, c = [await house.take(name) for name in "abc"]
    house.clock.let_pass(AHEAD_S / 2)
    d = await house.take("d")
    house.clock.let_pass(AHEAD_S / 2)
    await settle()
    assert (c.stop_reason, c.why_released) == (StopReason.RELEASED, NO_PLACE)
    assert d.stop_reason is None
    # What works goes on for so long that nobody else is to wait here.
    assert house.tasks.room <= 0
    assert house.turns == ["a", "b"]


async def test_who_waits_behind_the_first_work_of_all_is_given_back_after_three_ways() -> None:
    house = House(is_fresh=True)
    _, _, c = [await house.take(name) for name in "abc"]
    assert house.tasks.room == 3
    house.clock.let_pass(0.239)
    assert c.stop_reason is None
    house.clock.let_pass(0.002)
    assert (c.stop_reason, c.why_released) == (StopReason.RELEASED, NO_PLACE)
    house.tasks.remove("c")
    # And nobody else is taken to wait as long as that goes on.
    assert house.tasks.room == 0


async def test_beside_redis_who_waits_does_so_for_a_second_whatever_is_known() -> None:
    house = House(is_fresh=True, trip_s=0.0)
    a, _, c, d = [await house.take(name) for name in "abcd"]
    house.clock.let_pass(AHEAD_S - 0.1)
    house.tasks.over(a)
    await settle()
    assert house.turns == ["a", "b", "c"]
    house.clock.let_pass(0.2)
    assert [held.stop_reason for held in (c, d)] == [None, StopReason.RELEASED]


async def test_who_waits_may_do_so_for_a_second_once_work_has_ended_that_was_short() -> None:
    house = House(is_fresh=True)
    a, _, _, d, _ = [await house.take(name) for name in "abcde"]
    house.clock.let_pass(0.1)
    house.tasks.over(a)
    house.clock.let_pass(AHEAD_S - 0.101)
    assert d.stop_reason is None
    house.clock.let_pass(0.002)
    assert (d.stop_reason, d.why_released) == (StopReason.RELEASED, NO_PLACE)


@pytest.mark.parametrize(
    ("how", "why"),
    [("drain", "the executor is stopping"), ("close", "the executor takes no more tasks")],
)
async def test_who_waits_is_given_back_when_nothing_more_is_to_be_begun(how: str, why: str) -> None:
    house = House()
    a, b, c = [await house.take(name) for name in "abc"]
    house.tasks.drain() if how == "drain" else house.tasks.set_closed(True)
    await settle()
    assert (c.stop_reason, c.why_released) == (StopReason.RELEASED, why)
    assert (a.stop_reason, b.stop_reason, house.tasks.room) == (None, None, 0)
    house.tasks.over(a)
    await settle()
    assert house.turns == ["a", "b"]


async def test_who_waits_and_is_canceled_waits_no_more() -> None:
    house = House()
    a, _, c, _ = [await house.take(name) for name in "abcd"]
    c.stop(StopReason.CANCELED)
    house.tasks.over(a)
    await settle()
    assert house.turns == ["a", "b", "d"]


async def test_what_was_asked_for_is_taken_though_a_renewal_brings_it_first() -> None:
    house = House()
    await house.take("a")
    await house.take("b")
    held, refused = house.tasks, list[str]()

    async def run(_: HeldTask) -> None:
        """It waits."""

    async def settle_task(task_id: str, ending: Any) -> str:
        refused.append(f"{task_id[-1]} {ending.outcome}")
        return "ok"

    runs: list[asyncio.Task[Any]] = []
    intake = Intake(
        cast(Any, SimpleNamespace(admit=lambda entry, _: Admitted(*_parts(entry)))),
        cast(Any, SimpleNamespace(held_tasks=held, memory=TaskMemory(), run=run)),
        cast(Any, SimpleNamespace(start=lambda work: runs.append(asyncio.create_task(work)))),
        metrics=Metrics(),
        lease_ms=10_000,
        fitness=cast(Any, SimpleNamespace(why_not=lambda _: None)),
        clock=house.clock,
        backoffs=lambda: Backoff(house.clock, lambda: 0.0),
    )
    steps = cast(Any, SimpleNamespace(shard="s0", settle=settle_task))
    assert held.allow() == 8
    for name in "cdefghijkl":
        intake.accept(steps, Entry(f"{name}-0", f"task_s0_{name * 26}", b"{}"), is_fresh=False)
    await settle()
    assert refused == ["k released", "l released"]


async def test_who_is_to_take_no_more_takes_nothing_of_what_was_asked_for_before() -> None:
    house = House(is_fresh=True)
    assert house.tasks.allow() == 4
    house.tasks.set_closed(True)
    assert house.tasks.free + house.tasks.allowed == 0


def _parts(entry: Entry) -> tuple[Any, Any, Any]:
    return SimpleNamespace(task_id=entry.task_id, nodes=[]), None, {}
