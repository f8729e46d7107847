"""Which nodes of a task may run: a pure reading of its edges and of what has ended; schedule.ts is
its twin."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

from gpu_node.executor.task import TaskNode


class NodeEnd(Enum):
    """How a node of the task ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"
    """What it requires was not made and never will be."""
    UNRUN = "unrun"
    """Only the driver knows what becomes of it: a source failed and may be tried again, or the
    task was stopped."""


class InvalidSchedule(ValueError):
    """The task is not closed under its inputs, or its nodes wait for each other in a circle."""


@dataclass
class Schedule:
    """Tells the nodes that are ready, each once. A node waits for its optional sources too."""

    nodes: dict[str, TaskNode]
    ends: dict[str, NodeEnd] = field(default_factory=dict)
    _made: dict[str, frozenset[str]] = field(default_factory=dict)
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
        """Nodes whose sources have all ended and made what is required; never told again."""
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

    def made(self, node_id: str, outputs: Iterable[str]) -> None:
        """Note the names of what a node has made, before its end is noted."""
        self._made[node_id] = frozenset(outputs)

    def end(self, node_id: str, end: NodeEnd) -> None:
        """Note how a node ended."""
        self.ends[node_id] = end

    def is_last(self, node_id: str) -> bool:
        """Whether all others have ended, so that nothing begins any more."""
        return all(node in self.ends for node in self.nodes if node != node_id)

    def _drop_unrunnable(self) -> None:
        changed = True
        while changed:
            changed = False
            for node in self.nodes.values():
                if node.id in self.ends or node.id in self._started:
                    continue
                if end := self._end_without_run(node):
                    self.ends[node.id] = end
                    changed = True

    def _end_without_run(self, node: TaskNode) -> NodeEnd | None:
        """A skip is final, so it comes first; the rest waits until all sources have ended."""
        if self._is_impossible(node):
            return NodeEnd.SKIPPED
        ends = [self.ends.get(source) for source in sources(node)]
        if None not in ends and (NodeEnd.FAILED in ends or NodeEnd.UNRUN in ends):
            return NodeEnd.UNRUN
        return None

    def _is_impossible(self, node: TaskNode) -> bool:
        if any(self.ends.get(source) is NodeEnd.SKIPPED for source in node.after):
            return True
        required = (s for s in node.inputs.values() if s.node and not s.optional)
        return any(
            self.ends.get(s.node) is NodeEnd.SKIPPED
            or (
                self.ends.get(s.node) is NodeEnd.SUCCEEDED
                and s.output not in self._made.get(s.node, frozenset())
            )
            for s in required
        )

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
