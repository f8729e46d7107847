"""A connection with the commands on it that are not answered yet."""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Any

from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ConnectionError as RedisConnectionError

from gpu_node.redis.failures import ELSEWHERE, ResponseError

MAX_UNANSWERED = 16
"""With commands of a KiB half of what a socket takes at least, so that the system has each."""

Command = Sequence[str | bytes | int]
Answer = asyncio.Future[Any]


class Wire:
    """Good until something fails; then each that is not answered hears why."""

    def __init__(self, pool: Any, connection: AbstractConnection) -> None:
        self.is_over = False
        self._pool = pool
        self._connection = connection
        self._unanswered: deque[Answer] = deque()
        self._hearing: asyncio.Task[None] | None = None

    def is_stale(self) -> bool:
        """Whether it is over, or the server has left while nothing was asked."""
        reader: asyncio.StreamReader | None = getattr(self._connection, "_reader", None)
        if self.is_over or self._unanswered:
            return self.is_over
        return reader is None or reader.at_eof() or reader.exception() is not None

    async def send(self, *commands: Command) -> list[Answer]:
        """In one write; answers what will be the answers."""
        connection = self._connection
        try:
            await connection.send_packed_command(
                # Only while nobody else reads: it may ask the server something of its own.
                connection.pack_commands(commands),
                check_health=not self._unanswered,
            )
        except BaseException as error:
            await self.end(error)
            raise
        return [self._awaited() for _ in commands]

    def pack(self, command: Command) -> bytes:
        """As the server takes it."""
        return b"".join(self._connection.pack_command(*command))

    def send_now(self, packed: bytes) -> Answer | None:
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

    async def end(self, error: BaseException) -> None:
        """What is not answered is to be asked anew on another."""
        if self.is_over:
            return
        self.is_over = True
        failure = error if isinstance(error, Exception) else RedisConnectionError("given up")
        for given in self._unanswered:
            if not given.done():
                given.set_exception(failure)
        self._unanswered.clear()
        hearing = self._hearing
        if hearing and hearing is not asyncio.current_task():
            # Before somebody else has the connection.
            hearing.cancel()
            await asyncio.wait({hearing})
        await self._connection.disconnect(nowait=True)
        await self._pool.release(self._connection)

    def _awaited(self) -> Answer:
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
            await self.end(error)
            if isinstance(error, asyncio.CancelledError):
                raise
        finally:
            self._hearing = None

    async def _read(self) -> Any:
        try:
            return await self._connection.read_response()
        except ResponseError as error:
            return error
