"""Runs a task's nodes as one LangGraph graph; no node waits for a sibling that it does not need;
task-graph.ts is its twin.

LangGraph ends a superstep only when all its nodes have ended. So a task of several nodes is a graph
with one node, `$run`, which schedules one LangGraph task per graph node as soon as the node's own
sources have ended. A task of one node is that node, which is half as dear.
"""

import asyncio
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypedDict

from langgraph.func import task
from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from gpu_node.executor.graph_run import GraphRun, RunNode, work_through
from gpu_node.executor.schedule import NodeEnd
from gpu_node.executor.task import TaskNode


class _State(TypedDict):
    """Nothing is kept between invocations: a task's graph lives and dies with its task."""


async def run_task_graph(run: GraphRun) -> None:
    """Work through the schedule until nothing runs and nothing is ready."""
    nodes = run.schedule.nodes
    graph = _single(next(iter(nodes))) if len(nodes) == 1 else _several()
    await graph.ainvoke(_State(), context=run)


async def _run_several(_state: _State, runtime: Runtime[GraphRun]) -> dict[str, Any]:
    def start(run_node: RunNode, node: TaskNode) -> asyncio.Future[NodeEnd]:
        return _graph_task(node.id)(run_node, node)

    await work_through(runtime.context, start)
    return {}


async def _run_single(_state: _State, runtime: Runtime[GraphRun]) -> dict[str, Any]:
    run = runtime.context
    for node in run.schedule.take_ready():
        run.schedule.end(node.id, await run.run_node(node))
        run.on_end(node, True)
    return {}


@lru_cache(maxsize=512)
def _graph_task(node_id: str) -> Callable[[RunNode, TaskNode], asyncio.Future[NodeEnd]]:
    """A LangGraph task with the node's name, the same for all tasks: it holds nothing of a run."""

    async def run_node(work: RunNode, node: TaskNode) -> NodeEnd:
        return await work(node)

    return task(name=node_id)(run_node)  # pyright: ignore[reportReturnType] - an async task answers a future


@lru_cache(maxsize=1)
def _several() -> Any:
    """One for all tasks of several nodes, as their shape comes with the invocation."""
    return _compile("$run", _run_several)


@lru_cache(maxsize=512)
def _single(node_id: str) -> Any:
    return _compile(node_id, _run_single)


def _compile(name: str, body: Any) -> Any:
    graph = StateGraph(_State, context_schema=GraphRun)
    graph.add_node(name, body)
    graph.add_edge(START, name)
    graph.add_edge(name, END)
    return graph.compile()
