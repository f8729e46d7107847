"""Short and long work have places of their own."""

import asyncio

import pytest
from passing_clock import PassingClock, settle

from gpu_node.children.places import LONG_AFTER_S, Place, Places


class Work:
    """One call that holds a place until it is told to end."""

    def __init__(self, places: Places) -> None:
        self.changes: list[int] = []
        self.place = Place(places, self.changes.append)
        self.runs = asyncio.Event()
        self.may_end = asyncio.Event()
        self.task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        async with self.place:
            self.runs.set()
            await self.may_end.wait()

    async def end(self) -> None:
        self.may_end.set()
        await self.task


async def test_long_work_waits_for_long_work_and_leaves_its_short_place() -> None:
    places = Places(short=1, long=1, clock=PassingClock())
    first = Work(places)
    await first.runs.wait()
    await first.place.lengthen()
    second = Work(places)
    await second.runs.wait()
    waiting = asyncio.create_task(second.place.lengthen())
    short = Work(places)
    await short.runs.wait()
    assert (first.changes, second.changes, waiting.done()) == ([1], [1], False)
    await first.end()
    await waiting
    await second.end()
    await short.end()
    assert (first.changes, second.changes, short.changes) == ([1, -1], [1, -1], [])


@pytest.mark.parametrize("is_waiting", [True, False])
async def test_all_places_come_back_however_the_work_ends(is_waiting: bool) -> None:
    places = Places(short=1, long=1, clock=PassingClock())
    if is_waiting:
        await places.long.acquire()
    work = Work(places)
    await work.runs.wait()
    lengthening = asyncio.create_task(work.place.lengthen())
    await settle()
    assert lengthening.done() != is_waiting
    work.task.cancel()
    await asyncio.wait({work.task})
    if is_waiting:
        # Its turn comes after its end.
        places.long.release()
        await lengthening
    await settle()
    assert not places.short.locked()
    assert not places.long.locked()
    assert work.changes == [1, -1]


async def test_work_that_goes_on_and_on_counts_as_long_once_there_is_a_place() -> None:
    clock = PassingClock()
    places = Places(short=1, long=1, clock=clock)
    first = Work(places)
    await first.runs.wait()
    second = Work(places)
    clock.let_pass(LONG_AFTER_S - 1)
    await settle()
    assert (first.changes, second.runs.is_set()) == ([], False)
    clock.let_pass(1)
    await second.runs.wait()
    clock.let_pass(LONG_AFTER_S)
    await settle()
    # It works on meanwhile, so without a long place it keeps the short one.
    third = Work(places)
    await settle()
    assert (first.changes, second.changes, third.runs.is_set()) == ([1], [], False)
    await first.end()
    await third.runs.wait()
    assert second.changes == [1]
    await second.end()
    await third.end()
    await settle()
    assert not places.short.locked()
    assert not places.long.locked()


async def test_a_place_is_passed_on_without_standing_empty() -> None:
    places = Places(short=1, long=1, clock=PassingClock())
    first = Work(places)
    await first.runs.wait()
    passed = first.place.pass_on()
    assert passed
    await first.end()
    waiting = Work(places)
    await settle()
    assert not waiting.runs.is_set()
    # It counts the time of the call that has it now.
    changes: list[int] = []
    passed.take_over(changes.append)
    places.clock.let_pass(LONG_AFTER_S)  # type: ignore[attr-defined]
    await waiting.runs.wait()
    assert changes == [1]
    passed.leave()
    passed.leave()
    await waiting.end()
    assert (changes, first.changes) == ([1, -1], [])
    assert not places.short.locked()


async def test_a_place_that_others_wait_for_is_not_passed_on() -> None:
    places = Places(short=1, long=1, clock=PassingClock())
    first, second = Work(places), Work(places)
    await settle()
    assert first.place.pass_on() is None
    await first.end()
    # Nor one that has become long.
    await second.place.lengthen()
    assert second.place.pass_on() is None
    await second.end()
