"""What one call has is passed on to the next of its type, with the process and what that holds."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import pytest_asyncio
from passing_clock import PassingClock, settle

from gpu_node.children import fleet as module
from gpu_node.children.breaker import Breaker
from gpu_node.children.child import Child, Done
from gpu_node.children.limits import Limits
from gpu_node.children.places import Places
from gpu_node.children.pool import ChildPool
from gpu_node.children.resources import Resources
from gpu_node.children.seat import Seat
from gpu_node.children.settings import ChildSettings
from gpu_node.handlers.run_context import Call
from gpu_node.metrics import Metrics

EXTENSION = Path(__file__).parents[1] / "executor" / "extension.py"
LIMITS = Limits("off", network=False, memory_mb=0, cpu_s=0, file_mb=0, open_files=0)


class House:
    """A pool with one place and one GPU, and calls of it."""

    def __init__(self, folder: Path) -> None:
        self.clock = PassingClock()
        self.clock.let_pass(100)
        self.metrics = Metrics()
        self.resources = Resources({"gpu": 1}, lambda _: {"gpu": 1})
        self.pool = ChildPool(
            ChildSettings(str(EXTENSION), dict(os.environ), LIMITS, 60.0),
            Places(1, 1, self.clock),
            self.metrics,
            breaker=Breaker(self.clock),
            hold=self.resources.held,
        )
        self.passed: list[Seat | None] = []
        self._folder = str(folder)
        self._calls = 0

    def call(self, node_type: str, **params: object) -> Call:
        """Each has a folder of its own."""
        self._calls += 1
        folder = f"{self._folder}/{self._calls}"
        return Call(
            "run", "task", "s0", "n", 1, node_type, "test", folder, folder, {}, None, "o", params,
            {}, {},
        )  # fmt: skip

    def run(
        self, given: Seat | None = None, node_type: str = "test_process", **params: object
    ) -> "asyncio.Task[Done]":
        """A call that passes on what it had, if it can."""
        call = self.call(node_type, pid=True, **params)
        owner = SimpleNamespace(
            grace_s=lambda: 0.0,
            acts=lambda: None,
            lengthened=lambda _: None,
            take_seat=lambda: given,
        )
        on_returned = lambda seat: self.passed.append(seat.pass_on())  # noqa: E731
        return asyncio.create_task(
            self.pool.run(call, lambda *_: None, 30.0, cast(Any, owner), on_returned=on_returned)
        )


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    house = House(tmp_path)
    # The second one is looked at.
    for _ in range(2):
        await house.run()
        if seat := house.passed.pop():
            seat.leave()
    yield house
    await house.pool.close()


async def test_the_next_call_is_made_in_the_same_process_and_nobody_comes_between(
    house: House,
) -> None:
    first = await house.run()
    (seat,) = house.passed
    assert seat
    late = house.run(text="late")
    await settle()
    second = await house.run(seat)
    assert first.outputs == second.outputs
    # Somebody waits for it now.
    assert house.passed[1] is None
    await late
    assert house.metrics.children._value.get() == 1


async def test_what_is_of_another_type_leaves_it(house: House) -> None:
    await house.run()
    await house.run(house.passed[0], "test_async")
    assert len(house.passed) == 2


async def test_a_process_that_died_in_between_is_no_fault_of_the_next_call(house: House) -> None:
    await house.run()
    (seat,) = house.passed
    assert seat
    died = seat.child
    await died.kill()
    assert (await house.run(seat)).outputs["text"] != str(died.pid)


async def test_who_fails_passes_nothing_on(house: House) -> None:
    with pytest.raises(Exception, match="no face"):
        await house.run(do="no_face")
    assert house.passed == []
    await house.run()


async def test_a_process_is_looked_at_once_a_second_however_often_it_is_passed_on(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[int] = []
    monkeypatch.setattr(module, "resident_bytes", lambda pid: looks.append(pid) or 0)
    await house.run()
    house.clock.let_pass(module.LOOK_EVERY_S)
    await house.run(house.passed[0])
    assert house.passed[1] is None
    assert looks == []
    await house.run()
    assert len(looks) == 1


async def test_nobody_is_laid_ready_before_the_call_that_works_has_begun(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid: list[Call] = []
    monkeypatch.setattr(Child, "lay", lambda _, call: laid.append(call))
    await house.run()
    (seat,) = house.passed
    assert seat
    os.kill(seat.child.pid, signal.SIGSTOP)
    working = house.run(seat)
    await settle()
    behind = house.call("test_process")
    house.pool.expect(behind)
    assert laid == []
    os.kill(seat.child.pid, signal.SIGCONT)
    await working
    assert laid == [behind]


async def test_who_is_expected_is_laid_ready_where_one_works_alone(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid: list[Call] = []
    monkeypatch.setattr(Child, "lay", lambda _, call: laid.append(call))
    behind = [house.call("test_process", text=str(i)) for i in range(2)]
    for call in behind:
        house.pool.expect(call)
    assert laid == []
    await house.run()
    assert laid == behind[:1]
    house.pool.expect_no_more(behind[0])
    await house.run(house.passed[0])
    assert laid == behind
    # Nobody who is of another type.
    house.pool.expect_no_more(behind[1])
    house.pool.expect(house.call("test_async"))
    await house.run(house.passed[1])
    assert laid == behind
