"""Sends short commands whose leaving is waited for: one behind the other on a connection of their
own, which is there before it is needed, so that none waits for an answer or for a new connection.
"""

import asyncio
from collections.abc import Awaitable, Callable
from copy import deepcopy
from typing import Any

from redis.asyncio import Redis

from gpu_node.redis.wire import MAX_UNANSWERED, Answer, Command, Wire

OnSent = Callable[[], None]


class AtOnce:
    """Keeps its connection as long as that is good; the next command makes another."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._retry = deepcopy(client.get_retry())
        self._sending = asyncio.Lock()
        self._room = asyncio.Semaphore(MAX_UNANSWERED)
        self._wire: Wire | None = None

    async def execute(self, *command: str | bytes | int, on_sent: OnSent) -> Any:
        """Run one command; safe to run twice, because a lost reply sends it again.

        `on_sent` is told when the system has the command: from then on it is on its way, also when
        this process dies.
        """
        async with self._room:
            answer = await self._until_answered(lambda: self._ask(command, on_sent))
        if isinstance(answer, Exception):
            raise answer
        return answer

    def pack(self, *command: str | bytes | int) -> bytes | None:
        """What `send` takes; None as long as there is no connection."""
        return self._wire and self._wire.pack(command)

    def send(self, packed: bytes) -> Answer | None:
        """Send without waiting for anything, if that can be: what will be the answer, or None. It
        is on its way with the next turn of the loop. A connection that is lost asks nobody anew."""
        wire = self._wire
        if wire is None or self._sending.locked() or self._room.locked():
            return None
        return wire.send_now(packed)

    async def _until_answered(self, ask: Callable[[], Awaitable[Any]]) -> Any:
        async def nothing(_: Exception) -> None:
            """A wire that failed is known as such."""

        return await self._retry.call_with_retry(ask, nothing) if self._retry else await ask()

    async def _ask(self, command: Command, on_sent: OnSent) -> Any:
        async with self._sending:
            wire = self._wire
            if wire is None or wire.is_over:
                pool = self._client.connection_pool
                wire = self._wire = Wire(pool, await pool.get_connection())
            (answer,) = await wire.send(command)
        # The loop hands over at the end of its turn what was written in it.
        await asyncio.sleep(0)  # noqa: TID251 - no time passes
        on_sent()
        return await answer
