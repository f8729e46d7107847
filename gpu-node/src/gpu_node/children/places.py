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
        await self._places.short.acquire()
        self._has_short = True
        self._call_off = self._places.clock.after(self._places.long_after_s, self._begin_to_grow)
        return self

    async def __aexit__(self, *_: object) -> None:
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
