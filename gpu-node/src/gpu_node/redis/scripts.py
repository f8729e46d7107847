"""Runs the protocol's scripts by digest, and by source where the server does not know them yet."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from redis.asyncio import Redis

from gpu_node.contracts.scripts import SCRIPTS
from gpu_node.redis.batches import Batches
from gpu_node.redis.failures import MISSING_SCRIPT

Argument = str | bytes | int
Execute = Callable[..., Awaitable[Any]]


class ScriptRunner:
    """EVALSHA with EVAL as fallback: a restart or SCRIPT FLUSH costs one more round trip."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._batches = Batches(client)

    async def run(self, name: str, keys: Sequence[str], arguments: Sequence[Argument]) -> Any:
        """The script's answer; strings in it are bytes. Travels with others asked for meanwhile."""
        return await self._run(self._batches.execute, name, keys, arguments)

    async def run_alone(self, name: str, keys: Sequence[str], arguments: Sequence[Argument]) -> Any:
        """The same on a connection of its own, for what must not wait behind others."""
        return await self._run(self._client.execute_command, name, keys, arguments)

    async def _run(
        self, execute: Execute, name: str, keys: Sequence[str], arguments: Sequence[Argument]
    ) -> Any:
        script = SCRIPTS[name]
        try:
            return await execute("EVALSHA", script.sha1, len(keys), *keys, *arguments)
        except MISSING_SCRIPT:
            return await execute("EVAL", script.source, len(keys), *keys, *arguments)
