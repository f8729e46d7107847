"""What handlers' checks refuse before the first node of a task begins."""

from pathlib import Path
from typing import Any

import pytest
from executor.driver import Driver, make_node
from executor.process import GpuNodeProcess

pytestmark = pytest.mark.usefixtures("gpu_node")


def judged(node_id: str, **fields: Any) -> dict[str, Any]:
    """A node that runs for certain, so its check may judge it."""
    return make_node(node_id, "test_process", check=True, **fields)


async def test_no_node_begins_when_a_check_refuses_one(driver: Driver, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    params = {"ledger": str(ledger)}
    task_id = await driver.issue(
        judged("first", params=params),
        judged("last", inputs={"a": "unfit", "b": "$first.text"}, params=params),
    )
    ending = await driver.ending(task_id)
    assert (ending["outcome"], ending["began"]) == ("settled", [])
    [result] = ending["results"]
    assert (result["node_id"], result["status"]) == ("last", "failed")
    assert (result["problem"]["code"], result["problem"]["class"]) == ("text-empty", "permanent")
    assert result["problem"]["errors"] == [{"pointer": "/inputs/a", "detail": "The text is unfit."}]
    assert not ledger.exists()
    await driver.assert_at_rest()


async def test_nodes_of_later_tasks_are_judged_with_what_is_known(
    driver: Driver, tmp_path: Path
) -> None:
    ledger = tmp_path / "ledger"
    first = judged("first", params={"ledger": str(ledger)})
    task_id = await driver.issue(first, ahead=[judged("later", inputs={"a": "unfit"})])
    result = await driver.result(task_id, "later")
    assert result["problem"]["code"] == "text-empty"
    assert not ledger.exists()
    task_id = await driver.issue(first, ahead=[judged("later", inputs={"b": "x"})])
    assert (await driver.result(task_id, "first"))["status"] == "succeeded"


async def test_a_node_that_may_be_skipped_is_not_judged(driver: Driver) -> None:
    task_id = await driver.issue(make_node("a", "test_process", inputs={"a": "unfit"}))
    assert (await driver.result(task_id, "a"))["outputs"] == {"text": "unfit"}


async def test_a_later_node_that_cannot_run_here_is_not_judged(driver: Driver) -> None:
    strange = judged("later", inputs={"a": "unfit"}) | {"type": "never_heard_of"}
    task_id = await driver.issue(judged("first"), ahead=[strange])
    assert (await driver.result(task_id, "first"))["status"] == "succeeded"


async def test_a_check_that_crashes_leaves_the_verdict_to_the_work(
    driver: Driver, gpu_node: GpuNodeProcess
) -> None:
    task_id = await driver.issue(judged("a", params={"check": "kill", "text": "done"}))
    assert (await driver.result(task_id, "a"))["outputs"] == {"text": "done"}
    assert (await gpu_node.says("check not done"))["task_id"] == task_id


async def test_a_check_that_nobody_expected_to_fail_fails_its_node(driver: Driver) -> None:
    task_id = await driver.issue(judged("a", params={"check": "sys_exit"}))
    problem = (await driver.result(task_id, "a"))["problem"]
    assert (problem["code"], problem["class"]) == ("handler-failed", "permanent")
