"""Sends commands that are asked for at the same time as one pipeline.

A command of its own costs the client about five times what it costs inside a pipeline, and while
one pipeline is on its way the next one fills.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.connection import AbstractConnection

from gpu_node.redis.failures import ELSEWHERE, ResponseError

MAX_BATCH = 64
MAX_IN_FLIGHT = 2
MAX_URGENT = 8
"""So many more are under way for commands whose leaving is waited for."""

Command = Sequence[str | bytes | int]
OnSent = Callable[[], None]


@dataclass(frozen=True, slots=True)
class _Asked:
    command: Command
    answer: asyncio.Future[Any]
    on_sent: OnSent | None


class Batches:
    """Each caller gets the answer, or the error, of its own command."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._lines = (_Line(self, MAX_IN_FLIGHT), _Line(self, MAX_URGENT))

    async def execute(self, *command: str | bytes | int, on_sent: OnSent | None = None) -> Any:
        """Run one command; safe to run twice, because a lost reply sends the batch again.

        `on_sent` is told when the system has the command: from then on it is on its way, also when
        this process dies. Such commands do not wait for the answers of others, and travel without
        others, so that they are short.
        """
        asked = _Asked(command, asyncio.get_running_loop().create_future(), on_sent)
        self._lines[on_sent is not None].add(asked)
        return await asked.answer

    async def send(self, batch: Sequence[_Asked]) -> None:
        """Send commands as one pipeline, and give each its answer."""
        answers: list[Any]
        try:
            answers = await self._answers(batch)
            if any(isinstance(answer, ELSEWHERE) for answer in answers):
                # What comes next is to be asked on connections that are made anew.
                await self._client.connection_pool.disconnect(inuse_connections=False)
        except asyncio.CancelledError:
            for asked in batch:
                asked.answer.cancel()
            raise
        except Exception as error:
            answers = [error] * len(batch)
        for asked, answer in zip(batch, answers, strict=True):
            if asked.answer.done():
                continue
            if isinstance(answer, Exception):
                asked.answer.set_exception(answer)
            else:
                asked.answer.set_result(answer)

    async def _answers(self, batch: Sequence[_Asked]) -> list[Any]:
        """What the client's own pipeline does, but for telling that it was sent."""
        pool = self._client.connection_pool
        connection = await pool.get_connection()
        try:
            return await connection.retry.call_with_retry(
                lambda: _exchange(connection, batch), lambda _: connection.disconnect()
            )
        except BaseException:
            # Answers may be on their way that nobody reads any more.
            await connection.disconnect(nowait=True)
            raise
        finally:
            await pool.release(connection)


class _Line:
    """Commands that wait for one of so many pipelines."""

    def __init__(self, batches: Batches, most: int) -> None:
        self._batches = batches
        self._most = most
        self._waiting: deque[_Asked] = deque()
        self._flushes: set[asyncio.Task[None]] = set()

    def add(self, asked: _Asked) -> None:
        self._waiting.append(asked)
        if len(self._waiting) == 1:
            # At the end of this turn of the loop, so that others may join.
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self, _ended: object = None) -> None:
        while self._waiting and len(self._flushes) < self._most:
            batch = [self._waiting.popleft() for _ in range(min(MAX_BATCH, len(self._waiting)))]
            flush = asyncio.get_running_loop().create_task(self._batches.send(batch))
            self._flushes.add(flush)
            flush.add_done_callback(self._flushes.discard)
            flush.add_done_callback(self._flush)


async def _exchange(connection: AbstractConnection, batch: Sequence[_Asked]) -> list[Any]:
    await connection.send_packed_command(
        connection.pack_commands([asked.command for asked in batch])
    )
    tell = [asked.on_sent for asked in batch if asked.on_sent]
    if tell:
        # The loop hands over at the end of its turn what was written in it.
        await asyncio.sleep(0)  # noqa: TID251 - no time passes
        for on_sent in tell:
            on_sent()
    answers: list[Any] = []
    for _ in batch:
        try:
            answers.append(await connection.read_response())
        except ResponseError as error:
            answers.append(error)
    return answers
