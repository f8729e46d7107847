"""What is given time ends in it, and pauses between failures grow."""

import asyncio

import pytest
from passing_clock import PassingClock, settle

from gpu_node.clock import SystemClock, within
from gpu_node.redis.backoff import FIRST_S, LONGEST_S, Backoff


async def test_work_is_ended_when_its_time_is_over_and_not_before() -> None:
    clock = PassingClock()

    async def work() -> None:
        async with within(clock, 60):
            await asyncio.Event().wait()

    working = asyncio.create_task(work())
    await settle()
    clock.let_pass(59)
    await settle()
    assert not working.done()
    clock.let_pass(1)
    with pytest.raises(TimeoutError):
        await working


async def test_work_that_ends_in_time_is_left_alone_afterwards() -> None:
    clock = PassingClock()
    async with within(clock, 60):
        pass
    async with within(clock, None):
        clock.let_pass(120)
        await settle()


async def test_whoever_is_canceled_is_canceled_and_not_late() -> None:
    clock = PassingClock()

    async def work() -> None:
        async with within(clock, 60):
            await asyncio.Event().wait()

    working = asyncio.create_task(work())
    await settle()
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working


async def test_the_machines_clock_measures_sleeps_and_calls_off() -> None:
    clock = SystemClock()
    rung = asyncio.Event()
    clock.after(0, rung.set)
    called_off = asyncio.Event()
    clock.after(0, called_off.set)()
    begun = clock.elapsed()
    await rung.wait()
    await clock.sleep(0.001)
    assert clock.elapsed() > begun
    assert not called_off.is_set()


@pytest.mark.parametrize(("chance", "part"), [(0.0, 0.5), (0.5, 0.75), (1.0, 1.0)])
def test_pauses_double_up_to_the_longest_and_begin_anew(chance: float, part: float) -> None:
    backoff = Backoff(PassingClock(), lambda: chance)
    full = [FIRST_S * 2**n for n in range(20) if FIRST_S * 2**n < LONGEST_S] + [LONGEST_S] * 3
    assert [backoff.next() for _ in full] == pytest.approx([part * seconds for seconds in full])
    backoff.reset()
    assert backoff.next() == pytest.approx(part * FIRST_S)
