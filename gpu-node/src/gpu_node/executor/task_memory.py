"""Remembers which tasks this process has taken, because it takes each at most once; task-memory.ts
is its twin."""

from collections import OrderedDict
from typing import TypeVar

from gpu_node.redis.steps import Settlement

KEPT_TASKS = 20_000
KEPT_ENDINGS = 200
"""Redis hands out an ended task again only if it forgot the settle (a lost call, a restart that
lost its last seconds). So the newest are enough; a task whose ending is not kept any more is left
to be reaped."""

V = TypeVar("V")


class TaskMemory:
    """Ids and entries of tasks, and the last words about them."""

    def __init__(self) -> None:
        self._entries: OrderedDict[str, str] = OrderedDict()
        self._endings: OrderedDict[str, Settlement] = OrderedDict()

    def take(self, task_id: str, entry_id: str) -> None:
        """A task is taken with this entry."""
        _put(self._entries, task_id, entry_id, KEPT_TASKS)

    def entry_of(self, task_id: str) -> str | None:
        """The entry with which a task came; None when it was never taken."""
        return self._entries.get(task_id)

    def end(self, task_id: str, ending: Settlement) -> None:
        """Keep how a task ended, so that its settle can be repeated when Redis hands it out
        again."""
        _put(self._endings, task_id, ending, KEPT_ENDINGS)

    def ending_of(self, task_id: str) -> Settlement | None:
        """How it ended, as far as that is kept."""
        return self._endings.get(task_id)


def _put(rows: OrderedDict[str, V], key: str, value: V, limit: int) -> None:
    rows[key] = value
    if len(rows) > limit:
        rows.popitem(last=False)
