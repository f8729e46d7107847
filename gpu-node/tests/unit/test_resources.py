"""What handlers need of the machine is kept within what it has."""

import asyncio

import pytest

from gpu_node.children.resources import Resources

NEEDS = {
    "small": {"cpu": 1, "gpu": 0, "vram_gb": 0},
    "large": {"cpu": 4, "gpu": 0, "vram_gb": 0},
    "gpu": {"cpu": 0, "gpu": 1, "vram_gb": 10},
    "memory": {"cpu": 0, "gpu": 0, "vram_gb": 20},
    "two": {"cpu": 0, "gpu": 2, "vram_gb": 0},
    "both": {"cpu": 1, "gpu": 1, "vram_gb": 1},
}


class Work:
    """A call of a type that holds what it needs until it is told to end."""

    def __init__(self, resources: Resources, node_type: str) -> None:
        self.runs = asyncio.Event()
        self.may_end = asyncio.Event()
        self.lengthened = asyncio.Event()
        self.task = asyncio.create_task(self._run(resources, node_type))

    async def _run(self, resources: Resources, node_type: str) -> None:
        held = await resources.held(node_type)
        self.runs.set()
        await self.lengthened.wait()
        held.lengthened()
        await self.may_end.wait()
        held.leave()

    async def end(self) -> None:
        self.lengthened.set()
        self.may_end.set()
        await self.task


async def settle() -> None:
    """Let everything happen that can."""
    for _ in range(10):
        await asyncio.sleep(0)


def machine(**totals: float) -> Resources:
    return Resources(totals, lambda node_type: NEEDS[node_type])


@pytest.mark.parametrize(
    ("node_type", "says"),
    [
        ("small", None),
        # Fewer CPUs only make it slower.
        ("large", None),
        ("gpu", None),
        ("memory", "memory needs 20 vram_gb, and this machine has 16"),
        ("two", "two needs 2 gpu, and this machine has 1"),
    ],
)
def test_what_a_machine_can_never_do_is_named(node_type: str, says: str | None) -> None:
    assert machine(cpu=2, gpu=1, vram_gb=16).why_never(node_type) == says


def test_a_machine_without_a_gpu_says_so() -> None:
    said = machine(cpu=2).why_never("gpu")
    assert said == (
        "gpu needs 1 gpu, and this machine has 0 and 10 vram_gb, and this machine has 0"
    )


async def test_the_second_waits_until_the_first_gives_its_gpu_back() -> None:
    resources = machine(cpu=2, gpu=1, vram_gb=16)
    first, second = Work(resources, "gpu"), Work(resources, "gpu")
    await first.runs.wait()
    await settle()
    assert not second.runs.is_set()
    await first.end()
    await second.runs.wait()
    await second.end()


async def test_nobody_waits_behind_one_that_waits_for_something_else() -> None:
    resources = machine(cpu=2, gpu=1, vram_gb=16)
    first, second, other = Work(resources, "gpu"), Work(resources, "gpu"), Work(resources, "small")
    await other.runs.wait()
    assert not second.runs.is_set()
    for work in (other, first, second):
        await work.end()


async def test_one_that_needs_much_is_not_passed_by_those_that_need_little() -> None:
    resources = machine(cpu=4)
    first, large, late = (
        Work(resources, "small"),
        Work(resources, "large"),
        Work(resources, "small"),
    )
    await first.runs.wait()
    await settle()
    assert (large.runs.is_set(), late.runs.is_set()) == (False, False)
    await first.end()
    await large.runs.wait()
    await large.end()
    await late.runs.wait()
    await late.end()


async def test_long_work_keeps_its_gpu_and_leaves_its_cpus_to_others() -> None:
    resources = machine(cpu=1, gpu=1, vram_gb=16)
    film, short, rival = Work(resources, "both"), Work(resources, "small"), Work(resources, "gpu")
    await film.runs.wait()
    await settle()
    assert not short.runs.is_set()
    film.lengthened.set()
    await short.runs.wait()
    await settle()
    assert not rival.runs.is_set()
    await film.end()
    await rival.runs.wait()
    for work in (short, rival):
        await work.end()


async def test_who_gives_up_waiting_blocks_nobody() -> None:
    resources = machine(cpu=4)
    first, large, late = (
        Work(resources, "small"),
        Work(resources, "large"),
        Work(resources, "small"),
    )
    await first.runs.wait()
    await settle()
    large.task.cancel()
    await late.runs.wait()
    for work in (first, late):
        await work.end()
    fits = Work(resources, "large")
    await fits.runs.wait()
    await fits.end()


async def test_what_is_left_twice_is_given_back_once() -> None:
    resources = machine(cpu=2, gpu=1, vram_gb=16)
    first = await resources.held("gpu")
    second = Work(resources, "gpu")
    await settle()
    assert first.is_wanted
    first.leave()
    first.leave()
    await second.runs.wait()
    third = Work(resources, "gpu")
    await settle()
    assert not third.runs.is_set()
    await second.end()
    await third.end()
    assert not first.is_wanted
