"""When a read looks at what waits before it waits itself."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from passing_clock import PassingClock
from redis.exceptions import ResponseError

from gpu_node.contracts.keys import Keys
from gpu_node.redis.reader import TaskReader

TRIP_S = 0.08
LEVELS = [b"high", b"normal", b"low"]
KEYS = Keys("t")


class House:
    """A server that answers what a test says, after a way and back and what it waits."""

    connection_pool = SimpleNamespace(connection_kwargs={})

    def __init__(self) -> None:
        self.clock = PassingClock()
        self.asked: list[str] = []
        self._answers: list[tuple[float, Any]] = []
        self.reader = TaskReader(
            cast(Any, self),
            KEYS,
            "s0",
            pool="p",
            consumer="box",
            block_ms=20_000,
            clock=self.clock,
        )

    def get_retry(self) -> None:
        """Nothing is tried again."""

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
        self._answers.append((waited_s, _as_pairs(answer)))

    def pipeline(self, *, transaction: bool) -> "Both":
        assert not transaction
        return Both(self)

    async def execute_command(self, name: str, *_: Any) -> Any:
        self.asked.append({"EVALSHA": "look", "XREADGROUP": "wait"}[name])
        waited_s, answer = self._answers.pop(0)
        self.clock.let_pass(TRIP_S + waited_s)
        return answer


class Both:
    """Commands that are sent at once, and answered one after the other."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._names: list[str] = []

    def execute_command(self, name: str, *_: Any) -> None:
        self._names.append(name)

    async def execute(self, *, raise_on_error: bool) -> list[Any]:
        assert not raise_on_error
        self._house.clock.let_pass(-TRIP_S * (len(self._names) - 1))
        return [await self._house.execute_command(name) for name in self._names]


def _level(level: str) -> str:
    return KEYS.pool_level_tasks("s0", "p", level)


def _as_pairs(answer: list[Any]) -> list[Any]:
    return [
        (stream, [(entry, dict(zip(f[::2], f[1::2], strict=True))) for entry, f in rows])
        for stream, rows in answer
    ]


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
