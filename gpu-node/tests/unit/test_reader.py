"""When a read looks at what waits before it waits itself."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest
from passing_clock import PassingClock, settle
from redis.exceptions import ResponseError

from gpu_node.contracts.keys import Keys
from gpu_node.redis.reader import TaskReader

TRIP_S = 0.08
LEVELS = [b"high", b"normal", b"low"]
KEYS = Keys("t")


class House:
    """A server that answers what a test says, after a way and back and what it waits."""

    def __init__(self) -> None:
        self.connection_kwargs = dict[str, Any]()
        self._reader = SimpleNamespace(at_eof=lambda: False, exception=lambda: None)
        self.clock = PassingClock()
        self.asked: list[str] = []
        self.blocks_ms: list[int] = []
        self.answers = asyncio.Event()
        """Set while answers come."""
        self.answers.set()
        self._answers: list[tuple[float, Any]] = []
        self._arrive_at = 0.0
        self.reader = TaskReader(
            cast(Any, SimpleNamespace(connection_pool=self, get_retry=lambda: None)),
            KEYS,
            "s0",
            pool="p",
            consumer="box",
            block_ms=20_000,
            clock=self.clock,
        )

    def will_find(self, *entries: str) -> None:
        rows = [[f"{name}-0".encode(), b"t", b"{}", b"normal", b"90000"] for name in entries]
        self._answers.append((0.0, [rows, LEVELS, b"1000"]))

    def will_refuse(self, why: str) -> None:
        self._answers.append((0.0, ResponseError(why)))

    def will_bring(self, waited_s: float, **entries: str) -> None:
        answer = [
            [
                (KEYS.pool_tasks("s0", "p") if level == "normal" else _level(level)).encode(),
                [(f"{issued}-0".encode(), [b"task", b"t", b"body", b"{}", b"start_by", b"90000"])],
            ]
            for level, issued in entries.items()
        ]
        self._answers.append((waited_s, answer))

    async def get_connection(self) -> "House":
        return self

    def pack_commands(self, commands: Any) -> list[Any]:
        return list(commands)

    async def send_packed_command(self, commands: list[Any], **_: Any) -> None:
        """They are sent at once, and answered one after the other."""
        for name, *options in commands:
            self.asked.append({"EVALSHA": "look", "XREADGROUP": "wait"}[name])
            if "BLOCK" in options:
                self.blocks_ms.append(options[options.index("BLOCK") + 1])
        self._arrive_at = self.clock.elapsed() + TRIP_S

    async def read_response(self) -> Any:
        await self.answers.wait()
        # Who was answered before has heard it.
        await settle()
        waited_s, answer = self._answers.pop(0)
        self.clock.let_pass(max(0.0, self._arrive_at - self.clock.elapsed()) + waited_s)
        if isinstance(answer, Exception):
            raise answer
        return answer


def _level(level: str) -> str:
    return KEYS.pool_level_tasks("s0", "p", level)


async def test_a_read_looks_and_then_waits() -> None:
    house = House()
    house.will_find()
    house.will_bring(5.0, normal="1")
    assert len(await house.reader.read(1)) == 1
    assert house.asked == ["look", "wait"]


async def test_after_what_was_waited_for_the_next_read_waits_at_once() -> None:
    house = House()
    house.will_find()
    house.will_bring(5.0, normal="1000")
    await house.reader.read(1)
    house.will_bring(0.01, normal="9000")
    (entry,) = await house.reader.read(1)
    assert house.asked == ["look", "wait", "wait"]
    # As old as it may be: issued when all was known to be empty, which was before the look.
    assert entry.start_until == (90_000 - 9000) / 1000


async def test_after_a_minute_the_next_read_looks() -> None:
    house = House()
    house.will_find()
    house.will_bring(61.0, normal="1")
    await house.reader.read(1)
    house.will_find("2")
    await house.reader.read(1)
    assert house.asked == ["look", "wait", "look"]


async def test_after_what_lay_there_the_next_read_looks() -> None:
    house = House()
    house.will_find()
    house.will_bring(0.001, normal="1")
    await house.reader.read(1)
    house.will_find("2")
    await house.reader.read(1)
    assert house.asked == ["look", "wait", "look"]


async def test_after_more_than_there_are_places_for_the_next_read_looks() -> None:
    house = House()
    house.will_find()
    house.will_bring(5.0, high="1", normal="1")
    assert len(await house.reader.read(1)) == 2
    house.will_find("2")
    await house.reader.read(1)
    assert house.asked == ["look", "wait", "look"]


async def test_who_has_found_nothing_more_to_take_ahead_waits_at_once_when_a_place_is_free() -> (
    None
):
    house = House()
    house.will_find("1")
    assert len(await house.reader.read_left(2)) == 1
    house.will_bring(0.0, normal="2")
    await house.reader.read(1)
    assert house.asked == ["look", "wait"]


async def test_who_has_found_as_much_as_was_asked_for_looks_again() -> None:
    house = House()
    house.will_find("1", "2")
    assert len(await house.reader.read_left(2)) == 2
    house.will_find("3")
    await house.reader.read(1)
    assert house.asked == ["look", "look"]


async def test_who_may_take_more_looks_as_soon_as_waiting_is_over() -> None:
    house = House()
    house.will_find()
    house.will_bring(5.0, normal="1000")
    house.will_find("1001", "1002")
    entries = await house.reader.read(1, 2)
    assert [entry.entry_id for entry in entries] == ["1000-0", "1001-0", "1002-0"]
    assert house.clock.passed == pytest.approx(5 + 2 * TRIP_S)
    # No younger than they are: the look was under way since the read was.
    assert entries[1].start_until == pytest.approx(TRIP_S + 89)
    # There was as much as was asked for.
    house.will_find("1003")
    await house.reader.read_left(1)
    assert house.asked == ["look", "wait", "look", "look"]


async def test_who_has_looked_behind_a_wait_and_found_less_waits_without_a_look() -> None:
    house = House()
    house.will_find()
    house.will_bring(5.0, normal="1000")
    house.will_find()
    assert len(await house.reader.read(1, 2)) == 1
    house.will_bring(0.0, normal="9000")
    assert len(await house.reader.read(1)) == 1
    assert house.asked == ["look", "wait", "look", "wait"]


async def test_a_look_that_is_refused_takes_nothing_of_what_was_waited_for() -> None:
    house = House()
    house.will_find()
    house.will_bring(0.0, normal="1000")
    house.will_refuse("NOSCRIPT")
    assert len(await house.reader.read(1, 2)) == 1
    house.will_find("1001")
    assert len(await house.reader.read(1, 2)) == 1
    assert house.asked == ["look", "wait", "look", "look"]


async def test_a_wait_that_is_refused_says_so_whatever_the_look_says() -> None:
    house = House()
    house.will_find()
    house.will_refuse("NOGROUP")
    house.will_find()
    with pytest.raises(ResponseError):
        await house.reader.read(1, 2)


async def test_a_place_is_waited_for_behind_a_look_that_is_not_answered_yet() -> None:
    house = House()
    house.will_find()
    house.will_bring(5.0, normal="1000")
    await house.reader.read(1)
    house.answers.clear()
    house.will_find()
    looking = asyncio.create_task(house.reader.read_left(4))
    await settle()
    house.will_bring(0.01, normal="9000")
    waiting = asyncio.create_task(house.reader.read_behind(1, 1000))
    await settle()
    assert house.asked == ["look", "wait", "look", "wait"]
    asked_at = house.clock.elapsed()
    house.answers.set()
    assert await looking == []
    (entry,) = await waiting
    # No older than the look, which has found nothing.
    assert entry.start_until == pytest.approx(asked_at + 81)
    assert house.blocks_ms == [20_000, 1000]
    # It had to wait: the next one need not look either.
    house.will_bring(0.01, normal="9500")
    await house.reader.read(1)
    assert house.asked[4:] == ["wait"]


async def test_of_unknown_age_is_what_comes_behind_a_look_that_has_found_all_it_asked_for() -> None:
    house = House()
    house.answers.clear()
    house.will_find("1")
    looking = asyncio.create_task(house.reader.read_left(1))
    await settle()
    house.will_bring(0.0, normal="2")
    waiting = asyncio.create_task(house.reader.read_behind(1, 1000))
    house.answers.set()
    (entry,) = await waiting
    assert (len(await looking), entry.start_until) == (1, None)
    house.will_find()
    await house.reader.read_left(1)
    assert house.asked == ["look", "wait", "look"]
