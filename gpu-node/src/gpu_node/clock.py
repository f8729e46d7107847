"""Time and chance as arguments, so that tests need not wait and no module reads a clock of its own;
clock.ts is its twin."""

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Protocol


class Clock(Protocol):
    """In seconds."""

    def elapsed(self) -> float:
        """From any beginning, which only grow: for measuring how long something takes."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after this time."""
        ...

    def after(self, seconds: float, work: Callable[[], object]) -> Callable[[], None]:
        """Do the work once after this time; the answer calls it off."""
        ...


class SystemClock:
    """The machine's."""

    def elapsed(self) -> float:
        """See Clock."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """See Clock."""
        await asyncio.sleep(seconds)

    def after(self, seconds: float, work: Callable[[], object]) -> Callable[[], None]:
        """See Clock."""
        return asyncio.get_running_loop().call_later(seconds, work).cancel


@asynccontextmanager
async def within(clock: Clock, seconds: float | None) -> AsyncGenerator[None]:
    """What is inside is canceled after this time, if there is one, and TimeoutError raised in its
    place."""
    if seconds is None:
        yield
        return
    async with asyncio.timeout(None) as limit:
        call_off = clock.after(seconds, lambda: limit.reschedule(float("-inf")))
        try:
            yield
        finally:
            call_off()


system_random: Callable[[], float] = random.random
"""From 0 to below 1; not for secrets."""
