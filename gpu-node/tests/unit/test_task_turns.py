"""Tasks share a place: what can be done before a turn is done then, and what can be done after it
beside the next."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from passing_clock import PassingClock, settle
from redis.exceptions import ConnectionError as RedisConnectionError

from gpu_node.children.child import Done
from gpu_node.contracts.models import FieldError
from gpu_node.executor.graph_run import run_directly
from gpu_node.executor.held_tasks import HeldTasks
from gpu_node.executor.hold import HeldTask, StopReason
from gpu_node.executor.node_runner import NodeRunner
from gpu_node.executor.schedule import Schedule
from gpu_node.executor.task import Source, TaskNode
from gpu_node.executor.task_memory import TaskMemory
from gpu_node.executor.task_parts import TaskParts
from gpu_node.executor.task_runner import TaskRunner
from gpu_node.metrics import Metrics
from gpu_node.redis.backoff import Backoff

FILE = {"key": "files/x", "sha256": "0" * 64, "name": "x", "size": 1, "media_type": "text/plain"}


class House:
    """One place, with Redis, store and processes that say what they are asked."""

    def __init__(self, folder: Path) -> None:
        self.clock = PassingClock()
        self.said: list[str] = []
        self.answers: dict[str, asyncio.Future[Done]] = {}
        self.stores, self.takes = asyncio.Event(), asyncio.Event()
        self.stores.set()
        self.takes.set()
        self.is_ready = False
        """Whether starts can be made ready."""
        self.ready_answers: list[asyncio.Future[str]] = []
        self.may_pass = False
        self.is_wanted = False
        """Others wait for a part of what a call has."""
        self.seats: list[str] = []
        self.expected: list[str] = []
        port = SimpleNamespace(is_ref=True)
        node_type = SimpleNamespace(inputs={"file": port}, param_defaults={})
        nodes = NodeRunner(
            registry=cast(Any, SimpleNamespace(node_types={"t": node_type})),
            checks=cast(Any, self),
            pool_of=lambda _: cast(Any, self),
            models_dir=folder,
            settings={},
            cache_dir=None,
            fitness=cast(Any, None),
            show_failures=False,
            on_failed=lambda _: None,
            clock=self.clock,
        )
        parts = TaskParts(
            nodes=nodes,
            checks=cast(Any, SimpleNamespace(refusals=_nothing)),
            store=cast(Any, self),
            metrics=Metrics(),
            tasks_dir=folder,
            run_graph=run_directly,
            clock=self.clock,
            backoffs=lambda: Backoff(self.clock, lambda: 0.0),
        )
        self.tasks = HeldTasks(1, parts.metrics, self.clock)
        self.runner = TaskRunner(parts, self.tasks, TaskMemory())
        self.shard, self.consumer = "s0", "box"
        self._runs: list[asyncio.Task[None]] = []

    async def take(self, name: str, *nodes: TaskNode) -> HeldTask:
        task = SimpleNamespace(
            task_id=name, run_id="run", shard="s0", owner="o", nodes=nodes, ahead=()
        )
        engines = {node.id: "none" for node in nodes}
        steps = cast(Any, self)
        held = HeldTask("1-1", cast(Any, task), Schedule.of(nodes), engines, steps, leased_at=0.0)
        held.confirm(0.0)
        held.unasked_until = 9.0
        self.tasks.add(held)
        self._runs.append(asyncio.create_task(self.runner.run(held)))
        await settle()
        return held

    async def answer(self, call: str, *files: Path) -> None:
        staged = [(str(file), {**FILE, "name": file.name}) for file in files]
        self.answers[call].set_result(Done({}, "none", cast(Any, staged)))
        await settle()

    # As steps.
    async def report(self, task_id: str, _first: int, items: Any, on_sent: Any = None) -> str:
        self.said += [f"{task_id} {item.type or item.kind}" for item in items]
        if on_sent:
            on_sent()
        await self.takes.wait()
        return "ok" if self.tasks.held.get(task_id) else "closed"

    def ready_report(self, task_id: str, items: Any) -> Any:
        if not self.is_ready:
            return lambda: None

        def send() -> Any:
            self.said += [f"{task_id} ready {item.type}" for item in items]
            self.ready_answers.append(asyncio.get_running_loop().create_future())
            return self.ready_answers[-1]

        return send

    async def settle(self, task_id: str, last: Any) -> str:
        told = [item.type or item.kind for item in last.items]
        self.said.append(" ".join([task_id, last.outcome, *map(str, told)]))
        return "ok"

    # As store.
    async def get(self, _ref: Any, target: Path) -> None:
        self.said.append("fetched")

    async def put(self, path: Path, _ref: Any) -> None:
        await self.stores.wait()
        self.said.append(f"stored {path.name}")

    # As processes.
    async def run(
        self, call: Any, _on_note: Any, _timeout_s: float, owner: HeldTask, *, on_returned: Any
    ) -> Done:
        name = f"{call.task_id} {call.node_id}"
        self.said.append(f"{name} called")
        self.answers[name] = asyncio.get_running_loop().create_future()
        owner.acts()
        seat = owner.take_seat()
        done = await self.answers[name]
        on_returned(cast(Any, seat or Seat(self, name)))
        return done

    def expect(self, call: Any) -> None:
        self.expected.append(f"{call.task_id} {call.node_id}")

    def expect_no_more(self, call: Any) -> None:
        name = f"{call.task_id} {call.node_id}"
        if name in self.expected:
            self.expected.remove(name)

    # As checks.
    def params(self, _type: str, value: Any) -> list[Any]:
        return [FieldError(pointer="/bad", detail="is bad")] if value else []

    def inputs(self, _type: str, _value: Any) -> list[Any]:
        return []

    outputs = inputs


class Seat:
    """What a call had, by its name."""

    def __init__(self, house: House, name: str) -> None:
        self.is_wanted = house.is_wanted
        self._house = house
        self._name = name

    def pass_on(self) -> "Seat | None":
        self._house.seats.append(f"{self._name} passed on")
        return self if self._house.may_pass else None

    def leave(self) -> None:
        self._house.seats.append(f"{self._name} left")


async def _nothing(*_: Any) -> list[Any]:
    return []


def node(node_id: str, **changes: Any) -> TaskNode:
    empty: dict[str, Any] = {"params": {}, "inputs": {}, "after": (), **changes}
    return TaskNode(node_id, "t", "0", 1, "auto", 30.0, **empty)


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(
        "gpu_node.executor.node_runner.find_refs",
        lambda _ports, inputs: [inputs["file"]] if inputs.get("file") else [],
    )
    return House(tmp_path)


async def test_who_waits_is_prepared_and_has_not_begun(house: House) -> None:
    await house.take("a", node("n"))
    b = await house.take("b", node("n", inputs={"file": Source(value=FILE)}))
    assert house.said == ["a node.started", "a n called", "fetched"]
    b.release("for others")
    await settle()
    assert house.said[3:] == ["b released"]


async def test_who_waits_and_is_canceled_has_not_begun(house: House) -> None:
    await house.take("a", node("n"))
    b = await house.take("b", node("n"))
    b.stop(StopReason.CANCELED)
    await settle()
    await house.answer("a n")
    assert house.said == ["a node.started", "a n called", "b canceled", "a settled result"]


async def test_a_start_is_told_before_its_handler_is_called_and_both_before_what_the_last_says(
    house: House,
) -> None:
    await house.take("a", node("n"))
    await house.take("b", node("n"))
    await house.answer("a n")
    assert house.said[2:] == ["b node.started", "b n called", "a settled result"]


async def test_a_place_is_free_while_what_was_made_is_stored(house: House, tmp_path: Path) -> None:
    await house.take("a", node("n"))
    house.stores.clear()
    await house.answer("a n", tmp_path / "a" / "n-1" / "film")
    await house.take("b", node("n"))
    await house.answer("b n")
    assert house.said[2:] == ["b node.started", "b n called", "b settled result"]
    house.stores.set()
    await settle()
    assert house.said[5:] == ["stored film", "a settled result"]


async def test_a_place_is_kept_until_the_last_node(house: House) -> None:
    await house.take("a", node("n"), node("m", after=("n",)))
    await house.take("b", node("n"))
    await house.answer("a n")
    assert "b n called" not in house.said
    await house.answer("a m")
    assert "b n called" in house.said


async def test_the_last_word_does_not_wait_for_the_answer_about_the_start(house: House) -> None:
    house.takes.clear()
    await house.take("a", node("n"))
    await house.answer("a n")
    assert house.said[2:] == ["a settled node.started result"]
    house.takes.set()
    await settle()
    assert house.said[3:] == []


async def test_nobody_waits_for_long_for_who_cannot_begin(house: House) -> None:
    await house.take("a", node("n"))
    b = await house.take("b", node("n"))
    # Redis has to answer first, and does not.
    b.unasked_until = 0.0
    house.report = lambda *_: asyncio.Event().wait()  # type: ignore[assignment,method-assign]
    await house.answer("a n")
    assert house.said[2:] == []
    house.clock.let_pass(0.01)
    await settle()
    assert house.said[2:] == ["a settled result"]


async def test_what_goes_wrong_before_a_turn_is_told_after_it(house: House) -> None:
    await house.take("a", node("n"))
    await house.take("b", node("n", params={"bad": 1}))
    assert house.said == ["a node.started", "a n called"]
    await house.answer("a n")
    assert house.said[2] == "b node.started"
    assert sorted(house.said[3:]) == ["a settled result", "b settled result"]


async def test_a_start_that_was_made_ready_is_sent_before_its_handler_is_called(
    house: House,
) -> None:
    house.is_ready = True
    await house.take("a", node("n"))
    await house.take("b", node("n"))
    assert house.said == ["a ready node.started", "a n called"]
    house.ready_answers[0].set_result("ok")
    await house.answer("a n")
    assert house.said[2:] == ["b ready node.started", "b n called", "a settled result"]
    # Nobody waits for the answer, and what is not answered is said again.
    await house.answer("b n")
    assert house.said[5:] == ["b settled node.started result"]


async def test_a_start_that_was_made_ready_and_is_lost_is_told_again(house: House) -> None:
    house.is_ready = True
    await house.take("a", node("n"))
    house.ready_answers[0].set_exception(RedisConnectionError("cut"))
    await settle()
    assert house.said == ["a ready node.started", "a n called", "a node.started"]
    await house.answer("a n")
    assert house.said[3:] == ["a settled result"]


async def test_an_answer_about_a_start_that_was_made_ready_stops_its_task(house: House) -> None:
    house.is_ready = True
    a = await house.take("a", node("n"))
    house.ready_answers[0].set_result("closed")
    await settle()
    assert a.stop_reason is StopReason.CLOSED


async def test_what_a_second_node_says_is_a_report_as_any_other(house: House) -> None:
    house.is_ready = True
    await house.take("a", node("n"), node("m", after=("n",)))
    house.ready_answers[0].set_result("ok")
    await house.answer("a n")
    assert house.said[2:] == ["a result", "a node.started", "a m called"]


async def test_who_stands_ready_gets_the_seat_of_the_one_before(house: House) -> None:
    house.may_pass = True
    await house.take("a", node("n"))
    b = await house.take("b", node("n"))
    await house.answer("a n")
    assert house.said[2:4] == ["b node.started", "b n called"]
    assert house.seats == ["a n passed on"]
    # It has taken it.
    assert b.take_seat() is None


async def test_who_gets_a_seat_tells_its_start_in_the_same_turn(house: House) -> None:
    house.is_ready = house.may_pass = True
    await house.take("a", node("n"))
    b = await house.take("b", node("n"))
    offer, said = b.offer, list[str]()

    def note(seat: Any) -> None:
        offer(seat)
        said.extend(house.said)

    b.offer = note  # type: ignore[method-assign]
    await house.answer("a n")
    assert said == ["a ready node.started", "a n called", "b ready node.started"]
    # Once.
    assert house.said[3:] == ["b n called", "a settled node.started result"]


async def test_who_has_told_its_start_and_is_stopped_is_not_called(house: House) -> None:
    house.is_ready = house.may_pass = True
    await house.take("a", node("n"))
    b = await house.take("b", node("n"))
    say = b.on_seat

    def say_and_stop() -> None:
        say()
        b.stop(StopReason.CANCELED)

    b.on_seat = say_and_stop
    await house.answer("a n")
    assert "b n called" not in house.said
    assert sorted(house.said[2:]) == [
        "a settled node.started result",
        "b canceled node.started",
        "b ready node.started",
    ]
    assert house.seats == ["a n passed on", "a n left"]


async def test_what_is_complete_is_expected_until_it_is_called_or_stopped(house: House) -> None:
    await house.take("a", node("n"))
    b = await house.take("b", node("n"))
    await house.take("c", node("n", params={"bad": 1}))
    assert house.expected == ["a n", "b n"]
    b.stop(StopReason.CANCELED)
    await house.answer("a n")
    assert house.expected == []


@pytest.mark.parametrize("why", ["asks first", "is not prepared", "is canceled"])
async def test_nobody_is_offered_a_seat_that_would_stand_empty(house: House, why: str) -> None:
    house.may_pass = True
    await house.take("a", node("n"))
    b = await house.take("b", node("n", inputs={"file": Source(value=FILE)}))
    if why == "asks first":
        b.unasked_until = 0.0
    elif why == "is canceled":
        b.stop(StopReason.CANCELED)
    else:
        b.stands_ready = lambda: False
    await house.answer("a n")
    assert house.seats == []


async def test_a_seat_that_is_wanted_is_left_before_the_next_task_has_its_turn(
    house: House,
) -> None:
    house.is_wanted = True
    await house.take("a", node("n"))
    b = await house.take("b", node("n"))
    b.offer = lambda _: house.seats.append("offered")  # type: ignore[method-assign]
    await house.answer("a n")
    assert house.seats == ["a n left", "offered"]
    assert house.said[2:4] == ["b node.started", "b n called"]


async def test_a_seat_is_left_by_who_is_stopped_before_the_call(house: House) -> None:
    house.may_pass = True
    await house.take("a", node("n"))
    b = await house.take("b", node("n"))
    # Its start is on its way, and not sent yet.
    house.takes.clear()
    loop, answered = asyncio.get_running_loop(), house.answers["a n"]
    answered.add_done_callback(lambda _: loop.call_soon(b.stop, StopReason.CANCELED))
    await house.answer("a n")
    assert "b n called" not in house.said
    assert house.seats == ["a n passed on", "a n left"]
