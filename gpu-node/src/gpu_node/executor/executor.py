"""The loops of an executor and its end: drain, release, leave."""

import asyncio
import contextlib
import gc
import time
from collections.abc import Sequence
from dataclasses import dataclass

from gpu_node.config import Config
from gpu_node.contracts.keys import Keys
from gpu_node.executor.announcer import Announcer
from gpu_node.executor.background import Background
from gpu_node.executor.held_tasks import Holdings
from gpu_node.executor.hold import StopReason
from gpu_node.executor.lease import Leases
from gpu_node.executor.puller import Puller
from gpu_node.logs import get_logger
from gpu_node.metrics import Metrics
from gpu_node.readiness import Readiness
from gpu_node.redis.clients import Client
from gpu_node.redis.control import listen_control
from gpu_node.redis.failures import RedisError
from gpu_node.redis.reader import TaskReader
from gpu_node.redis.steps import PoolSteps

SETTLE_S = 10.0
"""What the last settles and removals may take after the grace time."""


@dataclass(frozen=True)
class Connections:
    """What the loops read from, beside the shared command client of the steps."""

    keys: Keys
    readers: Sequence[Client]
    """One per shard: a blocking read holds its connection."""
    listener: Client


@dataclass(frozen=True)
class Executor:
    """One executor in all shards of its pool."""

    config: Config
    steps: Sequence[PoolSteps]
    connections: Connections
    holdings: Holdings
    leases: Leases
    puller: Puller
    announcer: Announcer
    background: Background
    readiness: Readiness
    metrics: Metrics

    async def run(self, stop: asyncio.Event) -> None:
        """Pull and work until `stop`, then drain. If a loop dies, all stop, and its error is
        raised."""
        async with asyncio.TaskGroup() as group:
            loops = [group.create_task(self.leases.renew(steps)) for steps in self.steps]
            loops.append(group.create_task(self.leases.watch()))
            loops.append(group.create_task(self._listen()))
            announcing = group.create_task(self._announce())
            loops.append(announcing)
            pulling = [
                group.create_task(self.puller.pull(self._reader(i, steps), steps))
                for i, steps in enumerate(self.steps)
            ]
            await stop.wait()
            await self._drain(pulling)
            announcing.cancel()
            await self._leave()
            for loop in loops:
                loop.cancel()

    async def _drain(self, pulling: Sequence[asyncio.Task[None]]) -> None:
        """Finish what fits into the grace time, release the rest. Leases are kept meanwhile."""
        grace_s = self.config.drain_grace_ms / 1000
        get_logger().info("draining", held=len(self.holdings.held), grace_s=grace_s)
        self.readiness.wait_for("drain", "The service is stopping.")
        self.metrics.draining.set(1)
        self.holdings.is_draining = True
        self.announcer.status = "draining"
        for task in pulling:
            task.cancel()
        await asyncio.wait(pulling)
        for steps in self.steps:
            # A read that was cut off may have been given something: it is released.
            self.leases.poke(steps.shard)
        telling = asyncio.create_task(self.announcer.announce())
        await self._wait_empty(grace_s)
        for held in list(self.holdings.held.values()):
            held.stop(StopReason.DRAINED)
        await self._wait_empty(SETTLE_S)
        await self.background.settle(SETTLE_S)
        await asyncio.wait({telling}, timeout=1)
        telling.cancel()

    async def _wait_empty(self, within_s: float) -> None:
        end = time.monotonic() + within_s
        while self.holdings.held and time.monotonic() < end:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(
                    asyncio.get_running_loop().time() + end - time.monotonic()
                ):
                    await self.holdings.wait_change()

    async def _leave(self) -> None:
        self.announcer.status = "offline"
        try:
            async with asyncio.timeout(5):
                await self.announcer.announce()
                gone = await asyncio.gather(*(steps.leave() for steps in self.steps))
            get_logger().info("left", clean=all(gone))
        except (RedisError, OSError, TimeoutError) as error:
            # The row goes stale by itself, and the driver deletes consumers that are idle.
            get_logger().warning("left without saying so", error=str(error)[:500])

    async def _announce(self) -> None:
        announcing = asyncio.create_task(self.announcer.run())
        try:
            await self.announcer.told.wait()
            self.readiness.done("announce")
            # What was imported stays for ever: it need not be looked through again and again.
            gc.collect()
            gc.freeze()
            get_logger().info("executor ready", slots=self.holdings.slots)
            await announcing
        finally:
            announcing.cancel()

    async def _listen(self) -> None:
        shards = [steps.shard for steps in self.steps]
        await listen_control(
            self.connections.listener, self.connections.keys, shards, self.config.pool, self._cancel
        )

    def _cancel(self, task_id: str) -> None:
        held = self.holdings.held.get(task_id)
        if held:
            held.stop(StopReason.CANCELED)

    def _reader(self, index: int, steps: PoolSteps) -> TaskReader:
        return TaskReader(
            self.connections.readers[index],
            self.connections.keys,
            steps.shard,
            self.config.pool,
            steps.consumer,
            self.config.block_ms,
        )
