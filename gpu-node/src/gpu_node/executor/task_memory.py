"""Remembers which tasks this process has taken, because it takes each at most once; task-memory.ts
is its twin."""

from gpu_node.contracts.wire import EXECUTOR
from gpu_node.recent_map import RecentMap
from gpu_node.redis.steps import Ending


class TaskMemory:
    """Ids and entries of tasks, and the last words about them.

    Redis hands out an ended task again only if it forgot the settle (a lost call, a restart that
    lost its last seconds). So the newest are enough; a task whose ending is not kept any more is
    released, and its nodes go on elsewhere.
    """

    def __init__(self) -> None:
        self._entries: RecentMap[str, str] = RecentMap(EXECUTOR["kept_tasks"])
        self._endings: RecentMap[str, Ending] = RecentMap(EXECUTOR["kept_endings"])

    def take(self, task_id: str, entry_id: str) -> None:
        """A task is taken with this entry."""
        self._entries.set(task_id, entry_id)

    def entry_of(self, task_id: str) -> str | None:
        """The entry with which a task came; None when it was never taken."""
        return self._entries.get(task_id)

    def end(self, task_id: str, ending: Ending) -> None:
        """Keep how a task ended, so that its settle can be repeated when Redis hands it out
        again."""
        self._endings.set(task_id, ending)

    def ending_of(self, task_id: str) -> Ending | None:
        """How it ended, as far as that is kept."""
        return self._endings.get(task_id)
