"""An executor says all that it can do once, and then that it is here."""

import dataclasses
from collections.abc import Sequence
from typing import Any, cast

import pytest
from passing_clock import PassingClock
from redis.exceptions import AuthenticationError

from gpu_node.executor import announcer as announcer_module
from gpu_node.executor import shards_known
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
        self.refusal: Exception = OSError("away")
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
            raise self.refusal
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


@pytest.fixture
def faults(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What the log says at its loudest."""
    said: list[tuple[str, str]] = []

    class Log:
        def error(self, msg: str, *, fault: str) -> None:
            said.append((msg, fault))

        def info(self, _: str) -> None:
            """That it can be used again."""

    for module in (announcer_module, shards_known):
        monkeypatch.setattr(module, "get_logger", Log)
    return said


def refused_at(place: str) -> Exception:
    error = AuthenticationError("WRONGPASS invalid username-password pair")
    error.add_note(place)
    return error


async def test_a_fault_that_shards_share_is_said_once_with_all_that_have_it(
    faults: list[tuple[str, str]],
) -> None:
    shards = [Registry() for _ in range(4)]
    announcer, _ = start(*shards)
    for number, shard in enumerate(shards):
        shard.is_away = number > 0
        server = "10.0.0.2:6379" if number < 3 else "10.0.0.3:6379"
        shard.refusal = refused_at(f"shard s{number} on {server}")
    fault = (
        "Redis refuses the user or password of its address (WRONGPASS): correct "
        "GPU_NODE_REDIS_URL: shards s1, s2 on 10.0.0.2:6379; shard s3 on 10.0.0.3:6379"
    )
    for _ in range(2):
        assert not await announcer.announce()
        assert (faults, await announcer.check()) == ([("redis cannot be used", fault)], f"{fault}.")
    # That some are left is no news, nor that they are asked elsewhere.
    shards[1].is_away = False
    shards[2].refusal = refused_at("shard s2 on 10.0.0.4:6379")
    assert not await announcer.announce()
    assert len(faults) == 1
    assert "shard s2 on 10.0.0.4:6379; shard s3 on" in str(await announcer.check())
    # That another one has it, or that it is back after all was well, is.
    shards[0].is_away = True
    assert not await announcer.announce()
    assert len(faults) == 2
    for shard in shards:
        shard.is_away = False
    assert await announcer.announce()
    assert await announcer.check() is None
    shards[3].is_away = True
    assert not await announcer.announce()
    assert len(faults) == 3


async def test_servers_that_fail_otherwise_are_named_apart(faults: list[tuple[str, str]]) -> None:
    shards = [Registry() for _ in range(2)]
    announcer, _ = start(*shards)
    for shard in shards:
        shard.is_away = True
    shards[1].refusal = refused_at("shard s1 on 10.0.0.3:6379")
    shards[0].refusal = ConnectionRefusedError(111, "refused")
    shards[0].refusal.add_note("shard s0 on 10.0.0.2:6379")
    assert not await announcer.announce()
    assert [fault for _, fault in faults] == [
        "Nobody listens at the address of Redis (ECONNREFUSED): shard s0 on 10.0.0.2:6379. Redis "
        "refuses the user or password of its address (WRONGPASS): correct GPU_NODE_REDIS_URL: "
        "shard s1 on 10.0.0.3:6379"
    ]


FEW = (
    "This box takes tasks of 1 shard (GPU_NODE_SHARDS), and the gateway has {} (GATEWAY_SHARDS): "
    "runs in {} wait for another box. Set both alike."
)
MANY = (
    "This box takes tasks of 3 shards (GPU_NODE_SHARDS), and the gateway has 2 (GATEWAY_SHARDS). "
    "Set both alike."
)


@pytest.mark.parametrize(
    ("own", "gateways", "said"),
    [
        (1, 2, FEW.format(2, "s1")),
        (1, 4, FEW.format(4, "s1 to s3")),
        (3, 2, MANY),
        (3, 3, None),
        (3, 0, None),
    ],
)
async def test_another_number_of_shards_than_the_gateway_has_is_said_once_and_by_health(
    faults: list[tuple[str, str]], own: int, gateways: int, said: str | None
) -> None:
    shards = [Registry() for _ in range(own)]
    announcer, _ = start(*shards)
    # Behind those that the gateway has may lie what another one has left.
    for shard in shards[1:]:
        shard.orders = dataclasses.replace(NONE, shards=7)
    shards[0].orders = dataclasses.replace(NONE, shards=gateways)
    for _ in range(3):
        assert await announcer.announce()
        assert await announcer.check() == said
    assert faults == ([("shards differ", said)] if said else [])
    shards[0].orders = dataclasses.replace(NONE, shards=own)
    assert await announcer.announce()
    assert await announcer.check() is None
