"""Which nodes may run, by hand; test_task_semantics.py tries it at random."""

import pytest

from gpu_node.executor.schedule import InvalidSchedule, NodeEnd, Schedule
from gpu_node.executor.task import Source, TaskNode


def make(node_id: str, needs: str = "", hopes: str = "", after: str = "") -> TaskNode:
    """A node by the letters of its sources."""
    inputs = {f"n{s}": Source(node=s, output="x") for s in needs}
    inputs |= {f"h{s}": Source(node=s, output="x", optional=True) for s in hopes}
    return TaskNode(node_id, "t", "", 1, "auto", 1, {}, inputs, tuple(after))


def succeed(schedule: Schedule, name: str, outputs: str = "") -> None:
    schedule.made(name, outputs)
    schedule.end(name, NodeEnd.SUCCEEDED)


def names(nodes: list[TaskNode]) -> str:
    return "".join(sorted(node.id for node in nodes))


def test_tells_each_node_once_when_its_sources_have_ended() -> None:
    schedule = Schedule.of([make("a"), make("b"), make("c", needs="a"), make("d", needs="bc")])
    assert names(schedule.take_ready()) == "ab"
    assert names(schedule.take_ready()) == ""
    succeed(schedule, "a", "x")
    assert names(schedule.take_ready()) == "c"
    succeed(schedule, "c", "x")
    assert names(schedule.take_ready()) == ""
    succeed(schedule, "b", "x")
    assert names(schedule.take_ready()) == "d"


def test_waits_for_an_optional_source_and_runs_without_what_it_did_not_make() -> None:
    schedule = Schedule.of([make("a"), make("b", hopes="a")])
    assert names(schedule.take_ready()) == "a"
    succeed(schedule, "a")
    assert names(schedule.take_ready()) == "b"


def test_skips_what_requires_an_output_that_was_not_made_and_what_comes_after() -> None:
    nodes = [make("a"), make("b", "a"), make("c", after="b"), make("d", "c"), make("e", hopes="d")]
    schedule = Schedule.of(nodes)
    assert names(schedule.take_ready()) == "a"
    succeed(schedule, "a")
    assert names(schedule.take_ready()) == "e"
    assert {schedule.ends[name] for name in "bcd"} == {NodeEnd.SKIPPED}


def test_leaves_to_the_driver_what_has_a_source_that_failed_and_may_be_tried_again() -> None:
    nodes = [make("a"), make("b", hopes="a"), make("c", after="a"), make("d", "c"), make("e")]
    schedule = Schedule.of([*nodes, make("f", hopes="d")])
    assert names(schedule.take_ready()) == "ae"
    schedule.end("a", NodeEnd.FAILED)
    assert names(schedule.take_ready()) == ""
    assert {schedule.ends[name] for name in "bcdf"} == {NodeEnd.UNRUN}


@pytest.mark.parametrize(
    "nodes",
    [
        [make("a", needs="a")],
        [make("a", after="b"), make("b", hopes="a")],
        [make("a", needs="z")],
        [make("a"), make("a")],
    ],
)
def test_refuses_what_would_never_end(nodes: list[TaskNode]) -> None:
    with pytest.raises(InvalidSchedule):
        Schedule.of(nodes)
