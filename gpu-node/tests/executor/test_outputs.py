"""What a handler returns is JSON, or its node fails once, and its process goes on."""

import pytest
from executor.driver import Driver, make_node

pytestmark = pytest.mark.usefixtures("gpu_node")


@pytest.mark.parametrize(
    ("give", "pointer"),
    [
        ("large integer", "/outputs/json/0"),
        ("integer beyond 2^53", "/outputs/json/n"),
        ("surrogate", "/outputs/json/t"),
        ("surrogate in a name", "/outputs/json"),
        ("nan", "/outputs/json/0"),
        ("inf", "/outputs/json/x/y"),
        ("loop", None),
        ("deep", None),
        ("number as name", "/outputs/json"),
        ("bytes", "/outputs/json"),
        ("set", "/outputs/json"),
        ("object", "/outputs/json"),
    ],
)
async def test_an_output_that_is_not_json_fails_its_node_for_good_and_its_process_lives(
    driver: Driver, give: str, pointer: str | None
) -> None:
    before = await driver.issue(make_node("a", "test_process", params={"pid": True}))
    pid = (await driver.result(before, "a"))["outputs"]["text"]
    bad = await driver.issue(make_node("a", "test_process", params={"give": give}))
    problem = (await driver.result(bad, "a"))["problem"]
    assert (problem["code"], problem["class"]) == ("invalid-output", "permanent")
    if pointer is not None:
        assert problem["errors"][0]["pointer"] == pointer
    after = await driver.issue(make_node("a", "test_process", params={"pid": True}))
    assert (await driver.result(after, "a"))["outputs"]["text"] == pid


async def test_an_output_that_is_json_comes_as_it_is(driver: Driver) -> None:
    task_id = await driver.issue(make_node("a", "test_process", params={"give": "plain"}))
    given = (await driver.result(task_id, "a"))["outputs"]["json"]
    assert given == {"n": 2**53 - 1, "f": 1.5, "t": ["é", None, True]}


async def test_odd_notes_and_failures_reach_the_run_all_the_same(driver: Driver) -> None:
    task_id = await driver.issue(make_node("a", "test_process", params={"do": "odd_words"}))
    problem = (await driver.result(task_id, "a"))["problem"]
    assert (problem["code"], problem["class"]) == ("handler-failed", "permanent")
    assert problem["detail"] == "half \ufffd"
