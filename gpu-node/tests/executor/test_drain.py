"""How an executor leaves."""

import signal
from pathlib import Path

import orjson
import pytest
from executor.driver import Driver, make_node
from executor.process import run_gpu_node
from redis.asyncio import Redis
from services import Valkey
from ulid import ULID


@pytest.fixture
def prefix() -> str:
    """An executor that leaves is of no use to the next test."""
    return f"t{ULID()}"


async def executor_row(redis: Redis, driver: Driver) -> dict[str, object]:
    """The only executor's row of the registry."""
    rows = await redis.hgetall(driver.keys.pool_executors(driver.shard, driver.pool))
    name = next(key for key in rows if b":" not in key)
    return {**orjson.loads(rows[name]), "status": rows[b"status:" + name].decode()}


async def test_finishes_what_fits_into_the_grace_time_and_releases_the_rest(
    valkey: Valkey, redis: Redis, driver: Driver, prefix: str, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    settings = {"key_prefix": prefix, "slots": 3, "drain_grace_ms": 1500}
    async with run_gpu_node(valkey.url, tmp_path, **settings) as node:
        fits = await driver.issue(make_node("a", params={"wait_for": str(gate), "text": "done"}))
        long = await driver.issue(
            make_node("a", params={"text": "first"}),
            make_node("b", "test_process", params={"do": "hang"}, after=["a"]),
        )
        sleeps = await driver.issue(make_node("a", params={"sleep_s": 600}))
        for task_id, name in ((fits, "a"), (long, "b"), (sleeps, "a")):
            await driver.started(task_id, name)
        node.send(signal.SIGTERM)
        await node.says("draining")
        late = await driver.issue(make_node("a"))
        gate.touch()
        assert (await driver.result(fits, "a"))["outputs"] == {"text": "done"}
        released = await driver.ending(long)
        assert released["outcome"] == "released"
        assert [r["node_id"] for r in released["results"]] == ["a"]
        assert (await driver.ending(sleeps))["outcome"] == "released"
        assert await node.end() == 0
    # What came after the signal is left for others.
    assert await redis.xlen(driver.tasks) == 1
    assert driver.of_task(late) == []
    assert await redis.xinfo_consumers(driver.tasks, "executors") == []
    assert (await executor_row(redis, driver))["status"] == "offline"
    assert not list((tmp_path / "data" / "tasks").iterdir())


async def test_takes_no_more_as_operators_order_and_takes_again(
    valkey: Valkey, redis: Redis, driver: Driver, prefix: str, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    await driver.make_group()
    async with run_gpu_node(valkey.url, tmp_path, key_prefix=prefix) as node:
        held = await driver.issue(make_node("a", params={"wait_for": str(gate), "text": "done"}))
        await driver.started(held, "a")
        await driver.order("drain")
        await node.says("takes no more tasks")
        # The server may give to a read that was called off until it hears that nobody waits.
        await driver.until_nobody_waits()
        late = await driver.issue(make_node("a"))
        gate.touch()
        assert (await driver.result(held, "a"))["outputs"] == {"text": "done"}
        await driver.ending(held)
        await driver.until_status("draining")
        # Nobody has been given what came later.
        assert (await redis.xpending(driver.tasks, "executors"))["pending"] == 0
        assert driver.of_task(late) == []
        await driver.order("none")
        assert (await driver.result(late, "a"))["status"] == "succeeded"
        await driver.until_status("online")
        node.send(signal.SIGTERM)
        assert await node.end() == 0


async def test_what_a_read_was_given_that_an_order_ended_is_given_back_at_once(
    valkey: Valkey, redis: Redis, driver: Driver, prefix: str, tmp_path: Path
) -> None:
    await driver.make_group()
    # The renewals would find it in minutes.
    slow = {"lease_ms": 3_600_000, "renew_ms": 600_000, "block_ms": 20_000}
    async with run_gpu_node(valkey.url, tmp_path, key_prefix=prefix, **slow) as node:
        given = await driver.issue(make_node("a"), swallow_as=node.executor_id)
        await driver.order("drain")
        ending = await driver.ending(given)
        assert (ending["outcome"], ending["results"]) == ("released", [])
        await driver.assert_at_rest()


async def test_an_idle_executor_leaves_at_once(
    valkey: Valkey, redis: Redis, driver: Driver, prefix: str, tmp_path: Path
) -> None:
    await driver.make_group()
    async with run_gpu_node(valkey.url, tmp_path, engines=True, key_prefix=prefix) as node:
        row = await executor_row(redis, driver)
        assert row["status"] == "online"
        types = {t["type"]: t for t in row["node_types"]}
        assert {"test_async", "test_process", "synthesize_speech"} <= set(types)
        voices = types["synthesize_speech"]["engines"][0].get("voices", [])
        assert voices or not types["synthesize_speech"]["engines"][0]["available"]
        node.send(signal.SIGINT)
        assert await node.end() == 0
    assert (await executor_row(redis, driver))["status"] == "offline"
    assert await redis.xinfo_consumers(driver.tasks, "executors") == []


async def test_what_a_dead_process_left_on_the_disk_is_removed(
    valkey: Valkey, driver: Driver, prefix: str, tmp_path: Path
) -> None:
    settings = {"key_prefix": prefix}
    async with run_gpu_node(valkey.url, tmp_path, **settings) as node:
        params = {"do": "wait", "write": "x"}
        task_id = await driver.issue(make_node("a", "test_process", params=params))
        await driver.started(task_id, "a")
        left = tmp_path / "data" / "tasks" / node.executor_id
        assert left.is_dir()
        node.send(signal.SIGKILL)
        await node.process.wait()
    async with run_gpu_node(valkey.url, tmp_path, **settings):
        assert not left.exists()


async def test_a_second_signal_does_not_wait(
    valkey: Valkey, driver: Driver, prefix: str, tmp_path: Path
) -> None:
    async with run_gpu_node(valkey.url, tmp_path, key_prefix=prefix) as node:
        task_id = await driver.issue(make_node("a", params={"sleep_s": 600}))
        await driver.started(task_id, "a")
        node.send(signal.SIGTERM)
        await node.says("draining")
        node.send(signal.SIGTERM)
        assert await node.end() == 1
        assert not [line for line in node.stray if "Traceback" in line]
