"""Sends commands that are asked for at the same time as one pipeline.

A command of its own costs the client about five times what it costs inside a pipeline, and while
one pipeline is on its way the next one fills.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

from gpu_node.redis.failures import ELSEWHERE

MAX_BATCH = 64
MAX_IN_FLIGHT = 2

Command = Sequence[str | bytes | int]


@dataclass(frozen=True, slots=True)
class _Asked:
    command: Command
    answer: asyncio.Future[Any]


class Batches:
    """Each caller gets the answer, or the error, of its own command."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._waiting: deque[_Asked] = deque()
        self._flushes: set[asyncio.Task[None]] = set()

    async def execute(self, *command: str | bytes | int) -> Any:
        """Run one command; safe to run twice, because a lost reply sends the batch again."""
        asked = _Asked(command, asyncio.get_running_loop().create_future())
        self._waiting.append(asked)
        if len(self._waiting) == 1:
            # At the end of this turn of the loop, so that others may join.
            asyncio.get_running_loop().call_soon(self._flush)
        return await asked.answer

    def _flush(self, _ended: object = None) -> None:
        while self._waiting and len(self._flushes) < MAX_IN_FLIGHT:
            batch = [self._waiting.popleft() for _ in range(min(MAX_BATCH, len(self._waiting)))]
            flush = asyncio.get_running_loop().create_task(self._send(batch))
            self._flushes.add(flush)
            flush.add_done_callback(self._flushes.discard)
            flush.add_done_callback(self._flush)

    async def _send(self, batch: Sequence[_Asked]) -> None:
        """Send commands as one pipeline, and give each its answer."""
        try:
            pipeline = self._client.pipeline(transaction=False)
            for asked in batch:
                pipeline.execute_command(*asked.command)
            answers: list[Any] = await pipeline.execute(raise_on_error=False)
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
