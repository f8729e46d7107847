"""Works through a task's schedule; how a node is started is the caller's choice."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from gpu_node.executor.schedule import NodeEnd, Schedule
from gpu_node.executor.task import TaskNode

RunNode = Callable[[TaskNode], Awaitable[NodeEnd]]
"""Works on a node and never raises: a failure is an end."""
OnEnd = Callable[[TaskNode, bool], None]
"""Hears that a node has ended, and whether it was the last one that will."""


@dataclass(frozen=True, slots=True)
class GraphRun:
    """The nodes of one task, and what to do with each."""

    schedule: Schedule
    run_node: RunNode
    on_end: OnEnd


Start = Callable[[RunNode, TaskNode], "asyncio.Future[NodeEnd]"]


async def work_through(run: GraphRun, start: Start) -> None:
    """Start each node as soon as its own sources have ended, until nothing is left."""
    running = {start(run.run_node, node): node for node in run.schedule.take_ready()}
    while running:
        done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        ended = [(running.pop(future), future.result()) for future in done]
        for node, end in ended:
            run.schedule.end(node.id, end)
        running |= {start(run.run_node, node): node for node in run.schedule.take_ready()}
        for i, (node, _) in enumerate(ended):
            run.on_end(node, not running and i == len(ended) - 1)


async def run_directly(run: GraphRun) -> None:
    """The same without LangGraph, as the floor that its cost is measured against."""

    async def as_task(run_node: RunNode, node: TaskNode) -> NodeEnd:
        return await run_node(node)

    await work_through(run, lambda work, node: asyncio.ensure_future(as_task(work, node)))
