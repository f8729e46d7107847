"""Runs the protocol's steps by digest. A box has no right to send sources: gateways load them."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from redis.asyncio import Redis

from gpu_node.clock import Clock
from gpu_node.contracts.scripts import SCRIPTS
from gpu_node.contracts.steps import Answer, Step
from gpu_node.redis.at_once import AtOnce, OnSent
from gpu_node.redis.batches import Batches
from gpu_node.redis.failures import MISSING_SCRIPT

Execute = Callable[..., Awaitable[Any]]
Ready = Callable[[], "asyncio.Future[Any] | None"]
"""Sends; answers what will be the answer, or None where it has to be asked in another way."""

# A gateway looks once per second whether the server knows the scripts.
_WAITS_S = (0.05, 0.1, 0.2, 0.4, 0.8)


class ScriptRunner:
    """EVALSHA alone; after a start of the server, or SCRIPT FLUSH, it waits for a gateway."""

    def __init__(self, client: Redis, clock: Clock) -> None:
        self._client = client
        self._is_cluster = "home" in client.connection_pool.connection_kwargs
        self._clock = clock
        self._batches = Batches(client)
        self._at_once = AtOnce(client)

    async def run(self, step: Step[Answer]) -> Answer:
        """The step's answer; strings in it are bytes. Travels with others asked for meanwhile.

        Raises NoScriptError, which passes by itself, when no gateway has loaded it in 1.5 s.
        """
        return await self.run_by(self._batches.execute, step)

    async def run_at_once(self, step: Step[Answer], on_sent: OnSent) -> Answer:
        """The same for a short one, without waiting for anything: `on_sent` is told when it is on
        its way."""
        return await self.run_by(partial(self._at_once.execute, on_sent=on_sent), step)

    def ready(self, step: Step[Any]) -> Ready | None:
        """The same once, made ready before it is asked for; None where that cannot be."""
        packed = self._at_once.pack(*self.command(step))
        return partial(self._at_once.send, packed) if packed else None

    async def run_alone(self, step: Step[Answer]) -> Answer:
        """The same on a connection of its own, for what must not wait behind others."""
        return await self.run_by(self._client.execute_command, step)

    async def run_by(self, execute: Execute, step: Step[Answer]) -> Answer:
        """The same, asked as `execute` asks one command."""
        call = self.command(step)
        for wait_s in _WAITS_S:
            try:
                return await execute(*call)
            except MISSING_SCRIPT:
                await self._clock.sleep(wait_s)
        return await execute(*call)

    def command(self, step: Step[Any]) -> tuple[str | bytes | int, ...]:
        """The step as one command."""
        keys = [*step.keys, *_guard(step)] if self._is_cluster else step.keys
        return ("EVALSHA", SCRIPTS[step.script].sha1, len(keys), *keys, *step.arguments)


def _guard(step: Step[Any]) -> list[str]:
    """A key that never is there, so that a server that is moving the slot refuses the script as a
    whole; scripts.ts says more."""
    return [] if step.script == "renew" else [f"{step.keys[0]}:none"]
