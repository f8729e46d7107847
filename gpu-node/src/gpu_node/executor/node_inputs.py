"""The input values of a node, taken from its task and from what other nodes of the task produced;
node-inputs.ts is its twin."""

from collections.abc import Mapping
from typing import Any

from gpu_node.executor.task import TaskNode


def resolve_inputs(node: TaskNode, results: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Values by input name; an optional one that its source did not make is left out. Required
    ones are there, or the schedule would have skipped the node."""
    values: dict[str, Any] = {}
    for name, source in node.inputs.items():
        if not source.node:
            values[name] = source.value
            continue
        outputs = results.get(source.node, {}).get("outputs", {})
        if source.output in outputs:
            values[name] = outputs[source.output]
    return values


def known_inputs(node: TaskNode) -> dict[str, Any]:
    """Those that are known before any node of the task has run."""
    return {name: source.value for name, source in node.inputs.items() if not source.node}
