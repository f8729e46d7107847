"""The python-plane executor: pulls tasks under leases, runs their nodes, reports; executor.ts
is its twin."""

import asyncio
import gc
from collections.abc import Sequence
from dataclasses import dataclass

from gpu_node.clock import Clock
from gpu_node.config import Config
from gpu_node.contracts.keys import Keys
from gpu_node.executor.announcer import Announcer
from gpu_node.executor.background import Background
from gpu_node.executor.drain import Draining, drain, leave
from gpu_node.executor.held_tasks import HeldTasks
from gpu_node.executor.hold import StopReason
from gpu_node.executor.lease import Leases
from gpu_node.executor.puller import Puller
from gpu_node.logs import get_logger
from gpu_node.metrics import Metrics
from gpu_node.readiness import Readiness
from gpu_node.redis.backoff import Backoffs
from gpu_node.redis.clients import Client
from gpu_node.redis.control_channel import listen_to_control
from gpu_node.redis.reader import TaskReader
from gpu_node.redis.steps import PoolSteps


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
    held_tasks: HeldTasks
    leases: Leases
    puller: Puller
    announcer: Announcer
    background: Background
    readiness: Readiness
    metrics: Metrics
    backoffs: Backoffs
    clock: Clock

    async def run(self, stop: asyncio.Event) -> None:
        """Pull and work until `stop`, then drain. If a loop dies, all stop, and its error is
        raised."""
        self.announcer.on_order = self._order
        self.leases.on_swallowed = self.puller.doubt
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
            await self._stop(pulling, announcing)
            for loop in loops:
                loop.cancel()

    async def _stop(
        self, pulling: Sequence[asyncio.Task[None]], announcing: asyncio.Task[None]
    ) -> None:
        grace_s = self.config.drain_grace_ms / 1000
        get_logger().info("draining", held=len(self.held_tasks.held), grace_s=grace_s)
        self.readiness.wait_for("drain", "The service is stopping.")
        self.metrics.draining.set(1)
        self.held_tasks.drain()
        for task in pulling:
            task.cancel()
        await asyncio.wait(pulling)
        parts = Draining(self.steps, self.held_tasks, self.leases, self.announcer, self.background)
        await drain(parts, grace_s)
        announcing.cancel()
        await leave(parts)

    async def _announce(self) -> None:
        announcing = asyncio.create_task(self.announcer.run())
        try:
            await self.announcer.told.wait()
            self.readiness.done("announce")
            # What was imported stays for ever: it need not be looked through again and again.
            gc.collect()
            gc.freeze()
            get_logger().info("executor ready", slots=self.held_tasks.slots)
            await announcing
        finally:
            announcing.cancel()

    async def _listen(self) -> None:
        shards = [steps.shard for steps in self.steps]
        await listen_to_control(
            self.connections.listener,
            self.connections.keys,
            shards,
            pool=self.config.pool,
            handlers={
                "cancel": self._cancel,
                "announce": self._announce_again,
                "renew": self._renew,
            },
            backoff=self.backoffs(),
        )

    def _announce_again(self, executor_id: str) -> None:
        if executor_id == self.steps[0].consumer:
            self.announcer.again()

    def _renew(self, executor_id: str) -> None:
        if executor_id == self.steps[0].consumer:
            self.leases.renew_all()

    def _order(self, is_drained: bool) -> None:
        """As operators want it."""
        self.held_tasks.set_closed(is_drained)
        self.metrics.draining.set(int(is_drained))
        if is_drained:
            self.puller.interrupt()
        get_logger().info("takes no more tasks" if is_drained else "takes tasks again")

    def _cancel(self, task_id: str) -> None:
        held = self.held_tasks.held.get(task_id)
        if held:
            held.stop(StopReason.CANCELED)

    def _reader(self, index: int, steps: PoolSteps) -> TaskReader:
        return TaskReader(
            self.connections.readers[index],
            self.connections.keys,
            steps.shard,
            pool=self.config.pool,
            consumer=steps.consumer,
            block_ms=self.config.read_ms,
            on_trip=self.held_tasks.ahead.trip_took,
            clock=self.clock,
        )
