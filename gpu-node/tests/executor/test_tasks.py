"""What an executor does with a task, seen from the reports that its driver reads."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from executor.driver import Driver, make_node
from executor.process import GpuNodeProcess
from redis.asyncio import Redis

from gpu_node.contracts.scripts import SCRIPTS
from gpu_node.executor.held_tasks import NO_PLACE

pytestmark = pytest.mark.usefixtures("gpu_node")


async def test_runs_handlers_in_the_parent_and_in_a_child(driver: Driver) -> None:
    a = await driver.issue(make_node("a", params={"text": "hello"}))
    b = await driver.issue(make_node("b", "test_process", params={"text": "x"}, inputs={"a": "y"}))
    assert (await driver.result(a, "a"))["outputs"] == {"text": "hello"}
    assert (await driver.result(b, "b"))["outputs"] == {"text": "xy"}
    await driver.assert_at_rest()


async def test_a_task_of_one_node_costs_one_report_and_one_settle(
    driver: Driver, redis: Redis
) -> None:
    warm = await driver.issue(make_node("a"))
    await driver.ending(warm)
    calls: Counter[str] = Counter()
    names = {script.sha1: name for name, script in SCRIPTS.items()}

    async def count(task_id: str) -> None:
        async for command in monitor.listen():
            words = command["command"].split()
            if words[0] == "EVALSHA" and task_id in command["command"]:
                calls[names[words[1]]] += 1

    async with redis.monitor() as monitor:
        task_id = await driver.issue(make_node("a"))
        counting = asyncio.create_task(count(task_id))
        ending = await driver.ending(task_id)
        await driver.assert_at_rest()
        counting.cancel()
    assert calls["settle"] == 1
    assert calls["report"] == 1
    assert ending["outcome"] == "settled"
    assert ending["began"] == ["a"]
    assert driver.of_task(task_id) == [("note", "a", "node.started"), ("ending", "", "")]


async def test_a_node_does_not_wait_for_a_sibling_that_it_does_not_need(
    driver: Driver, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    task_id = await driver.issue(
        make_node("slow", params={"wait_for": str(gate)}),
        make_node("fast", params={"text": "f"}),
        make_node("next", inputs={"a": "$fast.text"}, params={"text": "n"}),
        make_node("last", inputs={"a": "$slow.text", "b": "$next.text"}, params={"text": "l"}),
    )
    report = await driver.wait_for(lambda r: r["task"] == task_id and r["node"] == "next")
    report = await driver.wait_for(
        lambda r: (r["task"], r["node"], r["kind"]) == (task_id, "next", "result")
    )
    assert report["body"]["result"]["outputs"] == {"text": "nf"}
    gate.touch()
    assert (await driver.result(task_id, "last"))["outputs"] == {"text": "lnf"}


async def test_what_hangs_on_a_failed_source_is_left_to_the_driver_and_the_others_run(
    driver: Driver,
) -> None:
    task_id = await driver.issue(
        make_node("bad", params={"do": "fail"}),
        make_node("needs", inputs={"a": "$bad.text"}),
        make_node("after", after=["needs"]),
        make_node("hopes", inputs={"a": "$bad.text?"}, params={"text": "still"}),
        make_node("hopes2", inputs={"a": "$needs.text?"}, params={"text": "here"}),
        make_node("free", params={"text": "here"}),
    )
    results = {r["node_id"]: r for r in (await driver.ending(task_id))["results"]}
    assert set(results) == {"bad", "free"}
    assert results["bad"]["problem"]["code"] == "handler-unavailable"
    assert results["bad"]["problem"]["class"] == "retryable"
    assert results["free"]["outputs"] == {"text": "here"}


async def test_an_absent_output_skips_what_requires_it_and_is_left_out_elsewhere(
    driver: Driver,
) -> None:
    task_id = await driver.issue(
        make_node("a", params={"text": "x"}),
        make_node("requires", inputs={"a": "$a.other"}),
        make_node("behind", after=["requires"]),
        make_node("hopes", inputs={"a": "$a.other?"}, params={"text": "without"}),
        make_node("hopes2", inputs={"a": "$behind.text?"}, params={"text": "too"}),
    )
    ending = await driver.ending(task_id)
    assert ending["outcome"] == "settled"
    made = {r["node_id"]: r["outputs"]["text"] for r in ending["results"]}
    assert made == {"a": "x", "hopes": "without", "hopes2": "too"}
    assert set(ending["began"]) == set(made)


async def test_an_unknown_error_is_reported_without_its_text(
    driver: Driver, gpu_node: GpuNodeProcess
) -> None:
    task_id = await driver.issue(make_node("a", params={"do": "raise"}))
    problem = (await driver.result(task_id, "a"))["problem"]
    assert (problem["code"], problem["class"]) == ("handler-failed", "permanent")
    assert "secret" not in problem["detail"]
    line = await gpu_node.says("handler failed unexpectedly")
    assert "a secret detail" in line["stack"]
    assert line["failure_id"] in problem["detail"]
    assert line["task_id"] == task_id


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"type": "never_heard_of"}, "not known here"),
        ({"schema_digest": "0" * 64}, "another schema digest"),
        ({"engine": "absent-engine"}, "no engine"),
    ],
)
async def test_what_cannot_run_here_ends_as_mismatch(
    driver: Driver, change: dict[str, Any], reason: str
) -> None:
    task_id = await driver.issue(make_node("good"), make_node("a", **change))
    ending = await driver.ending(task_id)
    assert ending["outcome"] == "mismatch"
    assert reason in ending["reason"]
    assert ending["began"] == []


@pytest.mark.parametrize(
    "body", [b"not json", b"[]", b'{"task_id": "x"}', b"\xff\xfe", b"{" * 5000, b""]
)
async def test_an_invalid_payload_ends_as_mismatch_and_the_loop_goes_on(
    driver: Driver, body: bytes
) -> None:
    bad = await driver.issue(body=body)
    good = await driver.issue(make_node("a", params={"text": "on"}))
    assert (await driver.ending(bad))["outcome"] == "mismatch"
    assert (await driver.ending(good))["outcome"] == "settled"
    await driver.assert_at_rest()


async def test_tasks_that_are_not_closed_end_as_mismatch(driver: Driver) -> None:
    circle = await driver.issue(make_node("a", after=["b"]), make_node("b", after=["a"]))
    hole = await driver.issue(make_node("a", inputs={"a": "$gone.text"}))
    twice = await driver.issue(make_node("a"), make_node("a"))
    for task_id in (circle, hole, twice):
        assert (await driver.ending(task_id))["outcome"] == "mismatch"


async def test_an_entry_without_a_task_is_taken_away(driver: Driver, redis: Redis) -> None:
    if not await redis.exists(driver.tasks):
        await driver.make_group()
    await redis.xadd(driver.tasks, {"task": "no such{task}", "body": "x"})
    await redis.xadd(driver.tasks, {"something": "else"})
    await redis.xadd(driver.tasks, {"task": "task_s0_never_issued", "body": "{}"})
    good = await driver.issue(make_node("a"))
    assert (await driver.ending(good))["outcome"] == "settled"
    await driver.assert_at_rest()


async def test_inputs_that_do_not_fit_fail_the_node(driver: Driver) -> None:
    task_id = await driver.issue(make_node("a", inputs={"a": 7, "zzz": "?"}))
    problem = (await driver.result(task_id, "a"))["problem"]
    assert problem["code"] == "invalid-input"
    assert {e["pointer"] for e in problem["errors"]} == {"/inputs/a", "/inputs/zzz"}


async def test_an_output_that_is_too_large_fails_the_node(driver: Driver) -> None:
    long_text = "é" * 19_000
    inputs = {"a": long_text, "b": long_text}
    task_id = await driver.issue(make_node("a", inputs=inputs, params={}))
    assert (await driver.result(task_id, "a"))["problem"]["code"] == "output-too-large"


async def test_the_last_progress_is_never_dropped(driver: Driver) -> None:
    task_id = await driver.issue(make_node("a", params={"steps": 500}))
    await driver.ending(task_id)
    notes = [r for r in driver.seen if r["task"] == task_id and r["type"] == "node.progress"]
    assert notes[-1]["body"] == {"done": 500, "total": 500, "unit": "steps"}
    assert len(notes) < 50


async def test_a_closed_task_is_stopped_and_nothing_is_said_about_it(
    driver: Driver, gpu_node: GpuNodeProcess, redis: Redis
) -> None:
    task_id = await driver.issue(make_node("a", "test_process", params={"do": "wait"}))
    await driver.started(task_id, "a")
    await driver.close(task_id)
    ended = await gpu_node.logged(
        lambda line: line["msg"] == "task ended" and line["task_id"] == task_id
    )
    assert ended["outcome"] == "closed"
    assert await redis.hget(driver.task_key(task_id), "ending") is None


@pytest.mark.parametrize("tell", [True, False], ids=["control channel", "answer of renew"])
@pytest.mark.parametrize("node_type", ["test_async", "test_process"])
async def test_a_canceled_task_stops_and_says_so(
    driver: Driver, node_type: str, tell: bool
) -> None:
    params = {"sleep_s": 600, "do": "wait"}
    task_id = await driver.issue(
        make_node("a", node_type, params=params), make_node("b", after=["a"])
    )
    await driver.started(task_id, "a")
    await driver.cancel(task_id, tell=tell)
    ending = await driver.ending(task_id)
    assert (ending["outcome"], ending["results"]) == ("canceled", [])
    await driver.assert_at_rest()


async def test_more_tasks_than_places_are_worked_off_in_order(driver: Driver) -> None:
    tasks = [await driver.issue(make_node("a", params={"text": str(i)})) for i in range(20)]
    for task_id in tasks:
        ending = await driver.ending(task_id)
        if ending["outcome"] == "released":
            # What came while the last place went goes back, and a driver issues its nodes again.
            assert ending["reason"] == NO_PLACE
            tasks.append(await driver.issue(make_node("a")))
        else:
            assert ending["outcome"] == "settled"
    await driver.assert_at_rest()


async def test_renew_hands_out_what_a_dead_connection_has_swallowed(
    driver: Driver, gpu_node: GpuNodeProcess
) -> None:
    task_id = await driver.issue(make_node("a"), swallow_as=gpu_node.executor_id)
    await driver.remind(gpu_node.executor_id)
    assert (await driver.ending(task_id))["outcome"] == "settled"
