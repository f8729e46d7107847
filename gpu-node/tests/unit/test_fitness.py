"""What a machine cannot do now, and whether it pulls meanwhile."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import orjson
import pytest

from gpu_node.children.breaker import MAX_RUNS, REST_S, Breaker
from gpu_node.executor import announcer as announcers
from gpu_node.executor.announcer import Announcer
from gpu_node.executor.fitness import FULL_FOR_S, MIN_FREE_BYTES, Fitness
from gpu_node.executor.puller import Puller
from gpu_node.redis.steps import Entry

HERE = Path("/")


class Machine:
    """A clock, a disk and a breaker in the hands of a test."""

    def __init__(self) -> None:
        self.now = 0.0
        self.free = MIN_FREE_BYTES
        self.breaker = Breaker(lambda: self.now)
        self.fitness = Fitness(
            HERE, self.breaker, lambda: self.now, free_bytes=lambda folder: self.free
        )

    def crash(self, node_type: str) -> None:
        """As often as it takes to let the type rest."""
        for run in range(MAX_RUNS):
            self.breaker.crashed(node_type, f"run{run}")


@pytest.mark.parametrize(
    ("free", "why"),
    [(0, "the disk is full"), (MIN_FREE_BYTES - 1, "the disk is full"), (MIN_FREE_BYTES, None)],
)
async def test_free_bytes_decide_whether_the_disk_is_full(free: int, why: str | None) -> None:
    machine = Machine()
    machine.free = free
    assert machine.fitness.disk() == why
    assert machine.fitness.why_not("any") == why
    said = await machine.fitness.check()
    assert said == (why and "Cannot work now: the disk is full.")


def test_a_disk_that_was_found_full_counts_as_full_for_a_while() -> None:
    machine = Machine()
    machine.fitness.disk_was_full()
    machine.now = FULL_FOR_S - 0.1
    assert machine.fitness.disk() == "the disk is full"
    machine.now = FULL_FOR_S
    assert machine.fitness.disk() is None


def test_the_real_disk_is_asked(tmp_path: Path) -> None:
    breaker = Breaker()
    assert Fitness(tmp_path, breaker).disk() is None
    assert Fitness(tmp_path / "gone", breaker).disk() == "the disk is full"


async def test_a_type_that_rests_stops_no_other() -> None:
    machine = Machine()
    machine.crash("poison")
    assert "poison crashed for 5 runs" in str(machine.fitness.why_not("poison"))
    assert machine.fitness.why_not("other") is None
    assert machine.fitness.is_partly_unfit()
    assert "poison" in str(await machine.fitness.check())
    machine.now = REST_S
    assert not machine.fitness.is_partly_unfit()
    assert await machine.fitness.check() is None


class Registry:
    """Stands in for Redis: keeps what was announced."""

    def __init__(self) -> None:
        self.rows: list[Any] = []

    async def announce(self, body: bytes, status: str) -> None:
        self.rows.append(orjson.loads(body))


class Capabilities:
    """Two types."""

    def rows(self) -> list[dict[str, Any]]:
        return [{"type": name, "schema_digest": "", "engines": []} for name in ("poison", "other")]


class Configuration:
    pool = "default"
    labels: Sequence[str] = ()


async def test_the_announcement_says_what_rests_and_when_it_no_longer_does() -> None:
    machine, registry = Machine(), Registry()
    parts = cast(Any, (Configuration(), Capabilities(), [registry]))
    announcer: Announcer = announcers.Announcer(
        *parts, executor_id="box", slots=1, fitness=machine.fitness
    )
    machine.crash("poison")
    await announcer.announce()
    machine.now = REST_S
    await announcer.announce()
    said = [{row["type"]: row.get("cannot_now") for row in r["node_types"]} for r in registry.rows]
    assert "rests for 30 s" in said[0].pop("poison")
    assert said == [{"other": None}, {"poison": None, "other": None}]


class Stream:
    """Stands in for a reader: notes how it was read, and ends the test's pulling."""

    shard = "s0"

    def __init__(self) -> None:
        self.reads: list[str] = []
        self.was_read = asyncio.Event()

    async def read(self, count: int) -> list[Entry]:
        return await self._note("read")

    async def read_left(self) -> list[Entry]:
        return await self._note("read_left")

    async def _note(self, how: str) -> list[Entry]:
        self.reads.append(how)
        self.was_read.set()
        await asyncio.Event().wait()
        return []


class Places:
    free = 3

    async def when_free(self) -> None:
        """There always are."""


async def first_read(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> tuple[str, list[float]]:
    """How a puller reads first, and what it waited for before; the disk empties meanwhile."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        machine.free = MIN_FREE_BYTES

    stream = Stream()
    parts = cast(Any, (Places(), None, None))
    more = cast(Any, {"fitness": machine.fitness, "block_ms": 1000, "on_back": None})
    monkeypatch.setattr("gpu_node.executor.puller.asyncio.sleep", sleep)
    pulling = asyncio.create_task(Puller(*parts, **more).pull(cast(Any, stream), cast(Any, None)))
    await stream.was_read.wait()
    pulling.cancel()
    return stream.reads[0], slept


async def test_a_full_disk_is_waited_for_before_anything_is_pulled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    machine = Machine()
    machine.free = 0
    assert await first_read(machine, monkeypatch) == ("read", [1])


async def test_a_machine_that_cannot_do_all_work_stands_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    machine = Machine()
    assert await first_read(machine, monkeypatch) == ("read", [])
    machine.crash("poison")
    assert await first_read(machine, monkeypatch) == ("read_left", [0.5])
