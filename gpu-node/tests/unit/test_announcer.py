"""An executor says all that it can do once, and then that it is here."""

from collections.abc import Sequence
from typing import Any, cast

from passing_clock import PassingClock

from gpu_node.executor.announcer import Announcer
from gpu_node.redis.backoff import Backoff
from gpu_node.redis.steps import Orders

NONE = Orders(drain=False, probe=0)


class Registry:
    """Stands in for Redis: notes what it is told."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.knows = True
        self.is_away = False
        self.orders = NONE

    async def announce(self, body: bytes, status: str) -> Orders:
        self._hear("announce")
        self.knows = True
        return self.orders

    async def alive(self) -> Orders | None:
        self._hear("alive")
        return self.orders if self.knows else None

    def _hear(self, what: str) -> None:
        if self.is_away:
            raise OSError("away")
        self.said.append(what)


class Capabilities:
    """A type whose engines a test changes."""

    def __init__(self) -> None:
        self.engines: list[dict[str, Any]] = []

    def rows(self) -> list[dict[str, Any]]:
        return [{"type": "one", "schema_digest": "", "engines": self.engines}]


class Fitness:
    """Of a machine that can do everything."""

    resources = None

    def why_not(self, _: str) -> None:
        return None


class Configuration:
    pool = "default"
    labels: Sequence[str] = ()


def start(*registries: Registry) -> tuple[Announcer, Capabilities]:
    clock, capabilities = PassingClock(), Capabilities()
    announcer = Announcer(
        *cast(Any, (Configuration(), capabilities, registries)),
        executor_id="box",
        slots=1,
        fitness=cast(Any, Fitness()),
        clock=clock,
        backoff=Backoff(clock, lambda: 0.0),
    )
    return announcer, capabilities


async def test_what_has_not_changed_is_said_once() -> None:
    registry = Registry()
    announcer, capabilities = start(registry)
    for _ in range(3):
        assert await announcer.announce()
    capabilities.engines = [{"name": "new", "available": True}]
    for _ in range(2):
        assert await announcer.announce()
    announcer.status = "draining"
    assert await announcer.announce()
    assert registry.said == ["announce", "alive", "alive", "announce", "alive", "announce"]


async def test_a_registry_that_knows_nothing_is_told_everything() -> None:
    first, second = Registry(), Registry()
    announcer, _ = start(first, second)
    assert await announcer.announce()
    second.knows = False
    assert await announcer.announce()
    assert (first.said, second.said) == (
        ["announce", "alive"],
        ["announce", "alive", "announce"],
    )


async def test_after_a_failure_and_for_another_server_everything_is_said() -> None:
    registry = Registry()
    announcer, _ = start(registry)
    assert await announcer.announce()
    registry.is_away = True
    assert not await announcer.announce()
    registry.is_away = False
    assert await announcer.announce()
    announcer.again()
    assert await announcer.announce()
    assert registry.said == ["announce", "announce", "announce"]


async def test_those_that_are_there_are_obeyed_while_another_is_away() -> None:
    away, there = Registry(), Registry()
    announcer, _ = start(away, there)
    orders: list[bool] = []
    announcer.on_order = orders.append
    away.is_away, there.orders = True, Orders(drain=True, probe=0)
    assert not await announcer.announce()
    assert (there.said, orders) == (["announce"], [True])
    # Not before all know of it can it be found everywhere.
    assert not announcer.told.is_set()
    away.is_away = False
    assert await announcer.announce()
    assert announcer.told.is_set()
