"""Lost replies, dead connections, dead servers: nothing is lost, nothing counts twice."""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from executor.driver import Driver, make_node
from executor.process import GpuNodeProcess, is_alive, run_gpu_node, until
from executor.proxy import FaultProxy, fault_proxy
from redis.asyncio import Redis
from services import Valkey, load_scripts, start_valkey
from ulid import ULID

from gpu_node.contracts.scripts import SCRIPTS

LEASE_MS = 4000


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def proxy(valkey: Valkey) -> AsyncIterator[FaultProxy]:
    """Between the gpu-node and its server."""
    async with fault_proxy(valkey.port) as between:
        yield between


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def far_node(
    proxy: FaultProxy, prefix: str, tmp_path_factory: object
) -> AsyncIterator[GpuNodeProcess]:
    """A gpu-node behind the proxy."""
    folder = tmp_path_factory.mktemp("far")  # type: ignore[attr-defined]
    settings = {"key_prefix": prefix, "lease_ms": LEASE_MS, "renew_ms": 500, "slots": 4}
    # It blocks for so long that within a test only a lost connection ends a read.
    async with run_gpu_node(proxy.url, folder, block_ms=20_000, **settings) as node:
        yield node


async def test_items_count_once_when_the_reply_to_a_report_is_lost(
    far_node: GpuNodeProcess, proxy: FaultProxy, driver: Driver, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    before = proxy.lost
    proxy.lose_replies_to(SCRIPTS["report"].sha1, times=2)
    task_id = await driver.issue(
        make_node("a", params={"text": "1"}),
        make_node("b", params={"text": "2"}, after=["a"]),
        make_node("c", params={"wait_for": str(gate)}, after=["b"]),
    )
    await driver.started(task_id, "c")
    gate.touch()
    ending = await driver.ending(task_id)
    assert proxy.lost - before == 2
    told = Counter(driver.of_task(task_id))
    assert set(told.values()) == {1}, told
    assert [r["node_id"] for r in sorted(ending["results"], key=lambda r: r["node_id"])] == [
        "a",
        "b",
        "c",
    ]


async def test_a_task_ends_once_when_the_reply_to_its_settle_is_lost(
    far_node: GpuNodeProcess, proxy: FaultProxy, driver: Driver
) -> None:
    before = proxy.lost
    proxy.lose_replies_to(SCRIPTS["settle"].sha1)
    first = await driver.issue(make_node("a"))
    await driver.ending(first)
    second = await driver.issue(make_node("a"))
    await driver.ending(second)
    assert proxy.lost - before == 1
    assert driver.of_task(first).count(("ending", "", "")) == 1
    await driver.assert_at_rest()


async def test_a_reader_that_lost_its_connection_reads_what_it_was_given_first(
    far_node: GpuNodeProcess, driver: Driver, redis: Redis, tmp_path: Path
) -> None:
    ledger = tmp_path / "ledger"
    node = make_node("a", params={"ledger": str(ledger)})
    task_id = await driver.issue(node, swallow_as=far_node.executor_id)
    readers = [c for c in await redis.client_list() if c["cmd"] == "xreadgroup"]
    for client in readers:
        await redis.client_kill_filter(_id=client["id"])
    assert (await driver.ending(task_id, within_s=10))["outcome"] == "settled"
    assert len(ledger.read_text().splitlines()) == 1


async def test_scripts_that_the_server_forgot_are_waited_for(
    far_node: GpuNodeProcess, driver: Driver, redis: Redis, valkey: Valkey
) -> None:
    for _ in range(5):
        await redis.script_flush()
        task_id = await driver.issue(make_node("a"), make_node("b", after=["a"]))
        # A gateway does so once per second.
        await asyncio.to_thread(load_scripts, valkey.port)
        assert (await driver.ending(task_id))["outcome"] == "settled"


async def test_a_group_that_was_lost_is_waited_for(
    far_node: GpuNodeProcess, driver: Driver, redis: Redis
) -> None:
    await redis.delete(driver.tasks)
    await driver.make_group()
    task_id = await driver.issue(make_node("a"))
    assert (await driver.ending(task_id))["outcome"] == "settled"


async def test_an_executor_that_cannot_reach_redis_stops_before_its_lease_ends(
    far_node: GpuNodeProcess, proxy: FaultProxy, driver: Driver, tmp_path: Path
) -> None:
    ledger = tmp_path / "ledger"
    params = {"do": "hang", "ledger": str(ledger)}
    task_id = await driver.issue(make_node("a", "test_process", params=params))
    await driver.started(task_id, "a")
    await until(lambda: ledger.exists() and ledger.read_text().endswith("\n"))
    child = int(ledger.read_text().split()[2])
    proxy.freeze()
    frozen_at = asyncio.get_running_loop().time()
    try:
        await until(lambda: not is_alive(child), within_s=LEASE_MS / 1000)
        assert asyncio.get_running_loop().time() - frozen_at < LEASE_MS / 1000
    finally:
        proxy.thaw()
    # Still its own by the pending list: it says at once that the task is free, and takes new ones.
    assert (await driver.ending(task_id))["outcome"] == "released"
    good = await driver.issue(make_node("a", "test_process"))
    assert (await driver.ending(good))["outcome"] == "settled"
    await driver.assert_at_rest()


async def test_a_frozen_executor_says_nothing_about_a_task_that_was_closed_meanwhile(
    far_node: GpuNodeProcess, driver: Driver, redis: Redis, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    task_id = await driver.issue(make_node("a", params={"wait_for": str(gate)}))
    await driver.started(task_id, "a")
    far_node.send(signal.SIGSTOP)
    await driver.close(task_id)
    gate.touch()
    far_node.send(signal.SIGCONT)
    await far_node.logged(lambda x: x["msg"] == "task ended" and x["task_id"] == task_id)
    good = await driver.issue(make_node("a"))
    assert (await driver.ending(good))["outcome"] == "settled"
    assert ("ending", "", "") not in driver.of_task(task_id)
    assert await redis.hget(driver.task_key(task_id), "result:a") is None


async def test_work_goes_on_when_the_server_is_killed_and_comes_back(tmp_path: Path) -> None:
    prefix, gate = f"t{ULID()}", tmp_path / "gate"
    always = ("--appendfsync", "always")
    settings = {"key_prefix": prefix, "lease_ms": 10_000, "renew_ms": 1000, "slots": 4}
    with start_valkey(tmp_path / "valkey", *always) as first:
        client = Redis.from_url(first.url, protocol=2)
        driver = Driver(client, prefix)
        async with run_gpu_node(first.url, tmp_path, **settings) as node:
            running = await driver.issue(
                make_node("a", params={"text": "kept"}),
                make_node("b", params={"wait_for": str(gate)}, after=["a"]),
            )
            await driver.started(running, "b")
            waiting = await driver.issue(make_node("a"))
            first.process.kill()
            first.process.wait()
            gate.touch()
            await node.says("read failed")
            with start_valkey(tmp_path / "valkey", *always, port=first.port):
                assert (await driver.ending(waiting))["outcome"] == "settled"
                results = (await driver.ending(running))["results"]
                assert {r["status"] for r in results} == {"succeeded"}
                assert len(results) == 2
                again = await driver.issue(make_node("a"))
                assert (await driver.ending(again))["outcome"] == "settled"
                await driver.assert_at_rest()
                await client.aclose()
