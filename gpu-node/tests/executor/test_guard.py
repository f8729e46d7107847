"""Whatever a handler has started dies with its gpu-node, and with its process."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest
from executor.driver import Driver, make_node
from executor.process import is_alive, run_gpu_node, until
from services import Valkey
from ulid import ULID

WAYS = ["child", "session", "daemon"]


def pids_in(file: Path) -> list[int]:
    """What the programs wrote, once both are there."""
    return [int(line) for line in file.read_text().split()] if file.exists() else []


async def started(driver: Driver, way: str, file: Path) -> tuple[str, list[int]]:
    """A task whose handler has started programs and waits: their processes, its own first."""
    params = {"do": "programs", "way": way, "pids": str(file)}
    task_id = await driver.issue(make_node("a", "test_process", params=params))
    await until(lambda: len(pids_in(file)) == 3)
    return task_id, pids_in(file)


@pytest.mark.parametrize("way", WAYS)
async def test_programs_of_a_handler_die_with_the_gpu_node(
    valkey: Valkey, tmp_path: Path, redis: Any, way: str
) -> None:
    prefix = f"t{ULID()}"
    async with run_gpu_node(valkey.url, tmp_path, key_prefix=prefix) as node:
        _, pids = await started(Driver(redis, prefix), way, tmp_path / "pids")
        node.send(signal.SIGKILL)
        await until(lambda: not any(is_alive(pid) for pid in pids))


@pytest.mark.parametrize("way", WAYS)
async def test_programs_of_a_handler_die_with_its_process_and_with_a_cancel(
    valkey: Valkey, tmp_path: Path, redis: Any, way: str
) -> None:
    prefix = f"t{ULID()}"
    async with run_gpu_node(valkey.url, tmp_path, key_prefix=prefix):
        driver = Driver(redis, prefix)
        task_id, pids = await started(driver, way, tmp_path / "killed")
        os.kill(pids[0], signal.SIGKILL)
        problem = (await driver.result(task_id, "a"))["problem"]
        assert (problem["code"], "SIGKILL" in problem["detail"]) == ("handler-crashed", True)
        assert not any(is_alive(pid) for pid in pids)
        task_id, pids = await started(driver, way, tmp_path / "canceled")
        await driver.cancel(task_id)
        assert (await driver.ending(task_id))["outcome"] == "canceled"
        assert not any(is_alive(pid) for pid in pids)
