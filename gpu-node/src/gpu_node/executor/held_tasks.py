"""The tasks that this executor holds now, over all shards, and the places that are left;
held-tasks.ts is its twin."""

import asyncio

from gpu_node.executor.hold import HeldTask
from gpu_node.metrics import Metrics

MAX_LONG = 8
"""Tasks with long work that are held beyond the places: each may have a process that waits."""


class HeldTasks:
    """The places of the executor."""

    def __init__(self, slots: int, metrics: Metrics) -> None:
        self.slots = slots
        self.held: dict[str, HeldTask] = {}
        self.is_draining = False
        self._is_closed = False
        self._changed = asyncio.Event()
        self._metrics = metrics
        metrics.slots.set(slots)

    @property
    def free(self) -> int:
        """Places for further tasks, in all shards together; a task whose work is long, or waits
        to be, takes none. None while operators want it to take no more."""
        if self._is_closed:
            return 0
        short = sum(1 for held in self.held.values() if not held.long_calls)
        return min(self.slots - short, self.slots + MAX_LONG - len(self.held))

    def set_closed(self, is_closed: bool) -> None:
        """Whether there are places at all: what is held stays."""
        self._is_closed = is_closed
        self._notify()

    def in_shard(self, shard: str) -> list[HeldTask]:
        """Tasks held in one shard."""
        return [held for held in self.held.values() if held.steps.shard == shard]

    def add(self, held: HeldTask) -> None:
        """Take a place."""
        held.on_lengthened = self._notify
        self.held[held.task.task_id] = held
        self._notify()

    def remove(self, task_id: str) -> None:
        """Free the place."""
        self.held.pop(task_id, None)
        self._notify()

    async def when_free(self) -> None:
        """Return when there is a place."""
        while self.free <= 0:
            await self.when_changed()

    async def when_empty(self) -> None:
        """Return when nothing is held."""
        while self.held:
            await self.when_changed()

    async def when_changed(self) -> None:
        """Return when a task was taken or has ended."""
        self._changed.clear()
        await self._changed.wait()

    def _notify(self) -> None:
        self._metrics.tasks_held.set(len(self.held))
        self._changed.set()
