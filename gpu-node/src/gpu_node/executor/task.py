"""A task as the executor works with it, read from a body that has passed the gate."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gpu_node.contracts.wire import OWNERS


@dataclass(frozen=True, slots=True)
class Source:
    """Where an input's value comes from: `node` and `output`, or the `value` itself."""

    value: Any = None
    node: str = ""
    output: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class TaskNode:
    """One node of the task, see TaskNode in task.schema.json."""

    id: str
    type: str
    schema_digest: str
    attempt: int
    engine: str
    timeout_s: float
    params: Mapping[str, Any]
    inputs: Mapping[str, Source]
    after: tuple[str, ...]
    check: bool = False
    """It runs for certain, so what is known of it may be judged before the task begins."""
    traceparent: str | None = None
    """The attempt's span in the run's trace; None where none is told."""


@dataclass(frozen=True, slots=True)
class Task:
    """One attempt at a piece of a run's graph, see task.schema.json."""

    task_id: str
    run_id: str
    shard: str
    owner: str
    pool: str
    plane: str
    nodes: tuple[TaskNode, ...]
    ahead: tuple[TaskNode, ...]
    """Nodes of later tasks, only to be judged."""


def to_task(body: Mapping[str, Any]) -> Task:
    """The task of a body that fits task.schema.json."""
    return Task(
        task_id=body["task_id"],
        run_id=body["run_id"],
        shard=body["shard"],
        owner=body.get("owner", OWNERS["default"]),
        pool=body["pool"],
        plane=body["plane"],
        nodes=tuple(_to_node(node) for node in body["nodes"]),
        ahead=tuple(_to_node(node) for node in body.get("ahead", [])),
    )


def _to_node(node: Mapping[str, Any]) -> TaskNode:
    return TaskNode(
        id=node["id"],
        type=node["type"],
        schema_digest=node["schema_digest"],
        attempt=node["attempt"],
        engine=node["engine"],
        timeout_s=node["timeout_s"],
        params=node["params"],
        inputs={name: _to_source(source) for name, source in node["inputs"].items()},
        after=tuple(node["after"]),
        check=node.get("check", False),
        traceparent=node.get("traceparent"),
    )


def _to_source(source: Mapping[str, Any]) -> Source:
    if source["from"] == "value":
        return Source(value=source["value"])
    return Source(node=source["node"], output=source["output"], optional=source["optional"])
