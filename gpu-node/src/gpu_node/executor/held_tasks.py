"""What this executor holds, and what it has ended: each task id is taken at most once per
process."""

import asyncio
from collections import OrderedDict

from gpu_node.executor.hold import HeldTask
from gpu_node.metrics import Metrics
from gpu_node.redis.steps import Settlement

MAX_ENDED = 20_000
MAX_LONG = 8
"""Tasks with long work that are held beyond the places: each may have a process that waits."""
# A settlement is repeated only where Redis forgot it, so few need to be kept in full.
MAX_SETTLEMENTS = 256


class Holdings:
    """The places of the executor, and its memory."""

    def __init__(self, slots: int, metrics: Metrics) -> None:
        self.slots = slots
        self.held: dict[str, HeldTask] = {}
        self.is_draining = False
        self._ended: OrderedDict[str, Settlement | None] = OrderedDict()
        self._settlements: OrderedDict[str, None] = OrderedDict()
        self._changed = asyncio.Event()
        self._metrics = metrics
        metrics.slots.set(slots)

    @property
    def free(self) -> int:
        """Places for further tasks, in all shards together; a task whose work is long, or waits
        to be, takes none."""
        short = sum(1 for held in self.held.values() if not held.long_calls)
        return min(self.slots - short, self.slots + MAX_LONG - len(self.held))

    def of_shard(self, shard: str) -> list[HeldTask]:
        """Tasks held in one shard."""
        return [held for held in self.held.values() if held.steps.shard == shard]

    def hold(self, held: HeldTask) -> None:
        """Take a place."""
        held.on_lengthened = self._notify
        self.held[held.task.task_id] = held
        self._notify()

    def end(self, task_id: str, settlement: Settlement | None) -> None:
        """Free the place, if it had one, and remember what was said."""
        self.held.pop(task_id, None)
        self._ended[task_id] = settlement
        self._settlements[task_id] = None
        while len(self._settlements) > MAX_SETTLEMENTS:
            oldest, _ = self._settlements.popitem(last=False)
            if oldest in self._ended:
                self._ended[oldest] = None
        while len(self._ended) > MAX_ENDED:
            self._ended.popitem(last=False)
        self._notify()

    def has_ended(self, task_id: str) -> bool:
        """Whether the id was taken before and is over."""
        return task_id in self._ended

    def settlement(self, task_id: str) -> Settlement:
        """What to say again about an ended task: the same, or that it is free to be issued anew."""
        return self._ended.get(task_id) or Settlement("released", b'"taken before"', 1, ())

    async def wait_free(self) -> None:
        """Return when there is a place."""
        while self.free <= 0:
            await self.wait_change()

    async def wait_change(self) -> None:
        """Return when a task was taken or has ended."""
        self._changed.clear()
        await self._changed.wait()

    def _notify(self) -> None:
        self._metrics.tasks_held.set(len(self.held))
        self._changed.set()
