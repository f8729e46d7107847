"""A node begins without waiting for Redis, and what has begun is known; what waits has not."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from executor.driver import Driver, make_node
from executor.process import GpuNodeProcess, run_gpu_node, until
from executor.proxy import FaultProxy, fault_proxy
from redis.asyncio import Redis
from services import Valkey

from gpu_node.contracts.scripts import SCRIPTS

LEASE_MS = 4000
QUICK = 4
ONE_WAY_S = 0.04


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def proxy(valkey: Valkey) -> AsyncIterator[FaultProxy]:
    """Between the gpu-node and its server."""
    async with fault_proxy(valkey.port) as between:
        yield between


@pytest_asyncio.fixture(loop_scope="session")
async def far_node(
    proxy: FaultProxy, prefix: str, driver: Driver, tmp_path: Path
) -> AsyncIterator[GpuNodeProcess]:
    """A gpu-node with one place, a long way off."""
    await driver.make_group_if_missing()
    settings = {"key_prefix": prefix, "lease_ms": LEASE_MS, "renew_ms": 500, "slots": 1}
    with proxy.long_way(ONE_WAY_S):
        async with run_gpu_node(proxy.url, tmp_path, **settings) as node:
            await driver.until_somebody_waits()
            yield node


async def test_a_handler_acts_while_the_answer_about_its_start_is_on_its_way(
    far_node: GpuNodeProcess, proxy: FaultProxy, driver: Driver, tmp_path: Path
) -> None:
    ledger = tmp_path / "ledger"
    release = proxy.withhold_replies_to(SCRIPTS["report"].sha1)
    far_enough = {"start_in_s": 10 * LEASE_MS / 1000}
    task_id = await driver.issue(make_node("a", params={"ledger": str(ledger)}), **far_enough)
    await until(ledger.exists)
    await driver.started(task_id, "a")
    release()
    assert (await driver.ending(task_id))["outcome"] == "settled"


async def test_a_handler_waits_for_that_answer_where_the_start_deadline_is_near(
    far_node: GpuNodeProcess, proxy: FaultProxy, driver: Driver, tmp_path: Path
) -> None:
    ledger = tmp_path / "ledger"
    release = proxy.withhold_replies_to(SCRIPTS["report"].sha1)
    node = make_node("a", params={"ledger": str(ledger)})
    task_id = await driver.issue(node, start_in_s=LEASE_MS / 1000 - 1)
    # Redis knows, and the handler does not act yet.
    await driver.started(task_id, "a")
    assert not ledger.exists()
    release()
    assert (await driver.ending(task_id))["outcome"] == "settled"
    assert ledger.exists()


async def test_a_start_counts_though_its_handler_takes_the_gpu_node_along_at_once(
    far_node: GpuNodeProcess, proxy: FaultProxy, driver: Driver, redis: Redis
) -> None:
    release = proxy.withhold_replies_to(SCRIPTS["report"].sha1)
    params = {"do": "kill", "victim": far_node.pid}
    task_id = await driver.issue(make_node("a", "test_process", params=params))
    await far_node.process.wait()
    await driver.started(task_id, "a")
    release()
    assert await redis.hget(driver.task_key(task_id), "began:a") == b"1"
    await driver.close(task_id)


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    """For which the task before those that wait waits."""
    return tmp_path / "gate"


async def _fill(driver: Driver, gate: Path, quick: int = QUICK) -> tuple[str, list[str]]:
    """After quick tasks a slow one has the place, and others are taken to wait behind it."""
    for _ in range(quick):
        await driver.ending(await driver.issue(make_node("a")))
    # Sooner than the box can ask for what comes behind the first of them.
    slow = await driver.issue(make_node("a", params={"wait_for": str(gate)}))
    behind = [await driver.issue(make_node("a")) for _ in range(2)]
    await driver.started(slow, "a")
    return slow, behind


async def test_what_waits_behind_slow_work_is_given_back_and_has_not_begun(
    far_node: GpuNodeProcess, driver: Driver, gate: Path
) -> None:
    # The first work of all, too, of which nobody knows how long it takes.
    for quick in (0, QUICK):
        slow, behind = await _fill(driver, gate, quick)
        for task_id in behind:
            ending = await driver.ending(task_id)
            assert (ending["outcome"], ending["began"]) == ("released", [])
            assert ending["reason"] == "the executor has no free place"
        gate.touch()  # noqa: ASYNC240 - a moment
        assert (await driver.ending(slow))["outcome"] == "settled"
        await driver.assert_at_rest()
        gate.unlink()  # noqa: ASYNC240 - a moment


async def test_what_waits_has_not_begun_when_the_gpu_node_is_killed(
    far_node: GpuNodeProcess, driver: Driver, redis: Redis, gate: Path
) -> None:
    slow, behind = await _fill(driver, gate)
    await driver.until_pending(3)
    far_node.send(signal.SIGKILL)
    await far_node.process.wait()
    hashes = [await redis.hgetall(driver.task_key(task_id)) for task_id in (slow, *behind)]
    assert [b"began:a" in found for found in hashes] == [True, False, False]
    for task_id in (slow, *behind):
        await driver.close(task_id)


async def test_what_waits_is_given_back_at_once_when_the_gpu_node_is_to_end(
    far_node: GpuNodeProcess, driver: Driver, gate: Path
) -> None:
    slow, behind = await _fill(driver, gate)
    await driver.until_pending(3)
    far_node.send(signal.SIGTERM)
    for task_id in behind:
        ending = await driver.ending(task_id)
        assert (ending["outcome"], ending["reason"]) == ("released", "the executor is stopping")
    gate.touch()  # noqa: ASYNC240 - a moment
    assert (await driver.ending(slow))["outcome"] == "settled"
    await asyncio.wait_for(far_node.process.wait(), 20)


async def test_who_gets_a_place_waits_for_its_task_though_a_look_is_still_on_its_way(
    far_node: GpuNodeProcess, proxy: FaultProxy, driver: Driver, gate: Path
) -> None:
    for _ in range(QUICK):
        await driver.ending(await driver.issue(make_node("a")))
    await driver.until_somebody_waits()
    # From now on no look is answered: the way back is as long as this test wants.
    release = proxy.withhold_replies_to(SCRIPTS["pull"].sha1)
    first = await driver.issue(make_node("a", params={"wait_for": str(gate)}))
    await driver.started(first, "a")
    await driver.until_nobody_waits()
    gate.touch()  # noqa: ASYNC240 - a moment
    assert (await driver.ending(first))["outcome"] == "settled"
    # What is issued now is on its way to the box at once.
    await driver.until_somebody_waits()
    second = await driver.issue(make_node("a"))
    await driver.until_pending(1)
    release()
    assert (await driver.ending(second))["outcome"] == "settled"
    await driver.assert_at_rest()
