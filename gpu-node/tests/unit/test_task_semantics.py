"""Random tasks against an independent reading of what becomes of each node.

The reading goes over the nodes in topological order once and knows neither time nor LangGraph. The
gateway's semantics.test.ts does the same with whole runs and with the twin in TypeScript.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gpu_node.executor.graph_run import GraphRun, run_directly
from gpu_node.executor.node_inputs import resolve_inputs
from gpu_node.executor.schedule import NodeEnd, Schedule
from gpu_node.executor.task import Source, TaskNode
from gpu_node.executor.task_graph import run_task_graph

NAMES = "abcdefg"
Made = dict[str, str] | None
"""What a node makes, by output; None when it fails."""


@dataclass
class Case:
    """A task whose nodes come in any order, and what each does when it is run."""

    nodes: list[TaskNode]
    does: dict[str, Made]
    slowness: dict[str, int]


@dataclass
class Seen:
    """What ran, with which inputs, and how everything ended."""

    inputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    ends: dict[str, NodeEnd] = field(default_factory=dict)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    names = NAMES[: draw(st.integers(1, len(NAMES)))]
    nodes = [_draw_node(draw, name, names[:i]) for i, name in enumerate(names)]
    made = st.none() | st.fixed_dictionaries({}, optional={"v": st.just("v"), "w": st.just("w")})
    return Case(
        nodes=draw(st.permutations(nodes)),
        does={name: draw(made) for name in names},
        slowness={name: draw(st.integers(0, 3)) for name in names},
    )


def _draw_node(draw: st.DrawFn, name: str, before: str) -> TaskNode:
    inputs: dict[str, Source] = {"c": Source(value=name)}
    after: list[str] = []
    for source in draw(st.lists(st.sampled_from(before), max_size=3)) if before else []:
        if draw(st.integers(0, 4)) == 0:
            after.append(source)
            continue
        output, optional = draw(st.sampled_from("vw")), draw(st.booleans())
        inputs[f"i{len(inputs)}"] = Source(node=source, output=output, optional=optional)
    return TaskNode(name, "t", "", 1, "auto", 1, {}, inputs, tuple(after))


def read(case: Case) -> Seen:
    """The reading: a skip is final and wins; a failure leaves all that hangs on it open."""
    seen = Seen()
    for node in sorted(case.nodes, key=lambda node: node.id):
        refs = [s for s in node.inputs.values() if s.node]
        skipped = any(seen.ends[name] is NodeEnd.SKIPPED for name in node.after)
        open_ = any(seen.ends[name] in (NodeEnd.FAILED, NodeEnd.UNRUN) for name in node.after)
        for ref in refs:
            end, made = seen.ends[ref.node], case.does[ref.node] or {}
            open_ |= end in (NodeEnd.FAILED, NodeEnd.UNRUN)
            absent = end is NodeEnd.SKIPPED or (end is NodeEnd.SUCCEEDED and ref.output not in made)
            skipped |= absent and not ref.optional
        if skipped:
            seen.ends[node.id] = NodeEnd.SKIPPED
        elif open_:
            seen.ends[node.id] = NodeEnd.UNRUN
        else:
            seen.inputs[node.id] = {
                name: s.value if not s.node else s.output
                for name, s in node.inputs.items()
                if not s.node
                or (
                    seen.ends[s.node] is NodeEnd.SUCCEEDED and s.output in (case.does[s.node] or {})
                )
            }
            seen.ends[node.id] = NodeEnd.FAILED if case.does[node.id] is None else NodeEnd.SUCCEEDED
    return seen


async def run(case: Case, graph: Any) -> Seen:
    """What the executor makes of it."""
    seen = Seen()
    schedule = Schedule.of(case.nodes)
    results: dict[str, dict[str, Any]] = {}
    lasts: list[bool] = []

    async def run_node(node: TaskNode) -> NodeEnd:
        assert node.id not in seen.inputs
        seen.inputs[node.id] = resolve_inputs(node, results)
        for _ in range(case.slowness[node.id]):
            await asyncio.sleep(0)
        made = case.does[node.id]
        if made is None:
            return NodeEnd.FAILED
        results[node.id] = {"outputs": made}
        schedule.made(node.id, made)
        return NodeEnd.SUCCEEDED

    await graph(GraphRun(schedule, run_node, lambda _node, is_last: lasts.append(is_last)))
    assert [last for last in lasts if last] == lasts[-1:]
    seen.ends = schedule.ends
    return seen


@settings(max_examples=1000, deadline=None)
@given(cases())
def test_the_schedule_is_as_read(case: Case) -> None:
    assert asyncio.run(run(case, run_directly)) == read(case)


@settings(max_examples=100, deadline=None)
@given(cases())
def test_a_task_as_a_langgraph_graph_is_as_read(case: Case) -> None:
    assert asyncio.run(run(case, run_task_graph)) == read(case)
