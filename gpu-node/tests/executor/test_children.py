"""What a handler's process does to itself stays a failure of its node."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import httpx
import pytest
from executor.driver import Driver, make_node
from executor.process import GpuNodeProcess, is_alive, run_gpu_node, until
from services import Valkey
from ulid import ULID

pytestmark = pytest.mark.usefixtures("gpu_node")


def pid_in(ledger: Path) -> int:
    """The process that has written the ledger's first line; 0 = none yet."""
    lines = ledger.read_text().splitlines(keepends=True) if ledger.exists() else []
    return int(lines[0].split()[2]) if lines and lines[0].endswith("\n") else 0


@pytest.mark.parametrize(
    ("act", "code", "problem_class", "says"),
    [
        ("kill", "handler-crashed", "retryable", "SIGKILL"),
        ("segfault", "handler-crashed", "retryable", "SIGSEGV"),
        ("exit", "handler-crashed", "retryable", "code 3"),
        ("sys_exit", "handler-failed", "permanent", "log"),
        ("memory", "handler-crashed", "retryable", "memory"),
        ("no_face", "no-face", "permanent", "no face"),
    ],
)
async def test_a_handler_that_misbehaves_fails_its_node_and_the_next_task_works(
    driver: Driver, act: str, code: str, problem_class: str, says: str
) -> None:
    bad = await driver.issue(make_node("a", "test_process", params={"do": act}))
    good = await driver.issue(make_node("a", "test_process", params={"text": "alive"}))
    problem = (await driver.result(bad, "a"))["problem"]
    assert (problem["code"], problem["class"]) == (code, problem_class)
    assert says in problem["detail"]
    assert (await driver.result(good, "a"))["outputs"] == {"text": "alive"}
    if code == "no-face":
        assert problem["errors"][0]["pointer"] == "/inputs/file"


async def test_one_run_that_crashes_again_and_again_stops_no_other(driver: Driver) -> None:
    node = make_node("a", "test_process", params={"do": "kill"})
    for _ in range(6):
        bad = await driver.issue(node, run_id="run_s0_poison")
        assert (await driver.result(bad, "a"))["problem"]["code"] == "handler-crashed"
    good = await driver.issue(make_node("a", "test_process", params={"text": "alive"}))
    assert (await driver.result(good, "a"))["outputs"] == {"text": "alive"}


async def test_a_type_that_crashes_for_many_runs_is_given_back_and_said_to_rest(
    valkey: Valkey, tmp_path: Path, redis: Any
) -> None:
    prefix = f"t{ULID()}"
    async with run_gpu_node(valkey.url, tmp_path, key_prefix=prefix) as node:
        driver = Driver(redis, prefix)
        for _ in range(5):
            bad = await driver.issue(make_node("a", "test_process", params={"do": "kill"}))
            assert (await driver.result(bad, "a"))["problem"]["code"] == "handler-crashed"
        ending = await driver.ending(await driver.issue(make_node("a", "test_process")))
        assert (ending["outcome"], ending["results"], ending["began"]) == ("declined", [], [])
        assert "test_process crashed" in ending["reason"]
        other = await driver.issue(make_node("a", params={"text": "other"}))
        assert (await driver.result(other, "a"))["outputs"] == {"text": "other"}
        async with httpx.AsyncClient() as client:
            ready = await client.get(f"{node.address}/readyz")
        assert "test_process crashed" in ready.json()["detail"]


async def test_a_machine_whose_disk_is_full_gives_its_task_back(
    valkey: Valkey, tmp_path: Path, redis: Any
) -> None:
    prefix = f"t{ULID()}"
    async with run_gpu_node(valkey.url, tmp_path, key_prefix=prefix) as node:
        driver = Driver(redis, prefix)
        task_id = await driver.issue(
            make_node("first", params={"text": "kept"}),
            make_node("a", "test_process", inputs={"a": "$first.text"}, params={"do": "disk"}),
        )
        ending = await driver.ending(task_id)
        assert (ending["outcome"], ending["reason"]) == ("declined", "the disk is full")
        assert [result["node_id"] for result in ending["results"]] == ["first"]
        async with httpx.AsyncClient() as client:
            ready = await client.get(f"{node.address}/readyz")
        assert (ready.status_code, "the disk is full" in ready.json()["detail"]) == (503, True)


@pytest.mark.parametrize("act", ["hang", "wait"])
async def test_a_node_that_takes_too_long_is_stopped(
    driver: Driver, gpu_node: GpuNodeProcess, tmp_path: Path, act: str
) -> None:
    ledger = tmp_path / "ledger"
    params = {"do": act, "ledger": str(ledger)}
    task_id = await driver.issue(make_node("a", "test_process", timeout_s=0.3, params=params))
    problem = (await driver.result(task_id, "a"))["problem"]
    assert (problem["code"], problem["class"]) == ("node-timeout", "retryable")
    # A handler that listens keeps its process, and with it what it has loaded.
    assert is_alive(pid_in(ledger)) == (act == "wait")
    good = await driver.issue(make_node("a", "test_process"))
    assert (await driver.ending(good))["outcome"] == "settled"


async def test_a_hung_handler_is_killed_on_cancel(driver: Driver, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    params = {"do": "hang", "ledger": str(ledger)}
    task_id = await driver.issue(make_node("a", "test_process", params=params))
    await until(lambda: pid_in(ledger) > 0)
    await driver.cancel(task_id)
    assert (await driver.ending(task_id))["outcome"] == "canceled"
    assert not is_alive(pid_in(ledger))


async def test_a_crash_leaves_the_neighbours_alone(driver: Driver, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    params = {"do": "sleep", "sleep_s": 1, "text": "done", "ledger": str(ledger)}
    neighbour = await driver.issue(make_node("a", "test_process", params=params))
    await until(ledger.exists)
    bad = await driver.issue(
        make_node("a", "test_process", params={"do": "segfault"}),
        make_node("b", params={"text": "beside"}),
    )
    results = {r["node_id"]: r for r in (await driver.ending(bad))["results"]}
    assert results["a"]["problem"]["code"] == "handler-crashed"
    assert results["b"]["outputs"] == {"text": "beside"}
    assert (await driver.result(neighbour, "a"))["outputs"] == {"text": "done"}


async def test_a_child_is_kept_for_the_next_call(driver: Driver) -> None:
    pids: set[str] = set()
    for _ in range(4):
        task_id = await driver.issue(make_node("a", "test_process", params={"pid": True}))
        pids.add((await driver.result(task_id, "a"))["outputs"]["text"])
    assert len(pids) == 1


async def test_output_and_notes_of_a_handler_are_limited(
    driver: Driver, gpu_node: GpuNodeProcess
) -> None:
    task_id = await driver.issue(make_node("a", "test_process", params={"do": "chatter"}))
    await driver.ending(task_id)
    kinds = [kind for _, _, kind in driver.of_task(task_id)]
    assert kinds.count("node.log") < 100
    assert kinds.count("node.progress") < 20
    assert any("dropped" in str(r["body"]) for r in driver.seen if r["type"] == "node.log")
    assert sum(line["msg"] == "child output" for line in gpu_node.log) < 400


async def test_a_file_outside_the_task_is_not_uploaded(driver: Driver, tmp_path: Path) -> None:
    outside = str(tmp_path / "secret")
    task_id = await driver.issue(
        make_node("a", "test_process", params={"do": "escape", "path": outside})
    )
    assert (await driver.result(task_id, "a"))["problem"]["code"] == "invalid-output"


async def test_children_get_no_credentials(driver: Driver, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    params = {"ledger": str(ledger)}
    await driver.ending(await driver.issue(make_node("a", "test_process", params=params)))
    pid = ledger.read_text().split()[2]
    environment = await asyncio.to_thread(Path(f"/proc/{pid}/environ").read_bytes)
    assert b"GPU_NODE_" not in environment


async def busy_child(driver: Driver, ledger: Path, act: str) -> int:
    """The process id of a child that works on a task of its own."""
    params = {"do": act, "ledger": str(ledger)}
    await driver.issue(make_node("a", "test_process", params=params))
    await until(lambda: pid_in(ledger) > 0)
    return pid_in(ledger)


async def test_an_async_handler_that_blocks_holds_up_nobody(
    driver: Driver, gpu_node: GpuNodeProcess
) -> None:
    blocked = await driver.issue(make_node("a", params={"do": "block"}, timeout_s=60))
    await driver.started(blocked, "a")
    other = await driver.issue(make_node("a", params={"text": "other"}))
    assert (await driver.result(other, "a"))["outputs"] == {"text": "other"}
    async with httpx.AsyncClient() as client:
        assert (await client.get(f"{gpu_node.address}/healthz")).status_code == 200
    await driver.cancel(blocked)
    assert (await driver.ending(blocked))["outcome"] == "canceled"


async def test_a_refusal_of_an_async_handler_keeps_its_code_and_field(driver: Driver) -> None:
    task_id = await driver.issue(make_node("a", params={"do": "refuse"}))
    problem = (await driver.result(task_id, "a"))["problem"]
    assert (problem["code"], problem["class"]) == ("no-such-planet", "permanent")
    assert problem["errors"] == [{"pointer": "/params/planet", "detail": "There is none."}]


async def test_the_last_line_of_a_failure_is_shown_to_who_develops_it(
    valkey: Valkey, tmp_path: Path, redis: Any, driver: Driver
) -> None:
    nodes = [
        make_node("a", params={"do": "raise"}),
        make_node("b", "test_process", params={"check": "disorder"}, check=True),
    ]
    for node in nodes:
        problem = (await driver.result(await driver.issue(node), node["id"]))["problem"]
        assert "secret" not in problem["detail"]
    prefix = f"t{ULID()}"
    async with run_gpu_node(valkey.url, tmp_path, key_prefix=prefix, show_failures="true"):
        developer = Driver(redis, prefix)
        for node in nodes:
            result = await developer.result(await developer.issue(node), node["id"])
            assert result["problem"]["code"] == "handler-failed"
            assert result["problem"]["detail"].endswith(" RuntimeError: a secret detail")


async def test_params_of_an_extension_are_refused_by_its_schema(driver: Driver) -> None:
    task_id = await driver.issue(make_node("a", params={"text": 5}))
    problem = (await driver.result(task_id, "a"))["problem"]
    assert problem["code"] == "invalid-input"
    assert [error["pointer"] for error in problem["errors"]] == ["/params/text"]


async def test_an_execution_that_ends_the_machine_at_once_has_begun(
    valkey: Valkey, tmp_path: Path, redis: Any
) -> None:
    prefix = f"t{ULID()}"
    driver = Driver(redis, prefix)
    async with run_gpu_node(valkey.url, tmp_path, key_prefix=prefix) as node:
        params = {"do": "kill_service"}
        task_id = await driver.issue(make_node("a", "test_process", params=params))
        assert await node.process.wait() == -signal.SIGKILL
    assert await redis.hget(driver.task_key(task_id), "began:a") == b"1"


@pytest.mark.parametrize("act", ["hang", "wait"])
async def test_children_die_with_their_parent(
    valkey: Valkey, tmp_path: Path, redis: Any, act: str
) -> None:
    prefix = f"t{ULID()}"
    async with run_gpu_node(valkey.url, tmp_path, key_prefix=prefix) as node:
        child = await busy_child(Driver(redis, prefix), tmp_path / "ledger", act)
        node.send(signal.SIGKILL)
        await until(lambda: not is_alive(child))


async def test_a_child_ends_itself_when_its_parent_is_frozen(
    valkey: Valkey, tmp_path: Path, redis: Any
) -> None:
    prefix = f"t{ULID()}"
    settings = {"key_prefix": prefix, "lease_ms": 3000, "renew_ms": 500}
    async with run_gpu_node(valkey.url, tmp_path, **settings) as node:
        child = await busy_child(Driver(redis, prefix), tmp_path / "ledger", "sleep_long")
        node.send(signal.SIGSTOP)
        try:
            await until(lambda: not is_alive(child))
        finally:
            node.send(signal.SIGCONT)


async def test_a_killed_idle_child_is_replaced(driver: Driver) -> None:
    task_id = await driver.issue(make_node("a", "test_process", params={"pid": True}))
    pid = int((await driver.result(task_id, "a"))["outputs"]["text"])
    os.kill(pid, signal.SIGKILL)
    await until(lambda: not is_alive(pid))
    task_id = await driver.issue(make_node("a", "test_process", params={"text": "anew"}))
    got = await driver.result(task_id, "a")
    assert got.get("outputs") == {"text": "anew"}, str(got)
