"""Runs a task's nodes as one LangGraph graph; no node waits for a sibling that it does not need.

LangGraph ends a superstep only when all its nodes have ended. So the graph has one node, `$run`,
which schedules one LangGraph task per graph node as soon as the node's own sources have ended.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypedDict

from langgraph.func import task
from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from gpu_node.schedule import End, Schedule
from gpu_node.task import TaskNode

RunNode = Callable[[TaskNode], Awaitable[End]]
"""Works on a node and never raises: a failure is an end."""
OnEnd = Callable[[TaskNode, bool], None]
"""Hears that a node has ended, and whether it was the last one that will."""


@dataclass(frozen=True, slots=True)
class GraphRun:
    """What one invocation is about."""

    schedule: Schedule
    run_node: RunNode
    on_end: OnEnd


class _State(TypedDict):
    """Nothing is kept between invocations: a task's graph lives and dies with its task."""


async def run_task_graph(run: GraphRun) -> None:
    """Work through the schedule until nothing runs and nothing is ready."""
    await _graph().ainvoke(_State(), context=run)


async def _run(_state: _State, runtime: Runtime[GraphRun]) -> dict[str, Any]:
    run = runtime.context
    running: dict[asyncio.Future[End], TaskNode] = {}
    _start_ready(run, running)
    while running:
        done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        ended = [(running.pop(future), future.result()) for future in done]
        for node, end in ended:
            run.schedule.end(node.id, end)
        _start_ready(run, running)
        for i, (node, _) in enumerate(ended):
            run.on_end(node, not running and i == len(ended) - 1)
    return {}


def _start_ready(run: GraphRun, running: dict[asyncio.Future[End], TaskNode]) -> None:
    for node in run.schedule.take_ready():
        running[_graph_task(node.id)(run.run_node, node)] = node


@lru_cache(maxsize=512)
def _graph_task(node_id: str) -> Callable[[RunNode, TaskNode], asyncio.Future[End]]:
    """A LangGraph task with the node's name; the same for all tasks, because it holds nothing
    of a run."""

    async def run_node(work: RunNode, node: TaskNode) -> End:
        return await work(node)

    return task(name=node_id)(run_node)  # pyright: ignore[reportReturnType] - an async task answers a future


@lru_cache(maxsize=1)
def _graph() -> Any:
    """The compiled graph; one for all tasks, as its shape comes with the invocation."""
    graph = StateGraph(_State, context_schema=GraphRun)
    graph.add_node("$run", _run)  # pyright: ignore[reportArgumentType] - the library's protocol names its parameters
    graph.add_edge(START, "$run")
    graph.add_edge("$run", END)
    return graph.compile()
