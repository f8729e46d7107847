"""Keeps this executor's row in the registry of each shard."""

import asyncio
from collections.abc import Sequence

import orjson

from gpu_node import __version__
from gpu_node.capabilities import Capabilities
from gpu_node.config import Config
from gpu_node.contracts.wire import DEFAULTS
from gpu_node.logs import get_logger
from gpu_node.redis.failures import RedisError, backoff
from gpu_node.redis.steps import PoolSteps


class Announcer:
    """Says what this executor can do; `status` is shown from the next announcement on."""

    def __init__(
        self,
        config: Config,
        capabilities: Capabilities,
        steps: Sequence[PoolSteps],
        executor_id: str,
        slots: int,
    ) -> None:
        self.status = "online"
        self.told = asyncio.Event()
        self._steps = steps
        self._body = orjson.dumps(
            {
                "executor_id": executor_id,
                "plane": "python",
                "pool": config.pool,
                "version": __version__,
                "slots": slots,
                "labels": dict(config.labels),
                "node_types": capabilities.rows(),
            }
        )

    async def run(self) -> None:
        """Announce for ever."""
        failures = 0
        while True:
            if await self.announce():
                failures = 0
                await asyncio.sleep(DEFAULTS["announce_ms"] / 1000)
            else:
                failures += 1
                await backoff(failures)

    async def announce(self) -> bool:
        """Write the row in every shard; False if one of them could not be told."""
        try:
            await asyncio.gather(*(s.announce(self._body, self.status) for s in self._steps))
        except (RedisError, OSError) as error:
            get_logger().warning("announcement failed", error=str(error)[:500])
            return False
        self.told.set()
        return True
