"""Runs the protocol's scripts by digest, and by source where the server does not know them yet."""

from collections.abc import Sequence
from typing import Any

from redis.asyncio import Redis

from gpu_node.contracts.scripts import SCRIPTS
from gpu_node.redis.failures import MISSING_SCRIPT

Argument = str | bytes | int


class ScriptRunner:
    """EVALSHA with EVAL as fallback: a restart or SCRIPT FLUSH costs one more round trip."""

    def __init__(self, client: Redis) -> None:
        self._client = client

    async def run(self, name: str, keys: Sequence[str], arguments: Sequence[Argument]) -> Any:
        """The script's answer; strings in it are bytes."""
        script = SCRIPTS[name]
        try:
            return await self._client.execute_command(
                "EVALSHA", script.sha1, len(keys), *keys, *arguments
            )
        except MISSING_SCRIPT:
            return await self._client.execute_command(
                "EVAL", script.source, len(keys), *keys, *arguments
            )
