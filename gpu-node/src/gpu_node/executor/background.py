"""Short pieces of work that nobody waits for, kept from being forgotten half-way."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from gpu_node.logs import get_logger


class Background:
    """Holds its tasks until they end; what they raise is logged."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run `work` beside everything else."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._forget)
        return task

    async def settle(self, timeout_s: float) -> None:
        """Wait for what runs, then cancel the rest."""
        if not self._tasks:
            return
        _, late = await asyncio.wait(set(self._tasks), timeout=timeout_s)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late)

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            get_logger().error("background work failed", exc_info=error)
