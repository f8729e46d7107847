"""Brings what comes through a carrier to the parser of the Redis client: at once while that waits
for it, without a copy on the way; otherwise it is kept, as much as streams keep."""

import asyncio
from collections.abc import Callable
from typing import Any, Literal

from redis._parsers import _AsyncHiredisParser

Take = Callable[[memoryview], object]


class CarriedReader(asyncio.StreamReader):
    """Read by `read` alone, or by who waits with `hand_to`."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop=loop)
        self._waits_on = loop
        self._kept = 0
        self._take: Take | None = None
        self._taken: asyncio.Future[None] | None = None

    def feed(self, data: memoryview) -> None:
        """Keeps nothing of it but copies."""
        if self._take is None:
            self._kept += len(data)
            self.feed_data(data)
        else:
            self._take(data)
            self._wake()

    def feed_eof(self) -> None:
        super().feed_eof()
        self._wake()

    def set_exception(self, exc: Exception) -> None:
        super().set_exception(exc)
        self._wake()

    async def read(self, n: int = -1) -> bytes:
        data = await super().read(n)
        self._kept -= len(data)
        return data

    async def hand_to(self, take: Take) -> bool:
        """Hands it what comes next, or nothing when all ends; False where `read` need not wait."""
        if self._kept or self.at_eof() or self.exception():
            return False
        self._take, self._taken = take, self._waits_on.create_future()
        try:
            await self._taken
        finally:
            self._take = self._taken = None
        return True

    def _wake(self) -> None:
        if self._taken and not self._taken.done():
            self._taken.set_result(None)


class CarriedParser(_AsyncHiredisParser):
    """The client's own, but for how it gets what it parses."""

    _stream: CarriedReader

    async def read_from_socket(self) -> Literal[True]:
        parser: Any = self._reader
        if await self._stream.hand_to(parser.feed):
            return True
        return await super().read_from_socket()
