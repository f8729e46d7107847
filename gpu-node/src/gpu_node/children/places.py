"""Places for calls: short work and long work have their own, so that neither waits behind the
other."""

import asyncio
from collections.abc import Callable
from typing import Self

from gpu_node.clock import Clock

LONG_AFTER_S = 20.0
"""A call that goes on for so long without having said that it would counts as long."""


class Places:
    """So many short and so many long calls at once."""

    def __init__(
        self, short: int, long: int, clock: Clock, long_after_s: float = LONG_AFTER_S
    ) -> None:
        self.long_count = long
        self.clock = clock
        self.short = asyncio.Semaphore(short)
        self.long = asyncio.Semaphore(long)
        self.long_after_s = long_after_s
        self.waiting = 0
        """How many wait for a short one."""


class Place:
    """The place of one call, `async with` as long as it runs. It begins as a short one."""

    def __init__(self, places: Places, on_long: Callable[[int], None]) -> None:
        """`on_long` hears 1 when the call leaves its short place, and -1 when it ends then."""
        self._places = places
        self._on_long = on_long
        self._has_short = False
        self._has_long = False
        self._has_ended = False
        self._growing: asyncio.Task[None] | None = None
        self._call_off: Callable[[], None] = lambda: None

    async def __aenter__(self) -> Self:
        await self.enter()
        return self

    async def enter(self) -> None:
        """Wait for a short place."""
        self._places.waiting += 1
        try:
            await self._places.short.acquire()
        finally:
            self._places.waiting -= 1
        self._has_short = True
        self._begin()

    async def __aexit__(self, *_: object) -> None:
        self.leave()

    def pass_on(self) -> "Place | None":
        """The call has ended, and its short place is another's; None where it has none any more,
        or where others wait for one."""
        if self._has_ended or not self._has_short or self._growing or self._places.waiting:
            return None
        self._has_ended = True
        self._call_off()
        passed = Place(self._places, lambda _: None)
        passed._has_short = True
        return passed

    def take_over(self, on_long: Callable[[int], None]) -> None:
        """A call begins in a place that was passed on."""
        self._on_long = on_long
        self._begin()

    def _begin(self) -> None:
        self._call_off = self._places.clock.after(self._places.long_after_s, self._begin_to_grow)

    def leave(self) -> None:
        """The call has ended; once is enough."""
        if self._has_ended:
            return
        self._has_ended = True
        self._stop_growing()
        if self._has_short:
            self._places.short.release()
        else:
            self._on_long(-1)
        if self._has_long:
            self._places.long.release()

    async def lengthen(self) -> None:
        """Wait for a long place, having left the short one to others: the work stands still."""
        self._stop_growing()
        self._leave_short()
        await self._take_long()

    def _begin_to_grow(self) -> None:
        self._growing = asyncio.get_running_loop().create_task(self._grow())

    def _stop_growing(self) -> None:
        self._call_off()
        if self._growing:
            self._growing.cancel()

    async def _grow(self) -> None:
        """The same for work that goes on meanwhile, and therefore keeps its place till then."""
        await self._take_long()
        self._leave_short()

    async def _take_long(self) -> None:
        if self._has_long:
            return
        await self._places.long.acquire()
        if self._has_ended or self._has_long:
            self._places.long.release()
            return
        self._has_long = True

    def _leave_short(self) -> None:
        if self._has_short and not self._has_ended:
            self._has_short = False
            self._places.short.release()
            self._on_long(1)
