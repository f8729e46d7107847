"""What a task says while it runs: items numbered 1, 2, 3 ..., one report in flight; reports.ts is
its twin."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import orjson

from gpu_node.clock import Clock, within
from gpu_node.contracts.steps import ReportItem
from gpu_node.contracts.wire import EXECUTOR
from gpu_node.logs import get_logger
from gpu_node.metrics import Metrics
from gpu_node.redis.at_once import OnSent
from gpu_node.redis.backoff import Backoff
from gpu_node.redis.failures import RedisError, is_unavailable
from gpu_node.redis.steps import Ending, PoolSteps

AT_ONCE_BYTES = 1024
"""More than what is said of a start; see at_once.py."""


class Reports:
    """The outgoing items of one task. `on_answer` hears `ok`, `cancel` or `closed` for each
    report."""

    def __init__(
        self,
        steps: PoolSteps,
        task_id: str,
        metrics: Metrics,
        on_answer: Callable[[str], None],
        *,
        clock: Clock,
        backoff: Backoff,
    ) -> None:
        self._steps = steps
        self._clock = clock
        self._backoff = backoff
        self._task_id = task_id
        self._metrics = metrics
        self._on_answer = on_answer
        self._first = 1
        self._items: list[ReportItem] = []
        self._due: float | None = None
        self._wake = asyncio.Event()
        self._sender: asyncio.Task[None] | None = None
        self._in_flight = False
        self._finished = False
        self._is_left = False
        """Nobody waits for the answer that is still to come."""
        self._moved = asyncio.Event()
        """Something was sent or taken."""
        self._sent = 0
        """Number of the last item that is on its way, or was."""
        self._leaving = 0
        """How many wait for something to leave."""
        self._ready: tuple[ReportItem, Callable[[], Awaitable[str] | None]] | None = None
        """What is said first, if nothing else is, as it goes to Redis."""

    def add(self, item: ReportItem, hold_s: float | None = 0.0) -> None:
        """Queue an item to be sent within `hold_s`; None leaves it to the next report or the
        settle."""
        if self._finished:
            return
        self._items.append(item)
        if hold_s is None:
            return
        self._send_within(hold_s)

    def make_ready(self, item: ReportItem) -> None:
        """It is about to be added, and is to be `sent` then without delay."""
        if self._first == 1 and not self._items and self._sender is None:
            self._ready = item, self._steps.ready_report(self._task_id, [item])

    def say_ready(self) -> bool:
        """Add what was made ready, if it can be sent without waiting for anything: it is on its way
        with the next turn of the loop."""
        if not self._ready or self._items:
            return False
        self._items.append(self._ready[0])
        if answer := self._send_ready():
            self._begin_sending(answer)
            return True
        self._items.clear()
        return False

    async def told(self) -> None:
        """Return when Redis has taken all that was added so far, or takes nothing any more."""
        last = self._send_all()
        await self._until(lambda: self._first > last)

    async def sent(self) -> None:
        """Return when all that was added so far is on its way, also if this process dies now, or
        when Redis takes nothing any more."""
        if answer := self._send_ready():
            try:
                # The loop hands over at the end of its turn what was written in it.
                await asyncio.sleep(0)  # noqa: TID251 - no time passes
            finally:
                self._begin_sending(answer)
            return
        last = self._send_all()
        self._leaving += 1
        try:
            await self._until(lambda: max(self._sent, self._first - 1) >= last)
        finally:
            self._leaving -= 1

    async def close(self) -> tuple[int, tuple[ReportItem, ...]]:
        """Stop sending; answers what Redis is not known to have taken, with the first one's
        number. What is small and on its way is not waited for, but said again: Redis takes each
        number once."""
        self._finished = True
        sender = self._sender
        if self._in_flight and self._sent >= self._first:
            self._is_left = True
        elif sender:
            self._wake.set()
            if not self._in_flight:
                sender.cancel()
            await asyncio.wait({sender})
        return self._first, tuple(self._items)

    def ending(self, outcome: str, reason: str = "") -> Ending:
        """The last word, carrying what has not been taken; call it after `close`."""
        return Ending(outcome, to_reason(reason), self._first, tuple(self._items))

    def _send_ready(self) -> Awaitable[str] | None:
        """What will be the answer, if all that there is to say was made ready and could be sent."""
        ready, self._ready = self._ready, None
        if not ready or self._items != [ready[0]] or self._sender or self._finished:
            return None
        if answer := ready[1]():
            self._sent, self._in_flight = 1, True
        return answer

    def _send_all(self) -> int:
        """Send as soon as may be; answers the number of the last item."""
        if self._items and not self._finished:
            self._send_within(0.0)
        return self._first + len(self._items) - 1

    async def _until(self, is_so: Callable[[], bool]) -> None:
        while not is_so() and not (self._sender and self._sender.done()):
            self._moved.clear()
            await self._moved.wait()

    def _send_within(self, hold_s: float) -> None:
        due = self._clock.elapsed() + hold_s
        self._due = due if self._due is None else min(self._due, due)
        self._wake.set()
        if self._sender is None and not self._in_flight:
            self._begin_sending()

    def _begin_sending(self, begun: Awaitable[str] | None = None) -> None:
        self._sender = asyncio.get_running_loop().create_task(self._send(begun))
        self._sender.add_done_callback(lambda _: self._moved.set())

    async def _send(self, begun: Awaitable[str] | None) -> None:
        """`begun`: what will be the answer about the first item."""
        while begun or not self._finished:
            if not begun:
                await self._until_due()
                if self._finished or not self._items:
                    continue
            batch = self._items[:1] if begun else self._batch()
            if not begun:
                # What came behind one that was ready has its own time.
                self._due = self._clock.elapsed() if len(batch) < len(self._items) else None
            try:
                answer = await self._report(batch, begun)
            except (RedisError, OSError) as error:
                if begun:
                    # Once more, in the way that bears more.
                    begun, self._due = None, self._clock.elapsed()
                    continue
                if is_unavailable(error):
                    self._due = self._clock.elapsed()
                    await self._backoff.wait()
                    continue
                # The settle carries the items; if Redis refuses that too, the lease runs out.
                get_logger().error("report refused", task_id=self._task_id, error=str(error))
                return
            begun = None
            if self._is_left:
                return
            self._backoff.reset()
            self._on_answer(answer)
            if answer == "closed":
                return

    async def _report(self, batch: list[ReportItem], begun: Awaitable[str] | None) -> str:
        self._in_flight = True
        self._metrics.reports_in_flight.inc()
        try:
            on_sent = self._on_sent(batch) if self._leaving else None
            answer = await (begun or self._steps.report(self._task_id, self._first, batch, on_sent))
        finally:
            self._in_flight = False
            self._metrics.reports_in_flight.dec()
        del self._items[: len(batch)]
        self._first += len(batch)
        self._moved.set()
        return answer

    def _on_sent(self, batch: list[ReportItem]) -> OnSent | None:
        """None where it may be too much for the system to take at once."""
        if sum(len(item.body) for item in batch) > AT_ONCE_BYTES:
            return None
        last = self._first + len(batch) - 1

        def told() -> None:
            self._sent = max(self._sent, last)
            self._moved.set()

        return told

    async def _until_due(self) -> None:
        while not self._finished:
            self._wake.clear()
            wait_s = None if self._due is None else self._due - self._clock.elapsed()
            if wait_s is not None and wait_s <= 0:
                return
            with contextlib.suppress(TimeoutError):
                # What is due may have been held back meanwhile: look again.
                async with within(self._clock, wait_s):
                    await self._wake.wait()

    def _batch(self) -> list[ReportItem]:
        size, batch = 0, list[ReportItem]()
        for item in self._items:
            size += len(item.body)
            if batch and size > EXECUTOR["report_bytes"]:
                break
            batch.append(item)
        return batch


def to_reason(text: str) -> bytes:
    """A reason as the scripts take it: a JSON string."""
    return orjson.dumps(text[: EXECUTOR["reason_characters"]])
