"""Which nodes of a task may run: a pure reading of its edges and of what has ended."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

from gpu_node.task import TaskNode


class End(Enum):
    """How a node of the task ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNRUN = "unrun"
    """It will not run in this task: a node that it needs did not succeed."""


class InvalidSchedule(ValueError):
    """The task is not closed under its inputs, or its nodes wait for each other in a circle."""


@dataclass
class Schedule:
    """Tells the nodes that are ready, each once. A node waits for its optional sources too."""

    nodes: dict[str, TaskNode]
    ends: dict[str, End] = field(default_factory=dict)
    _started: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, nodes: Iterable[TaskNode]) -> "Schedule":
        """A schedule that is known to end."""
        schedule = cls({})
        for node in nodes:
            if node.id in schedule.nodes:
                raise InvalidSchedule(f"node {node.id} appears twice")
            schedule.nodes[node.id] = node
        schedule._assert_ends()
        return schedule

    def take_ready(self) -> list[TaskNode]:
        """Nodes whose sources have all ended and whose needed ones succeeded; never told again."""
        self._drop_unrunnable()
        ready = [
            node
            for node in self.nodes.values()
            if node.id not in self._started
            and node.id not in self.ends
            and all(source in self.ends for source in sources(node))
        ]
        self._started.update(node.id for node in ready)
        return ready

    def end(self, node_id: str, end: End) -> None:
        """Note how a node ended."""
        self.ends[node_id] = end

    def _drop_unrunnable(self) -> None:
        changed = True
        while changed:
            changed = False
            for node in self.nodes.values():
                if node.id in self.ends or node.id in self._started:
                    continue
                if any(self.ends.get(s, End.SUCCEEDED) is not End.SUCCEEDED for s in needs(node)):
                    self.ends[node.id] = End.UNRUN
                    changed = True

    def _assert_ends(self) -> None:
        seen: set[str] = set()
        for node in self.nodes.values():
            missing = [source for source in sources(node) if source not in self.nodes]
            if missing:
                raise InvalidSchedule(
                    f"node {node.id} needs {missing[0]}, which is not in the task"
                )
        while len(seen) < len(self.nodes):
            free = [n.id for n in self.nodes.values() if n.id not in seen and sources(n) <= seen]
            if not free:
                raise InvalidSchedule("the nodes wait for each other in a circle")
            seen.update(free)


def sources(node: TaskNode) -> set[str]:
    """Nodes that must have ended before this one begins."""
    return {s.node for s in node.inputs.values() if s.node} | set(node.after)


def needs(node: TaskNode) -> set[str]:
    """Nodes that must have succeeded."""
    return {s.node for s in node.inputs.values() if s.node and not s.optional} | set(node.after)
