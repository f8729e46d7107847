"""What is needed to run any task."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from gpu_node.clock import Clock
from gpu_node.executor.artifacts import ArtifactStore
from gpu_node.executor.graph_run import GraphRun
from gpu_node.executor.node_runner import NodeRunner
from gpu_node.executor.task_checks import TaskChecks
from gpu_node.metrics import Metrics
from gpu_node.redis.backoff import Backoffs

RunGraph = Callable[[GraphRun], Awaitable[None]]


@dataclass(frozen=True)
class TaskParts:
    """The same for all tasks of an executor."""

    nodes: NodeRunner
    checks: TaskChecks
    store: ArtifactStore
    metrics: Metrics
    tasks_dir: Path
    run_graph: RunGraph
    clock: Clock
    backoffs: Backoffs
