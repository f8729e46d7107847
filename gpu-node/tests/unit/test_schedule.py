"""Which nodes may run, by hand and at random."""

import random

import pytest

from gpu_node.schedule import End, InvalidSchedule, Schedule
from gpu_node.task import Source, TaskNode


def make(node_id: str, needs: str = "", hopes: str = "", after: str = "") -> TaskNode:
    """A node by the letters of its sources."""
    inputs = {f"n{s}": Source(node=s, output="x") for s in needs}
    inputs |= {f"h{s}": Source(node=s, output="x", optional=True) for s in hopes}
    return TaskNode(node_id, "t", "", 1, "auto", 1, {}, inputs, tuple(after))


def names(nodes: list[TaskNode]) -> str:
    return "".join(sorted(node.id for node in nodes))


def test_tells_each_node_once_when_its_sources_have_ended() -> None:
    schedule = Schedule.of([make("a"), make("b"), make("c", needs="a"), make("d", needs="bc")])
    assert names(schedule.take_ready()) == "ab"
    assert names(schedule.take_ready()) == ""
    schedule.end("a", End.SUCCEEDED)
    assert names(schedule.take_ready()) == "c"
    schedule.end("c", End.SUCCEEDED)
    assert names(schedule.take_ready()) == ""
    schedule.end("b", End.SUCCEEDED)
    assert names(schedule.take_ready()) == "d"


def test_waits_for_an_optional_source_and_runs_without_it() -> None:
    schedule = Schedule.of([make("a"), make("b", hopes="a"), make("c", after="a"), make("d", "c")])
    assert names(schedule.take_ready()) == "a"
    schedule.end("a", End.FAILED)
    assert names(schedule.take_ready()) == "b"
    assert schedule.ends["c"] is schedule.ends["d"] is End.UNRUN


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


@pytest.mark.parametrize("seed", range(50))
def test_every_node_ends_whatever_fails(seed: int) -> None:
    chance = random.Random(seed)
    letters = "abcdefghijkl"
    nodes = [
        make(
            name,
            needs="".join(s for s in letters[:i] if chance.random() < 0.2),
            hopes="".join(s for s in letters[:i] if chance.random() < 0.1),
        )
        for i, name in enumerate(letters)
    ]
    chance.shuffle(nodes)
    schedule = Schedule.of(nodes)
    running: list[TaskNode] = []
    while ready := [*running, *schedule.take_ready()]:
        node = ready.pop(chance.randrange(len(ready)))
        running = ready
        assert all(
            schedule.ends[s.node] is End.SUCCEEDED for s in node.inputs.values() if not s.optional
        )
        schedule.end(node.id, chance.choice([End.SUCCEEDED, End.SUCCEEDED, End.FAILED]))
    assert set(schedule.ends) == set(letters)
