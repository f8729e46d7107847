"""The orderly end of an executor that pulls no more: nothing it holds is left to be reaped;
drain.ts is its twin."""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

from gpu_node.contracts.wire import EXECUTOR
from gpu_node.executor.announcer import Announcer
from gpu_node.executor.background import Background
from gpu_node.executor.held_tasks import HeldTasks
from gpu_node.executor.hold import StopReason
from gpu_node.executor.lease import Leases
from gpu_node.logs import get_logger
from gpu_node.redis.failures import RedisError
from gpu_node.redis.steps import PoolSteps

RELEASE_S = EXECUTOR["release_ms"] / 1000
"""What the last settles, removals of files and goodbyes may take, each, after the grace time; what
is not released by then is reaped."""


@dataclass(frozen=True)
class Draining:
    """What has to come to an end."""

    steps: Sequence[PoolSteps]
    held_tasks: HeldTasks
    leases: Leases
    announcer: Announcer
    background: Background


async def drain(parts: Draining, grace_s: float) -> None:
    """Finish what fits into the grace time, release the rest. Leases are kept meanwhile."""
    for steps in parts.steps:
        # A read that was cut off may have been given something: it is released.
        parts.leases.reconnected(steps.shard)
    parts.announcer.status = "draining"
    telling = asyncio.create_task(parts.announcer.announce())
    await _within(grace_s, parts.held_tasks)
    for held in list(parts.held_tasks.held.values()):
        held.stop(StopReason.RELEASED)
    await _within(RELEASE_S, parts.held_tasks)
    await parts.background.settle(RELEASE_S)
    await asyncio.wait({telling}, timeout=1)
    telling.cancel()


async def leave(parts: Draining) -> None:
    """Say that nobody is here any more, and delete the consumers."""
    parts.announcer.status = "offline"
    try:
        async with asyncio.timeout(RELEASE_S):  # noqa: TID251 - this process is about to end
            await parts.announcer.announce()
            gone = await asyncio.gather(*(steps.leave() for steps in parts.steps))
        get_logger().info("left", clean=all(gone))
    except (RedisError, OSError, TimeoutError) as error:
        # The row goes stale by itself, and the driver deletes consumers that are idle.
        get_logger().warning("left without saying so", error=str(error)[:500])


async def _within(seconds: float, held_tasks: HeldTasks) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):  # noqa: TID251 - this process is about to end
            await held_tasks.when_empty()
