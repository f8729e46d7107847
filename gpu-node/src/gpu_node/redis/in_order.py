"""Asks one thing behind another on the one connection of a client, though what was asked before is
not answered yet: the server answers in that order."""

import asyncio
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from gpu_node.redis.wire import Command, Wire


class InOrder:
    """Nothing is asked twice: a lost connection is the asker's to handle, who drops it first."""

    def __init__(self, client: Redis) -> None:
        self._pool = client.connection_pool
        self._sending = asyncio.Lock()
        self._wire: Wire | None = None

    async def ask(self, *commands: Command) -> list[Any]:
        """Their answers, of which some may be errors; raises where the connection fails."""
        async with self._sending:
            wire = self._wire
            if wire is None or wire.is_stale():
                if wire:
                    await self.drop()
                wire = self._wire = Wire(self._pool, await self._pool.get_connection())
            answers = await wire.send(*commands)
        try:
            await asyncio.wait(answers)
        finally:
            for answer in answers:
                # What nobody waits for any more nobody needs to hear of.
                if not answer.cancel():
                    answer.exception()
        return [answer.result() for answer in answers]

    async def ask_one(self, *command: str | bytes | int) -> Any:
        """The answer to one; raises it where it is an error."""
        (answer,) = await self.ask(command)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def drop(self) -> None:
        """Give the connection up, whatever state it is in: the next question makes another."""
        wire, self._wire = self._wire, None
        if wire:
            await wire.end(RedisConnectionError("given up"))
