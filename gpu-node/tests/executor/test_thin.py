from executor.driver import Driver, make_node
from executor.process import GpuNodeProcess


async def test_runs_an_async_and_a_process_handler(gpu_node: GpuNodeProcess, driver: Driver) -> None:
    a = await driver.issue(make_node("a", params={"text": "hello"}))
    b = await driver.issue(make_node("b", "test_process", params={"text": "x"}, inputs={"a": "y"}))
    assert (await driver.result(a, "a"))["outputs"] == {"text": "hello"}
    assert (await driver.result(b, "b"))["outputs"] == {"text": "xy"}
    await driver.assert_at_rest()
