"""Long work has places of its own: short work is never behind it, and it is never lost."""

import os
import signal
from pathlib import Path
from typing import Any

from executor.driver import Driver, make_node
from executor.process import GpuNodeProcess, is_alive, run_gpu_node, until
from executor.test_checks import judged
from services import Valkey
from ulid import ULID

LONG = 5
"""More than there are slots (2) and places for long work (1)."""


def goes(ledger: Path) -> list[str]:
    """Which nodes have been given a place, in order."""
    lines = ledger.read_text().splitlines() if ledger.exists() else []
    return [line.split()[0] for line in lines if line.endswith(" goes")]


def begun(ledger: Path) -> list[int]:
    """The processes of all nodes that have begun."""
    lines = ledger.read_text().splitlines() if ledger.exists() else []
    return [int(line.split()[2]) for line in lines if not line.endswith(" goes")]


async def issue_long(driver: Driver, folder: Path, **fields: Any) -> list[str]:
    """Tasks whose work is long, all begun; the ledger and the gates lie in the folder."""
    ledger = folder / "ledger"
    tasks: list[str] = []
    for i in range(LONG):
        gate = folder / f"end n{i}"
        params = {"do": "long", "ledger": str(ledger), "wait_for": str(gate), "text": f"n{i}"}
        tasks.append(
            await driver.issue(make_node(f"n{i}", "test_process", params=params, **fields))
        )
    await until(lambda: len(begun(ledger)) == LONG)
    await until(lambda: bool(goes(ledger)))
    return tasks


async def test_short_work_and_refusals_are_never_behind_long_work(
    driver: Driver, gpu_node: GpuNodeProcess, tmp_path: Path
) -> None:
    tasks = await issue_long(driver, tmp_path)
    ledger = tmp_path / "ledger"
    short = await driver.issue(
        make_node("a", "test_process", params={"text": "short"}),
        make_node("b", "test_process", inputs={"a": "$a.text"}),
        make_node("c", inputs={"a": "$b.text"}),
    )
    assert (await driver.result(short, "c"))["outputs"] == {"text": "short"}
    refused = await driver.issue(judged("a", inputs={"a": "unfit"}))
    assert (await driver.result(refused, "a"))["problem"]["code"] == "text-empty"
    assert len(goes(ledger)) == 1
    for done in range(1, LONG + 1):
        await until(lambda done=done: len(goes(ledger)) == done)
        name = goes(ledger)[-1]
        (tmp_path / f"end {name}").touch()
        task_id = tasks[int(name[1:])]
        assert (await driver.result(task_id, name))["outputs"] == {"text": name}
        assert len(begun(ledger)) == LONG
    await driver.assert_at_rest()


async def test_what_waits_for_a_long_place_hears_a_cancel_and_keeps_its_lease_and_time(
    valkey: Valkey, redis: Any, tmp_path: Path
) -> None:
    prefix, ledger = f"t{ULID()}", tmp_path / "ledger"
    settings = {"key_prefix": prefix, "lease_ms": 600, "renew_ms": 100}
    async with run_gpu_node(valkey.url, tmp_path, **settings) as node:
        driver = Driver(redis, prefix)
        tasks = await issue_long(driver, tmp_path)
        going = goes(ledger)[0]
        unwanted = next(task for i, task in enumerate(tasks) if f"n{i}" != going)
        await driver.cancel(unwanted)
        assert (await driver.ending(unwanted))["outcome"] == "canceled"
        params = {"do": "long", "ledger": str(ledger), "wait_for": str(ledger), "text": "patient"}
        patient = await driver.issue(make_node("p", "test_process", params=params, timeout_s=0.5))
        # Longer than a lease, and than the node may take.
        later = await driver.issue(make_node("a", params={"sleep_s": 1}))
        await driver.ending(later)
        assert goes(ledger) == [going]
        for i in range(LONG):
            (tmp_path / f"end n{i}").touch()
        assert (await driver.result(patient, "p"))["outputs"] == {"text": "patient"}
        assert not any(line["msg"] == "lease lost" for line in node.log)


async def test_long_places_may_be_as_many_as_are_wanted(
    valkey: Valkey, redis: Any, tmp_path: Path
) -> None:
    prefix = f"t{ULID()}"
    settings = {"key_prefix": prefix, "slots": 1, "long_slots": 3}
    async with run_gpu_node(valkey.url, tmp_path, **settings):
        await issue_long(Driver(redis, prefix), tmp_path)
        await until(lambda: len(goes(tmp_path / "ledger")) == 3)


async def test_a_process_that_dies_while_it_waits_gives_its_turn_away(
    driver: Driver, gpu_node: GpuNodeProcess, tmp_path: Path
) -> None:
    tasks = await issue_long(driver, tmp_path)
    ledger = tmp_path / "ledger"
    going = int(goes(ledger)[0][1:])
    lines = [line.split() for line in ledger.read_text().splitlines() if "goes" not in line]
    pids = {int(name[1:]): int(pid) for name, _, pid in lines}
    dead = next(i for i in range(LONG) if i != going)
    os.kill(pids[dead], signal.SIGKILL)
    await until(lambda: not is_alive(pids[dead]))
    result = await driver.result(tasks[dead], f"n{dead}")
    assert result["problem"]["code"] == "handler-crashed"
    for i in range(LONG):
        (tmp_path / f"end n{i}").touch()
    for i in set(range(LONG)) - {dead}:
        assert (await driver.result(tasks[i], f"n{i}"))["status"] == "succeeded"
