"""Commands that share a pipeline, against a real server."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from passing_clock import PassingClock
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoScriptError, ResponseError
from services import Valkey, start_valkey

from gpu_node.clock import SystemClock
from gpu_node.contracts.keys import Keys
from gpu_node.contracts.scripts import SCRIPTS
from gpu_node.contracts.steps import Step, announce
from gpu_node.redis.batches import Batches
from gpu_node.redis.clients import create_command_client
from gpu_node.redis.scripts import ScriptRunner


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    with start_valkey(tmp_path_factory.mktemp("batches"), "--appendonly", "no") as valkey:
        yield valkey


async def test_each_caller_gets_its_own_answer_or_error(server: Valkey) -> None:
    client = Redis.from_url(server.url, protocol=2)
    batches = Batches(client)
    await client.set("text", "x")
    commands = [batches.execute("ECHO", str(i)) for i in range(300)]
    *answers, error = await asyncio.gather(
        *commands, batches.execute("INCR", "text"), return_exceptions=True
    )
    assert answers == [str(i).encode() for i in range(300)]
    assert isinstance(error, ResponseError)
    # Far fewer writes than the 301 commands; a busy server reads one write in pieces.
    calls = await client.info("stats")
    assert calls["total_reads_processed"] < 150
    await client.aclose()


async def test_a_caller_that_gives_up_does_not_disturb_the_others(server: Valkey) -> None:
    client = Redis.from_url(server.url, protocol=2)
    batches = Batches(client)
    first = asyncio.ensure_future(batches.execute("ECHO", "1"))
    second = asyncio.ensure_future(batches.execute("ECHO", "2"))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == b"2"
    await client.aclose()


async def test_a_script_that_the_server_forgot_is_waited_for(server: Valkey) -> None:
    client = Redis.from_url(server.url, protocol=2)
    scripts = ScriptRunner(client, SystemClock())
    await client.script_flush()
    await client.config_resetstat()
    # As a gateway does, once somebody has met the gap.
    watcher = asyncio.create_task(_load_when_missed(server, "announce"))
    answers = await asyncio.gather(*(scripts.run(_announce()) for _ in range(5)))
    assert [order for _, order, *_ in answers] == [b"none"] * 5
    assert all(int(now) > 0 for now, *_ in answers)
    await watcher
    await client.aclose()


async def test_a_script_that_nobody_loads_is_an_error_and_is_never_sent_in_full(
    server: Valkey,
) -> None:
    client = Redis.from_url(server.url, protocol=2)
    await client.script_flush()
    await client.config_resetstat()
    clock = PassingClock(jumps=True)
    with pytest.raises(NoScriptError):
        await ScriptRunner(client, clock).run(_announce())
    assert clock.passed > 1
    sent = await client.info("commandstats")
    assert "cmdstat_eval" not in sent
    assert sent["cmdstat_evalsha"]["failed_calls"] > 1
    await client.aclose()


def _announce() -> Step[list[Any]]:
    return announce(
        Keys("t"), shard="s0", pool="p", executor="id", announcement="{}", status="online"
    )


async def _load_when_missed(server: Valkey, name: str) -> None:
    client = Redis.from_url(server.url, protocol=2)
    while "errorstat_NOSCRIPT" not in await client.info("errorstats"):
        pass
    await client.script_load(SCRIPTS[name].source)
    await client.aclose()


async def test_all_hear_of_a_server_that_is_away() -> None:
    client = create_command_client("redis://127.0.0.1:9")
    batches = Batches(client)
    answers = await asyncio.gather(
        *(batches.execute("PING") for _ in range(3)), return_exceptions=True
    )
    assert all(isinstance(answer, RedisConnectionError) for answer in answers)
    await client.aclose()
