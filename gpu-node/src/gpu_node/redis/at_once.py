"""Sends short commands whose leaving is waited for: one behind the other on a connection of their
own, which is there before it is needed, so that none waits for an answer or for a new connection.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from copy import deepcopy
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ConnectionError as RedisConnectionError

from gpu_node.redis.failures import ELSEWHERE, ResponseError

MAX_UNANSWERED = 16
"""With commands of a KiB half of what a socket takes at least, so that the system has each."""

Command = Sequence[str | bytes | int]
OnSent = Callable[[], None]


class AtOnce:
    """Keeps its connection as long as that is good; the next command makes another."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._retry = deepcopy(client.get_retry())
        self._sending = asyncio.Lock()
        self._room = asyncio.Semaphore(MAX_UNANSWERED)
        self._wire: _Wire | None = None

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

    def send(self, packed: bytes) -> "asyncio.Future[Any] | None":
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
                wire = self._wire = _Wire(pool, await pool.get_connection())
            answer = await wire.send(command)
        # The loop hands over at the end of its turn what was written in it.
        await asyncio.sleep(0)  # noqa: TID251 - no time passes
        on_sent()
        return await answer


class _Wire:
    """A connection with the commands on it that are not answered yet."""

    def __init__(self, pool: Any, connection: AbstractConnection) -> None:
        self.is_over = False
        self._pool = pool
        self._connection = connection
        self._unanswered: deque[asyncio.Future[Any]] = deque()
        self._hearing: asyncio.Task[None] | None = None

    async def send(self, command: Command) -> asyncio.Future[Any]:
        """Answers what will be the answer."""
        connection = self._connection
        try:
            await connection.send_packed_command(
                # Only while nobody else reads: it may ask the server something of its own.
                connection.pack_command(*command),
                check_health=not self._unanswered,
            )
        except BaseException as error:
            await self._end(error)
            raise
        return self._awaited()

    def pack(self, command: Command) -> bytes:
        """As the server takes it."""
        return b"".join(self._connection.pack_command(*command))

    def send_now(self, packed: bytes) -> asyncio.Future[Any] | None:
        """None where that is not known to be good."""
        writer: asyncio.StreamWriter | None = getattr(self._connection, "_writer", None)
        now = asyncio.get_running_loop().time()
        is_due = not self._unanswered and now > self._connection.next_health_check
        if self.is_over or is_due or writer is None or writer.is_closing():
            return None
        if len(self._unanswered) >= MAX_UNANSWERED or writer.transport.get_write_buffer_size():
            return None
        writer.write(packed)
        return self._awaited()

    def _awaited(self) -> asyncio.Future[Any]:
        answer = asyncio.get_running_loop().create_future()
        self._unanswered.append(answer)
        if self._hearing is None:
            self._hearing = asyncio.create_task(self._hear())
        return answer

    async def _hear(self) -> None:
        try:
            while self._unanswered:
                answer = await self._read()
                given = self._unanswered.popleft()
                if not given.done():
                    given.set_result(answer)
                if isinstance(answer, ELSEWHERE):
                    raise answer
        except BaseException as error:
            await self._end(error)
            if isinstance(error, asyncio.CancelledError):
                raise
        finally:
            self._hearing = None

    async def _read(self) -> Any:
        try:
            return await self._connection.read_response()
        except ResponseError as error:
            return error

    async def _end(self, error: BaseException) -> None:
        """What is not answered is to be asked anew on another."""
        if self.is_over:
            return
        self.is_over = True
        failure = error if isinstance(error, Exception) else RedisConnectionError("given up")
        for given in self._unanswered:
            if not given.done():
                given.set_exception(failure)
        self._unanswered.clear()
        await self._connection.disconnect(nowait=True)
        await self._pool.release(self._connection)
