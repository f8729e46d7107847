"""What a machine cannot do now, and whether it pulls meanwhile."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import orjson
import pytest
from passing_clock import PassingClock, settle

from gpu_node.children.breaker import MAX_RUNS, REST_S, Breaker
from gpu_node.executor import announcer as announcers
from gpu_node.executor.announcer import Announcer
from gpu_node.executor.fitness import FULL_FOR_S, MIN_FREE_BYTES, Fitness
from gpu_node.executor.puller import LOOK_AGAIN_S, STAND_BACK_S, Puller
from gpu_node.redis.backoff import Backoff
from gpu_node.redis.steps import Entry, Orders

HERE = Path("/")


class Machine:
    """A clock, a disk and a breaker in the hands of a test."""

    def __init__(self) -> None:
        self.clock = PassingClock()
        self.free = MIN_FREE_BYTES
        self.breaker = Breaker(self.clock)
        self.fitness = Fitness(
            HERE, self.breaker, clock=self.clock, free_bytes=lambda folder: self.free
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
    machine.clock.let_pass(FULL_FOR_S - 0.1)
    assert machine.fitness.disk() == "the disk is full"
    machine.clock.let_pass(0.1)
    assert machine.fitness.disk() is None


def test_the_real_disk_is_asked(tmp_path: Path) -> None:
    clock = PassingClock()
    breaker = Breaker(clock)
    assert Fitness(tmp_path, breaker, clock=clock).disk() is None
    assert Fitness(tmp_path / "gone", breaker, clock=clock).disk() == "the disk is full"


async def test_a_type_that_rests_stops_no_other() -> None:
    machine = Machine()
    machine.crash("poison")
    assert "poison crashed for 5 runs" in str(machine.fitness.why_not("poison"))
    assert machine.fitness.why_not("other") is None
    assert machine.fitness.is_partly_unfit()
    assert "poison" in str(await machine.fitness.check())
    machine.clock.let_pass(REST_S)
    assert not machine.fitness.is_partly_unfit()
    assert await machine.fitness.check() is None


class Registry:
    """Stands in for Redis: keeps what was announced."""

    def __init__(self) -> None:
        self.rows: list[Any] = []

    async def announce(self, body: bytes, status: str) -> Orders:
        self.rows.append(orjson.loads(body))
        return Orders(drain=False, probe=0)

    async def alive(self) -> None:
        """Knows nobody, so that it is told everything."""


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
        *parts,
        executor_id="box",
        slots=1,
        fitness=machine.fitness,
        clock=machine.clock,
        backoff=Backoff(machine.clock, lambda: 0.0),
    )
    machine.crash("poison")
    await announcer.announce()
    machine.clock.let_pass(REST_S)
    await announcer.announce()
    said = [{row["type"]: row.get("cannot_now") for row in r["node_types"]} for r in registry.rows]
    assert "rests for 30 s" in said[0].pop("poison")
    assert said == [{"other": None}, {"poison": None, "other": None}]


class Stream:
    """Stands in for a reader: notes how it was read, and ends the test's pulling."""

    shard = "s0"

    def __init__(self) -> None:
        self.reads: list[str] = []

    async def read(self, count: int, more: int) -> list[Entry]:
        return await self._note("read")

    async def read_left(self, count: int = 1) -> list[Entry]:
        return await self._note(f"read_left {count}")

    async def _note(self, how: str) -> list[Entry]:
        self.reads.append(how)
        await asyncio.Event().wait()
        return []


class Places:
    free = 3
    changes = 0
    ahead: SimpleNamespace

    def allow(self) -> int:
        """Nobody waits."""
        return 0

    async def when_free(self) -> None:
        """There always are."""


class Pulling:
    """A puller at work, and how it has read."""

    def __init__(self, machine: Machine, *, is_unsure: bool = False) -> None:
        """is_unsure: how far Redis is."""
        self.stream = Stream()
        self._machine = machine
        places = Places()
        places.ahead = SimpleNamespace(is_unsure=is_unsure)
        parts = cast(Any, (places, None, None))
        puller = Puller(
            *parts,
            fitness=machine.fitness,
            block_ms=1000,
            on_back=lambda: None,
            clock=machine.clock,
            backoffs=lambda: Backoff(machine.clock, lambda: 0.0),
        )
        self.task = asyncio.create_task(puller.pull(cast(Any, self.stream), cast(Any, None)))

    async def reads_after(self, seconds: float) -> list[str]:
        """What has been read once this time has passed."""
        await settle()
        self._machine.clock.let_pass(seconds)
        await settle()
        assert not self.task.done()
        return self.stream.reads


async def test_a_full_disk_is_waited_for_before_anything_is_pulled() -> None:
    machine = Machine()
    machine.free = 0
    pulling = Pulling(machine)
    for _ in range(100):
        assert await pulling.reads_after(LOOK_AGAIN_S) == []
    machine.free = MIN_FREE_BYTES
    assert await pulling.reads_after(LOOK_AGAIN_S) == ["read"]


async def test_the_way_is_measured_before_the_first_read_waits() -> None:
    assert await Pulling(Machine(), is_unsure=True).reads_after(0) == ["read_left 3"]


async def test_a_machine_that_cannot_do_all_work_stands_back() -> None:
    machine = Machine()
    assert await Pulling(machine).reads_after(0) == ["read"]
    machine.crash("poison")
    pulling = Pulling(machine)
    assert await pulling.reads_after(STAND_BACK_S - 0.1) == []
    assert await pulling.reads_after(0.1) == ["read_left 1"]
